"""``mgmine report``: a store as one HTML page."""

from __future__ import annotations

import click

from mgmine.cli import _common


@click.command()
@click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")
@click.option(
    "-o",
    "--output",
    default="report.html",
    show_default=True,
    type=click.Path(),
    help="File to write; `-` is standard output.",
)
@click.option("--title", default=None, help="Heading of the page; the concept families of the store by default.")
@click.option(
    "--relations", default=200, show_default=True, type=click.IntRange(min=0), help="Show at most this many relations."
)
@click.option(
    "--sentences", default=300, show_default=True, type=click.IntRange(min=0), help="Show at most this many sentences."
)
def command(store: str, output: str, title: str | None, relations: int, sentences: int) -> None:
    """Write a store as one HTML page that needs no network: counts, relations, and the sentences behind them."""
    from mgmine.report import render
    from mgmine.store import Store

    with Store(store) as opened:
        page = render(opened, title=title, relations=relations, sentences=sentences)
    with _common.output_file(output) as file:
        file.write(page.encode("utf-8"))
    if output != "-":
        click.echo(f"mgmine: wrote {output}", err=True)
