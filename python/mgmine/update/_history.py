"""What became of each run: a folder beside the store, since the store itself holds nothing that differs between equal runs.

Nothing here decides what a run does; it is for people, for ``mgmine status`` and for the digests.
"""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Event = dict[str, Any]


def folder_of(store: Path) -> Path:
    """The folder of a store's history: ``evidence.log`` beside ``evidence``."""
    store = store.absolute()
    return store.with_name(store.name + ".log")


def timestamp(seconds: float) -> str:
    """A point in time as text: UTC, to the second."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> float:
    """The point in time of such a text."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC).timestamp()


@dataclass(slots=True)
class Run:
    """One run as the history tells it. ``code`` is None while it runs, and for one that was stopped on the way."""

    started: str
    source: str = ""
    pid: int = 0
    ended: str | None = None
    code: int | None = None
    reading: str | None = None
    stored: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    planned: Event = field(default_factory=dict)
    summary: Event = field(default_factory=dict)


class History:
    """The log of a store's runs, ``runs.jsonl``, a line for each event."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "runs.jsonl"

    def append(self, event: Event) -> None:
        """Add an event. A line that a stopped process left half-written is closed first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(json.dumps(event, ensure_ascii=False).encode() + b"\n")

    def events(self) -> Iterator[Event]:
        """All events that can be read, in order."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        for line in text.splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "event" in event and "time" in event:
                yield event

    def runs(self) -> list[Run]:
        """All runs, the last one last."""
        runs: list[Run] = []
        for event in self.events():
            kind = event["event"]
            if kind == "started":
                runs.append(Run(event["time"], event.get("source", ""), event.get("pid", 0)))
            if not runs:
                continue
            run = runs[-1]
            if kind == "planned":
                run.planned = event
            elif kind == "reading":
                run.reading = event.get("file")
            elif kind == "stored":
                run.stored.append(event.get("file", ""))
                run.reading = None
            elif kind in ("failed", "refused", "gap"):
                run.trouble.append(event.get("reason", ""))
                run.reading = None
            elif kind == "ended":
                run.ended, run.code, run.summary = event["time"], event.get("code"), event
        return runs
