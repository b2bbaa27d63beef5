"""What is new, for a person: each kind of news from files that bring it about, in every form, by mail, and as a feed."""

from __future__ import annotations

import json
import re
import socket
import time
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest

import updatekit as kit
from mgmine.errors import InputError, UsageError
from mgmine.store import Store
from mgmine.update import Patience, _mail, _snapshot, digest, watch
from updateplace import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.nlp
C = kit.citation
NOON = 1_790_000_000.0

FIRST = [
    C(1, "Magnesium activates LFA-1 on T cells.", "Magnesium increased LFA-1 activity."),
    C(2, "Whether magnesium affects T cell migration is not known."),
    C(3, "LFA-1 inhibits T cell apoptosis.", "LFA-1 is expressed on T cells."),
    C(4, "Mg2+ binds LFA-1."),
    C(5, "Magnesium inhibits T cell activation."),
    C(6, "LFA-1 is required for T cell adhesion."),
]
SECOND = [
    C(10, "Magnesium activates LFA-1 in mice.", "In T cells, magnesium <activates> LFA-1 *at once*."),
    C(11, "Magnesium does not activate LFA-1 on T cells."),
    C(12, "Magnesium increases T cell migration."),
    C(13, "Retraction: Magnesium inhibits T cell activation.", retracts=5),
    C(14, "LFA-1 is required for T cell adhesion."),
    C(3, "A new title.", "LFA-1 is expressed on T cells.", version=2),
]


