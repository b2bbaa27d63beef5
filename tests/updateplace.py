"""A place to update: a store, a corpus and a lexicon, and the update that fills them, in this process or in one of its own."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import storekit
import updatekit as kit
from mgmine.store import Store
from mgmine.update import Outcome, Patience, Settings, Updater
from progress import Progress

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Place:
    """A folder with a store, a corpus and a lexicon, and the update that fills them from a source."""

    folder: Path
    source: str

    @property
    def store(self) -> Path:
        return self.folder / "evidence"

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus"

    @property
    def lexicon(self) -> Path:
        return kit.lexicon(self.folder.parent)

    def settings(self, **more: Any) -> Settings:
        """Settings that wait for nothing and read no claims."""
        patience = Patience(attempts=3, base=0.0, stall=0.5, sleep=lambda _seconds: None)
        given: dict[str, Any] = {
            "source": self.source, "replace_lexicon": [str(self.lexicon)], "claims": False, "threads": 1,
            "patience": patience,
        }  # fmt: skip
        return Settings(self.store, self.corpus, **{**given, **more})

    def update(self, **more: Any) -> Outcome:
        """Run in this process."""
        return Updater(self.settings(**more)).run()

    def arguments(self, *more: str) -> list[str]:
        """The command line of the same run."""
        return [
            sys.executable, "-m", "mgmine", "update", "--source", self.source, "--store", str(self.store), "--corpus",
            str(self.corpus), "--replace-lexicon", str(self.lexicon), "--no-claims", "--threads", "1", "--attempts", "3",
            "--pause", "0", "--timeout", "1", *more,
        ]  # fmt: skip

    def command(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Run as a user does."""
        return subprocess.run(
            self.arguments(*more), capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
            env=environment(self.folder), cwd=self.folder,
        )  # fmt: skip

    def content(self) -> dict[str, bytes]:
        return storekit.content(self.store)

    def files(self) -> list[str]:
        """The source files in the store, in order."""
        with Store(self.store) as store:
            return [file.key.source for file in store.files()]

    def live(self) -> list[tuple[str, int, bool]]:
        """Live documents: id, version, whether retracted."""
        with Store(self.store) as store:
            return [
                tuple(row)
                for row in store.sql("SELECT doc_id, doc_version, retracted FROM documents ORDER BY ALL").rows
            ]


def environment(home: Path) -> dict[str, str]:
    """An environment that finds nothing of the user's own."""
    return {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "NO_COLOR": "1"}


def lives(place: Place, kills: int, seconds: float, seed: int, *arguments: str) -> int:
    """Kill the update so often, then let it end; how often a store became whole in between."""
    chance = random.Random(seed)
    progress = Progress("kills", kills)
    whole, killed = 0, 0
    while killed < kills:
        process = subprocess.Popen(
            place.arguments(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=place.folder,
            env=environment(place.folder),
        )  # fmt: skip
        try:
            process.wait(chance.uniform(0.0, seconds))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
            progress.at(killed, f"{whole} whole stores")
        _, told = process.communicate()
        assert process.returncode in (-signal.SIGKILL, 0), told.decode()
        if process.returncode == 0:
            whole += 1
            yield_up(place)
    done = place.command(*arguments)
    assert done.returncode == 0, done.stderr
    return whole


def yield_up(place: Place) -> None:
    """Put a whole store and its corpus aside, to begin anew."""
    count = len(list(place.folder.glob("whole*")))
    place.store.rename(place.folder / f"whole{count}")
    shutil.rmtree(place.corpus)


def check(place: Place, good: dict[str, bytes]) -> None:
    assert place.content() == good
    for folder in place.folder.glob("whole*"):
        assert storekit.content(folder) == good, folder.name
    with Store(place.store) as store:
        assert store.check() == []
    assert list(place.corpus.rglob("*.part*")) == []


def run_time(place: Place, *arguments: str) -> float:
    """Seconds of a whole run; puts the store aside."""
    start = time.monotonic()
    done = place.command(*arguments)
    assert done.returncode == 0, done.stderr
    seconds = time.monotonic() - start
    yield_up(place)
    return seconds


def never_stopped(place: Place, mirror: kit.Mirror) -> dict[str, bytes]:
    """The store that a source gives when nothing goes wrong."""
    folder = place.folder / "never-stopped"
    folder.mkdir()
    other = Place(folder, str(mirror.write(folder / "mirror")))
    assert other.update().code == 0
    return other.content()
