"""``mgmine query``: find claims, relations or mentions without SQL."""

from __future__ import annotations

import json
from typing import Any

import click

from mgmine.cli import _common, _rows

_COLUMNS = {
    "claims": (
        "c.doc_id, d.year, coalesce(c.subject_text, '(claim)') AS subject, c.predicate, c.sign, "
        "coalesce(c.object_text, CASE WHEN c.object_claim IS NOT NULL THEN '(claim)' END) AS object, c.negated, c.factuality, "
        "c.modality, c.role, c.score, c.sentence_text AS sentence"
    ),
    "relations": (
        "subject, subject_level, predicate, sign, object, object_level, documents, claims, negated, opposed, uncertain, "
        "retracted_documents, first_year, last_year"
    ),
    "sentences": "c.doc_id, d.year, c.families, c.concepts, s.text AS sentence",
}


@click.command()
@click.argument("what", type=click.Choice(list(_COLUMNS)), default="claims")
@click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")
@click.option("--subject", metavar="NAME", help="Words, concept or CURIE of the subject.")
@click.option("--predicate", metavar="NAME", help="The predicate, such as `affects`.")
@click.option("--sign", type=click.Choice(["+", "-", "0", "?"]), help="The sign of the effect.")
@click.option("--object", "object_", metavar="NAME", help="Words, concept or CURIE of the object.")
@click.option(
    "--about",
    multiple=True,
    metavar="NAME",
    help="Words, concept, CURIE or family on either side. May be repeated; all must hold.",
)
@click.option("--from", "first", type=int, metavar="YEAR", help="Published in this year or later.")
@click.option("--to", "last", type=int, metavar="YEAR", help="Published in this year or earlier.")
@click.option(
    "--affirmed", is_flag=True, help="Leave out what is denied, uncertain, an aim or from a retracted document."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=None, help="At most this many rows, the best supported first."
)
@_rows.format_option
@_rows.output_option
def command(
    what: str,
    store: str,
    subject: str | None,
    predicate: str | None,
    sign: str | None,
    object_: str | None,
    about: tuple[str, ...],
    first: int | None,
    last: int | None,
    affirmed: bool,
    limit: int | None,
    kind: str | None,
    output: str,
) -> None:
    """Find claims (or relations, or the sentences that bring families together) in a store.

    Claims as `--format jsonl` are whole claim records, as `mgmine extract` prints them.

    \b
      mgmine query --store evidence --subject magnesium --object LFA-1
      mgmine query relations --store evidence --about integrin --affirmed
      mgmine query sentences --store evidence --about magnesium --about t_cell
    """
    from mgmine.store import Store, claim_record

    if what == "sentences" and (subject or predicate or sign or object_ or affirmed):
        raise click.UsageError("sentences are chosen by --about, --from and --to only")
    conditions: list[str] = []
    params: list[Any] = []

    def where(condition: str, *values: Any) -> None:
        conditions.append(condition)
        params.extend(values)

    for side, wanted in (("subject", subject), ("object", object_)):
        if wanted:
            where(f"({_side(what, side)})", *[wanted] * _side(what, side).count("?"))
    for wanted in about:
        condition = _either(what)
        where(f"({condition})", *[wanted] * condition.count("?"))
    prefix = "c." if what == "claims" else ""
    if predicate:
        where(f"{prefix}predicate = ?", predicate)
    if sign:
        where(f"{prefix}sign = ?", sign)
    if first is not None:
        where("last_year >= ?" if what == "relations" else "d.year >= ?", first)
    if last is not None:
        where("first_year <= ?" if what == "relations" else "d.year <= ?", last)
    if affirmed:
        where(
            "certain > 0"
            if what == "relations"
            else "NOT c.negated AND c.factuality = 'fact' AND c.role <> 'aim' AND c.modality <> 'aim' AND NOT d.retracted"
        )
    records = what == "claims" and kind == "jsonl"
    query = f"SELECT {'c.*' if records else _COLUMNS[what]} FROM {_source(what)}"
    if conditions:
        query += " WHERE " + " AND ".join(conditions)
    query += f" ORDER BY {_order(what)}"
    if limit:
        query += f" LIMIT {limit}"
    with Store(store) as opened:
        result = opened.sql(query, params)
        if not records:
            _rows.show(result, kind, output)
            return
        with _common.output_file(output) as file:
            for row in result.dicts():
                file.write((json.dumps(claim_record(row), ensure_ascii=False) + "\n").encode("utf-8"))


def _source(what: str) -> str:
    if what == "claims":
        return "claims c JOIN claim_arguments a ON a.claim_id = c.id AND a.doc_id = c.doc_id LEFT JOIN documents d ON d.doc_id = c.doc_id"
    if what == "sentences":
        return (
            "(SELECT * FROM comentions WHERE level = 'sentence') c "
            "JOIN sentences s ON s.doc_id = c.doc_id AND s.sentence = c.sentence LEFT JOIN documents d ON d.doc_id = c.doc_id"
        )
    return "relations"


def _order(what: str) -> str:
    if what == "claims":
        return "c.role = 'aim' OR c.modality = 'aim', c.score DESC, c.doc_id, c.sentence_index, c.cue_start, c.id"
    if what == "sentences":
        return "len(c.families) DESC, d.year DESC NULLS LAST, c.doc_id, c.sentence"
    return "documents DESC, claims DESC, best_score DESC NULLS LAST, subject, predicate, object, relation_id"


def _side(what: str, side: str) -> str:
    if what == "relations":
        return f"lower({side}) = lower(?) OR {side}_key = ? OR {side}_family = ? OR contains(lower({side}), lower(?))"
    named = f"list_has_any(c.{side}_ids, (SELECT coalesce(list(DISTINCT ids[1]), []) FROM mentions WHERE lower(concept) = lower(?)))"
    return f"contains(lower(c.{side}_text), lower(?)) OR list_contains(c.{side}_ids, ?) OR c.{side}_type = ? OR {named}"


def _either(what: str) -> str:
    if what == "sentences":
        return "list_contains(c.families, ?) OR list_contains(list_transform(c.concepts, lambda x: lower(x)), lower(?)) OR contains(lower(s.text), lower(?))"
    return f"{_side(what, 'subject')} OR {_side(what, 'object')}"
