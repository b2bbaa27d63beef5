"""The digest: what is new in a store since an earlier time, for a person.

New relations, relations that found support or contradiction, what was withdrawn and why, and questions that found an answer; what
is watched comes first. Written as Markdown, HTML and JSON lines, and all of them together as an Atom feed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mgmine.errors import UsageError
from mgmine.update import _snapshot
from mgmine.update.watch import Matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mgmine.store import Store
    from mgmine.update._snapshot import Claim, Row, Snapshot
    from mgmine.update.watch import Watch

SECTIONS = {
    "answered": "Answered questions",
    "contradicted": "Contradicted",
    "new": "New",
    "strengthened": "Strengthened",
    "withdrawn": "Withdrawn",
}
"""The kinds of news, in the order in which they are told."""
_LOST = {
    "deleted": "deleted from PubMed",
    "retracted": "retracted",
    "revised": "no longer in the revised record",
    "read anew": "not found again with the new lexicon, rules or model",
}
SENTENCES = 3
"""Sentences shown for one piece of news."""
KEPT = 60
"""Digests whose snapshot is kept, to look back to."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence behind a piece of news. ``lost``: why it no longer counts."""

    doc_id: str
    text: str
    title: str
    journal: str
    year: int | None
    lost: str | None = None

    @property
    def link(self) -> str | None:
        """The document's page at its home."""
        from mgmine.report._data import link

        return link(self.doc_id)


@dataclass(slots=True)
class Item:
    """A piece of news: a relation, what it was before, the sentences that made the difference, the watches it concerns."""

    kind: str
    relation: Row
    before: Row | None = None
    sentences: list[Sentence] = field(default_factory=list)
    more: int = 0
    watches: list[str] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def statement(self) -> str:
        """What the relation says, in words."""
        return statement(self.relation)

    @property
    def change(self) -> str:
        """The difference in numbers."""
        return change(self)


@dataclass(slots=True)
class Digest:
    """All news between two states of a store. ``counts`` has each kind's number of pieces, shown or not."""

    made: str
    since: str | None
    files: list[str]
    documents: int
    deletions: int
    items: list[Item]
    counts: dict[str, int]
    beside: int
    notes: list[str]

    @property
    def watched(self) -> list[Item]:
        """What concerns a watch."""
        return [item for item in self.items if item.watches]

    def of(self, kind: str) -> list[Item]:
        """The pieces of one kind that concern no watch."""
        return [item for item in self.items if item.kind == kind and not item.watches]

    @property
    def headline(self) -> str:
        """One line that says how much there is."""
        parts = [f"{self.counts[kind]} {kind}" for kind in SECTIONS if self.counts.get(kind)]
        watched = f"; {len(self.watched)} on your watches" if self.watched else ""
        return (", ".join(parts) or "no relation changed") + watched


# ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_VERBS = {
    ("affects", "+"): "raises or activates", ("affects", "-"): "lowers or inhibits", ("affects", "0"): "does not change",
    ("affects", "?"): "has an effect on", ("correlates_with", "+"): "goes up with", ("correlates_with", "-"): "goes down with",
    ("correlates_with", "0"): "is not correlated with", ("target_candidate", None): "is a therapeutic target",
}  # fmt: skip


