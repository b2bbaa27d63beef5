"""Relations and contradictions as plain records, with the sentences behind them."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mgmine.store import Store

Row = dict[str, Any]

BATCH = 500
"""Relations whose evidence is asked for at once."""
RELATIONS = "documents DESC, belief DESC NULLS LAST, claims DESC, best_score DESC NULLS LAST, subject, predicate, object, relation_id"
"""The order of relations: the most documents first."""
CONTRADICTIONS = "conflict DESC NULLS LAST, subject, predicate, object, pair_id"
"""The order of contradictions: the most contested first."""
_EVIDENCE = """
    SELECT e.relation_id, e.claim_id, e.doc_id, e.year, d.title, coalesce(d.journal_abbreviation, d.journal) AS journal, e.study_types,
      CASE WHEN e.withdrawn THEN 'withdrawn' WHEN e.is_aim THEN 'aim' WHEN e.denies THEN 'denies' WHEN e.affirms THEN 'affirms' END AS stance,
      e.factuality, e.modality, e.weight, c.score, x.contexts, c.sentence_text AS sentence
    FROM (
      SELECT *, row_number() OVER (PARTITION BY relation_id, doc_id ORDER BY weight DESC, claim_id) AS place FROM evidence
    ) e
    JOIN claims c ON c.id = e.claim_id AND c.doc_id = e.doc_id
    LEFT JOIN documents d ON d.doc_id = e.doc_id
    LEFT JOIN (
      SELECT claim_id, doc_id, list({'slot': slot, 'value': value, 'source': source} ORDER BY slot, value) AS contexts
      FROM claim_contexts GROUP BY ALL
    ) x ON x.claim_id = e.claim_id AND x.doc_id = e.doc_id
    WHERE list_contains(?, e.relation_id)
    -- Of each document first its best sentence, so that a few sentences come from as many documents as they can.
    QUALIFY row_number() OVER (PARTITION BY e.relation_id ORDER BY e.counts DESC, place, e.weight DESC, e.doc_id, e.claim_id) <= ?
    ORDER BY e.relation_id, e.counts DESC, place, e.weight DESC, e.doc_id, e.claim_id
"""


def _evidence(store: Store, relations: Sequence[str], limit: int) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in store.sql(_EVIDENCE, [list(relations), limit]).dicts():
        row["contexts"] = row["contexts"] or []
        found[row.pop("relation_id")].append(row)
    return found


def relations(store: Store, where: str, params: Sequence[Any], limit: int | None, evidence: int) -> Iterator[Row]:
    """The rows of ``relations`` for which a condition holds, with at most so many sentences each."""
    rows = iter(store.sql(_query("relations", where, RELATIONS, limit), params).dicts())
    while batch := list(islice(rows, BATCH)):
        if evidence:
            found = _evidence(store, [row["relation_id"] for row in batch], evidence)
            for row in batch:
                row["evidence"] = found[row["relation_id"]]
        yield from batch


def contradictions(store: Store, where: str, params: Sequence[Any], limit: int | None, evidence: int) -> Iterator[Row]:
    """The rows of ``contradictions`` for which a condition holds, each of their sides with at most so many sentences."""
    rows = iter(store.sql(_query("contradictions", where, CONTRADICTIONS, limit), params).dicts())
    while batch := list(islice(rows, BATCH)):
        if evidence:
            sides = [side for row in batch for side in row["sides"]]
            found = _evidence(store, [side["relation_id"] for side in sides], evidence)
            for side in sides:
                side["evidence"] = found[side["relation_id"]]
        yield from batch


def _query(table: str, where: str, order: str, limit: int | None) -> str:
    return f"SELECT * FROM {table} WHERE {where} ORDER BY {order}" + (f" LIMIT {limit}" if limit else "")
