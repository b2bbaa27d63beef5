"""``mgmine explain``: every candidate mention of a document, kept or rejected, and why."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _common
from mgmine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mgmine.corpus import Document, Source
    from mgmine.lexicon import Lexicon


def _curie(name: str) -> str:
    """A bare PMID as a CURIE; anything else as it is."""
    return f"pubmed:{name}" if name.isascii() and name.isdigit() else name


def _stored(doc_id: str, folder: str) -> Source:
    """The text of a document of a store."""
    from mgmine.corpus import as_source
    from mgmine.store import Store

    with Store(folder) as store:
        rows = store.sql("SELECT title, text FROM documents WHERE doc_id = ?", [doc_id]).rows
    if not rows:
        raise UsageError(f"{doc_id}: not in the store {folder}")
    title, text = rows[0]
    if text is None:
        # The store keeps the text only of documents with a mention; of the others the title is all there is to show.
        return as_source([(doc_id, title or "", "")])
    title = title or ""
    return as_source([(doc_id, title, text[len(title) + 1 :])])


def _documents(inputs: tuple[str, ...], doc_ids: tuple[str, ...], folder: str | None) -> Iterator[Document]:
    from mgmine.cli.scan import sources
    from mgmine.corpus import read

    wanted = {_curie(doc_id) for doc_id in doc_ids}
    files = []
    for name in inputs or (() if wanted or folder else ("-",)):
        if name == "-" or Path(name).exists():
            files.append(name)
        else:
            wanted.add(_curie(name))
    if wanted and not files:
        if folder is None:
            raise UsageError(f"{', '.join(sorted(wanted))}: no such file; for a document of a store add --store DIR")
        for doc_id in sorted(wanted):
            yield from read(_stored(doc_id, folder))
        return
    missing = set(wanted)
    for source in sources(files):
        reader = read(source, metadata=False)
        for document in reader:
            if not document.deleted and (not wanted or document.id in wanted):
                missing.discard(document.id)
                yield document
        for problem in reader.problems:
            click.echo(f"mgmine: {problem}", err=True)
    if missing:
        raise UsageError(f"{', '.join(sorted(missing))}: not in {', '.join(files)}")


def _records(lexicon: Lexicon, document: Document) -> list[dict[str, Any]]:
    from mgmine._native import explain

    return [
        {
            "doc_id": document.id, "doc_version": document.version, "passage": found.passage, "section": found.section,
            "sentence": found.sentence, "start": found.start, "end": found.end, "text": found.text,
            "family": found.family, "concept": found.concept, "ids": found.ids, "counted": found.counted,
            "nested_in": found.nested_in,
            "veto": None if found.veto is None else {"reason": found.veto, "detail": found.veto_detail},
            "name": found.name, "rule": found.rule,
        }
        for found in explain(lexicon, document).candidates
    ]  # fmt: skip


REASONS = {
    "abbreviation": "the document defines it as {detail!r}",
    "needs": "the document lacks what the name needs: {detail}",
    "not_before": "{detail!r} follows",
    "not_after": "{detail!r} precedes",
    "not_with": "{detail!r} is in the document",
    "overlap": "a longer mention overlaps it: {detail!r}",
}
"""How a veto is told; ``detail`` is the words that were the reason."""


WIDTH = 240
"""Columns of the table where there is no terminal to measure."""


def verdict(record: dict[str, Any]) -> str:
    """What became of a candidate, in words."""
    veto = record["veto"]
    if veto is not None:
        told = REASONS.get(veto["reason"], veto["reason"] + ": {detail}").format(detail=veto["detail"])
        return f"rejected ({veto['reason']}): {told}"
    if record["nested_in"] is not None:
        return f"kept, not counted: part of {record['nested_in']!r}"
    if not record["counted"]:
        return "kept, not counted: in a reference"
    return "counted"


def _show(lexicon: Lexicon, document: Document) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mgmine._native import explain

    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    title = document.title or document.text.partition("\n")[0]
    console.print(Text.assemble((document.id, "bold"), f" v{document.version}  {_common.visible(title)}"))
    records = _records(lexicon, document)
    if not records:
        console.print("no candidate\n")
        return
    table = Table("sentence", "place", "text", "concept", "matched name", "verdict", box=box.SIMPLE_HEAD)
    for record in records:
        style = "red" if record["veto"] else "" if record["counted"] else "yellow"
        made = "" if record["rule"] == "name" else f" ({record['rule']})"
        cells = (
            str(record["sentence"]), f"{record['passage']} {record['start']}–{record['end']}", record["text"],
            f"{record['concept']} [{record['family']}]", record["name"] + made, verdict(record),
        )  # fmt: skip
        table.add_row(*(Text(_common.visible(cell)) for cell in cells), style=style)
    console.print(table)
    for definition in explain(lexicon, document).definitions:
        console.print(Text(_common.visible(f"defined here: {definition.short} = {definition.long}")))
    console.print()


@click.command()
@click.argument("inputs", metavar="[PMID|INPUT]...", nargs=-1)
@click.option("--store", "folder", metavar="DIR", help="The store that holds the document.")
@click.option("--doc", "doc_ids", metavar="ID", multiple=True, help="Only this document of the INPUT files.")
@_common.lexicon_options
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
def command(
    inputs: tuple[str, ...],
    folder: str | None,
    doc_ids: tuple[str, ...],
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    form: str,
) -> None:
    """Show every candidate mention of a document, kept or rejected, and why.

    The document is a PMID or id of a store (--store), one of INPUT files (--doc, or the PMID beside them), or text on
    standard input.
    """
    from mgmine.lexicon import load

    compiled = load(lexicon, replace=replace_lexicon)
    for document in _documents(inputs, doc_ids, folder):
        if form == "jsonl":
            for record in _records(compiled, document):
                sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            _show(compiled, document)
