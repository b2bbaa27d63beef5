"""Rows of a query in the formats that several commands print."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import itertools
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _common

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from typing import TextIO

    from mgmine.store import Result

FORMATS = ("table", "tsv", "csv", "jsonl")

format_option = click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default=None,
    help="How to print rows. By default a table on a terminal and tab-separated values elsewhere.",
)
all_formats_option = click.option(
    "--format",
    "kind",
    type=click.Choice([*FORMATS, "parquet"]),
    default=None,
    help="How to print rows. By default a table on a terminal and tab-separated values elsewhere; parquet needs -o FILE.",
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


def csv_cell(value: Any) -> str:
    """A value as a CSV cell: words that a spreadsheet would take for a formula come after an apostrophe, numbers and signs do not."""
    text = cell(value)
    formula = isinstance(value, str) and len(text) > 1 and text.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{text}" if formula else text


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
    # With this end of line both of its characters are quoted in a cell.
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in itertools.chain([columns], rows):
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(map(csv_cell, row))
        yield buffer.getvalue().removesuffix("\r\n") + "\n"


def draw(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    numeric: Container[int] = (),
    file: TextIO | None = None,
) -> int:
    """Draw the rows as a table for a terminal, or into ``file``, and return their number; ``numeric`` columns stand right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if index in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_common.visible(cell(value))) for value in row))
    Console(file=file, width=None if file is None else 200).print(table)
    return table.row_count


def print_rows(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, numeric: Container[int] = (), header: bool = True
) -> None:
    """Rows on standard output: drawn on a terminal, tab-separated elsewhere, there with the ``header`` line or without."""
    if sys.stdout.isatty():
        draw(columns, rows, numeric=numeric)
        return
    for line in itertools.islice(lines(columns, rows, "tsv"), 0 if header else 1, None):
        click.echo(line, nl=False)


def usual(output: str) -> str:
    """The format where none is asked for: a table on a terminal, tab-separated values elsewhere."""
    return "table" if output == "-" and sys.stdout.isatty() else "tsv"


def write_objects(rows: Iterable[Any], output: str = "-") -> None:
    """Objects as JSON lines, to standard output or into a file that appears when it is whole."""
    with _common.output_file(output) as file:
        for row in rows:
            file.write((json.dumps(plain(row), ensure_ascii=False) + "\n").encode("utf-8"))


def show(result: Result, kind: str | None, output: str = "-") -> None:
    """Print a query's rows in a format, to standard output or into a file that appears when it is whole."""
    kind = kind or usual(output)
    if kind == "table":
        _table(result, output)
        return
    if kind == "parquet":
        if output == "-":
            raise click.UsageError("--format parquet needs -o FILE")
        from mgmine import _native

        _native.write_parquet(result, output)
        return
    with _common.output_file(output) as file:
        for line in lines(result.columns, result, kind):
            file.write(line.encode("utf-8"))


_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")


def _table(result: Result, output: str) -> None:
    numeric = {
        index for index, kind in enumerate(result.types) if kind.endswith(_NUMBERS) or kind.startswith("DECIMAL")
    }
    if output == "-":
        count = draw(result.columns, result, numeric=numeric)
    else:
        text = io.StringIO()
        count = draw(result.columns, result, numeric=numeric, file=text)
        with _common.output_file(output) as file:
            file.write(text.getvalue().encode("utf-8"))
    click.echo(f"{count:,} row{'' if count == 1 else 's'}", err=True)
