"""The listing of a folder on a web server: which of NLM's files it names, with date and size as far as it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from mgmine.update._names import FileNumber

_SIZE = re.compile(r"(?<![\w.:-])(?P<number>\d+(?:\.\d+)?)\s?(?P<unit>[KMGT]?)(?:i?B)?(?![\w.:-])")
_DATE = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}-[A-Z][a-z]{2}-\d{4})[ T]\d\d:\d\d(?::\d\d)?")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
# What a listing of NLM's names besides: sorting links, the folder above, notes on the folder and on each file.
_USUAL = re.compile(r"(?:\?.*|/|\.\.?/?|#.*|[\w.-]*README[\w.-]*|pubmed[0-9]{2}n[0-9]{4,7}_stats\.html|[\w.-]+\.(?:txt|dtd|css|js|ico))\Z", re.IGNORECASE)  # fmt: skip


@dataclass(slots=True)
class Entry:
    """A file of a source as its listing shows it. ``size`` is in bytes, rounded up where the listing rounds."""

    file: FileNumber
    folder: str
    size: int | None = None
    date: str | None = None
    md5_date: str | None = None
    md5_listed: bool = False

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name

    @property
    def stamp(self) -> str | None:
        """The date by which a change of the file shows itself, or None where the listing has no dates."""
        return self.md5_date or self.date


@dataclass(slots=True)
class Page:
    """One listing: files by number, and what it holds that is not taken, each with the reason."""

    entries: dict[FileNumber, Entry] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


class _Anchors(HTMLParser):
    """The targets of all links, each with the text that follows it up to the next link."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, list[str]]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (target := dict(attrs).get("href")) is not None:
            self.found.append((target, []))
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self.found and not self._inside:
            self.found[-1][1].append(data)


def _size(text: str) -> int | None:
    match = _SIZE.search(text)
    if match is None:
        return None
    number, unit = match["number"], match["unit"]
    if not unit:
        return int(float(number))
    # "19M" may stand for up to half a megabyte more, "1.2M" for up to half a tenth of one.
    step = 10 ** -(len(number.partition(".")[2]))
    return int((float(number) + step / 2) * _UNITS[unit]) + 1


def parse(html: str, url: str, folder: str) -> Page:
    """Read the listing found at ``url``, in the form of Apache's or of any server that links each file.

    A link is taken only if it leads to a file of NLM's form directly in this folder on this server; one that leads elsewhere,
    upwards or to another name is left out and told. Of a name that stands there twice the last is taken.
    """
    anchors = _Anchors()
    anchors.feed(html)
    anchors.close()
    page = Page()
    base = url if url.endswith("/") else url + "/"
    here = urlsplit(base)
    whole: set[FileNumber] = set()
    for target, texts in anchors.found:
        shown = target if len(target) <= 120 else target[:120] + "…"
        try:
            there = urlsplit(urljoin(base, target))
        except ValueError:
            page.ignored.append(f"{folder}: link {shown!r} is not a URL")
            continue
        name = there.path.removeprefix(here.path)
        plain = name.removesuffix(".md5")
        number = FileNumber.parse(plain)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc) or not there.path.startswith(here.path):
            if target not in ("/", "../") and not here.path.startswith(there.path.rstrip("/") + "/"):
                page.ignored.append(f"{folder}: link {shown!r} leads out of the folder")
            continue
        if number is None or there.query:
            if name and not _USUAL.match(unquote(target)):
                page.ignored.append(f"{folder}: {shown!r} is not a file of PubMed")
            continue
        text = "".join(texts)
        date = found[0] if (found := _DATE.search(text)) else None
        entry = page.entries.setdefault(number, Entry(number, folder))
        if name != plain:
            if entry.md5_listed:
                page.ignored.append(f"{folder}: {name} is listed twice")
            entry.md5_listed, entry.md5_date = True, date
        else:
            if number in whole:
                page.ignored.append(f"{folder}: {name} is listed twice")
            whole.add(number)
            entry.date, entry.size = date, _size(_DATE.sub(" ", text))
    # A checksum without its file: the file is on its way, or was taken away in this moment.
    page.entries = {number: entry for number, entry in page.entries.items() if number in whole}
    return page
