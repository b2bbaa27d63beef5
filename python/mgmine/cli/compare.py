"""``mgmine compare``: what a summary makes of the claims of the text it summarises."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import click

from mgmine.cli import _common

if TYPE_CHECKING:
    from mgmine.comparison import Comparison

_STYLES = {
    "changed": "red",
    "strengthened": "yellow",
    "weakened": "blue",
    "added": "magenta",
    "lost": "dim",
    "unchanged": "green",
}
_MARKS = {"stronger": "▲", "weaker": "▼", "other": "≠"}


def _table(comparison: Comparison) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mgmine.comparison._show import rows

    terminal = sys.stdout.isatty()
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=None if terminal else 160)
    table = Table(
        "",
        comparison.summary.name,
        comparison.original.name,
        "what changed",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        show_lines=True,
    )
    for row in rows(comparison):
        told = "\n".join(f"{_MARKS[direction]} {words}" for direction, words in row["changes"])
        cells = (row["category"], row["summary"][0], row["original"][0], told)
        table.add_row(*map(Text, cells), style=_STYLES[row["category"]])
    console.print(table)
    console.print(", ".join(f"{count} {name}" for name, count in comparison.counts().items() if count) or "no claims")
    return out.getvalue()


@click.command()
@click.argument("summary", metavar="SUMMARY", type=click.Path(path_type=str))
@click.argument("original", metavar="ORIGINAL", type=click.Path(path_type=str))
@_common.lexicon_options
@_common.model_option
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, help="Leave out claims with a lower score.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "md", "html"]), default="table", show_default=True
)
@click.option("-o", "--output", default=None, metavar="FILE", help="Write here instead of standard output.")
def command(
    summary: str,
    original: str,
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    model: str | None,
    min_score: float,
    form: str,
    output: str | None,
) -> None:
    """Show what SUMMARY strengthens, weakens, changes, adds and loses of the claims of ORIGINAL.

    SUMMARY is a press release or lay summary, ORIGINAL the abstract it is about, each in any format that mgmine reads; `-` is
    standard input for one of them. Every sentence of both is read.

    \b
      mgmine compare press.txt abstract.txt
      mgmine compare press.txt abstract.xml --lexicon vitamins.toml --format html -o compared.html
    """
    if summary == original == "-":
        raise click.UsageError("only one of the two texts can be standard input")
    from mgmine.comparison import compare
    from mgmine.comparison._show import html, markdown
    from mgmine.lexicon import load
    from mgmine.pipeline import source_of

    compiled = load(list(lexicon), replace=list(replace_lexicon))
    result = compare(source_of(summary), source_of(original), lexicon=compiled, model=model, min_score=min_score)
    if form == "jsonl":
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in result.records())
    else:
        text = {"md": markdown, "html": html, "table": _table}[form](result)
    with _common.output_file(output) as file:
        file.write(text.encode("utf-8"))