def statement(relation: Row) -> str:
    """What a relation says, in words."""

    def argument(side: str) -> str:
        words = str(relation[side] or "").strip()
        return f"{relation[f'{side}_level']} {words}" if relation[f"{side}_level"] else words

    subject, object_ = argument("subject"), argument("object")
    if relation["predicate"] == "open_question":
        return f"not known: whether {subject} bears on {object_}" if object_ else f"not known: the role of {subject}"
    plain = str(relation["predicate"]).replace("_", " ")
    sign = relation["sign"]
    verb = _VERBS.get((relation["predicate"], sign), plain if sign is None else f"{plain} ({sign})")
    return f"{subject} {verb} {object_}".strip()


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def change(item: Item) -> str:
    """The difference that a piece of news makes, in numbers."""
    now, before = item.relation, item.before
    if item.kind == "answered":
        return "; ".join(statement(answer) for answer in item.answers)
    if item.kind == "withdrawn":
        reasons = ", ".join(
            f"{_counted(count, 'claim')} {_LOST[reason]}" for reason, count in sorted(item.reasons.items())
        )
        left = f"{_counted(now['documents'], 'document')} left" if now["claims"] else "nothing left"
        return f"{reasons}; {left}" if reasons else left
    told = [_counted(now["documents"], "document")]
    if before and before["claims"]:
        told = [f"{before['documents']} → {_counted(now['documents'], 'document')}"]
        if now["belief"] is not None and before["belief"] is not None and now["belief"] != before["belief"]:
            told.append(f"belief {before['belief']:.2f} → {now['belief']:.2f}")
    elif now["belief"]:
        told.append(f"belief {now['belief']:.2f}")
    told.extend(
        f"{_counted(now[name], 'claim')} to the contrary"
        if name == "opposed"
        else f"denied by {_counted(now[name], 'claim')}"
        for name in ("negated", "opposed")
        if now[name]
    )
    return ", ".join(told)


# ── The comparison ──────────────────────────────────────────────────────────────────────────────────────────────────────


def make(
    store: Store,
    before: Snapshot | None,
    after: Snapshot,
    *,
    watches: Sequence[Watch] = (),
    everything: bool = False,
    limit: int = 40,
) -> Digest:
    """Compare two states of a store.

    Args:
        store: The store in the later state, for the sentences.
        before: The earlier state; None for a first digest, in which all is new.
        after: The later state.
        watches: Statements to be told first.
        everything: Also relations that touch no topic family of the lexicon.
        limit: Pieces of each kind that are shown; what is watched is shown always.
    """
    earlier = before or _snapshot.Snapshot("", after.generation, {})
    reread = bool(before) and any(
        name in earlier.files and earlier.files[name][1:] != parts[1:] for name, parts in after.files.items()
    )
    gained, lost = _moved(earlier, after)
    reasons = _reasons(store, lost, reread)
    items = list(_items(earlier, after, gained, lost, reasons))
    topics = {family["id"] for file in store.files() for family in file.stats.get("families", ()) if family["topic"]}
    matcher = Matcher.over(store, watches)
    texts = _texts(store, items, gained, lost) if any(watch.predicate is None for watch in watches) else {}
    on_topic = []
    for item in items:
        said = texts.get(item.relation["relation_id"], [])
        item.watches = sorted({name for row in (item.relation, *item.answers) for name in matcher.matching(row, said)})
        if everything or item.watches or not topics or _families(item.relation) & topics:
            on_topic.append(item)
    counts: dict[str, int] = defaultdict(int)
    shown: list[Item] = []
    for item in sorted(on_topic, key=lambda item: _rank(item, topics)):
        counts[item.kind] += 1
        if item.watches or counts[item.kind] <= limit:
            shown.append(item)
    _add_sentences(store, shown, gained, lost, reasons)
    changed = [name for name, parts in after.files.items() if earlier.files.get(name, [""])[0] != parts[0]]
    stats = [file.stats for file in store.files() if file.key.source in set(changed)]
    notes = []
    if before is None:
        notes.append("The first digest of this store: everything is new.")
    elif earlier.generation != after.generation:
        notes.append("A new annual baseline took the place of the old one.")
    if reread:
        notes.append(
            "Files were read anew with another lexicon, rules or model; some of the difference is due to that."
        )
    return Digest(
        made=after.taken,
        since=before.taken if before else None,
        files=changed,
        documents=sum(int(found.get("documents", 0)) for found in stats),
        deletions=sum(int(found.get("deletions", 0)) for found in stats),
        items=shown,
        counts=dict(counts),
        beside=len(items) - len(on_topic),
        notes=notes,
    )


def _families(relation: Row) -> set[str]:
    return {relation["subject_family"], relation["object_family"]}


