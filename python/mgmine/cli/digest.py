"""``mgmine digest``: what is new in a store, for a person."""

from __future__ import annotations

import time
from pathlib import Path

import click

from mgmine.cli import _common


@click.command()
@click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")
@click.option(
    "--since",
    default=None,
    metavar="DATE|DIGEST",
    help="Compare with the store as it was then; by default, as before the last digest.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["md", "html", "jsonl", "atom"]),
    default="md",
    show_default=True,
    help="How to write it.",
)
@click.option(
    "-o", "--output", default="-", type=click.Path(), help="File to write; by default, and for `-`, standard output."
)
@click.option(
    "--watches", default=None, type=click.Path(dir_okay=False), help="File of watches; the user's own by default."
)
@click.option("--everything", is_flag=True, help="Also relations that touch none of the lexicon's topics.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=40, show_default=True, help="Show so many of each kind at most."
)
@click.option("--send", is_flag=True, help="Send it as [mail] and [notify] of the configuration say.")
@click.option("--list", "only_list", is_flag=True, help="List the digests that were made, by which --since may go.")
@click.pass_context
def command(
    ctx: click.Context,
    store: str,
    since: str | None,
    kind: str,
    output: str,
    watches: str | None,
    everything: bool,
    limit: int,
    send: bool,
    only_list: bool,
) -> None:
    """Tell what is new: relations that are new, stronger, contradicted or withdrawn, and questions that found an answer.

    `mgmine update` writes a digest of each run that brought news, into STORE.log/digests. This makes one again, or over a longer time.
    """
    from mgmine import config
    from mgmine.store import Store
    from mgmine.update import _history, _mail, _snapshot, digest, watch

    digests = digest.Digests(_history.folder_of(Path(store)))
    if only_list:
        click.echo("".join(f"{name}\n" for name in digests.names()), nl=False)
        return
    if kind == "atom":
        text = digests.atom()
    else:
        before = digests.since(since)
        with Store(store) as opened:
            after = _snapshot.take(opened, _history.timestamp(time.time()))
            listed = watch.read(Path(watches) if watches else watch.default_file())
            made = digest.make(opened, before, after, watches=listed, everything=everything, limit=limit)
        text = {"md": digest.markdown, "html": digest.html, "jsonl": digest.jsonl}[kind](made)
    with _common.output_file(output) as file:
        file.write(text.encode("utf-8"))
    if send and kind != "atom":
        options = config.load()
        mail, services = options.get("mail", {}), options.get("notify", {})
        if not mail and not services:
            raise click.UsageError("--send needs [mail] or [notify] in the configuration")
        _mail.check(mail, services)
        ctx.exit(_common.LOST if _common.tell(_mail.deliver(made, mail, services)) else 0)
