"""The download loop against a server that fails in every way: what is asked again, what is refused, what is kept."""

from __future__ import annotations

import email.utils
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

import updatekit as kit
from mgmine.update import Patience, RefusedError, UnavailableError
from mgmine.update._http import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = bytes(range(256)) * 2000
PATH = "baseline/pubmed26n0001.xml.gz"


class Sleeper:
    """Sleeps nothing and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def server() -> Iterator[kit.Server]:
    mirror = kit.Mirror()
    mirror.put(1, DATA, folder="baseline")
    with kit.Server(mirror) as running:
        yield running


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


def client(sleeper: Sleeper, **more: Any) -> Client:
    patience = Patience(**{"attempts": 4, "stall": 0.3, "sleep": sleeper, "chance": lambda: 1.0, **more})
    return Client(patience)


def fetch(server: kit.Server, sleeper: Sleeper, tmp_path: Path, **more: Any) -> str:
    part = tmp_path / "file.part"
    md5 = client(sleeper, **more).download(server.url + PATH, part, lambda _done, _total: None)
    assert hashlib.md5(part.read_bytes()).hexdigest() == md5
    return md5


GOOD = hashlib.md5(DATA).hexdigest()


def test_at_once(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    md5 = client(sleeper).download(server.url + PATH, tmp_path / "p", lambda done, total: seen.append((done, total)))
    assert (md5, sleeper.slept) == (GOOD, [])
    assert seen[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    (headers,) = server.asked(PATH)
    assert headers["accept-encoding"] == "identity"
    assert headers["user-agent"].startswith("mgmine/")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_cut_off_and_continued(server: kit.Server, sleeper: Sleeper, tmp_path: Path, share: float) -> None:
    server.fail(PATH, kit.cut(share))
    assert fetch(server, sleeper, tmp_path) == GOOD
    first, second = server.asked(PATH)
    assert "range" not in first
    if share:
        assert second["range"] == f"bytes={int(len(DATA) * share)}-"
        assert second["if-range"].startswith('"')
    assert sleeper.slept == [1.0]


def test_a_line_that_always_breaks_brings_the_file_in(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    server.fail(PATH, *[kit.cut(0.2)] * 12)
    assert fetch(server, sleeper, tmp_path) == GOOD
    assert sleeper.slept == [1.0] * 12


def test_another_process_goes_on(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    server.fail(PATH, kit.cut(0.4), *[kit.status(500)] * 4)
    with pytest.raises(UnavailableError, match="500"):
        fetch(server, sleeper, tmp_path)
    assert (tmp_path / "file.part").stat().st_size == int(len(DATA) * 0.4)
    assert fetch(server, sleeper, tmp_path) == GOOD
    assert server.asked(PATH)[-1]["range"] == f"bytes={int(len(DATA) * 0.4)}-"


def test_whole_but_not_yet_renamed(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    """Stopped between the last byte and the rename: the server has nothing after the end, which says that all is there."""
    fetch(server, sleeper, tmp_path)
    assert fetch(server, sleeper, tmp_path) == GOOD
    assert server.asked(PATH)[-1]["range"] == f"bytes={len(DATA)}-"
    assert sleeper.slept == []


def test_longer_than_the_file_is_now(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    fetch(server, sleeper, tmp_path)
    server.validators = False
    with (tmp_path / "file.part").open("ab") as file:
        file.write(b"more")
    assert fetch(server, sleeper, tmp_path) == GOOD


def test_changed_between_two_ranges(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    new = DATA[::-1]
    server.fail(PATH, kit.then(lambda: server.mirror.put(1, new, folder="baseline"), kit.cut(0.5)))
    assert fetch(server, sleeper, tmp_path) == hashlib.md5(new).hexdigest()


def test_changed_and_the_server_knows_no_if_range(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    """It answers 206 with another ETag: what came before must not be put together with it."""
    new = DATA[::-1]

    def ignorant(reply: kit.Reply, _headers: dict[str, str]) -> None:
        half = len(new) // 2
        reply.status, reply.body = 206, new[half:]
        reply.headers["Content-Range"] = f"bytes {half}-{len(new) - 1}/{len(new)}"

    server.fail(PATH, kit.then(lambda: server.mirror.put(1, new, folder="baseline"), kit.cut(0.5)), ignorant)
    assert fetch(server, sleeper, tmp_path) == hashlib.md5(new).hexdigest()
    assert len(server.asked(PATH)) == 3


@pytest.mark.parametrize(
    "range_",
    ["bytes 0-9/512000", "bytes 256001-511999/512000", "lines 1-2/3", ""],
)
def test_another_part_than_asked_for(server: kit.Server, sleeper: Sleeper, tmp_path: Path, range_: str) -> None:
    def wrong(reply: kit.Reply, _headers: dict[str, str]) -> None:
        reply.headers["Content-Range"] = range_

    server.fail(PATH, kit.cut(0.5), wrong)
    assert fetch(server, sleeper, tmp_path) == GOOD


def test_a_server_without_ranges(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    server.ranges = False
    server.fail(PATH, kit.cut(0.5))
    assert fetch(server, sleeper, tmp_path) == GOOD


def test_a_server_without_validators(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    """Nothing could say whether the rest belongs to the beginning, so it begins anew."""
    server.validators = False
    server.fail(PATH, kit.cut(0.5))
    assert fetch(server, sleeper, tmp_path) == GOOD
    assert all("range" not in headers for headers in server.asked(PATH))


def test_a_body_without_length_cannot_be_told_from_a_cut_one(
    server: kit.Server, sleeper: Sleeper, tmp_path: Path
) -> None:
    server.fail(PATH, kit.body(DATA[:1000], keep_length=False))
    assert fetch(server, sleeper, tmp_path) == hashlib.md5(DATA[:1000]).hexdigest()


def test_stalled(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    server.fail(PATH, kit.stall(0.5))
    assert fetch(server, sleeper, tmp_path) == GOOD
    assert len(server.asked(PATH)) == 2


def test_a_trickle_counts_as_stalled(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    ticks = iter(range(10_000))
    with pytest.raises(UnavailableError, match=r"only \d+ bytes came in"):
        # A clock that runs much faster than the bytes come.
        fetch(server, sleeper, tmp_path, clock=lambda: next(ticks) * 100.0, floor=1 << 40, attempts=1)


@pytest.mark.parametrize("code", [404, 408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(server: kit.Server, sleeper: Sleeper, tmp_path: Path, code: int) -> None:
    server.fail(PATH, kit.status(code), kit.status(code))
    assert fetch(server, sleeper, tmp_path) == GOOD
    assert sleeper.slept == [1.0, 2.0]


@pytest.mark.parametrize("code", [400, 401, 403, 405, 451, 501])
def test_what_will_not_pass_is_not(server: kit.Server, sleeper: Sleeper, tmp_path: Path, code: int) -> None:
    server.fail(PATH, kit.status(code), always=True)
    with pytest.raises(UnavailableError, match=str(code)):
        fetch(server, sleeper, tmp_path)
    assert len(server.asked(PATH)) == 1


def test_given_up_in_the_end(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    server.fail(PATH, kit.status(503), always=True)
    with pytest.raises(UnavailableError, match=r"503.*given up after 4 attempts"):
        fetch(server, sleeper, tmp_path)
    assert sleeper.slept == [1.0, 2.0, 4.0]


def test_pauses_grow_to_a_bound_and_are_not_all_alike() -> None:
    patience = Patience(base=1.0, longest=10.0)
    pauses = [patience.pause(attempt) for attempt in range(1, 12)]
    assert all(low / 2 <= pause <= low for pause, low in zip(pauses, [1, 2, 4, 8] + [10] * 7, strict=True))
    assert len(set(pauses)) == len(pauses)


def test_retry_after_in_seconds(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    server.fail(PATH, kit.status(429, Retry_After="7"))
    fetch(server, sleeper, tmp_path)
    assert sleeper.slept == [7.0]


def test_retry_after_as_a_date(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    date = email.utils.formatdate(1_800_000_090, usegmt=True)
    server.fail(PATH, kit.status(503, Retry_After=date))
    fetch(server, sleeper, tmp_path, now=lambda: 1_800_000_000.0)
    assert sleeper.slept == [90.0]


@pytest.mark.parametrize("value", ["soon", "", "-5", "1e9", "²"])
def test_retry_after_that_says_nothing(server: kit.Server, sleeper: Sleeper, tmp_path: Path, value: str) -> None:
    server.fail(PATH, lambda reply, _: kit.status(503, Retry_After=value.encode().decode("latin-1"))(reply, {}))
    fetch(server, sleeper, tmp_path)
    assert sleeper.slept == [1.0]


def test_retry_after_too_long(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    server.fail(PATH, kit.status(503, Retry_After="86400"))
    with pytest.raises(UnavailableError, match="come back in 86400 s"):
        fetch(server, sleeper, tmp_path)
    assert sleeper.slept == []


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_redirects_on_the_host_are_followed(server: kit.Server, sleeper: Sleeper, tmp_path: Path, code: int) -> None:
    server.mirror.put(2, DATA[:77], folder="baseline")
    server.fail(PATH, kit.status(code, Location="/pubmed/baseline/pubmed26n0002.xml.gz"))
    assert fetch(server, sleeper, tmp_path) == hashlib.md5(DATA[:77]).hexdigest()


def test_redirects_elsewhere_are_refused(server: kit.Server, sleeper: Sleeper, tmp_path: Path) -> None:
    with kit.Server(server.mirror) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost") + PATH
        server.fail(PATH, kit.status(302, Location=elsewhere))
        with pytest.raises(RefusedError, match="another host"):
            fetch(server, sleeper, tmp_path)
        assert other.requests == []
    server.fail(PATH, *[kit.status(302, Location=server.url + PATH)] * 6)
    with pytest.raises(RefusedError, match="without end"):
        fetch(server, sleeper, tmp_path)


@pytest.mark.parametrize(
    ("url", "location", "followed"),
    [
        ("https://a.org/x", "http://a.org/x", False),
        ("https://a.org/x", "//a.org/y", True),
        ("http://a.org/x", "https://a.org/x", True),
        ("https://a.org/x", "https://a.org.evil.org/x", False),
        ("https://a.org/x", "https://a.org@evil.org/x", False),
        ("https://a.org/x", "file:///etc/passwd", False),
    ],
)
def test_where_a_redirect_may_lead(sleeper: Sleeper, url: str, location: str, followed: bool) -> None:
    asked = []

    class Pool:
        headers: dict[str, str] = {}  # noqa: RUF012

        def request(self, _method: str, url: str, **_more: Any) -> Any:
            asked.append(url)
            answer = type("Answer", (), {"drain_conn": str, "release_conn": str, "close": str})
            answer.status, answer.headers = (302, {"Location": location}) if len(asked) == 1 else (200, {})  # type: ignore[attr-defined]
            return answer

    one = client(sleeper)
    one._pool = Pool()  # type: ignore[assignment]
    if followed:
        with one._request(url, {}) as response:
            assert response.status == 200
    else:
        with pytest.raises(RefusedError, match="another host or not https"), one._request(url, {}):
            pass
    assert len(asked) == 1 + followed


def test_more_than_any_file(
    server: kit.Server, sleeper: Sleeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mgmine.update._http.LARGEST_FILE", len(DATA) - 1)
    with pytest.raises(RefusedError, match="more than any file"):
        fetch(server, sleeper, tmp_path)
    server.fail(PATH, kit.body(DATA, keep_length=False))
    with pytest.raises(RefusedError, match="does not end"):
        fetch(server, sleeper, tmp_path)


def test_no_server(sleeper: Sleeper, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"given up after 4 attempts") as caught:
        client(sleeper).download("http://127.0.0.1:1/pubmed/x", tmp_path / "p", lambda _done, _total: None)
    assert caught.value.exit_code == 75
    assert "Connection refused" in str(caught.value)
    assert "object at" not in str(caught.value)


def test_small_bodies(server: kit.Server, sleeper: Sleeper) -> None:
    one = client(sleeper)
    assert (one.read(server.url + PATH + ".md5", 1000) or b"").startswith(b"MD5(")
    assert one.read(server.url + "baseline/none", 1000, missing=True) is None
    with pytest.raises(RefusedError, match="longer than 10 bytes"):
        one.read(server.url + PATH + ".md5", 10)
    server.fail("baseline/", kit.cut(0.5), kit.status(502))
    assert (one.read(server.url + "baseline/", 10_000) or b"").endswith(b"</html>\n")
    assert sleeper.slept == [1.0, 2.0]
