"""Rows of a query in the formats that several commands print."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mgmine.store import Result

FORMATS = ("table", "tsv", "csv", "jsonl")

format_option = click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default=None,
    help="How to print rows. By default a table on a terminal and tab-separated values elsewhere.",
)
output_option = click.option(
    "-o", "--output", default="-", type=click.Path(), help="File to write; by default, and for `-`, standard output."
)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(part) for part in value]
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def cell(value: Any) -> str:
    """A value as text in a cell: nothing for null, JSON for lists and objects."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


_ESCAPED = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {
    ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r",
}  # fmt: skip


def tsv_cell(value: Any) -> str:
    """A value as a TSV cell: backslash and control characters, tab and newline among them, escaped by a backslash."""
    return cell(value).translate(_ESCAPED)


def lines(columns: Sequence[str], rows: Iterable[Sequence[Any]], kind: str) -> Iterable[str]:
    """The rows as lines of text in ``tsv`` (backslash and control characters escaped by a backslash), ``csv`` or ``jsonl``."""
    if kind == "jsonl":
        for row in rows:
            yield json.dumps(dict(zip(columns, map(plain, row), strict=True)), ensure_ascii=False) + "\n"
        return
    if kind == "tsv":
        yield "\t".join(columns) + "\n"
        for row in rows:
            yield "\t".join(map(tsv_cell, row)) + "\n"
        return
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(map(cell, row))
        yield buffer.getvalue()


def show(result: Result, kind: str | None, output: str = "-") -> None:
    """Print a query's rows in a format, to standard output or into a file that appears when it is whole."""
    if kind is None:
        kind = "table" if output == "-" and sys.stdout.isatty() else "tsv"
    if kind == "table":
        _table(result, output)
        return
    from mgmine.cli import _common

    with _common.output_file(output) as file:
        for line in lines(result.columns, result, kind):
            file.write(line.encode("utf-8"))


_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")


def _table(result: Result, output: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mgmine.cli import _common

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column, kind in zip(result.columns, result.types, strict=True):
        number = kind.endswith(_NUMBERS) or kind.startswith("DECIMAL")
        table.add_column(Text(column), justify="right" if number else "left", overflow="fold")
    count = 0
    for row in result:
        table.add_row(*(Text(_common.visible(cell(value))) for value in row))
        count += 1
    if output == "-":
        console = Console()
        console.print(table)
    else:
        text = io.StringIO()
        Console(file=text, width=200).print(table)
        with _common.output_file(output) as file:
            file.write(text.getvalue().encode("utf-8"))
    click.echo(f"{count:,} row{'' if count == 1 else 's'}", err=True)
