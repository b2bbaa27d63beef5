"""``mgmine extract``: claims to standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from mgmine.cli import _common, _rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mgmine.records import Argument, Claim

TSV = [
    "doc_id", "doc_version", "section", "passage", "sentence", "subject", "subject_ids", "predicate", "sign", "aspect",
    "object", "object_ids", "negated", "factuality", "modality", "necessity", "via", "role", "context", "score", "rule",
    "text",
]  # fmt: skip
"""Columns of ``--format tsv``; the record's other fields are in the other two formats."""


def _named(argument: Argument | None) -> str:
    if argument is None:
        return ""
    return f"claim:{argument.claim}" if argument.claim else " ".join(filter(None, (argument.level, argument.text)))


def _row(claim: Claim) -> list[object]:
    return [
        claim.doc_id, claim.doc_version, claim.section, claim.passage, claim.sentence.index,
        _named(claim.subject), "|".join(claim.subject.ids), claim.predicate, claim.sign, claim.aspect,
        _named(claim.object), "|".join(claim.object.ids) if claim.object else "", claim.negated, claim.factuality,
        claim.modality, claim.necessity, "|".join(map(_named, claim.via)), claim.role,
        "|".join(f"{part.slot}={part.text}" for part in claim.context), claim.score, claim.rule, claim.sentence.text,
    ]  # fmt: skip


def _write_tsv(claims: Iterable[Claim], out: IO[bytes]) -> None:
    for line in _rows.lines(TSV, map(_row, claims), "tsv"):
        out.write(line.encode())


def _write_jsonl(claims: Iterable[Claim], out: IO[bytes]) -> None:
    for claim in claims:
        out.write((json.dumps(claim.to_json(), ensure_ascii=False) + "\n").encode())


def _write_parquet(claims: Iterable[Claim], path: str) -> None:
    from mgmine import _native

    table = _native.claims_table([json.dumps(claim.to_json(), ensure_ascii=False) for claim in claims])
    _native.write_parquet(table, path)


@click.command()
@_common.inputs_argument
@_common.lexicon_options
@_common.gate_option
@_common.model_option
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, help="Leave out claims with a lower score.")
@click.option("--format", "form", type=click.Choice(["jsonl", "tsv", "parquet"]), default="jsonl", show_default=True)
@click.option("-o", "--output", default=None, metavar="FILE", help="Write here instead of standard output.")
@click.pass_context
def command(
    ctx: click.Context,
    inputs: tuple[str, ...],
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    gate: str,
    model: str | None,
    min_score: float,
    form: str,
    output: str | None,
) -> None:
    """Print the claims of the sentences that pass the gate, one a line. ``-`` reads documents from standard input."""
    if form == "parquet" and output in (None, "-"):
        raise click.UsageError("--format parquet needs -o FILE")
    from mgmine.claims import Extractor
    from mgmine.lexicon import load
    from mgmine.pipeline import Claims

    compiled = load(list(lexicon), replace=list(replace_lexicon))
    extractor = Extractor(model, min_score=min_score, lexicon=compiled.hash)
    total = sum(path.stat().st_size for path in map(Path, inputs) if path.is_file())
    with _common.progress_bar("scanning") as progress:
        claims = Claims(
            list(inputs),
            extractor,
            compiled,
            gate=gate,  # type: ignore[arg-type]
            progress=None if progress is None else lambda done: progress("", done, total),
        )
        if form == "parquet" and output is not None:
            _write_parquet(claims, output)
        else:
            with _common.output_file(output) as out:
                (_write_tsv if form == "tsv" else _write_jsonl)(claims, out)
    _common.tell([*claims.problems, *claims.skipped])
    if claims.unread == len(inputs):
        ctx.exit(_common.UNREAD)
    ctx.exit(_common.LOST if claims.skipped or not all(problem.repaired for problem in claims.problems) else 0)
