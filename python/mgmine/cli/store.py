"""``mgmine store``: look after an evidence store."""

from __future__ import annotations

import click

from mgmine.cli import _common, _rows

_store = click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")


@click.group()
def command() -> None:
    """Look after an evidence store."""


@command.command()
@_store
@click.pass_context
def check(ctx: click.Context, store: str) -> None:
    """Read all of a store and tell what is wrong with it.

    Of each file: that it is there, its checksum, its number of rows. Of the rows: that no document counts twice, that each row
    that counts belongs to a document that does, and that spans hold their words. Ends with exit code 1 if anything is wrong.
    """
    from mgmine.store import Store

    with Store(store) as opened:
        faults = opened.check()
        again = [file.key.source for file in opened.files() if not file.whole]
        files = len(opened.files())
    for fault in faults:
        click.echo(f"{fault.path}: {fault.problem}")
    for source in again:
        click.echo(f"{source}: must be read again, since a file that overrode it was published anew")
    if faults:
        click.echo(
            f"mgmine: {len(faults)} fault{'' if len(faults) == 1 else 's'}; mend with: mgmine store repair --store {store}",
            err=True,
        )
    if faults or again:
        ctx.exit(_common.LOST)
    click.echo(f"mgmine: {files} file{'' if files == 1 else 's'}, all well", err=True)


@command.command()
@_store
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(exists=True, path_type=str),
    metavar="FILE|DIR",
    help="Where source files are: those that were lost are read again, as `mgmine run` does. May be repeated.",
)
@_common.lexicon_options
@_common.model_option
@_common.threads_option
@click.pass_context
def repair(
    ctx: click.Context,
    store: str,
    sources: tuple[str, ...],
    lexicon: tuple[str, ...],
    replace_lexicon: tuple[str, ...],
    model: str | None,
    threads: int | None,
) -> None:
    """Mend a store: what was done and what was lost is told.

    A damaged manifest is made again from the segments; damaged segments are taken off it, and what is left of them goes to the
    folder `lost`. With --from their source files are read again. Ends with exit code 1 if anything stays lost.
    """
    from mgmine.pipeline import run, sources_of
    from mgmine.store import Store
    from mgmine.store import repair as mend

    result = mend(store)
    for line in result.done:
        click.echo(line)
    lost = list(result.lost)
    if lost and sources:
        from mgmine.lexicon import load

        compiled = load(list(lexicon), replace=list(replace_lexicon))
        found = sources_of([file.key for file in lost], sources)
        with _common.progress_bar("reading") as progress:
            for gate in sorted({key.gate for key in found}):
                paths = [path for key, path in found.items() if key.gate == gate]
                runs = run(paths, store, lexicon=compiled, gate=gate, model=model, threads=threads, progress=progress)  # type: ignore[arg-type]
                _common.tell(
                    problem for done in runs for problem in (*done.problems, *([done.failed] if done.failed else []))
                )
        with Store(store) as opened:
            held = {file.key.file for file in opened.files() if file.whole}
        for file in lost:
            if file.key.file in held:
                click.echo(f"read again: {file.key.source}")
        lost = [file for file in lost if file.key.file not in held]
    for file in lost:
        click.echo(f"lost: {file.key.source} (md5 {file.key.md5}); read it again with mgmine run")
    if not result.done:
        click.echo("mgmine: nothing to mend", err=True)
    if lost:
        ctx.exit(_common.LOST)


@command.command()
@_store
def compact(store: str) -> None:
    """Merge small segments into bigger ones, so that queries stay fast. `mgmine update` does it by itself."""
    from mgmine.store import Store

    with Store(store) as opened:
        before = len(opened.segments())
        with opened.writer() as writer, _common.progress_bar("merging") as progress:
            writer.compact(None if progress is None else lambda done, total: progress("", done, total))
        click.echo(f"mgmine: {before} segments before, {len(opened.segments())} now", err=True)


@command.command()
@_store
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
def gc(store: str, dry_run: bool) -> None:
    """Remove what no manifest and no reader needs: segments that were replaced, files of runs that were stopped.

    Each run that writes to the store does so too. Prints what is removed, with its bytes.
    """
    from mgmine.store import Store

    with Store(store) as opened:
        garbage = opened.garbage()
        if not dry_run:
            with opened.writer():
                pass
        for path, size in garbage.items():
            if dry_run or not path.exists():
                click.echo(f"{path.relative_to(opened.path).as_posix()}\t{size}")


@command.command()
@_store
@click.option("--sqlite", type=click.Path(dir_okay=False), metavar="FILE", help="Write a SQLite database.")
@click.option("--duckdb", type=click.Path(dir_okay=False), metavar="FILE", help="Write a DuckDB database.")
@click.option(
    "--parquet", type=click.Path(), metavar="FOLDER", help="Write a folder with a Parquet file for each table."
)
def export(store: str, sqlite: str | None, duckdb: str | None, parquet: str | None) -> None:
    """Write the rows that count, with relations and the list of files, to hand on to others who have no mgmine.

    The meaning of tables and columns goes with them: as comments in a DuckDB database and in the CREATE TABLE statements of a
    SQLite database (`.schema`), as README.md among the Parquet files.
    """
    from mgmine.store import Store

    given = {kind: path for kind, path in (("sqlite", sqlite), ("duckdb", duckdb), ("parquet", parquet)) if path}
    if not given:
        raise click.UsageError("one of --sqlite, --duckdb, --parquet is needed")
    with Store(store) as opened:
        for kind, path in given.items():
            rows = opened.export(path, kind)  # type: ignore[arg-type]
            told = ", ".join(f"{count:,} {table}" for table, count in rows.items())
            click.echo(f"mgmine: {path}: {told}", err=True)


@command.command()
@_store
@_rows.format_option
@_rows.output_option
def files(store: str, kind: str | None, output: str) -> None:
    """List the source files of a store, in the order in which later ones override earlier ones."""
    from mgmine.store import Store

    with Store(store) as opened:
        result = opened.sql(
            """
            SELECT s.position, s.source, coalesce(r.records, 0) AS records, coalesce(l.live, 0) AS live, s.segment_id, s.gate,
              s.lexicon, s.rules, s.model
            FROM files s
            LEFT JOIN (SELECT file, count(*) AS records FROM segment.documents GROUP BY ALL) r USING (file)
            LEFT JOIN (SELECT file, count(*) AS live FROM documents GROUP BY ALL) l USING (file)
            ORDER BY s.position
            """
        )
        _rows.show(result, kind, output)


@command.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["sql", "md"]),
    default="sql",
    show_default=True,
    help="SQL or the reference page.",
)
@_rows.output_option
def schema(kind: str, output: str) -> None:
    """Print the design of the store: its tables and live views."""
    from importlib.resources import files

    from mgmine.relations import sql
    from mgmine.store import reference

    text = (
        reference()
        if kind == "md"
        else files("mgmine.store").joinpath("schema.sql").read_text(encoding="utf-8") + sql()
    )
    with _common.output_file(output) as file:
        file.write(text.encode("utf-8"))