class Story:
    """A store that is brought up to date twice, with what its user watches."""

    def __init__(self, folder: Path) -> None:
        self.mirror = kit.Mirror()
        self.mirror.put(1, kit.pubmed_file(FIRST), folder="baseline")
        folder.mkdir()
        self.place = Place(folder, str(folder / "mirror"))
        self.watches = folder / "watches.txt"
        watch.add(self.watches, "Mg2+ affects LFA-1")
        watch.add(self.watches, "adhesion")
        self.update(NOON)
        self.mirror.put(2, kit.pubmed_file(SECOND, [4]))
        self.outcome = self.update(NOON + 86400)

    def update(self, now: float, **more: Any) -> Any:
        self.mirror.write(self.place.folder / "mirror")
        patience = Patience(attempts=1, now=lambda: now)
        return self.place.update(claims=True, model="blank", watches=self.watches, patience=patience, **more)

    @property
    def digests(self) -> digest.Digests:
        return digest.Digests(self.place.folder / "evidence.log")

    def records(self, which: int = -1) -> list[dict[str, Any]]:
        folder = self.digests.folder / self.digests.names()[which]
        return [json.loads(line) for line in (folder / "digest.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("story") / "place")


def test_each_kind_of_news(story: Story) -> None:
    assert story.outcome.code == 0
    head, *items = story.records()
    assert (head["files"], head["documents"], head["deletions"]) == (["pubmed26n0002.xml.gz"], 6, 1)
    told = {(item["kind"], item["statement"]): item for item in items}
    assert set(told) == {
        ("answered", "not known: whether magnesium bears on T cell migration"),
        ("contradicted", "magnesium raises or activates LFA-1"),
        ("new", "magnesium raises or activates T cell migration"),
        ("strengthened", "T cell adhesion requires LFA-1"),
        ("withdrawn", "LFA-1 binds magnesium"),
        ("withdrawn", "LFA-1 lowers or inhibits T cell apoptosis"),
        ("withdrawn", "magnesium lowers or inhibits T cell activation"),
    }
    reasons = {statement: item["reasons"] for (kind, statement), item in told.items() if kind == "withdrawn"}
    assert reasons == {
        "LFA-1 binds magnesium": {"deleted": 1},
        "LFA-1 lowers or inhibits T cell apoptosis": {"revised": 1},
        "magnesium lowers or inhibits T cell activation": {"retracted": 1},
    }
    contradicted = told["contradicted", "magnesium raises or activates LFA-1"]
    assert contradicted["sentences"][0]["text"] == "Magnesium does not activate LFA-1 on T cells."
    assert (contradicted["before"]["negated"], contradicted["relation"]["negated"]) == (0, 1)
    answered = told["answered", "not known: whether magnesium bears on T cell migration"]
    assert [s["doc_id"] for s in answered["sentences"]] == ["pubmed:12"]


def test_the_first_digest_says_that_it_is_the_first(story: Story) -> None:
    head, *items = story.records(0)
    assert head["since"] is None
    assert "first digest" in head["notes"][0]
    assert {item["kind"] for item in items} == {"new"}


def test_what_is_watched_comes_first(story: Story) -> None:
    _, *items = story.records()
    watched = {item["statement"]: item["watches"] for item in items if item["watches"]}
    assert watched == {
        "magnesium raises or activates LFA-1": ["Mg2+ affects LFA-1"],
        "T cell adhesion requires LFA-1": ["adhesion"],
    }
    text = (story.digests.folder / story.digests.names()[-1] / "digest.md").read_text()
    assert text.index("## Watched") < text.index("magnesium raises or activates LFA-1") < text.index("## Answered")


def test_markdown_shows_text_as_it_is(story: Story) -> None:
    text = (story.digests.folder / story.digests.names()[-1] / "digest.md").read_text()
    assert r"magnesium \<activates\> LFA-1 \*at once\*" in text or "activates\\>" in text or "\\<" not in text
    assert "[pubmed:11](https://pubmed.ncbi.nlm.nih.gov/11/)" in text


def test_html(story: Story) -> None:
    lxml = pytest.importorskip("lxml.html")
    page = (story.digests.folder / story.digests.names()[-1] / "digest.html").read_text()
    tree = lxml.fromstring(page)
    assert [part.get("class") for part in tree.findall(".//article")].count("withdrawn") == 3
    links = [link.get("href") for link in tree.findall(".//a")]
    assert links
    assert all(re.fullmatch(r"https://pubmed\.ncbi\.nlm\.nih\.gov/\d+/", link) for link in links)
    assert not tree.findall(".//script")
    assert not re.search(r"(?:src=|@import|url\()", page)
    assert "default-src 'none'" in page


def test_atom(story: Story) -> None:
    lxml = pytest.importorskip("lxml.etree")
    tree = lxml.fromstring(story.digests.feed.read_bytes())
    ns = {"a": "http://www.w3.org/2005/Atom"}
    # RFC 4287: what a feed and an entry must have, exactly once, and times in RFC 3339.
    for element in (tree, *tree.findall("a:entry", ns)):
        for name in ("id", "title", "updated"):
            (found,) = element.findall(f"a:{name}", ns)
            assert found.text
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", element.findtext("a:id", namespaces=ns))
        time.strptime(element.findtext("a:updated", namespaces=ns), "%Y-%m-%dT%H:%M:%SZ")
    assert tree.findtext("a:author/a:name", namespaces=ns) == "mgmine"
    entries = tree.findall("a:entry", ns)
    assert len(entries) == 2
    assert len({entry.findtext("a:id", namespaces=ns) for entry in entries}) == 2
    times = [entry.findtext("a:updated", namespaces=ns) for entry in entries]
    assert times == sorted(times, reverse=True)
    assert tree.findtext("a:updated", namespaces=ns) == times[0]
    content = entries[0].find("a:content", ns)
    assert content.get("type") == "html"
    assert "Magnesium does not activate LFA-1" in content.text


def test_nothing_new_no_digest(story: Story) -> None:
    before = story.digests.names()
    assert story.update(NOON + 2 * 86400).code == 0
    assert story.digests.names() == before


def test_on_the_command_line(story: Story) -> None:
    from conftest import run_mgmine

    store = str(story.place.store)
    names = run_mgmine("digest", "--store", store, "--list").stdout.split()
    assert names == story.digests.names()
    assert names == ["20260921T141320Z", "20260922T141320Z"]
    again = run_mgmine("digest", "--store", store, "--format", "jsonl", "--watches", story.watches)
    assert [json.loads(line) for line in again.stdout.splitlines()][1:] == story.records()[1:]
    for since in ("2026-09-21", names[0], "20260921"):
        assert "Since 2026-09-21" in run_mgmine("digest", "--store", store, "--since", since).stdout
    done = run_mgmine("digest", "--store", store, "--since", "2020-01-01")
    assert (done.code, "no digest as old as" in done.stderr) == (2, True)
    assert run_mgmine("digest", "--store", store, "--since", "yesterday").code == 2
    assert run_mgmine("digest", "--store", store, "--format", "atom").stdout.startswith("<?xml")
    assert run_mgmine("digest", "--store", store, "--send").code == 2


def test_a_run_that_was_stopped_is_told_by_the_next(tmp_path: Path) -> None:
    """What a killed run stored had no digest; the next one has it, though it stores nothing itself."""
    folder = tmp_path / "place"
    folder.mkdir()
    mirror = kit.Mirror()
    mirror.put(1, kit.pubmed_file(FIRST), folder="baseline")
    place = Place(folder, str(mirror.write(folder / "mirror")))
    place.update(claims=True, model="blank", digest=False)
    digests = digest.Digests(folder / "evidence.log")
    assert digests.names() == []
    place.update(claims=True, model="blank")
    (name,) = digests.names()
    assert digests.snapshot(name).files.keys() == {"pubmed26n0001.xml.gz"}


def test_snapshots_survive_writing(story: Story, tmp_path: Path) -> None:
    with Store(story.place.store) as store:
        taken = _snapshot.take(store, "2026-01-01T00:00:00Z")
    _snapshot.write(taken, tmp_path / "a.gz")
    _snapshot.write(taken, tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert _snapshot.read(tmp_path / "a.gz") == taken
    assert taken.claims
    assert taken.relations
    for damaged in (b"", b"x", (tmp_path / "a.gz").read_bytes()[:-20]):
        (tmp_path / "c.gz").write_bytes(damaged)
        with pytest.raises(InputError, match="damaged snapshot"):
            _snapshot.read(tmp_path / "c.gz")


# ── Watches ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("magnesium affects LFA-1", ("magnesium", "affects", None, "LFA-1")),
        ("magnesium affects + LFA-1", ("magnesium", "affects", "+", "LFA-1")),
        ("Mg2+ affects- CD8 T cell  # since 2024", ("Mg2+", "affects", "-", "CD8 T cell")),
        ("magnesium activates LFA-1", ("magnesium", "affects", "+", "LFA-1")),
        ("* inhibits integrins", (None, "affects", "-", "integrins")),
        ("magnesium has no effect on *", ("magnesium", "affects", "0", None)),
        ("MagT1 participates in anything", ("MagT1", "participates_in", None, None)),
        ("LFA-1 correlates_with − survival", ("LFA-1", "correlates_with", "-", "survival")),
        ("binds ICAM-1", (None, "binds", None, "ICAM-1")),
    ],
)
def test_statements(text: str, read: tuple[str | None, ...]) -> None:
    found = watch.parse(text)
    assert (found.subject, found.predicate, found.sign, found.object) == read


def test_words_alone() -> None:
    assert watch.parse("Immune Synapse, LFA-1").words == ("immune", "synapse", "lfa-1")
    for empty in ("", "  # nothing", "* affects *"):
        with pytest.raises(UsageError):
            watch.parse(empty)


def test_the_list_of_watches(tmp_path: Path) -> None:
    path = tmp_path / "new" / "watches.txt"
    assert watch.read(path) == []
    assert watch.add(path, "magnesium affects  LFA-1")[1]
    assert not watch.add(path, "Magnesium affects LFA-1")[1]
    watch.add(path, "zinc")
    path.write_text("# mine\n" + path.read_text() + "calcium # and why\n")
    assert [item.text for item in watch.read(path)] == ["magnesium affects LFA-1", "zinc", "calcium"]
    for which, text in (("2", "zinc"), ("CALCIUM", "calcium")):
        gone = watch.remove(path, which)
        assert gone is not None
        assert gone.text == text
    assert watch.remove(path, "9") is None
    assert path.read_text() == "# mine\nmagnesium affects LFA-1\n"
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="watches"):
        watch.read(path)


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("Mg2+ affects LFA-1", True), ("magnesium affects LFA-1", True), ("MESH:D008274 affects *", True),
        ("magnesium activates integrins", True), ("magnesium inhibits LFA-1", False), ("LFA-1 affects magnesium", False),
        ("zinc affects LFA-1", False), ("magnesium binds LFA-1", False), ("magnesium LFA-1", True), ("magnes", False),
    ],
)  # fmt: skip
def test_what_a_watch_matches(story: Story, text: str, matches: bool) -> None:
    with Store(story.place.store) as store:
        (relation,) = store.sql(
            "SELECT * FROM relations WHERE object = 'LFA-1' AND sign = '+' AND predicate = 'affects'"
        ).dicts()
        assert bool(watch.Matcher.over(store, [watch.parse(text)]).matching(relation)) == matches


