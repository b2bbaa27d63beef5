"""A place to update: a store, a corpus and a lexicon, and the update that fills them, in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import storekit
import updatekit as kit
from mgmine.update import Outcome, Patience, Settings, Updater

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
        path = self.folder.parent / "small.toml"
        if not path.exists():
            path.write_text(kit.LEXICON, encoding="utf-8")
        return path

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
        from mgmine.store import Store

        with Store(self.store) as store:
            return [file.key.source for file in store.files()]

    def live(self) -> list[tuple[str, int, bool]]:
        """Live documents: id, version, whether retracted."""
        from mgmine.store import Store

        with Store(self.store) as store:
            return [
                tuple(row)
                for row in store.sql("SELECT doc_id, doc_version, retracted FROM documents ORDER BY ALL").rows
            ]


def environment(home: Path) -> dict[str, str]:
    """An environment that finds nothing of the user's own."""
    return {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "NO_COLOR": "1"}
