"""``mgmine update``: bring a corpus and its evidence up to date."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _common, _rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mgmine.update import Outcome
    from mgmine.update._plan import Plan
    from mgmine.update._run import Progress

Event = dict[str, Any]


@contextmanager
def _shown(as_json: bool) -> Iterator[tuple[Callable[[Event], None], Progress | None]]:
    """How a run is shown: JSON lines, bars on a terminal, or a line for each event."""
    if as_json:
        yield lambda event: click.echo(json.dumps(event, ensure_ascii=False)), None
        return
    if not sys.stderr.isatty():
        yield lambda event: _line(event, lambda text: click.echo(f"mgmine: {text}", err=True)), None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        whole = bars.add_task("all files", total=None, visible=False)
        one = bars.add_task("", total=None, visible=False)
        count, total = 0, 0

        def event(event: Event) -> None:
            nonlocal count, total
            if event["event"] == "planned" and event["files"]:
                count, total = 0, event["files"]
                bars.update(
                    whole, total=event["bytes"] or None, completed=0, visible=True, description=f"0 of {total} files"
                )
            elif event["event"] == "stored":
                count += 1
                size = next((task.total for task in bars.tasks if task.id == one), None)
                bars.update(whole, advance=size or 0, description=f"{count} of {total} files")
            _line(event, lambda text: bars.console.print(f"mgmine: {text}", markup=False, highlight=False))

        def progress(doing: str, name: str, done: int, size: int | None) -> None:
            bars.update(one, description=f"{doing} {name}", completed=done, total=size, visible=True)

        yield event, progress


def _line(event: Event, say: Callable[[str], object]) -> None:
    """What a person wants to read of an event."""
    kind = event["event"]
    if kind == "planned" and event["files"]:
        span = event["first"] + (f" to {event['last']}" if event["files"] > 1 else "")
        say(f"{event['files']} of {event['listed']} listed files to read: {span}, {event['bytes'] / 1e6:,.1f} MB")
    elif kind == "stored":
        for problem in event["problems"]:
            say(problem)
    elif kind == "switched":
        say(f"the baseline of {event['year']} is complete and is now what is served")
    elif kind in ("note", "retry", "refused", "failed", "gap", "unavailable", "digest", "not sent"):
        say(event["reason"])


def _result(outcome: Outcome) -> None:
    from mgmine.cli import run

    if outcome.files:
        run.show(outcome.files)
    else:
        click.echo("nothing new" if outcome.code == 0 else "nothing was stored", err=True)
    if outcome.behind:
        click.echo(f"mgmine: {outcome.behind} listed file{'s' * (outcome.behind != 1)} still to be read", err=True)


def _show_plan(plan: Plan, as_json: bool, most: int | None) -> int:
    items = plan.items[:most]
    if as_json:
        document = {
            "files": [
                {"file": item.entry.name, "folder": item.entry.folder, "why": item.why, "bytes": item.entry.size, "beside": item.beside}
                for item in items
            ],
            "gaps": plan.gaps, "notes": plan.notes, "switch": plan.switch, "listed": len(plan.files), "behind": len(plan.items),
        }  # fmt: skip
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        rows = [
            [item.entry.name, item.entry.folder, item.why, "next generation" if item.beside else "served", f"{item.entry.size or 0:,}"]
            for item in items
        ]  # fmt: skip
        _rows.print_rows(["file", "folder", "why", "into", "bytes"], rows, numeric=frozenset({4}))
        if plan.switch:
            click.echo(f"mgmine: the baseline of 20{plan.next_year} is complete and will be switched to", err=True)
        _common.tell(plan.notes)
        _common.tell(plan.gaps)
    return _common.LOST if plan.gaps else 0


@click.command()
@click.option("--source", default=None, metavar="URL|DIR", help="Where the files come from; NLM's server by default.")
@click.option(
    "--store", required=True, type=click.Path(file_okay=False), help="Folder of the evidence store; made if needed."
)
@click.option(
    "--corpus",
    default=None,
    type=click.Path(file_okay=False),
    help="Folder of the source files; `STORE.corpus` beside the store by default.",
)
@click.option(
    "--offline",
    default=None,
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Read the files of this folder where they are, without any network.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--max-files", type=click.IntRange(min=1), default=None, help="Read at most this many files.")
@click.option("--keep/--discard-xml", "keep", default=True, help="Whether source files stay once they are stored.")
@_common.lexicon_options
@_common.gate_option
@_common.model_option
@click.option("--claims/--no-claims", default=True, help="Whether to read claims; without them no spaCy is needed.")
@click.option("--digest/--no-digest", "digest", default=True, help="Whether to write, and send, what is new.")
@click.option(
    "--watches", default=None, type=click.Path(dir_okay=False), help="File of watches; the user's own by default."
)
@click.option(
    "--attempts", type=click.IntRange(min=1), default=6, show_default=True, help="Attempts in a row without progress."
)
@click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Pause before the second attempt; it doubles from one to the next.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.05),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Give a connection up when nothing comes for so long.",
)
@_common.threads_option
@click.option("--json", "as_json", is_flag=True, help="Print each event as a JSON line, or the plan as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    source: str | None,
    store: str,
    corpus: str | None,
    offline: str | None,
    only_plan: bool,
    max_files: int | None,
    keep: bool,
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    gate: str,
    model: str | None,
    claims: bool,
    digest: bool,
    watches: str | None,
    attempts: int,
    pause: float,
    timeout: float,
    threads: int | None,
    as_json: bool,
) -> None:
    """Bring a store up to what NLM has published: fetch, verify, read and commit each file in its order, and tell what is new.

    Baseline files come first, then update files, without a gap in their numbers. A file whose MD5 is missing or wrong is
    refused. A run may be stopped at any instant; the next one goes on from there. A new year's baseline is built beside
    what is served and takes its place when it is complete.
    """
    from mgmine import config
    from mgmine.update import NLM, Patience, Settings, Updater

    options = config.load()
    folder = Path(store)
    settings = Settings(
        folder,
        Path(corpus) if corpus else folder.absolute().with_name(folder.absolute().name + ".corpus"),
        source=source or NLM,
        offline=Path(offline) if offline else None,
        lexicon=lexicon,
        replace_lexicon=replace_lexicon,
        gate=gate,  # type: ignore[arg-type]
        model=model,
        claims=claims,
        threads=threads,
        max_files=max_files,
        keep=keep,
        digest=digest,
        watches=Path(watches) if watches else None,
        mail=options.get("mail", {}),
        notify=options.get("notify", {}),
        patience=Patience(attempts=attempts, base=pause, stall=timeout),
    )
    if only_plan:
        ctx.exit(_show_plan(Updater(settings).plan(), as_json, max_files))
    with _shown(as_json) as (event, progress):
        outcome = Updater(settings, event=event, progress=progress).run()
    if not as_json:
        _result(outcome)
    ctx.exit(outcome.code)
