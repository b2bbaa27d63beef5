"""What several commands share: options, progress on a terminal, output files, and how losses are told."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


_Command = TypeVar("_Command", bound="Callable[..., Any]")

LOST = 1
"""Exit code: part of the work failed or was skipped."""
UNREAD = 65
"""Exit code: bad input, of which nothing could be read."""
SHOWN = 20
"""Problems of one file listed one by one; of further ones only the number is told."""

inputs_argument = click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=str), metavar="INPUT…")
threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=None,
    help="Threads of the scan; by default as many as there are cores.",
)
gate_option = click.option(
    "--gate",
    type=click.Choice(["comention", "mention", "none"]),
    default="comention",
    show_default=True,
    help="Which sentences are read: those that bring two families together, those with any mention, or all.",
)
model_option = click.option(
    "--model",
    default=None,
    metavar="NAME|PATH",
    help="spaCy pipeline to read with; ours by default, `blank` for rules without a parser.",
)


def lexicon_options(function: _Command) -> _Command:
    """``--lexicon FILE`` adds to the built-in lexicon, ``--replace-lexicon FILE`` stands in its place; both may be repeated."""
    added = click.option(
        "--lexicon",
        multiple=True,
        metavar="FILE",
        help="Add this lexicon to the built-in one; a concept of the same label is replaced. May be repeated.",
    )
    instead = click.option(
        "--replace-lexicon",
        multiple=True,
        metavar="FILE",
        help="Use this lexicon instead of the built-in one. May be repeated.",
    )
    return added(instead(function))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress bar on stderr, called with (name, done, total) in bytes; None where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda name, done, total: bar.update(
            task, description=f"{label} {name}", completed=done, total=total or None
        )


@contextmanager
def output_file(path: str | None) -> Iterator[IO[bytes]]:
    """Standard output for None or ``-``; else a file that appears under its name only when it is whole."""
    if path is None or path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from mgmine.files import whole

    with whole(Path(path)) as file:
        yield file


def visible(text: str) -> str:
    """The text with every control character spelled out, so that a title or a file name cannot steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _spelled(c) for c in text)


def _spelled(char: str) -> str:
    # Spaces of all kinds and marks that join letters are no danger; control, bidirectional and private characters are spelled.
    import unicodedata

    if unicodedata.category(char) in ("Zs", "Cn") or char in "\u200c\u200d\xad":
        return char
    return char.encode("unicode_escape").decode("ascii")


def tell(problems: Iterable[object]) -> int:
    """Print the problems on stderr, of many only the first and the last, which may be what ended it; how many there were."""
    count = 0
    problem: object = None
    for count, problem in enumerate(problems, 1):
        if count <= SHOWN:
            click.echo(f"mgmine: {visible(str(problem))}", err=True)
    if count > SHOWN + 1:
        click.echo(f"mgmine: … {count - SHOWN - 1:,} more problems …", err=True)
    if count > SHOWN:
        click.echo(f"mgmine: {visible(str(problem))}", err=True)
    return count
