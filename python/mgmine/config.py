"""Where options come from: flag, then ``MGMINE_*``, then the project's file, then the user's file, then the default.

The project's file is ``mgmine.toml`` in the working directory, or the table ``[tool.mgmine]`` of its ``pyproject.toml``; the
user's is ``config.toml`` in the user's configuration folder. Each has a table per command with its long option names, and
``[defaults]`` with options for every command that has them; the environment gives these as ``MGMINE_STORE`` and so on:

    [defaults]
    store = "evidence"
    corpus = "pubmed"

    [run]
    threads = 2

    [mail]
    host = "mail.example.org"
    to = ["me@example.org"]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from mgmine.errors import InputError

Options = dict[str, Any]

SHARED = ("store", "corpus", "source", "lexicon", "replace_lexicon", "model", "watches")
"""Options that ``[defaults]`` may give to every command that has them."""
_LISTS = frozenset({"lexicon", "replace_lexicon"})


def user_file() -> Path:
    """The user's configuration file; it need not exist. ``MGMINE_CONFIG`` names another one."""
    if named := os.environ.get("MGMINE_CONFIG"):
        return Path(named)
    if sys.platform.startswith("linux"):
        # What platformdirs answers here, without the cost of importing it at every start.
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "mgmine" / "config.toml"
    from platformdirs import user_config_path

    return user_config_path("mgmine") / "config.toml"


def _read(path: Path, word: str = "") -> Options:
    """The file's tables; none if the word does not occur in it."""
    try:
        text = path.read_text(encoding="utf-8")
        if word not in text:
            return {}
        # Imported only now, which is dear.
        import tomllib

        return tomllib.loads(text)
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: not a readable TOML file: {error}") from error


def _project(folder: Path) -> Options:
    if (path := folder / "mgmine.toml").is_file():
        return _read(path)
    if (path := folder / "pyproject.toml").is_file():
        # Most projects have nothing of ours in theirs.
        table = _read(path, "mgmine").get("tool", {}).get("mgmine", {})
        return table if isinstance(table, dict) else {}
    return {}


def load(folder: Path | None = None) -> Options:
    """The options set by files, project over user, as a table per command; option names as Python identifiers.

    Raises:
        InputError: A configuration file is not TOML, or a command's entry is not a table.
    """
    user = user_file()
    merged: Options = {}
    for source in (_read(user) if user.is_file() else {}, _project(folder or Path.cwd())):
        for command, options in source.items():
            if not isinstance(options, dict):
                raise InputError(f"configuration: {command!r} must be a table of options, as in [{command}]")
            target = merged.setdefault(command, {})
            target.update({name.replace("-", "_"): value for name, value in options.items()})
    return merged


def shared(options: Options) -> Options:
    """The options that hold for every command that has them: ``MGMINE_STORE`` and so on, else ``[defaults]``.

    Raises:
        InputError: ``[defaults]`` has an option that is none of these.
    """
    found = dict(options.get("defaults", {}))
    if unknown := sorted(set(found) - set(SHARED)):
        raise InputError(f"configuration: [defaults] knows {', '.join(SHARED)}, and not {unknown[0]}")
    for name in SHARED:
        if value := os.environ.get(f"MGMINE_{name.upper()}"):
            found[name] = value.split(os.pathsep) if name in _LISTS else value
    return found
