"""``mgmine demo``: the main job on the built-in sample."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import click

from mgmine.cli import _common, run


@click.command()
@click.option(
    "-o",
    "--output",
    default="mgmine-demo",
    type=click.Path(file_okay=False),
    show_default=True,
    help="Folder to write to.",
)
@click.pass_context
def command(ctx: click.Context, output: str) -> None:
    """Run the main job on the built-in sample: an evidence store and its report, no file and no network needed."""
    from mgmine import pipeline
    from mgmine.report import write_report
    from mgmine.store import Store

    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    store, page = folder / "evidence", folder / "report.html"
    with (
        as_file(files("mgmine").joinpath("data", "sample", "sample.xml")) as sample,
        _common.progress_bar("reading") as progress,
    ):
        results = pipeline.run([sample], store, progress=progress)
    code = run.show(results)
    with Store(store) as opened:
        write_report(opened, page)
    click.echo(
        f"\nstore:  {store}\nreport: {page}\n\nTry next:\n  mgmine sql --store {store} 'SELECT subject_text, predicate, sign, object_text FROM claims'"
    )
    ctx.exit(code)
