"""``mgmine status``: what a store holds, at a glance."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from mgmine.cli import _common

if TYPE_CHECKING:
    from mgmine.update._status import Standing


@click.command()
@click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")
@click.option(
    "--max-lag",
    type=click.FloatRange(min=0),
    default=3.0,
    show_default=True,
    metavar="DAYS",
    help="End with exit code 1 when a store that `mgmine update` keeps is further behind than this.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, store: str, max_lag: float, as_json: bool) -> None:
    """Show what a store holds and how current it is: files, live rows, size, the last update, the lag, the next run.

    Ends with exit code 1 when the store is stale. The lag is what the last listing of the source says; nothing is asked of it now.
    """
    from mgmine.store import Store
    from mgmine.update import _status

    with Store(store) as opened:
        counts = opened.counts()
        files = opened.files()
        span = opened.sql("SELECT min(date), max(date), count(*) FILTER (retracted) FROM documents").rows[0]
        made = {
            name: sorted({getattr(file.key, name) for file in files}) for name in ("lexicon", "rules", "model", "gate")
        }
        status = {
            "store": str(opened.path), "generation": opened.generation, "files": len(files), "bytes": opened.size(),
            "rows": counts, "retracted": span[2], "published_from": span[0], "published_to": span[1], **made,
            "last_file": files[-1].key.source if files else None,
        }  # fmt: skip
        update = _status.standing(opened, time.time(), max_lag=max_lag)
    _status.add_schedule(update)
    code = _common.LOST if update.stale else 0
    status["update"] = update.record()
    if as_json:
        click.echo(json.dumps(status, ensure_ascii=False, indent=1))
        ctx.exit(code)
    click.echo(f"store        {status['store']}")
    click.echo(f"files        {len(files):,}" + (f", the last in order {status['last_file']}" if files else ""))
    click.echo(f"size         {status['bytes'] / 1e6:,.1f} MB")
    if span[0]:
        click.echo(f"published    {span[0]} to {span[1]}; {span[2]:,} retracted")
    for name, count in counts.items():
        click.echo(f"{name:<12} {count:,}")
    for name, hashes in made.items():
        shown = ", ".join(value[:40] or "none" for value in hashes) or "none"
        # Files read with different lexicons or rules can be told apart here, and are brought up to date by running them again.
        click.echo(f"{name:<12} {shown}" + (" (differs between files)" if len(hashes) > 1 else ""))
    _show_update(update)
    ctx.exit(code)


def _show_update(update: Standing) -> None:
    last = update.state
    if update.started:
        last += f", started {update.started}" + (f", exit code {update.code}" if update.code else "")
        last += f", {update.files} file{'s' * (update.files != 1)} stored"
    click.echo(f"update       {last}")
    if update.lag_days is not None:
        click.echo(
            f"lag          {update.behind} files, {update.lag_days:.1f} days" + (" (stale)" if update.stale else "")
        )
    if update.building is not None:
        click.echo(f"next year    {update.building} files of the new baseline are built beside what is served")
    if update.scheduled_by:
        click.echo(f"next run     {update.next_run or 'scheduled'} ({update.scheduled_by})")
    click.echo(f"health       {'; '.join(update.health) or 'good'}")
