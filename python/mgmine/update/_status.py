"""How a store stands to its source: the last run, how far it lags behind, when it runs next, what is wrong."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mgmine.update import _history
from mgmine.update._corpus import seconds_of

if TYPE_CHECKING:
    from mgmine.store import Store

DAY = 86400.0


@dataclass(slots=True)
class Standing:
    """What the history and the store tell. ``lag_days`` is None for a store that was never updated."""

    state: str = "never updated"
    started: str | None = None
    ended: str | None = None
    code: int | None = None
    source: str | None = None
    reading: str | None = None
    files: int = 0
    behind: int = 0
    lag_days: float | None = None
    stale: bool = False
    next_run: str | None = None
    scheduled_by: str | None = None
    building: int | None = None
    health: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}


def _alive(pid: int) -> bool:
    if sys.platform == "win32" or pid <= 0:
        return False
    with suppress(OSError):
        os.kill(pid, 0)
        return True
    return False


def standing(store: Store, now: float, *, max_lag: float) -> Standing:
    """How a store stands.

    It lags as long as the oldest listed file waits that it has not read, or, since nothing is known of the time after it, as
    long as the source was last listed. More than ``max_lag`` days are stale.
    """
    found = Standing()
    runs = _history.History(_history.folder_of(store.path)).runs()
    _of_store(store, found)
    if not runs:
        return found
    run = runs[-1]
    found.started, found.ended, found.code, found.source = run.started, run.ended, run.code, run.source
    found.files = len(run.stored)
    if run.ended is None:
        found.state = "running" if _alive(run.pid) else "stopped on the way"
        found.reading = run.reading
        if found.state != "running":
            found.health.append(
                f"the last run was stopped on the way{f', while it read {run.reading}' if run.reading else ''}; the next one goes on"
            )
    else:
        found.state = "ok" if run.code == 0 else "failed"
        found.health.extend(run.trouble)
        if run.code and not run.trouble:
            found.health.append(run.summary.get("reason") or "the last run lost records; see mgmine store files")
    finished = next((old for old in reversed(runs) if old.ended and old.planned), None)
    if finished is not None and finished.ended is not None:
        found.behind = int(finished.summary.get("behind") or 0)
        seconds = now - _history.seconds(finished.planned["time"])
        waiting = seconds_of(finished.summary.get("waiting_since"))
        if found.behind and waiting is not None:
            seconds = max(seconds, now - waiting)
        found.lag_days = round(max(0.0, seconds) / DAY, 2)
    else:
        found.lag_days = round(max(0.0, now - _history.seconds(runs[0].started)) / DAY, 2)
    if found.lag_days > max_lag:
        found.stale = True
        found.health.append(f"stale: {found.lag_days:.1f} days behind, more than {max_lag:g}")
    return found


def _of_store(store: Store, found: Standing) -> None:
    losses = [file.key.source for file in store.files() if file.stats.get("problems")]
    if losses:
        shown = ", ".join(losses[:3]) + (" …" if len(losses) > 3 else "")
        found.health.append(
            f"{len(losses)} file{'s' * (len(losses) != 1)} with records that could not be read: {shown}"
        )
    building = store.next_files()
    found.building = None if building is None else len(building)


def add_schedule(found: Standing, name: str = "mgmine-update") -> None:
    """Ask this system's scheduler for the next run."""
    from mgmine.update import schedule

    kind = schedule.usual()
    kinds: tuple[schedule.Kind, ...] = (kind, "cron") if kind == "systemd" else (kind,)
    for asked in kinds:
        state = schedule.state(asked, name)
        if state.installed:
            found.scheduled_by, found.next_run = asked, state.next
            return