# ── Mail and services ───────────────────────────────────────────────────────────────────────────────────────────────────


class Box:
    """Takes mail and keeps it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return "554 no, thank you"
        self.taken.append(envelope.content)
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Box, dict[str, Any]]]:
    controller = pytest.importorskip("aiosmtpd.controller")
    found = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = controller.Controller(found, hostname="127.0.0.1", port=port)
    server.start()
    try:
        mail = {"host": "127.0.0.1", "port": port, "security": "none", "from": "a@example.org", "to": ["b@example.org"]}
        yield found, mail
    finally:
        server.stop()


def test_mail(story: Story, box: tuple[Box, dict[str, Any]]) -> None:
    taken, mail = box
    number = len(story.mirror.names("updatefiles")) // 2 + 2
    story.mirror.put(number, kit.pubmed_file([C(20, "Magnesium inhibits LFA-1 on T cells.")]))
    outcome = story.update(NOON + 3 * 86400, mail=mail)
    assert (outcome.code, outcome.trouble) == (0, [])
    (raw,) = taken.taken
    got = message_from_bytes(raw, policy=policy.default)
    assert got["To"] == "b@example.org"
    assert got["Subject"].startswith("mgmine 2026-09-24: ")
    kinds = [part.get_content_type() for part in got.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert "Magnesium inhibits LFA-1 on T cells." in got.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    # A server that takes none: the digest is kept and the run says so.
    taken.refuse = True
    story.mirror.put(number + 1, kit.pubmed_file([C(21, "Magnesium increases T cell adhesion.")]))
    outcome = story.update(NOON + 4 * 86400, mail=mail)
    assert outcome.code == 1
    assert "could not be mailed" in outcome.trouble[0]
    assert "no, thank you" in outcome.trouble[0]
    assert len(story.digests.names()) == 4


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        ({"host": "x"}, "needs to"),
        ({"to": "a@b"}, "needs host"),
        ({"host": "x", "to": "y", "sender": "z"}, "and not sender"),
        ({"host": "x", "to": "y", "security": "ssl3"}, "starttls, tls or none"),
        ({"host": "x", "to": "y", "security": "none", "user": "z"}, "without encryption"),
    ],
)
def test_a_table_of_mail_that_cannot_be_used(mail: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        _mail.check(mail, {})


def test_services(story: Story) -> None:
    apprise = pytest.importorskip("apprise")
    got: list[str] = []

    def told(body: str, title: str, *_args: Any, **_more: Any) -> None:
        got.append(f"{title}\n{body}")

    apprise.decorators.notify(on="told")(told)

    with Store(story.place.store) as store:
        now = _snapshot.take(store, "2026-12-01T00:00:00Z")
        made = digest.make(store, None, now)
    _mail.notify(made, {"urls": "told://"})
    assert "magnesium" in got[0]
    with pytest.raises(_mail.SendError, match="does not know"):
        _mail.notify(made, {"urls": ["nosuch://x"]})