def _rank(item: Item, topics: set[str]) -> tuple[Any, ...]:
    return (
        list(SECTIONS).index(item.kind), not item.watches, -len(_families(item.relation) & topics), -item.relation["documents"],
        -(item.relation["belief"] or 0), item.statement, item.relation["relation_id"],
    )  # fmt: skip


def _moved(before: Snapshot, after: Snapshot) -> tuple[dict[str, list[Claim]], dict[str, list[Claim]]]:
    """The claims that came to each relation, and those that no longer count for it."""
    gained: dict[str, list[Claim]] = defaultdict(list)
    lost: dict[str, list[Claim]] = defaultdict(list)
    for claim, (relation, withdrawn, _) in after.claims.items():
        old = before.claims.get(claim)
        if not withdrawn and (old is None or old[1]):
            gained[relation].append(claim)
    for claim, (relation, withdrawn, _) in before.claims.items():
        new = after.claims.get(claim)
        if not withdrawn and (new is None or new[1]):
            lost[relation].append(claim)
    for claims in gained.values():
        # What denies is what a reader of news looks for.
        claims.sort(key=lambda claim: not after.claims[claim][2])
    return gained, lost


def _reasons(store: Store, lost: dict[str, list[Claim]], reread: bool) -> dict[Claim, str]:
    """Why each lost claim no longer counts."""
    claims = {claim for found in lost.values() for claim in found}
    ids = sorted({doc_id for doc_id, _ in claims})
    live = (
        dict(store.sql("SELECT doc_id, retracted FROM documents WHERE list_contains(?, doc_id)", [ids]).rows)
        if ids
        else {}
    )
    reasons = {}
    for claim in claims:
        retracted = live.get(claim[0])
        reasons[claim] = (
            "deleted" if retracted is None else "retracted" if retracted else "read anew" if reread else "revised"
        )
    return reasons


def _items(
    before: Snapshot,
    after: Snapshot,
    gained: dict[str, list[Claim]],
    lost: dict[str, list[Claim]],
    reasons: dict[Claim, str],
) -> Iterable[Item]:
    for relation_id, now in after.relations.items():
        old = before.relations.get(relation_id)
        had = old["claims"] if old else 0
        if not had and now["claims"]:
            yield Item("new", now, old)
        elif old and had:
            if now["negated"] > old["negated"] or now["opposed"] > old["opposed"]:
                yield Item("contradicted", now, old)
            elif now["affirmed"] > old["affirmed"] and now["documents"] > old["documents"]:
                yield Item("strengthened", now, old)
    for relation_id, claims in lost.items():
        # A sentence that a revision only moved is both gained and lost.
        if len(claims) > len(gained.get(relation_id, ())):
            old = before.relations[relation_id]
            now = after.relations.get(relation_id) or {
                **old,
                "claims": 0,
                "documents": 0,
                "affirmed": 0,
                "belief": None,
            }
            found: dict[str, int] = defaultdict(int)
            for claim in claims:
                found[reasons[claim]] += 1
            yield Item("withdrawn", now, old, reasons=dict(found))
    yield from _answers(before, after, gained)


def _answers(before: Snapshot, after: Snapshot, gained: dict[str, list[Claim]]) -> Iterable[Item]:
    """Questions that stood open before, with what is now said for a fact about the same two things."""
    said: dict[frozenset[str | None], list[Row]] = defaultdict(list)
    for relation_id in gained:
        now, old = after.relations.get(relation_id), before.relations.get(relation_id)
        if now and now["predicate"] != "open_question" and now["object_key"] is not None:
            settled = now["certain"] + now["negated"] > (old["certain"] + old["negated"] if old else 0)
            if settled:
                said[frozenset((now["subject_key"], now["object_key"]))].append(now)
    for question in before.relations.values():
        open_ = question["predicate"] == "open_question" and question["claims"] and question["object_key"] is not None
        if open_ and (found := said.get(frozenset((question["subject_key"], question["object_key"])))):
            yield Item("answered", question, answers=sorted(found, key=statement))


