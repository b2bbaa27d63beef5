"""``mgmine query``: find claims, relations, contradictions or sentences without SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _common, _rows

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLUMNS = {
    "claims": (
        "c.doc_id, d.year, coalesce(c.subject_text, '(claim)') AS subject, c.predicate, c.sign, "
        "coalesce(c.object_text, CASE WHEN c.object_claim IS NOT NULL THEN '(claim)' END) AS object, c.negated, c.factuality, "
        "c.modality, c.role, c.score, c.sentence_text AS sentence"
    ),
    "relations": (
        "subject, subject_level, predicate, sign, object, object_level, round(belief, 2) AS belief, "
        "round(disbelief, 2) AS disbelief, documents, claims, negated, opposed, uncertain, retracted_documents, first_year, "
        "last_year"
    ),
    "contradictions": (
        "subject, subject_level, predicate, object, object_level, round(conflict, 2) AS conflict, "
        "list_transform(sides, lambda x: concat_ws(' ', x.sign, printf('%.2f', x.belief), printf('(%d documents, %d deny)', x.documents, x.negated))) AS sides, "
        "list_transform(contexts, lambda x: x.slot || ': ' || array_to_string(list_transform(x.values, "
        "lambda v: v.value || ' ' || array_to_string(list_transform(map_entries(v.documents), lambda d: '[' || d.key || '] ' || d.value), ' ')), '; ')) "
        "AS contexts, explained_by"
    ),
    "sentences": "c.doc_id, d.year, c.families, c.concepts, s.text AS sentence",
}

_TABLE = (
    "concat_ws(' ', subject_level, subject, predicate, sign, object_level, object) AS relation, round(belief, 2) AS belief, "
    "round(disbelief, 2) AS against, documents AS docs, claims, negated AS denied, opposed, "
    "if(first_year = last_year, first_year::VARCHAR, concat_ws('–', first_year, last_year)) AS years"
)
"""The columns of relations in a drawn table, which must fit on a terminal."""


@click.command()
@click.argument("what", type=click.Choice(["claims", "relations", "sentences"]), default="claims")
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
@click.option("--min-belief", type=click.FloatRange(0, 1), metavar="SHARE", help="Only relations believed this far.")
@click.option(
    "--contradictions",
    is_flag=True,
    help="Only pairs of which documents say what cannot all be so, split by context.",
)
@click.option(
    "--evidence",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Show at most N sentences for each relation, or for each side of a contradiction.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=None, help="At most this many rows, the best supported first."
)
@_rows.all_formats_option
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
    min_belief: float | None,
    contradictions: bool,
    evidence: int,
    limit: int | None,
    kind: str | None,
    output: str,
) -> None:
    """Find claims (or relations, or the sentences that bring families together) in a store.

    Claims as `--format jsonl` are whole claim records, as `mgmine extract` prints them; relations and contradictions are then
    whole as well, with their counts by year, factuality, kind of study and context.

    \b
      mgmine query --store evidence --subject magnesium --object LFA-1
      mgmine query relations --store evidence --about integrin --min-belief 0.5 --evidence 2
      mgmine query --contradictions --store evidence --about magnesium
      mgmine query sentences --store evidence --about magnesium --about t_cell
    """
    from mgmine.store import Store, claim_record

    if contradictions:
        if affirmed or sign or first is not None or last is not None:
            raise click.UsageError(
                "contradictions are chosen by --subject, --predicate, --object, --about and --min-belief only"
            )
        what = "contradictions"
    if what == "sentences" and (subject or predicate or sign or object_ or affirmed):
        raise click.UsageError("sentences are chosen by --about, --from and --to only")
    assembled = what in ("relations", "contradictions")
    if not assembled and (evidence or min_belief is not None):
        raise click.UsageError("--evidence and --min-belief are for relations and contradictions")
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
    if min_belief is not None:
        where(
            "belief >= ?" if what == "relations" else "len(list_filter(sides, lambda x: x.belief >= ?)) > 0", min_belief
        )
    held = " AND ".join(conditions) or "true"
    kind = kind or _rows.usual(output)
    columns = _columns(what, kind)
    query = f"SELECT {columns} FROM {_source(what)} WHERE {held} ORDER BY {_order(what)}"
    if limit:
        query += f" LIMIT {limit}"
    with Store(store) as opened:
        if what == "claims" and kind == "jsonl":
            _rows.write_objects(map(claim_record, opened.sql(query, params).dicts()), output)
        elif kind in ("jsonl", "table") and (evidence or (contradictions and kind == "table")):
            ask = opened.relations if what == "relations" else opened.contradictions
            records = ask(held, params, limit=limit, evidence=evidence)
            if kind == "jsonl":
                _rows.write_objects(records, output)
            else:
                _told(records, output)
        elif evidence:
            raise click.UsageError("--evidence needs --format table or jsonl")
        else:
            _rows.show(opened.sql(query, params), kind, output)


def _columns(what: str, kind: str) -> str:
    """What is asked for: whole rows where a format can hold them, else what is worth a look."""
    if what == "claims" and kind in ("jsonl", "parquet"):
        return "c.*"
    if what in ("relations", "contradictions") and kind in ("jsonl", "parquet"):
        return "*"
    return _TABLE if what == "relations" and kind == "table" else _COLUMNS[what]


def _name(row: dict[str, Any], side: str) -> str:
    return " ".join(filter(None, (row[f"{side}_level"], row[side])))


def _told(records: Iterable[dict[str, Any]], output: str) -> None:
    """Relations or contradictions with their sentences, to be read."""
    with _common.output_file(output) as file:
        for row in records:
            lines = _relation(row) if "sides" not in row else _contradiction(row)
            file.write(("\n".join(lines) + "\n\n").encode("utf-8"))


def _statement(row: dict[str, Any], sign: str | None) -> str:
    return " ".join(
        filter(None, (_name(row, "subject"), row["predicate"], sign, _name(row, "object") if row["object"] else ""))
    )


def _figures(row: dict[str, Any]) -> str:
    parts = [f"{row['documents']} document{'' if row['documents'] == 1 else 's'}"]
    if row["belief"] is not None:
        parts.insert(0, f"belief {row['belief']:.2f}, disbelief {row['disbelief']:.2f}")
    if row["negated"]:
        parts.append(f"{row['negated']} claim{'s deny' if row['negated'] > 1 else ' denies'} it")
    if row.get("retracted_documents"):
        parts.append(f"{row['retracted_documents']} retracted, not counted")
    if row["study_types"]:
        parts.append(", ".join(f"{kind} {count}" for kind, count in row["study_types"].items()))
    return "; ".join(parts)


def _sentences(rows: list[dict[str, Any]], indent: str) -> list[str]:
    lines = []
    for row in rows:
        about = [row["doc_id"], str(row["year"] or "")]
        about += [word for word in (row["factuality"], row["modality"]) if word not in ("fact", "asserted")]
        about += [
            f"{one['slot'].replace('_', ' ')}: {one['value']}{'' if one['source'] == 'sentence' else '*'}"
            for one in row["contexts"]
        ]
        mark = {"affirms": "+", "denies": "-", "aim": "o", "withdrawn": "x"}.get(row["stance"], " ")
        lines += [f"{indent}{mark} {row['sentence']}", f"{indent}    {' · '.join(filter(None, about))}"]
    return lines


def _relation(row: dict[str, Any]) -> list[str]:
    return [_statement(row, row["sign"]), "  " + _figures(row), *_sentences(row.get("evidence", []), "  ")]


def _contradiction(row: dict[str, Any]) -> list[str]:
    lines = [f"{_statement(row, None)}  (conflict {row['conflict'] or 0:.2f})"]
    for side in row["sides"]:
        lines.append(f"  {side['sign'] or 'said'}  {_figures(side)}")
        lines += _sentences(side.get("evidence", []), "     ")
    for slot in row["contexts"]:
        told = "; ".join(
            f"{one['value']} ({', '.join(f'{stance}: {count}' for stance, count in one['documents'].items())})"
            for one in slot["values"]
        )
        lines.append(f"  {slot['slot'].replace('_', ' ')}: {told}")
    if row["explained_by"]:
        lines.append(f"  differs between the sides: {', '.join(row['explained_by']).replace('_', ' ')}")
    return lines


def _source(what: str) -> str:
    if what == "claims":
        return "claims c JOIN claim_arguments a ON a.claim_id = c.id AND a.doc_id = c.doc_id LEFT JOIN documents d ON d.doc_id = c.doc_id"
    if what == "sentences":
        return (
            "(SELECT * FROM comentions WHERE level = 'sentence') c "
            "JOIN sentences s ON s.doc_id = c.doc_id AND s.sentence = c.sentence LEFT JOIN documents d ON d.doc_id = c.doc_id"
        )
    return what


def _order(what: str) -> str:
    if what == "claims":
        return "c.role = 'aim' OR c.modality = 'aim', c.score DESC, c.doc_id, c.sentence_index, c.cue_start, c.id"
    if what == "sentences":
        return "len(c.families) DESC, d.year DESC NULLS LAST, c.doc_id, c.sentence"
    from mgmine.store import CONTRADICTIONS, RELATIONS

    return CONTRADICTIONS if what == "contradictions" else RELATIONS


def _side(what: str, side: str) -> str:
    if what in ("relations", "contradictions"):
        return f"lower({side}) = lower(?) OR {side}_key = ? OR {side}_family = ? OR contains(lower({side}), lower(?))"
    named = f"list_has_any(c.{side}_ids, (SELECT coalesce(list(DISTINCT ids[1]), []) FROM mentions WHERE lower(concept) = lower(?)))"
    return f"contains(lower(c.{side}_text), lower(?)) OR list_contains(c.{side}_ids, ?) OR c.{side}_type = ? OR {named}"


def _either(what: str) -> str:
    if what == "sentences":
        return "list_contains(c.families, ?) OR list_contains(list_transform(c.concepts, lambda x: lower(x)), lower(?)) OR contains(lower(s.text), lower(?))"
    return f"{_side(what, 'subject')} OR {_side(what, 'object')}"
