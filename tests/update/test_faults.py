"""Whatever a server does wrong: what the run ends with, how far it came, and that the next good run makes it as if nothing had been."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

import updatekit as kit
from mgmine.update import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from updateplace import Place

ALL = [kit.file_name(number) for number in range(1, 8)]
THIRD, FIFTH = f"baseline/{ALL[2]}", f"updatefiles/{ALL[4]}"
LATE = ["updatefiles/" + name for name in ALL[4:]]


@dataclass(frozen=True)
class Case:
    """A fault: how it is brought about, and what must come of it. ``stored``: how many files the first run stores."""

    name: str
    arrange: Callable[[kit.Server], Any]
    stored: int = 7
    code: int = 0
    told: str = ""
    note: str = ""
    patience: dict[str, Any] = field(default_factory=dict)


def reply(path: str, *faults: Any, always: bool = False) -> Callable[[kit.Server], None]:
    return lambda server: server.fail(path, *faults, always=always)


def publish(number: int, data: bytes, **more: Any) -> Callable[[kit.Server], None]:
    return lambda server: (server.mirror.put(number, data, **more), None)[1]


def content(path: str, data: bytes) -> Callable[[kit.Server], None]:
    return lambda server: server.mirror.files.__setitem__(path, data)


def without(*paths: str) -> Callable[[kit.Server], None]:
    def arrange(server: kit.Server) -> None:
        for path in paths:
            del server.mirror.files[path]

    return arrange


def link(folder: str, target: str) -> Callable[[kit.Server], None]:
    return lambda server: server.extra_links.__setitem__(
        folder, f'<a href="{target}">{target}</a>  2026-01-10 13:06   19M\n'
    )


def wrong_md5(server: kit.Server) -> None:
    server.mirror.files[FIFTH + ".md5"] = kit.md5_line(ALL[4], b"something else")


def replaced(server: kit.Server) -> None:
    """The file is published anew, with another checksum, while the first half of the old one is on its way."""
    new = kit.pubmed_file([kit.citation(5000, "Magnesium activates LFA-1.", "x" * 3000)])
    server.fail(FIFTH, kit.then(lambda: server.mirror.put(5, new), kit.cut(0.5)))


def cut_and(attribute: str) -> Callable[[kit.Server], None]:
    """The server lacks something, and the file has to be taken up again."""

    def arrange(server: kit.Server) -> None:
        setattr(server, attribute, False)
        server.fail(FIFTH, kit.cut(0.5))

    return arrange


def old_then_new(server: kit.Server) -> None:
    """The checksum is that of the new file, the first download still brings the old one."""
    old = server.mirror.files[FIFTH]
    server.mirror.put(5, kit.pubmed_file([kit.citation(5000, "Mg2+ binds LFA-1.")]))
    server.fail(FIFTH, kit.body(old))


CASES = [
    *[Case(f"cut at {share:.0%}", reply(FIFTH, kit.cut(share))) for share in (0.0, 0.1, 0.5, 0.99)],
    Case("cut each time", reply(FIFTH, *[kit.cut(0.3)] * 8)),
    Case("cut at nothing each time", reply(FIFTH, kit.cut(0.0), always=True), 4, 75, "given up after 3 attempts"),
    Case("stalled", reply(FIFTH, kit.stall(0.5))),
    Case("stalled each time", reply(FIFTH, kit.stall(0.0), always=True), 4, 75, "given up"),
    Case("the listing is cut", reply("updatefiles/", kit.cut(0.5))),
    Case("the listing stalls", reply("baseline/", kit.stall(0.3))),
    Case("the checksum is cut", reply(FIFTH + ".md5", kit.cut(0.5))),
    Case("404 once", reply(FIFTH, kit.status(404))),
    Case("404", reply(FIFTH, kit.status(404), always=True), 4, 75, "404"),
    Case("403", reply(THIRD, kit.status(403), always=True), 2, 75, "403"),
    Case("429 with Retry-After", reply(FIFTH, kit.status(429, Retry_After="1"))),
    Case("503 with Retry-After", reply("baseline/", kit.status(503, Retry_After="2"))),
    Case("503 for the whole day", reply(FIFTH, kit.status(503, Retry_After="86400")), 4, 75, "come back in 86400 s"),
    Case("503 always", reply("updatefiles/", kit.status(503), always=True), 0, 75, "503"),
    Case("500 on a checksum", reply(FIFTH + ".md5", kit.status(500))),
    Case("wrong checksum", wrong_md5, 4, 1, "and not"),
    Case("no checksum", without(FIFTH + ".md5"), 4, 1, "no checksum file"),
    Case("empty checksum", content(FIFTH + ".md5", b""), 4, 1, "checksum file is empty"),
    Case("checksum of another file", content(FIFTH + ".md5", kit.md5_line(ALL[3], b"x")), 4, 1, "gives no MD5"),
    Case("a page in place of the checksum", content(FIFTH + ".md5", b"<html>Sign in</html>"), 4, 1, "gives no MD5"),
    Case("empty checksum once", reply(FIFTH + ".md5", kit.body(b""))),
    Case("a page in place of the file", reply(FIFTH, kit.body(b"<html>Sign in</html>"))),
    Case("a page in place of every listing", reply("baseline/", kit.body(b"<html>Sign in</html>"), always=True), 0, 1, "missing"),
    Case("an endless listing", reply("baseline/", kit.body(b"x" * (33 << 20))), 0, 1, "longer than"),
    Case("changed between two ranges", replaced),
    Case("the checksum is ahead of the file", old_then_new),
    Case("no ranges", cut_and("ranges")),
    Case("no validators", cut_and("validators")),
    Case("another range", lambda server: server.fail(
        FIFTH, kit.cut(0.5), lambda answer, _: answer.headers.update({"Content-Range": "bytes 0-9/10"}))),
    Case("gap", without(FIFTH, FIFTH + ".md5"), 4, 1, f"{ALL[4]} is missing from the source; 2 later files wait"),
    Case("gap in the baseline", without(THIRD, THIRD + ".md5"), 2, 1, f"{ALL[2]} is missing"),
    Case("no update files", without(*LATE, *(path + ".md5" for path in LATE), f"updatefiles/{ALL[3]}"), 3, 0),
    Case("no baseline", reply("baseline/", kit.status(404), always=True), 0, 1, f"{ALL[0]} is missing"),
    Case("listed twice", link("updatefiles/", ALL[4]), note="listed twice"),
    Case("in both folders", link("updatefiles/", ALL[1]), note="two folders"),
    Case("unknown name", link("updatefiles/", "pubmed26n5x.xml.gz"), note="not a file of PubMed"),
    Case("another spelling of a number", link("updatefiles/", "pubmed26n00005.xml.gz"), note="not a file of PubMed"),
    Case("path upwards", link("updatefiles/", "../../../etc/pubmed26n0008.xml.gz"), note="leads out"),
    Case("path upwards, encoded", link("updatefiles/", "%2e%2e%2f%2e%2e%2fpubmed26n0008.xml.gz"), note="not a file"),
    Case("absolute path", link("updatefiles/", "/etc/passwd"), note="leads out"),
    Case("link to another host", link("updatefiles/", "https://example.org/pubmed26n0008.xml.gz"), note="leads out"),
    Case("redirect off the host", reply(FIFTH, kit.status(302, Location="http://localhost:9/x"), always=True), 4, 1, "another host"),
    Case("redirect of the listing off the host", reply("baseline/", kit.status(301, Location="http://[::1]:9/")), 0, 1, "another host"),
    Case("redirect on the host", reply(FIFTH, kit.status(301, Location="/pubmed/" + FIFTH + "?")), code=0),
    Case("redirect in a circle", reply(FIFTH, kit.status(302, Location="/pubmed/" + FIFTH), always=True), 4, 1, "without end"),
    Case("broken gzip", publish(5, kit.small().files[FIFTH][:-40]), 4, 1, "the gzip stream ends in the middle"),
    Case("no gzip", publish(5, b"This is no gzip at all.\n" * 30), 4, 1, ALL[4]),
    Case("empty file", publish(5, b""), 4, 1, ALL[4]),
    Case("another year between", link("updatefiles/", "pubmed25n0005.xml.gz")),
    Case("text that is no PubMed", publish(5, kit.packed("A letter to the editor.\n" * 30)), 4, 1, "no PubMed file"),
    Case("updates of a year without baseline", link("updatefiles/", "pubmed27n0009.xml.gz"), note="not its baseline"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_fault(case: Case, place: Place, server: kit.Server, good_content: dict[str, bytes]) -> None:
    case.arrange(server)
    slept: list[float] = []
    patience = Patience(attempts=3, base=0.001, stall=0.3, sleep=slept.append)
    outcome = place.update(patience=patience)
    assert (outcome.code, [file.name for file in outcome.files]) == (case.code, ALL[: case.stored]), outcome
    assert case.told in "\n".join(outcome.trouble)
    assert bool(outcome.trouble) == bool(case.code)
    assert case.note in "\n".join(outcome.notes)
    if place.store.exists():
        assert place.files() == ALL[: case.stored]
        _nothing_unverified(place, server)
    # The server recovers, the file is published as it should have been: the store is that of a run without any fault.
    good = kit.small()
    server.mirror.files, server.mirror.dates = good.files, dict.fromkeys(good.files, "2026-02-01 00:00")
    server._faults.clear()
    server.extra_links.clear()
    server.ranges = server.validators = True
    again = place.update(patience=patience)
    assert (again.code, again.trouble, again.behind) == (0, [], 0)
    assert place.content() == good_content
    assert list(place.corpus.rglob("*.part*")) == []


def _nothing_unverified(place: Place, server: kit.Server) -> None:
    """What stands in the corpus folder under its own name is what some checksum of the source said."""
    import hashlib

    for path in place.corpus.rglob("*.xml.gz"):
        digest = hashlib.md5(path.read_bytes()).hexdigest()
        assert digest in path.with_name(path.name + ".md5").read_text()
    assert {path.name for path in place.corpus.rglob("*.xml.gz")} <= set(ALL)
    assert not (place.folder.parent / "etc").exists()


def test_there_are_enough_faults() -> None:
    assert len(CASES) >= 30
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(kit.status(503), 75), (kit.status(302, Location="http://localhost:9/"), 1), (kit.body(b"junk"), 1)],
    ids=["unavailable", "refused", "not-verified"],
)
def test_exit_codes(place: Place, server: kit.Server, fault: Any, code: int) -> None:
    server.fail(FIFTH, fault, always=True)
    done = place.command()
    assert done.returncode == code, done.stderr
    assert len(done.stdout.splitlines()) == 5
    assert place.files() == ALL[:4]


def test_retry_after_is_waited_for(place: Place, server: kit.Server) -> None:
    server.fail(FIFTH, kit.status(503, Retry_After="17"))
    slept: list[float] = []
    assert place.update(patience=Patience(attempts=3, base=0.0, sleep=slept.append)).code == 0
    assert slept == [17.0]


def test_a_reader_that_crashes_on_a_file(
    place: Place, monkeypatch: pytest.MonkeyPatch, good_content: dict[str, bytes]
) -> None:
    """It fails alone and is told; what comes after it waits, since it may revise what this file should have said."""
    from mgmine.pipeline import Stages

    whole = Stages.store

    def poisoned(self: Stages, path: Any, *arguments: Any, **more: Any) -> Any:
        if path.name == ALL[4]:
            raise RuntimeError("the reader has met its match")
        return whole(self, path, *arguments, **more)

    monkeypatch.setattr(Stages, "store", poisoned)
    for _ in range(2):
        outcome = place.update()
        assert (outcome.code, outcome.behind) == (1, 3)
        assert outcome.trouble == [f"{ALL[4]}: RuntimeError: the reader has met its match"]
        assert place.files() == ALL[:4]
    monkeypatch.undo()
    assert place.update().code == 0
    assert place.content() == good_content


def test_a_stored_file_that_is_published_anew_and_wrong_stops_nothing(place: Place, mirror: kit.Mirror) -> None:
    """The store has its earlier state, so what comes after it may go on; it is tried again each time."""
    place.update()
    mirror.put(5, b"no gzip")
    mirror.put(8, kit.update(8, 2000))
    for files in ([kit.file_name(8)], []):
        outcome = place.update()
        assert (outcome.code, [file.name for file in outcome.files], outcome.behind) == (1, files, 1)
        assert "not gzip" in outcome.trouble[0]


def test_a_disk_that_fails(place: Place, monkeypatch: pytest.MonkeyPatch, good_content: dict[str, bytes]) -> None:
    """Also the history, which no run depends on."""
    import errno

    from mgmine.update import _corpus, _history

    def fails(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere")

    monkeypatch.setattr(_corpus.Corpus, "_note", fails)
    monkeypatch.setattr(_history.History, "append", fails)
    outcome = place.update()
    assert (outcome.code, outcome.trouble) == (75, ["/somewhere: No space left on device"])
    monkeypatch.undo()
    assert place.update().code == 0
    assert place.content() == good_content


def test_a_record_that_cannot_be_read_is_lost_alone(place: Place, mirror: kit.Mirror) -> None:
    broken = kit.citation(6000, "Good.").replace("<PMID", "<PMDI").replace("</PMID>", "</PMDI>", 1)
    mirror.put(5, kit.pubmed_file([kit.citation(6001, "Before."), broken, kit.citation(6002, "After.")]))
    outcome = place.update()
    assert (outcome.code, outcome.trouble, len(outcome.files)) == (1, [], 7)
    assert any("record 1" in problem for problem in outcome.files[4].problems)
    live = {doc_id for doc_id, _, _ in place.live()}
    assert {"pubmed:6001", "pubmed:6002"} <= live