# ── The sentences ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _behind(
    item: Item, gained: dict[str, list[Claim]], lost: dict[str, list[Claim]], after_pairs: dict[str, list[str]]
) -> list[Claim]:
    """The claims that made the difference."""
    relation_id = item.relation["relation_id"]
    if item.kind == "withdrawn":
        return lost[relation_id]
    if item.kind == "answered":
        return [claim for answer in item.answers for claim in gained[answer["relation_id"]]]
    found = list(gained.get(relation_id, ()))
    if item.kind == "contradicted":
        # What speaks against it may stand in the relations of the other signs.
        others = [other for other in after_pairs.get(item.relation["pair_id"], ()) if other != relation_id]
        found = [claim for other in others for claim in gained.get(other, ())] + found
    return found


def _pairs(items: Iterable[Item]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = defaultdict(list)
    for item in items:
        if item.kind in ("new", "strengthened", "contradicted"):
            pairs[item.relation["pair_id"]].append(item.relation["relation_id"])
    return pairs


def _texts(
    store: Store, items: Sequence[Item], gained: dict[str, list[Claim]], lost: dict[str, list[Claim]]
) -> dict[str, list[str]]:
    """The new sentences of each relation, for watches that are words."""
    pairs = _pairs(items)
    wanted = {claim: item.relation["relation_id"] for item in items for claim in _behind(item, gained, lost, pairs)}
    found = defaultdict(list)
    for claim, sentence in _read(store, wanted, {}).items():
        found[wanted[claim]].append(sentence.text)
    return found


def _add_sentences(
    store: Store,
    items: Sequence[Item],
    gained: dict[str, list[Claim]],
    lost: dict[str, list[Claim]],
    reasons: dict[Claim, str],
) -> None:
    pairs = _pairs(items)
    behind = [_behind(item, gained, lost, pairs) for item in items]
    chosen = []
    for claims in behind:
        # Of different documents first.
        first: dict[str, Claim] = {}
        for claim in claims:
            first.setdefault(claim[0], claim)
        rest = [claim for claim in claims if first[claim[0]] != claim]
        chosen.append([*first.values(), *rest][:SENTENCES])
    texts = _read(store, {claim for claims in chosen for claim in claims}, reasons)
    for item, claims, all_ in zip(items, chosen, behind, strict=True):
        item.sentences = list(dict.fromkeys(texts[claim] for claim in claims if claim in texts))
        item.more = max(0, len({doc_id for doc_id, _ in all_}) - len({sentence.doc_id for sentence in item.sentences}))


def _read(store: Store, claims: Iterable[Claim], reasons: dict[Claim, str]) -> dict[Claim, Sentence]:
    """The sentences of claims, live ones or such as are no more, as long as their segment is there."""
    wanted = set(claims)
    if not wanted:
        return {}
    rows = store.sql(
        """
        SELECT c.doc_id, c.id, c.sentence_text, d.title, coalesce(d.journal_abbreviation, d.journal) AS journal, d.year
        FROM segment.claims c
        LEFT JOIN segment.documents d ON d.doc_id = c.doc_id AND d.file = c.file AND d.record = c.record
        WHERE list_contains(?, c.id)
        """,
        [sorted({claim_id for _, claim_id in wanted})],
    )
    found = {}
    for doc_id, claim_id, text, title, journal, year in rows:
        if (doc_id, claim_id) in wanted:
            reason = reasons.get((doc_id, claim_id))
            lost = _LOST[reason] if reason else None
            found[doc_id, claim_id] = Sentence(doc_id, text or "", title or "", journal or "", year, lost)
    return found


# ── Written ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plain(text: str) -> str:
    """Text in which Markdown sees nothing of its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))


def markdown(digest: Digest) -> str:
    """The digest as Markdown."""
    lines = [f"# What is new, {digest.made[:10]}", "", _plain(_lead(digest)), ""]
    lines += [f"*{_plain(note)}*\n" for note in digest.notes]
    groups = [("Watched", digest.watched), *((title, digest.of(kind)) for kind, title in SECTIONS.items())]
    for title, items in groups:
        if not items:
            continue
        lines += [f"## {title}", ""]
        for item in items:
            kind = f"{item.kind}: " if title == "Watched" else ""
            lines.append(f"- **{_plain(kind + item.statement)}** ({_plain(item.change)})")
            for sentence in item.sentences:
                source = ", ".join(str(part) for part in (sentence.journal, sentence.year) if part)
                name = f"[{_plain(sentence.doc_id)}]({sentence.link})" if sentence.link else _plain(sentence.doc_id)
                lost = f" — {sentence.lost}" if sentence.lost else ""
                lines.append(f"  - “{_plain(sentence.text)}” {_plain(source)} {name}{lost}")
            if item.more:
                lines.append(f"  - and {_counted(item.more, 'document')} more")
        section = next((kind for kind, name in SECTIONS.items() if name == title), None)
        if section and (hidden := _hidden(digest, section)):
            lines.append(f"- and {hidden} more, not shown here")
        lines.append("")
    if not digest.items:
        lines += ["Nothing that was read changed a relation.", ""]
    return "\n".join(lines)


def _hidden(digest: Digest, kind: str) -> int:
    return digest.counts.get(kind, 0) - sum(1 for item in digest.items if item.kind == kind)


def _lead(digest: Digest) -> str:
    since = f"Since {digest.since[:16].replace('T', ' ')} UTC: " if digest.since else ""
    files = f"{_counted(len(digest.files), 'file')} read"
    deleted = f", {_counted(digest.deletions, 'deletion')}" if digest.deletions else ""
    return f"{since}{files} with {_counted(digest.documents, 'record')}{deleted}. {digest.headline[:1].upper()}{digest.headline[1:]}."


def html(digest: Digest) -> str:
    """The digest as one HTML page that asks nothing of any server."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mgmine.update", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    hidden = {kind: _hidden(digest, kind) for kind in SECTIONS}
    template = environment.get_template("digest.html")
    return template.render(digest=digest, lead=_lead(digest), sections=SECTIONS, hidden=hidden, statement=statement)


def jsonl(digest: Digest) -> str:
    """The digest as JSON lines: first its head, then a piece of news a line."""
    head = {
        "kind": "digest", "made": digest.made, "since": digest.since, "files": digest.files, "documents": digest.documents,
        "deletions": digest.deletions, "counts": digest.counts, "beside_topics": digest.beside, "notes": digest.notes,
    }  # fmt: skip
    lines = [head, *map(_record, digest.items)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _record(item: Item) -> Row:
    return {
        "kind": item.kind, "statement": item.statement, "change": item.change, "watches": item.watches, "relation": item.relation,
        "before": item.before, "answers": item.answers, "reasons": item.reasons,
        "sentences": [
            {"doc_id": s.doc_id, "text": s.text, "title": s.title, "journal": s.journal, "year": s.year, "lost": s.lost}
            for s in item.sentences
        ],
    }  # fmt: skip


# ── Kept ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Digests:
    """The digests of a store, each in a folder named by its time, with the snapshot of the store at that time."""

    def __init__(self, log: Path) -> None:
        self.folder = log / "digests"
        self.feed = log / "feed.atom"

    def names(self) -> list[str]:
        """All digests, the last one last."""
        try:
            return sorted(
                path.name for path in self.folder.iterdir() if re.fullmatch(r"\d{8}T\d{6}Z(-\d+)?", path.name)
            )
        except OSError:
            return []

    def _snapshots(self) -> list[str]:
        return [name for name in self.names() if (self.folder / name / "snapshot.jsonl.gz").is_file()]

    def snapshot(self, name: str, *, head: bool = False) -> Snapshot:
        """The state of the store when a digest was made."""
        return _snapshot.read(self.folder / name / "snapshot.jsonl.gz", head=head)

    def last(self, *, head: bool = False) -> Snapshot | None:
        """The last state that was told of."""
        names = self._snapshots()
        return self.snapshot(names[-1], head=head) if names else None

    def since(self, when: str | None) -> Snapshot | None:
        """The state at a date or digest: the last one not after it. Without one, that before the last digest.

        Raises:
            UsageError: There is none so old, or ``when`` is no time.
        """
        names = self._snapshots()
        if when is None:
            return self.snapshot(names[-2]) if len(names) > 1 else None
        if when in names:
            return self.snapshot(when)
        digits = re.sub(r"[^0-9]", "", when)
        if not re.fullmatch(r"\d{4}-?\d\d-?\d\d([T ]?\d\d:?\d\d(:?\d\d)?Z?)?", when) or len(digits) not in (8, 12, 14):
            raise UsageError(f"{when!r} is no date, as 2026-11-27, and none of the digests")
        bound = digits.ljust(14, "9")
        old = [name for name in names if re.sub(r"[^0-9]", "", name.partition("-")[0]) <= bound]
        if not old:
            first = f"the first is {names[0]}" if names else "there is none"
            raise UsageError(f"no digest as old as {when}; {first}")
        return self.snapshot(old[-1])

    def write(self, digest: Digest, snapshot: Snapshot) -> Path:
        """Keep a digest: it is there as a whole or not at all."""
        name = re.sub(r"[-:]", "", digest.made)
        final, count = self.folder / name, 1
        while final.exists():
            count += 1
            final = self.folder / f"{name}-{count}"
        new = self.folder / f".new-{os.getpid()}"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for file, text in (
            ("digest.md", markdown(digest)),
            ("digest.html", html(digest)),
            ("digest.jsonl", jsonl(digest)),
        ):
            (new / file).write_text(text, encoding="utf-8")
        _snapshot.write(snapshot, new / "snapshot.jsonl.gz")
        new.rename(final)
        for old in self._snapshots()[:-KEPT]:
            (self.folder / old / "snapshot.jsonl.gz").unlink(missing_ok=True)
        for path in self.folder.glob(".new-*"):
            shutil.rmtree(path, ignore_errors=True)
        text = self.atom()
        temporary = self.feed.with_name(self.feed.name + ".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.feed)
        return final

    def atom(self, most: int = 30) -> str:
        """The last digests as an Atom feed (RFC 4287)."""
        from xml.etree import ElementTree

        space = "http://www.w3.org/2005/Atom"
        ElementTree.register_namespace("", space)
        feed = ElementTree.Element(f"{{{space}}}feed")

        def add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
            element = ElementTree.SubElement(parent, f"{{{space}}}{tag}", attributes)
            element.text = _xml_text(text) or None
            return element

        entries = []
        for name in self.names()[-most:][::-1]:
            try:
                head = json.loads((self.folder / name / "digest.jsonl").read_text(encoding="utf-8").partition("\n")[0])
                page = (self.folder / name / "digest.html").read_text(encoding="utf-8")
            except (OSError, ValueError):
                continue
            entries.append((name, head, page))
        base = uuid.uuid5(uuid.NAMESPACE_URL, self.folder.absolute().as_uri())
        add(feed, "id", base.urn)
        add(feed, "title", f"What is new in {self.folder.parent.name.removesuffix('.log')}")
        add(feed, "updated", entries[0][1]["made"] if entries else "1970-01-01T00:00:00Z")
        add(add(feed, "author"), "name", "mgmine")
        add(feed, "generator", "mgmine")
        for name, head, page in entries:
            entry = add(feed, "entry")
            add(entry, "id", uuid.uuid5(base, name).urn)
            counts = ", ".join(f"{count} {kind}" for kind, count in head["counts"].items()) or "no relation changed"
            add(entry, "title", f"{head['made'][:10]}: {counts}")
            add(entry, "updated", head["made"])
            body = re.search(r"<main>(.*)</main>", page, re.DOTALL)
            add(entry, "content", body[1].strip() if body else "", type="html")
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _xml_text(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
