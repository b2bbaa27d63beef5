"""The group of all commands. Each has a module of its own that is imported only when the command is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "run": "Scan and read corpus files into an evidence store.",
    "update": "Keep a store current with what NLM publishes.",
    "digest": "Tell what is new in a store.",
    "watch": "Watch statements: news on them comes first.",
    "schedule": "Have `mgmine update` run every day.",
    "demo": "Run the main job on the built-in sample and write its report.",
    "scan": "Find mentions and comentions.",
    "extract": "Read the claims of the sentences that pass the gate.",
    "report": "Write a store as one HTML page.",
    "query": "Find claims, relations, contradictions or sentences in a store.",
    "sql": "Ask a store in SQL.",
    "status": "Show what a store holds.",
    "explain": "Show every candidate mention of a document and how its claims were read.",
    "compare": "Show what a summary makes of the claims of an abstract.",
    "evaluate": "Measure mgmine against every gold set at hand.",
    "lexicon": "Show, list and check lexicons.",
    "model": "Show the spaCy pipelines at hand.",
    "store": "Look after an evidence store.",
}
"""Name and one-line help of every command: what ``mgmine --help`` prints without importing any of them."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports a command's module when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All command names in the order in which they are documented."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mgmine.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from mgmine import __version__

        click.echo(f"mgmine {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MGMINE"},
    epilog="Exit codes: 0 fine, 1 part of the work failed or was skipped, 2 usage, 65 bad input, 75 try later, 130 stopped.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Mine PubMed for what sentences claim about magnesium, integrins and T cells, or about any lexicon."""
    from mgmine import config

    options = config.load()
    if ctx.invoked_subcommand and (shared := config.shared(options)):
        called = cli.get_command(ctx, ctx.invoked_subcommand)
        own = options.setdefault(ctx.invoked_subcommand, {})
        if isinstance(called, click.Group):
            for name in called.list_commands(ctx):
                own[name] = {**shared, **own.get(name, {})}
        else:
            options[ctx.invoked_subcommand] = {**shared, **own}
    ctx.default_map = options


def run() -> int:
    """Run the command line; the documented exit code."""
    from mgmine.errors import MgmineError

    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("mgmine: interrupted", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except MgmineError as error:
        from mgmine.cli._common import visible

        click.echo("mgmine: " + "\n".join(map(visible, str(error).split("\n"))), err=True)
        code = error.exit_code
    except BrokenPipeError:
        # The reader of our output went away (`mgmine scan … | head`): nothing is wrong with our work.
        sys.stderr.close()
        code = 0
    except OSError as error:
        # A disk that is full or fails, under a file of ours that no error of ours speaks of.
        from mgmine.cli._common import visible

        where = f"{error.filename}: " if error.filename else ""
        click.echo(visible(f"mgmine: {where}{error.strerror or error}"), err=True)
        code = 1
    except KeyboardInterrupt:
        click.echo("mgmine: interrupted", err=True)
        code = 130
    return code if isinstance(code, int) else 0
