"""Listings and checksum files: what is taken, and what is not."""

from __future__ import annotations

import pytest

import updatekit as kit
from mgmine.update import RefusedError, _checksum, _listing
from mgmine.update._names import FileNumber

URL = "https://ftp.example.org/pubmed/baseline/"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("pubmed26n0001.xml.gz", (26, 1)),
        ("pubmed26n9999.xml.gz", (26, 9999)),
        ("pubmed26n10000.xml.gz", (26, 10000)),
        ("pubmed26n00001.xml.gz", None),
        ("pubmed26n0000.xml.gz", None),
        ("pubmed26n001.xml.gz", None),
        ("pubmed26n0001.xml", None),
        ("pubmed26n0001.xml.gz\n", None),
        ("Pubmed26n0001.xml.gz", None),
        ("pubmed2६n0001.xml.gz", None),
        ("../pubmed26n0001.xml.gz", None),
        ("pubmed26n0001.xml.gz.part", None),
    ],
)
def test_names(name: str, number: tuple[int, int] | None) -> None:
    found = FileNumber.parse(name)
    assert (found and (found.year, found.number)) == number
    assert found is None or found.name == name


def test_a_listing_as_apache_writes_it() -> None:
    with kit.Server(kit.small(baseline=2, updates=0)) as server:
        page = _listing.parse(server.listing("baseline/").decode(), server.url + "baseline/", "baseline")
    assert page.ignored == []
    assert [entry.name for entry in page.entries.values()] == ["pubmed26n0001.xml.gz", "pubmed26n0002.xml.gz"]
    first = page.entries[FileNumber(26, 1)]
    assert (first.date, first.md5_date, first.md5_listed) == ("2026-01-10 00:01", "2026-01-10 00:02", True)
    data = server.mirror.files["baseline/pubmed26n0001.xml.gz"]
    assert first.size is not None
    assert len(data) <= first.size <= len(data) + 60


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2026-01-10 13:06   19M", 20447233),
        ("10-Jan-2026 13:06    1.4K", 1485),
        ("2026-01-10 13:06  617 ", 617),
        ("2026-01-10 13:06    -  ", None),
        ("  ", None),
    ],
)
def test_sizes_are_rounded_up(text: str, size: int | None) -> None:
    html = f'<a href="pubmed26n0001.xml.gz">pubmed26n0001.xml.gz</a> {text}\n'
    (entry,) = _listing.parse(html, URL, "baseline").entries.values()
    assert entry.size == size
    assert (entry.date is None) == (not text.strip())


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("../../etc/pubmed26n0002.xml.gz", "leads out"),
        ("%2e%2e%2fpubmed26n0002.xml.gz", "not a file of PubMed"),
        ("..%2Fpubmed26n0002.xml.gz", "not a file of PubMed"),
        ("/pubmed/updatefiles/pubmed26n0002.xml.gz", "leads out"),
        ("https://elsewhere.example.org/pubmed/baseline/pubmed26n0002.xml.gz", "leads out"),
        ("//elsewhere.example.org/pubmed26n0002.xml.gz", "leads out"),
        ("http://ftp.example.org/pubmed/baseline/pubmed26n0002.xml.gz", "leads out"),
        ("file:///etc/pubmed26n0002.xml.gz", "leads out"),
        ("javascript:alert(1)", "leads out"),
        ("http://[broken/pubmed26n0002.xml.gz", "not a URL"),
        ("deep/pubmed26n0002.xml.gz", "not a file of PubMed"),
        ("pubmed26n0002.xml.gz?x=1", "not a file of PubMed"),
        ("pubmed26n00002.xml.gz", "not a file of PubMed"),
        ("pubmed26n0002.xml.bz2", "not a file of PubMed"),
        ("medline26n0002.xml.gz", "not a file of PubMed"),
        ("pubmed26n0001.xml.gz", "listed twice"),
    ],
)
def test_other_links_are_left_out_and_told(link: str, reason: str) -> None:
    html = f'<a href="pubmed26n0001.xml.gz">x</a> 2026-01-10 13:06 19M\n<a href="{link}">x</a>'
    page = _listing.parse(html, URL, "baseline")
    assert list(page.entries) == [FileNumber(26, 1)]
    (told,) = page.ignored
    assert reason in told


@pytest.mark.parametrize(
    "link",
    [URL + "pubmed26n0002.xml.gz", "/pubmed/baseline/pubmed26n0002.xml.gz", "./pubmed26n0002.xml.gz"],
)
def test_a_full_link_into_the_folder_is_taken(link: str) -> None:
    page = _listing.parse(f'<A HREF="{link}">x</A>', URL, "baseline")
    assert (list(page.entries), page.ignored) == ([FileNumber(26, 2)], [])


def test_what_usually_stands_there_is_not_told() -> None:
    links = ["?C=N;O=D", "?C=M&amp;O=A", "/pubmed/", "../", "README.txt", "pubmed26n1335_stats.html", "/icons/", "/"]
    html = "".join(f'<a href="{link}">x</a>' for link in links)
    assert _listing.parse(html, URL, "baseline").ignored == ["baseline: link '/icons/' leads out of the folder"]


def test_a_checksum_without_its_file_is_no_file() -> None:
    page = _listing.parse('<a href="pubmed26n0001.xml.gz.md5">x</a>', URL, "baseline")
    assert page.entries == {}


NAME, MD5 = "pubmed26n0001.xml.gz", "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "content",
    [
        f"MD5({NAME})= {MD5}\n",
        f"MD5 ({NAME}) = {MD5}",
        f"{MD5}  {NAME}\n",
        f"{MD5} *{NAME}\r\n",
        f"{MD5.upper()}  {NAME}\n",
        f"\ufeff{MD5}  ./{NAME}\n",
        f"{'0' * 32}  pubmed26n0002.xml.gz\n{MD5}  {NAME}\n",
    ],
)
def test_checksum_files(content: str) -> None:
    assert _checksum.parse(content.encode(), NAME) == MD5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no checksum file"),
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (MD5.encode(), "gives no MD5"),
        (f"{MD5}  pubmed26n0002.xml.gz\n".encode(), "gives no MD5"),
        (f"MD5(x{NAME})= {MD5}\n".encode(), "gives no MD5"),
        (f"{MD5[:-1]}  {NAME}\n".encode(), "gives no MD5"),
        (f"{MD5}0  {NAME}\n".encode(), "gives no MD5"),
        (f"SHA1({NAME})= {MD5}\n".encode(), "gives no MD5"),
        (b"<html><body>404 not found</body></html>", "gives no MD5"),
        (b"\x00\xff\xfe" * 100, "gives no MD5"),
        (f"{MD5}  {NAME}\n{'0' * 32}  {NAME}\n".encode(), "more than one"),
    ],
)
def test_what_is_no_checksum_is_refused(content: bytes | None, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        _checksum.parse(content, NAME)
