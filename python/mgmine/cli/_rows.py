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


def _tsv_cell(value: Any) -> str:
    return cell(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def lines(columns: Sequence[str], rows: Iterable[Sequence[Any]], kind: str) -> Iterable[str]:
    """The rows as lines of text in ``tsv`` (tab, newline and backslash escaped by a backslash), ``csv`` or ``jsonl``."""
    if kind == "jsonl":
        for row in rows:
            yield json.dumps(dict(zip(columns, map(plain, row), strict=True)), ensure_ascii=False) + "\n"
        return
    if kind == "tsv":
        yield "\t".join(columns) + "\n"
        for row in rows:
            yield "\t".join(map(_tsv_cell, row)) + "\n"
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


def usual(output: str) -> str:
    """The format where none is asked for: a table on a terminal, tab-separated values elsewhere."""
    return "table" if output == "-" and sys.stdout.isatty() else "tsv"


def write_objects(rows: Iterable[Any], output: str = "-") -> None:
    """Objects as JSON lines, to standard output or into a file that appears when it is whole."""
    from mgmine.cli import _common

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
        table.add_row(*(Text(cell(value)) for value in row))
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
