"""``mgmine status``: what a store holds, at a glance."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(store: str, as_json: bool) -> None:
    """Show what a store holds: files, live rows, size, and the lexicon, rules and model it was made with."""
    from mgmine.store import Store

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
    if as_json:
        click.echo(json.dumps(status, ensure_ascii=False, indent=1))
        return
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
