"""What the report shows, asked of the store once and put into plain values for the template."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from mgmine.stats import association

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mgmine.store import Store

Row = dict[str, Any]

CONTRADICTIONS = 40
"""Contradictions shown at most; the most contested first."""
EVIDENCE_OF_A_RELATION = 4
"""Sentences shown for one relation before others get their turn."""


@dataclass(frozen=True, slots=True)
class Family:
    """A concept family and its colour (an index into the page's palette)."""

    id: str
    label: str
    topic: bool
    colour: int
    documents: int
    mentions: int
    concepts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: documents and sentences that hold both families."""

    documents: int
    sentences: int
    lift: float
    share: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence that is marked in one way."""

    text: str
    classes: str
    label: str


@dataclass(slots=True)
class Evidence:
    """A sentence with its claims, ready to be shown."""

    doc_id: str
    link: str | None
    title: str
    journal: str
    year: int | None
    section: str | None
    retracted: bool
    pieces: list[Piece]
    claims: list[Row]
    families: list[str]
    rank: tuple[Any, ...] = field(default=())


@dataclass(slots=True)
class Data:
    """All of the report."""

    title: str
    totals: Row
    sources: list[Row]
    families: list[Family]
    topics: list[Family]
    matrix: dict[tuple[str, str], Cell]
    overlap: list[tuple[tuple[str, ...], int]]
    years: dict[str, dict[int, int]]
    year_range: tuple[int, int] | None
    relations: list[Row]
    relation_total: int
    contradictions: list[Row]
    contradiction_total: int
    evidence: list[Evidence]
    evidence_total: int
    predicates: list[str]
    vetoes: list[tuple[str, int]]
    factualities: list[tuple[str, int]]


def link(doc_id: str) -> str | None:
    """The page of a document at its home, where it has one."""
    if match := re.fullmatch(r"pubmed:(\d+)", doc_id):
        return f"https://pubmed.ncbi.nlm.nih.gov/{match[1]}/"
    if match := re.fullmatch(r"pmc:(PMC\d+)", doc_id, re.IGNORECASE):
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{match[1].upper()}/"
    return None


def collect(store: Store, *, relations: int, sentences: int) -> Data:
    """Ask the store for everything the report shows."""
    totals = _totals(store)
    families = _families(store)
    topics = [family for family in families if family.topic]
    relation_rows, relation_total = _relations(store, [family.id for family in topics], relations)
    contradictions = list(store.contradictions())
    shown = contradictions[:CONTRADICTIONS]
    sides = [side for row in shown for side in row["sides"]]
    evidence, evidence_total = _evidence(store, families, [*relation_rows, *sides], sentences)
    years = _years(store, topics)
    all_years = [year for counts in years.values() for year in counts]
    return Data(
        title=_title(topics),
        totals=totals,
        sources=_sources(store),
        families=families,
        topics=topics,
        matrix=_matrix(store, topics, totals["documents"]),
        overlap=_overlap(store, topics),
        years=years,
        year_range=(min(all_years), max(all_years)) if all_years else None,
        relations=relation_rows,
        relation_total=relation_total,
        contradictions=shown,
        contradiction_total=len(contradictions),
        evidence=evidence,
        evidence_total=evidence_total,
        predicates=[row[0] for row in store.sql("SELECT DISTINCT predicate FROM claims ORDER BY ALL").rows],
        vetoes=[
            (str(row[0]), int(row[1]))
            for row in store.sql("SELECT veto, count(*) FROM vetoes GROUP BY ALL ORDER BY 2 DESC, 1").rows
        ],
        factualities=[
            (str(row[0]), int(row[1]))
            for row in store.sql("SELECT factuality, count(*) FROM claims GROUP BY ALL ORDER BY 2 DESC, 1").rows
        ],
    )


def _title(topics: Sequence[Family]) -> str:
    labels = [family.label for family in topics]
    if not labels:
        return "Evidence"
    text = labels[0] if len(labels) == 1 else ", ".join(labels[:-1]) + " and " + labels[-1]
    return text[:1].upper() + text[1:]


def _one(store: Store, query: str) -> Row:
    return next(store.sql(query).dicts())


def _totals(store: Store) -> Row:
    totals = _one(
        store,
        "SELECT count(*) AS documents, count(*) FILTER (has_abstract) AS abstracts, "
        "count(*) FILTER (retracted) AS retracted, min(date) AS first_date, max(date) AS last_date FROM documents",
    )
    totals |= _one(store, "SELECT count(*) AS records FROM segment.documents")
    totals |= _one(
        store,
        "SELECT count(*) FILTER (counted) AS mentions, count(*) FILTER (NOT counted) AS nested, "
        "count(DISTINCT doc_id) FILTER (counted) AS with_mention FROM mentions",
    )
    totals |= _one(store, "SELECT count(*) AS rejected FROM vetoes")
    totals |= _one(
        store,
        "SELECT count(*) FILTER (level = 'sentence') AS sentences, count(*) FILTER (level = 'document') AS together, "
        "count(*) FILTER (level = 'sentence' AND len(families) > 2) AS triples FROM comentions",
    )
    return totals | _one(
        store,
        "SELECT count(*) AS claims, count(DISTINCT doc_id) AS claim_documents, count(*) FILTER (negated) AS negated, "
        "count(*) FILTER (factuality <> 'fact') AS uncertain, count(*) FILTER (role = 'aim' OR modality = 'aim') AS aims "
        "FROM claims",
    )


def _sources(store: Store) -> list[Row]:
    return list(
        store.sql(
            """
            SELECT s.source, s.md5, s.lexicon, s.rules, s.model,
              coalesce(d.records, 0) AS records, coalesce(d.abstracts, 0) AS abstracts, coalesce(l.live, 0) AS live,
              coalesce(t.deleted, 0) AS deleted, d.first_date, d.last_date
            FROM files s
            LEFT JOIN (
              SELECT file, count(*) AS records, count(*) FILTER (has_abstract) AS abstracts,
                min(date) AS first_date, max(date) AS last_date
              FROM segment.documents GROUP BY ALL
            ) d USING (file)
            LEFT JOIN (SELECT file, count(*) AS live FROM documents GROUP BY ALL) l USING (file)
            LEFT JOIN (SELECT file, count(*) AS deleted FROM segment.touched WHERE deleted GROUP BY ALL) t
              USING (file)
            ORDER BY s.position
            """
        ).dicts()
    )


def _families(store: Store) -> list[Family]:
    concepts: dict[str, list[tuple[str, int]]] = defaultdict(list)
    query = (
        "SELECT family, concept, count(DISTINCT doc_id) FROM mentions WHERE counted GROUP BY family, concept "
        "QUALIFY row_number() OVER (PARTITION BY family ORDER BY count(DISTINCT doc_id) DESC, concept) <= 8 "
        "ORDER BY family, 3 DESC, concept"
    )
    for family, concept, documents in store.sql(query):
        concepts[family].append((concept, documents))
    rows = store.sql(
        "SELECT family, count(DISTINCT doc_id), count(*) FROM mentions WHERE counted GROUP BY ALL ORDER BY 2 DESC, 1"
    ).rows
    sizes = {family: (documents, mentions) for family, documents, mentions in rows}
    named = _named(store)
    # The topic families first, in the lexicon's order, then the others by size. Seven colours can be told apart; whatever
    # comes after them is grey.
    order = [family for family in named if family in sizes and named[family][1]]
    order += [family for family in sizes if family not in order]
    return [
        Family(
            family,
            *named.get(family, (family.replace("_", " "), False)),
            min(i, 7),
            *sizes[family],
            tuple(concepts[family]),
        )
        for i, family in enumerate(order)
    ]


def _named(store: Store) -> dict[str, tuple[str, bool]]:
    """(label, whether a topic) of families, in the lexicon's order: as the runs noted them, else as the comentions tell."""
    named: dict[str, tuple[str, bool]] = {}
    for file in store.files():
        for family in file.stats.get("families", ()):
            named[family["id"]] = (family["label"], family["topic"])
    for (group,) in store.sql("SELECT DISTINCT families FROM comentions ORDER BY len(families) DESC, families").rows:
        for family in group:
            named.setdefault(family, (family.replace("_", " "), True))
    return named


def _matrix(store: Store, topics: Sequence[Family], total: int) -> dict[tuple[str, str], Cell]:
    met: dict[tuple[str, str, str], int] = defaultdict(int)
    query = "SELECT level, families, count(*) FROM comentions WHERE level IN ('sentence', 'document') GROUP BY ALL"
    for level, families, count in store.sql(query):
        for pair in combinations(sorted(families), 2):
            met[level, *pair] += count
    largest = max([count for (level, *_), count in met.items() if level == "document"], default=1)
    cells = {}
    for first, second in combinations(topics, 2):
        one, two = sorted((first.id, second.id))
        documents, sentences = met["document", one, two], met["sentence", one, two]
        lift = association(documents, first.documents, second.documents, total).lift if total else 0.0
        cell = Cell(documents, sentences, lift, documents / largest)
        cells[first.id, second.id] = cells[second.id, first.id] = cell
    return cells


def _overlap(store: Store, topics: Sequence[Family]) -> list[tuple[tuple[str, ...], int]]:
    """Documents by exactly which of the topic families they mention, most families first."""
    wanted = {family.id: i for i, family in enumerate(topics)}
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    query = (
        "SELECT families, count(*) FROM (SELECT list(DISTINCT family) AS families FROM mentions WHERE counted GROUP BY doc_id) "
        "GROUP BY ALL"
    )
    for families, count in store.sql(query):
        if found := tuple(sorted((family for family in families if family in wanted), key=wanted.__getitem__)):
            counts[found] += count
    return sorted(counts.items(), key=lambda item: (-len(item[0]), -item[1], item[0]))


def _years(store: Store, topics: Sequence[Family]) -> dict[str, dict[int, int]]:
    years: dict[str, dict[int, int]] = {family.id: {} for family in topics}
    query = (
        "SELECT m.family, d.year, count(DISTINCT m.doc_id) FROM mentions m JOIN documents d USING (doc_id) "
        "WHERE m.counted AND d.year IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    for family, year, count in store.sql(query):
        if family in years:
            years[family][year] = count
    return years


def _relations(store: Store, topics: Sequence[str], limit: int) -> tuple[list[Row], int]:
    rows = list(
        store.sql(
            """
            SELECT *, (list_contains($topics, subject_family)::INT + list_contains($topics, object_family)::INT) AS topical,
              count(*) OVER () AS total
            FROM relations
            -- That a thing is the same as itself under another name is kept, but says little.
            ORDER BY coalesce(subject_key = object_key, false), topical DESC NULLS LAST, documents DESC, claims DESC, best_score DESC NULLS LAST, subject, predicate,
              object, relation_id
            LIMIT $limit
            """,
            {"topics": list(topics), "limit": limit},
        ).dicts()
    )
    total = rows[0]["total"] if rows else 0
    # The most documents first; the order above only decides which are shown where not all can be.
    rows.sort(
        key=lambda row: (
            row["subject_key"] == row["object_key"],
            -row["documents"],
            -row["claims"],
            -(row["topical"] or 0),
        )
    )
    return rows, int(total)


_BADGES = (
    ("factuality", "fact", "doubt"),
    ("modality", "asserted", "mode"),
    ("role", "result", "mode"),
)


def _badges(claim: Row) -> list[tuple[str, str]]:
    """(text, class) of everything about a claim that is not the plain case; a word is given once."""
    badges = [("denied", "no")] if claim["negated"] else []
    badges += [(claim[column], kind) for column, plain, kind in _BADGES if claim[column] not in (None, plain)]
    if claim["necessity"]:
        badges.append((claim["necessity"].replace("_", " "), "mode"))
    if claim["perturbation_kind"]:
        agent = f" by {claim['perturbation_agent']}" if claim["perturbation_agent"] else ""
        badges.append((claim["perturbation_kind"] + agent, "mode"))
    if claim["derived_from"]:
        badges.append(("inferred", "doubt"))
    for side in ("subject", "object"):
        start = claim[f"{side}_start"]
        if start is not None and 0 <= start < claim["sentence_start"]:
            badges.append((f"{side} from an earlier sentence", "doubt"))
    return list(dict.fromkeys(badges))


def _evidence(
    store: Store, families: Sequence[Family], relations: Sequence[Row], limit: int
) -> tuple[list[Evidence], int]:
    place: dict[str, int] = {}
    for i, row in enumerate(relations):
        place.setdefault(row["relation_id"], i)
    by_sentence: dict[tuple[str, int], list[Row]] = defaultdict(list)
    query = """
        SELECT c.*, md5(a.pair_id || coalesce(c.sign, '')) AS relation_id,
          coalesce(c.subject_text, statement_label(c.subject_claim, s.subject_text, s.predicate, s.sign, s.object_text)) AS subject_shown,
          coalesce(c.object_text, statement_label(c.object_claim, o.subject_text, o.predicate, o.sign, o.object_text)) AS object_shown
        FROM claims c
        JOIN claim_arguments a ON a.claim_id = c.id AND a.doc_id = c.doc_id
        LEFT JOIN claims s ON s.id = c.subject_claim AND s.doc_id = c.doc_id
        LEFT JOIN claims o ON o.id = c.object_claim AND o.doc_id = c.doc_id
        ORDER BY c.doc_id, c.sentence_index, c.cue_start, c.id
    """
    for claim in store.sql(query).dicts():
        by_sentence[claim["doc_id"], claim["sentence_index"]].append(claim)
    together = {
        (doc_id, sentence): families_there
        for doc_id, sentence, families_there in store.sql(
            "SELECT doc_id, sentence, families FROM comentions WHERE level = 'sentence'"
        )
    }
    keys = {*by_sentence, *together}
    chosen = _choose(by_sentence, together, place, limit)
    return _shown(store, families, chosen, by_sentence), len(keys)


def _choose(
    by_sentence: dict[tuple[str, int], list[Row]],
    together: dict[tuple[str, int], list[str]],
    place: dict[str, int],
    limit: int,
) -> list[tuple[str, int]]:
    """The sentences to show: some for every relation shown, then the best of the others, those without a claim last."""
    shown_for: dict[str, int] = defaultdict(int)
    first: list[tuple[tuple[Any, ...], tuple[str, int]]] = []
    rest: list[tuple[tuple[Any, ...], tuple[str, int]]] = []
    ranked = sorted(by_sentence.items(), key=lambda item: (-max(claim["score"] or 0 for claim in item[1]), item[0]))
    for key, claims in ranked:
        best = min((place.get(claim["relation_id"], len(place)) for claim in claims), default=len(place))
        rank = (best, -max(claim["score"] or 0 for claim in claims), key)
        new = [claim for claim in claims if shown_for[claim["relation_id"]] < EVIDENCE_OF_A_RELATION]
        for claim in claims:
            shown_for[claim["relation_id"]] += 1
        (first if new and best < len(place) else rest).append((rank, key))
    silent = sorted((-len(families), key) for key, families in together.items() if key not in by_sentence)
    ordered = [key for _, key in sorted(first)] + [key for _, key in sorted(rest)] + [key for _, key in silent]
    return ordered[:limit]


def _shown(
    store: Store,
    families: Sequence[Family],
    chosen: Sequence[tuple[str, int]],
    by_sentence: dict[tuple[str, int], list[Row]],
) -> list[Evidence]:
    ids = sorted({doc_id for doc_id, _ in chosen})
    wanted = set(chosen)
    documents = {
        row["doc_id"]: row
        for row in store.sql(
            "SELECT doc_id, title, year, coalesce(journal_abbreviation, journal) AS journal, retracted FROM documents "
            "WHERE list_contains(?, doc_id)",
            [ids],
        ).dicts()
    }
    sentences = {
        (row["doc_id"], row["sentence"]): row
        for row in store.sql("SELECT * FROM sentences WHERE list_contains(?, doc_id)", [ids]).dicts()
        if (row["doc_id"], row["sentence"]) in wanted
    }
    mentions: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in store.sql("SELECT * FROM mentions WHERE list_contains(?, doc_id)", [ids]).dicts():
        if (row["doc_id"], row["sentence"]) in wanted:
            mentions[row["doc_id"], row["sentence"]].append(row)
    order = {family.id: i for i, family in enumerate(families)}
    found = []
    for key in chosen:
        document = documents.get(key[0], {"title": "", "year": None, "journal": None, "retracted": False})
        claims = by_sentence.get(key, [])
        if key in sentences:
            text, start, section = (sentences[key][name] for name in ("text", "start", "section"))
        elif claims:
            text, start, section = (claims[0][name] for name in ("sentence_text", "sentence_start", "section"))
        else:
            continue
        there = {row["family"] for row in mentions[key] if row["counted"]}
        there |= {claim[f"{side}_type"] for claim in claims for side in ("subject", "object")} & set(order)
        found.append(
            Evidence(
                doc_id=key[0],
                link=link(key[0]),
                title=document["title"] or "",
                journal=document["journal"] or "",
                year=document["year"],
                section=section,
                retracted=bool(document["retracted"]),
                pieces=pieces(text, start, mentions[key], claims, families),
                claims=[_claim(claim) for claim in claims],
                families=sorted(there, key=order.__getitem__),
            )
        )
    return found


def _claim(claim: Row) -> Row:
    context = [
        (part.get("slot", "").replace("_", " "), part.get("text", ""), bool(part.get("stated", True)))
        for part in json.loads(claim["context"] or "[]")
    ]
    return {
        "relation_id": claim["relation_id"],
        "subject": claim["subject_shown"],
        "subject_level": claim["subject_level"],
        "predicate": claim["predicate"],
        "sign": claim["sign"],
        "aspect": claim["aspect"],
        "object": claim["object_shown"],
        "object_level": claim["object_level"],
        "badges": _badges(claim),
        "context": context,
        "score": claim["score"],
        "rule": claim["rule"],
        "negated": claim["negated"],
    }


def pieces(
    text: str, start: int, mentions: Iterable[Row], claims: Iterable[Row], families: Sequence[Family]
) -> list[Piece]:
    """A sentence cut wherever a mark begins or ends. Offsets of mentions and cues are those of the document.

    Of mentions that lie in one another the shortest colours its part; nested ones are drawn in outline.
    """
    marks: list[tuple[int, int, str, str]] = []
    colours = {family.id: family.colour for family in families}
    labels = {family.id: family.label for family in families}
    for row in sorted(mentions, key=lambda row: row["start"] - row["end"]):
        label = f"{labels.get(row['family'], row['family'])}: {row['concept']}"
        kind = f"m f{colours.get(row['family'], 7)}"
        if not row["counted"]:
            kind += " nested"
            label += f" (in {row['nested_in']}, not counted)" if row["nested_in"] else " (not counted)"
        marks.append((row["start"] - start, row["end"] - start, kind, label))
    cues = [
        (claim["cue_start"] - start, claim["cue_end"] - start)
        for claim in claims
        if claim["cue_start"] is not None and claim["cue_end"] is not None and claim["cue_start"] >= start
    ]
    edges = {0, len(text)}
    for begin, end, *_ in marks:
        edges |= {begin, end}
    for begin, end in cues:
        edges |= {begin, end}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    cut = []
    for begin, end in pairwise(cuts):
        classes, label = "", ""
        for mark_begin, mark_end, kind, name in marks:
            if mark_begin <= begin and end <= mark_end:
                classes, label = kind, name
        if any(cue_begin <= begin and end <= cue_end for cue_begin, cue_end in cues):
            classes = f"{classes} cue".strip()
            label = f"{label}; cue of a claim" if label else "cue of a claim"
        cut.append(Piece(text[begin:end], classes, label))
    return cut
