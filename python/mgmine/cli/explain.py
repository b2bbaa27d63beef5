"""``mgmine explain``: every candidate mention of a document, kept or rejected, and why; its claims, and how they were read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _common
from mgmine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mgmine.claims import Extractor
    from mgmine.corpus import Document, Source
    from mgmine.lexicon import Lexicon
    from mgmine.nlp.graph import Step
    from mgmine.report._explain import ReadSentence


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
        _common.tell(reader.problems)
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


def _claim_lines(sentences: Iterable[ReadSentence]) -> Iterator[str]:
    from mgmine.report import _explain as told

    for one in sentences:
        claims = [made for reading in one.readings for made in reading.claims]
        if not claims:
            continue
        yield f"[{one.sentence.index}] {one.sentence.text}"
        for made in claims:
            yield f"    {told.statement(made)}"
            yield f"      rule {made.claim.rule}, trigger {' '.join(node.text for node in made.trigger)!r}, score {told.score(made)}"
            yield f"      subject: {told.way(made, made.subject)}"
            if made.claim.object is not None:
                yield f"      object:  {told.way(made, made.object)}"
            if contexts := told.contexts(made):
                yield f"      context: {'; '.join(contexts)}"
            if made.notes:
                yield f"      note: {', '.join(made.notes)}"
        yield ""


def _claim_records(document: Document, sentences: Iterable[ReadSentence]) -> Iterator[dict[str, Any]]:
    def steps(way: tuple[Step, ...] | None) -> list[dict[str, Any]] | None:
        if way is None:
            return None
        return [{"label": step.label, "to": "head" if step.up else "child", "word": step.node.text} for step in way]

    for one in sentences:
        for reading in one.readings:
            for made in reading.claims:
                yield {
                    "doc_id": document.id, "claim": made.claim.to_json(), "trigger": [node.text for node in made.trigger],
                    "subject_path": steps(made.subject), "object_path": steps(made.object),
                    "weights": [{"log_odds": weight, "reason": reason} for weight, reason in made.weights], "factor": made.factor,
                    "notes": list(made.notes),
                }  # fmt: skip


@click.command()
@click.argument("inputs", metavar="[PMID|INPUT]...", nargs=-1)
@click.option("--store", "folder", metavar="DIR", help="The store that holds the document.")
@click.option("--doc", "doc_ids", metavar="ID", multiple=True, help="Only this document of the INPUT files.")
@_common.lexicon_options
@_common.model_option
@click.option(
    "--claims/--no-claims",
    default=None,
    help="Also read the claims and show how; by default in text and in a page, not in jsonl.",
)
@click.option(
    "--html", metavar="FILE", default=None, help="Write the parse of each sentence and the paths that fired as a page."
)
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
def command(
    inputs: tuple[str, ...],
    folder: str | None,
    doc_ids: tuple[str, ...],
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    model: str | None,
    claims: bool | None,
    html: str | None,
    form: str,
) -> None:
    """Show every candidate mention of a document, kept or rejected, and why; and how its claims were read.

    The document is a PMID or id of a store (--store), one of INPUT files (--doc, or the PMID beside them), or text on
    standard input. For each claim the rule is shown, the words that triggered it, the way through the parse to either argument,
    and what lowered its score.
    """
    from mgmine.lexicon import load

    compiled = load(lexicon, replace=replace_lexicon)
    wanted = claims if claims is not None else (form == "text" or html is not None)
    extractor = _extractor(model, claims is None and html is None) if wanted else None
    pages: list[tuple[Document, list[ReadSentence]]] = []
    for document in _documents(inputs, doc_ids, folder):
        sentences: list[ReadSentence] = []
        if extractor is not None:
            from mgmine.report._explain import read

            sentences = list(read(document, compiled, extractor))
            pages.append((document, sentences))
        if form == "jsonl":
            for record in [*_records(compiled, document), *_claim_records(document, sentences)]:
                sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            _show(compiled, document)
            for line in _claim_lines(sentences):
                click.echo(_common.visible(line))
    if html is not None:
        from mgmine.report._explain import page

        with _common.output_file(html) as file:
            file.write(page(pages).encode("utf-8"))


def _extractor(model: str | None, lenient: bool) -> Extractor | None:
    """The claims stage; without spaCy none where the claims were not asked for in so many words."""
    from mgmine.claims import Extractor
    from mgmine.errors import MissingDependencyError

    try:
        return Extractor(model)
    except MissingDependencyError as error:
        if not lenient:
            raise
        click.echo(f"mgmine: the mentions alone: {error}", err=True)
        return None
