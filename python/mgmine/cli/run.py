"""``mgmine run``: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mgmine.cli import _common, _rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mgmine.pipeline import FileRun

COLUMNS = ["file", "documents", "abstracts", "deleted", "mentions", "comentions", "claims", "state"]


def show(results: Sequence[FileRun]) -> int:
    """Print what became of each file, problems on stderr; the exit code: 65 if no file could be read, 1 if anything was lost."""
    for result in results:
        _common.tell([*result.problems, *([result.failed] if result.failed else [])])
    rows = [
        [
            result.name,
            *(
                ["–"] * 6
                if result.known or result.failed
                else [
                    f"{count:,}"
                    for count in (
                        result.documents,
                        result.abstracts,
                        result.deletions,
                        result.mentions,
                        result.comentions,
                        result.claims,
                    )
                ]
            ),
            "failed"
            if result.failed
            else "already stored"
            if result.known
            else result.reason
            if result.reason and not result.lost
            else "with losses"
            if result.lost
            else "stored",
        ]
        for result in results
    ]
    _rows.print_rows(COLUMNS, rows, numeric=range(1, 7))
    if results and all(result.failed for result in results):
        return _common.UNREAD
    return _common.LOST if any(result.lost for result in results) else 0


@click.command()
@click.argument("inputs", nargs=-1, type=click.Path(path_type=str), metavar="INPUT…")
@click.option(
    "--store", required=True, type=click.Path(file_okay=False), help="Folder of the evidence store; made if needed."
)
@_common.lexicon_options
@_common.gate_option
@_common.model_option
@click.option("--claims/--no-claims", default=True, help="Whether to read claims; without them no spaCy is needed.")
@_common.threads_option
@click.option(
    "--refresh",
    is_flag=True,
    help="Bring the files of the store up to the present lexicon, rules and model; INPUTs are then files or folders where "
    "their sources are looked for.",
)
@click.pass_context
def command(
    ctx: click.Context,
    inputs: tuple[str, ...],
    store: str,
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    gate: str,
    model: str | None,
    claims: bool,
    threads: int | None,
    refresh: bool,
) -> None:
    """Scan corpus files, read the claims of the sentences that pass the gate, and keep all of it in a store.

    A file that the store already holds is passed over. Each file is one transaction: a run that is stopped leaves the store
    as it was after the last whole file.

    With --refresh each file of the store is brought up to date as far as what changed can touch it: new rules or a new model
    read the claims again from the stored sentences, a new lexicon or --gate needs the file itself. Each says why.
    """
    from functools import partial

    from mgmine import pipeline
    from mgmine.lexicon import load

    if not inputs and not refresh:
        raise click.UsageError("Missing argument 'INPUT…'.")
    if refresh:
        told = ctx.get_parameter_source("gate") is not click.core.ParameterSource.DEFAULT
        job = partial(pipeline.refresh, gate=gate if told else None)  # type: ignore[arg-type]
    else:
        job = partial(pipeline.run, gate=gate)  # type: ignore[arg-type]
    with _common.progress_bar("reading") as progress:
        results = job(
            list(inputs),
            store,
            lexicon=load(list(lexicon), replace=list(replace_lexicon)),
            model=model,
            claims=claims,
            threads=threads,
            progress=progress,
        )
    ctx.exit(show(results))
