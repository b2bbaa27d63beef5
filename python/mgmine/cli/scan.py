"""``mgmine scan``: mentions and comentions of corpus files.

The common case prints rows from Rust straight to standard output; nothing is imported here that it does not need.
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _common
from mgmine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mgmine.corpus import Source
    from mgmine.mentions import Summary


def sources(inputs: Sequence[str]) -> list[Source]:
    """The inputs of a command, with ``-`` as standard input.

    Raises:
        UsageError: A file does not exist, or is a folder.
    """
    found: list[Source] = []
    for name in inputs:
        if name == "-":
            found.append(("<stdin>", sys.stdin.buffer))
            continue
        path = Path(name)
        if not path.exists():
            raise UsageError(f"{name}: no such file")
        if path.is_dir():
            raise UsageError(f"{name}: is a folder; name the files in it")
        found.append(path)
    return found


@contextmanager
def progress_of(inputs: Sequence[Source]) -> Iterator[Callable[[int], object] | None]:
    """A progress bar on standard error, or None where that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    sizes = [source.stat().st_size if isinstance(source, Path) else None for source in inputs]
    total = sum(size or 0 for size in sizes) if None not in sizes else None
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


def finish(summary: Summary) -> int:
    """List what could not be read on standard error. The exit code: 65 if nothing of some input could be read, 1 if
    anything was lost, else 0."""
    problems = summary.problems
    _common.tell(problems)
    if summary.unread:
        return _common.UNREAD
    return _common.LOST if any(not problem.repaired for problem in problems) else 0


def tell(summary: Summary) -> None:
    """Say on a terminal what went through."""
    if sys.stderr.isatty():
        print(
            f"{summary.documents:,} documents ({summary.abstracts:,} with an abstract), {summary.mentions:,} mentions, "
            f"{summary.matched:,} documents with a counted one, {summary.comentions:,} comentions",
            file=sys.stderr,
        )


def format_of(given: str | None, output: str | None) -> str:
    """The format asked for, else the one that the name of the output tells: a folder holds Parquet.

    Raises:
        UsageError: Parquet without a folder.
    """
    if given is None:
        if output is None or output == "-":
            return "jsonl"
        suffix = Path(output).suffix.lower()
        return {".jsonl": "jsonl", ".tsv": "tsv"}.get(suffix, "parquet")
    if given == "parquet" and output in (None, "-"):
        raise UsageError("--format parquet needs a folder: -o DIR")
    return given


@click.command()
@_common.inputs_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "tsv", "parquet"]),
    help="What to write; by default JSON lines, with -o what the name tells (.jsonl, .tsv, a folder: Parquet).",
)
@click.option("--comentions", is_flag=True, help="Also a line for each comention; in TSV only these, Parquet has both.")
@click.option("--vetoed", is_flag=True, help="Also the candidates that were rejected, with the reason.")
@_common.lexicon_options
@_common.threads_option
@click.option("-o", "--output", metavar="FILE|DIR", help="Where to write; standard output by default.")
@click.pass_context
def command(
    ctx: click.Context,
    inputs: tuple[str, ...],
    form: str | None,
    comentions: bool,
    vetoed: bool,
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    threads: int | None,
    output: str | None,
) -> None:
    """Find the mentions of the lexicon's concepts in INPUT files and print one record a line.

    INPUT is PubMed XML, MEDLINE/NBIB, JATS, PubTator, BioC XML, JSON lines or plain text, also gzip-packed; '-' is
    standard input. What could not be read is listed on standard error and the rest goes on.
    """
    form = format_of(form, output)
    given = sources(inputs)
    if "-" in inputs and output in (None, "-"):
        # A thread that waits for input cannot be told to stop, and here nothing is left behind: let Ctrl-C end us at once.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    from mgmine import _native
    from mgmine.lexicon import load

    compiled = load(lexicon, replace=replace_lexicon)
    with progress_of(given) as progress:
        if form == "parquet":
            folder = Path(str(output))
            folder.mkdir(parents=True, exist_ok=True)
            tables = ["mentions", "comentions"] + (["vetoes"] if vetoed else [])
            summary = _native.scan_parquet(given, compiled, folder, tables=tables, threads=threads, progress=progress)
        else:
            only_comentions = comentions and form == "tsv"

            def print_to(out: Any) -> Summary:
                return _native.scan_print(
                    given, compiled, out, format=form, mentions=not only_comentions,
                    vetoed=vetoed and not only_comentions, comentions=comentions, threads=threads, progress=progress,
                )  # fmt: skip

            if output is None or output == "-":
                summary = print_to(_standard_output())
            else:
                with _common.output_file(output) as out:
                    summary = print_to(out)
    tell(summary)
    ctx.exit(finish(summary))


def _standard_output() -> Any:
    """None if standard output is the process's own, so that Rust writes to it; else the object that took its place."""
    import io

    try:
        own = sys.stdout.fileno() == 1
    except (AttributeError, OSError, io.UnsupportedOperation):
        own = False
    if own:
        sys.stdout.flush()
        return None
    return sys.stdout.buffer
