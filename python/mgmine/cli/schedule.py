"""``mgmine schedule``: have ``mgmine update`` run every day."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from mgmine.update.schedule import Job, Kind

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_kind = click.option(
    "--kind",
    type=click.Choice(["systemd", "cron", "launchd", "windows", "github"]),
    default=None,
    help="The scheduler; by default this system's own: systemd, else cron; launchd; Task Scheduler.",
)
_name = click.option("--name", default="mgmine-update", show_default=True, help="Name of the job; one for each store.")


def _job_options(function: _Command) -> _Command:
    at = click.option("--at", default="05:30", show_default=True, metavar="HH:MM", help="Time of day.")
    delay = click.option(
        "--delay", type=click.IntRange(0, 720), default=30, show_default=True, metavar="MINUTES",
        help="Start up to so much later, at random.",
    )  # fmt: skip
    arguments = click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- UPDATE OPTIONS…]")
    return _kind(_name(at(delay(arguments(function)))))


def _job(arguments: tuple[str, ...], at: str, delay: int, name: str) -> Job:
    from mgmine import config
    from mgmine.cli.update import command as update
    from mgmine.update import schedule

    # Read now, as the scheduler will have it read every day: with what the files set, without this environment.
    options = config.load()
    defaults = {**options.get("defaults", {}), **options.get("update", {})}
    with update.make_context("mgmine update", list(arguments), default_map=defaults):
        pass
    return schedule.job(arguments, at=at, delay=delay, name=name)


def _chosen(kind: str | None) -> Kind:
    from mgmine.update import schedule

    return cast("Kind", kind) if kind else schedule.usual()


@click.group()
def command() -> None:
    """Have `mgmine update` run every day, by the system's own scheduler.

    Options of `update` follow after `--`, as in `mgmine schedule install -- --store evidence`. The job starts in the folder it was
    made in, so its mgmine.toml holds.
    """


@command.command()
@_job_options
def show(kind: str | None, at: str, delay: int, name: str, arguments: tuple[str, ...]) -> None:
    """Print what the scheduler would get."""
    from mgmine.update import schedule

    files = schedule.render(_chosen(kind), _job(arguments, at, delay, name))
    for file, content in files.items():
        if len(files) > 1:
            click.echo(f"# {file}")
        encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
        click.echo(content.decode(encoding).replace("\r\n", "\n"))


@command.command()
@_job_options
def install(kind: str | None, at: str, delay: int, name: str, arguments: tuple[str, ...]) -> None:
    """Hand the job to the scheduler; one of the same name is replaced."""
    from mgmine.update import schedule

    chosen = _chosen(kind)
    for place in schedule.install(chosen, _job(arguments, at, delay, name)):
        click.echo(f"mgmine: wrote {place}", err=True)
    if chosen == "systemd":
        click.echo("mgmine: to have it run while you are not logged in: loginctl enable-linger", err=True)


@command.command()
@_kind
@_name
@click.pass_context
def status(ctx: click.Context, kind: str | None, name: str) -> None:
    """Say whether the job is installed, and when it runs next. Ends with exit code 1 if it is not."""
    from mgmine.update import schedule

    found = schedule.state(_chosen(kind), name)
    click.echo(f"{name}: {'installed' if found.installed else 'not installed'} ({found.kind})")
    if found.next:
        click.echo(f"next run: {found.next}")
    if found.told and sys.stdout.isatty():
        click.echo(found.told)
    ctx.exit(0 if found.installed else 1)


@command.command()
@_kind
@_name
def remove(kind: str | None, name: str) -> None:
    """Take the job away; fine if there is none."""
    from mgmine.update import schedule

    gone = schedule.remove(_chosen(kind), name)
    click.echo(f"mgmine: {name} {'removed' if gone else 'was not installed'}", err=True)
