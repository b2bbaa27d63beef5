"""A run: lock, list, plan, and for each file in its order download, verify, read and commit; then the digest."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgmine.errors import InputError, LockedError, MgmineError, StoreError, UsageError
from mgmine.update import _history, _plan
from mgmine.update._corpus import Corpus
from mgmine.update._errors import RefusedError, UnavailableError
from mgmine.update._http import Client, Patience
from mgmine.update._names import FileNumber
from mgmine.update._source import NLM, FolderSource, source_at

if TYPE_CHECKING:
    from mgmine.pipeline import FileRun, Gate, Stages
    from mgmine.store import File, Store, Writer
    from mgmine.update._plan import Item, Plan

LOST = 1
"""Exit code: part of the work failed or was skipped."""

Progress = Callable[[str, str, int, int | None], object]
"""Called with what is done (``downloading``, ``reading``), the file's name, bytes done and bytes in all if known."""


@dataclass(slots=True)
class Settings:
    """How a store is kept current.

    ``store`` and ``corpus`` are folders; ``source`` is a URL or a folder. ``offline`` names a folder whose files are read where they
    are, without any use of the network. ``log`` is the folder of the history, beside the store by default. ``lexicon`` files are
    added to the shipped lexicon, ``replace_lexicon`` stand in its place. ``keep`` is whether the source files stay in the corpus
    folder once they are stored. ``digest`` is whether to tell what is new: with the file ``watches`` first, and sent as the tables
    ``mail`` and ``notify`` of the configuration say.
    """

    store: Path
    corpus: Path
    source: str = NLM
    offline: Path | None = None
    log: Path | None = None
    lexicon: Sequence[str] = ()
    replace_lexicon: Sequence[str] = ()
    gate: Gate = "comention"
    model: str | None = None
    claims: bool = True
    threads: int | None = None
    max_files: int | None = None
    keep: bool = True
    digest: bool = True
    watches: Path | None = None
    mail: Mapping[str, Any] = field(default_factory=dict)
    notify: Mapping[str, Any] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class Outcome:
    """What a run did. ``code`` is the exit code of the command."""

    files: list[FileRun] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    switched: bool = False
    behind: int = 0
    waiting_since: str | None = None
    code: int = 0


class Updater:
    """One run over a store.

    Args:
        settings: What is to be kept current, from where.
        event: Called with each event, a JSON object with ``event`` and ``time``.
        progress: Called as bytes come in or are read.
    """

    def __init__(
        self, settings: Settings, *, event: Callable[[dict[str, Any]], object] | None = None, progress: Progress | None = None
    ) -> None:  # fmt: skip
        self.settings = settings
        self._event = event
        self._progress = progress
        self._history = _history.History(settings.log or _history.folder_of(settings.store))
        self._outcome = Outcome()
        self._stages: Stages | None = None
        self._tried: set[tuple[FileNumber, bool]] = set()
        self._blocked: set[bool] = set()
        self._missed: dict[FileNumber, str] = {}

    def _tell(self, event: str, *, keep: bool = True, **details: Any) -> None:
        line = {"event": event, "time": _history.timestamp(self.settings.patience.now()), **details}
        if keep:
            # A history that cannot be written, as on a full disk, keeps nobody from what can be done.
            with suppress(OSError):
                self._history.append(line)
        if self._event:
            self._event(line)

    def _retried(self, line: str) -> None:
        self._tell("retry", keep=False, reason=line)

    def _opened(self, stack: ExitStack) -> Corpus:
        settings = self.settings
        client = Client(settings.patience, self._retried)
        source = source_at(str(settings.offline or settings.source), client)
        if settings.offline and not isinstance(source, FolderSource):
            raise UsageError(f"--offline takes a folder, not {settings.offline}")
        stack.callback(source.close)
        folder = settings.offline or settings.corpus
        return Corpus(Path(folder), source, settings.patience, self._retried)

    # ── Planning ────────────────────────────────────────────────────────────────────────────────────────────────────

    def plan(self) -> Plan:
        """What a run would do now. Nothing is locked, downloaded or written but the checksums of files that are stored.

        Raises:
            UnavailableError: The source does not answer.
            StoreError: The store is damaged.
        """
        from mgmine.store import Store

        with ExitStack() as stack:
            corpus = self._opened(stack)
            store = None
            if (self.settings.store / "MANIFEST.json").is_file():
                store = stack.enter_context(Store(self.settings.store))
            plan, _ = self._planned(corpus, store)
            return plan

    def _planned(self, corpus: Corpus, store: Store | None) -> tuple[Plan, list[str]]:
        listing = corpus.source.listing()
        served = _held(store.files()) if store else {}
        building = _held(store.next_files() or ()) if store else {}
        plan = _plan.make(listing.entries, served, building, md5=corpus.md5, baseline_files=corpus.baseline_files)
        return plan, listing.ignored

    # ── The run ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> Outcome:
        """Bring the store up to the source, as far as the source allows.

        What is wrong with the source or with a file is in the outcome; each file that was stored before it stays.

        Raises:
            LockedError: Another process writes to the store, or fills the corpus folder.
            StoreError: The store is damaged or cannot be written.
        """
        from mgmine.store import Store
        from mgmine.update import _mail

        outcome = self._outcome
        _mail.check(self.settings.mail, self.settings.notify)
        with ExitStack() as stack:
            corpus = self._opened(stack)
            store = stack.enter_context(Store(self.settings.store, create=True))
            # Taken once before anything is told, so that a run that finds the store locked leaves no trace.
            with store.writer():
                stack.enter_context(corpus)
            self._tell("started", source=corpus.source.name, pid=os.getpid())
            try:
                self._rounds(corpus, store)
                # Also after a run that did nothing: the one before may have been stopped just here.
                with store.writer() as writer:
                    writer.compact()
                self._otherwise(store)
            except (UnavailableError, LockedError) as error:
                self._trouble("unavailable", str(error), code=UnavailableError.exit_code)
            except RefusedError as error:
                self._trouble("refused", str(error))
            except OSError as error:
                self._trouble("unavailable", _words(error), code=UnavailableError.exit_code)
            except MgmineError as error:
                self._tell("ended", code=error.exit_code, reason=str(error), files=len(outcome.files))
                raise
            if self.settings.digest:
                try:
                    self._digest(store)
                except MgmineError as error:
                    self._trouble("not told", f"no digest was written: {error}")
                except OSError as error:
                    self._trouble("not told", f"no digest was written: {_words(error)}")
            self._tell(
                "ended", code=outcome.code, files=len(outcome.files), behind=outcome.behind, waiting_since=outcome.waiting_since,
                trouble=outcome.trouble,
            )  # fmt: skip
        return outcome

    def _rounds(self, corpus: Corpus, store: Store) -> None:
        """List, plan and do, until a listing asks for nothing more that this run can do."""
        while True:
            with store.writer() as writer:
                plan, ignored = self._planned(corpus, store)
                items = self._take(plan)
                self._told(plan, items, ignored)
                corpus.room([item.entry for item in items], store.path, keep=self.settings.keep)
                self._sequence(corpus, writer, [item for item in items if not item.beside])
            beside = [item for item in items if item.beside]
            if beside or plan.switch:
                self._begin(store, plan)
                with store.writer("next") as writer:
                    self._sequence(corpus, writer, beside)
                    if plan.switch:
                        writer.compact()
                        writer.switch_generation()
                        self._outcome.switched = True
                        # The files that stood in the way were of the year that went by.
                        self._blocked.clear()
                        self._tell("switched", year=2000 + (plan.next_year or 0), generation=writer.generation)
            if not items and not plan.switch:
                break
        self._settle(plan)
        self._outcome.waiting_since = min((item.entry.date for item in plan.items if item.entry.date), default=None)
        for gap in plan.gaps:
            self._trouble("gap", gap)

    def _settle(self, plan: Plan) -> None:
        """What is left at the end. A file that could not be had and is no longer listed stands in no one's way."""
        self._outcome.behind = len(plan.items)
        for file, reason in self._missed.items():
            if file not in plan.files:
                self._outcome.trouble.remove(reason)
                self._outcome.notes.append(f"{reason}; it is no longer listed")
        if not self._outcome.trouble:
            self._outcome.code = LOST if any(file.lost for file in self._outcome.files) else 0

    def _otherwise(self, store: Store) -> None:
        """Tell which files were read with other settings than those of this run: its evidence is of two kinds until they are read anew."""
        files = {file.key.source: file.key for file in store.files()}
        now = files.get(self._outcome.files[-1].name) if self._outcome.files else None
        if now is None:
            return
        settings = ("lexicon", "rules", "model", "gate")
        other = {
            key.source: [part for part in settings if getattr(key, part) != getattr(now, part)]
            for key in files.values()
        }
        names = [name for name, parts in other.items() if parts]
        if names:
            changed = [part for part in settings if any(part in parts for parts in other.values())]
            some = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
            self._note(
                f"{len(names)} file{'s were' if len(names) > 1 else ' was'} read with another {' and '.join(changed)}: {some}; "
                "`mgmine run --refresh` reads again what that can change"
            )

    def _note(self, note: str) -> None:
        if note not in self._outcome.notes:
            self._outcome.notes.append(note)
            self._tell("note", reason=note)

    def _digest(self, store: Store) -> None:
        """Tell what is new since the last digest, which may be that of a run before one that was stopped."""
        from mgmine.update import _mail, _snapshot, digest, watch

        settings = self.settings
        digests = digest.Digests(self._history.folder)
        last = digests.last(head=True)
        if not store.files() or (last is not None and last.files == _snapshot.files_of(store)):
            return
        snapshot = _snapshot.take(store, _history.timestamp(settings.patience.now()))
        watches = watch.read(settings.watches or watch.default_file())
        found = digest.make(store, digests.last(), snapshot, watches=watches)
        folder = digests.write(found, snapshot)
        self._tell(
            "digest", reason=f"{found.headline}: {folder / 'digest.html'}", folder=folder.name, counts=found.counts
        )
        if not settings.offline:
            for trouble in _mail.deliver(found, settings.mail, settings.notify):
                self._trouble("not sent", trouble)

    def _take(self, plan: Plan) -> list[Item]:
        """The items that this run can still do: not tried before, not behind one that failed, no more than it may take."""
        items = [item for item in plan.items if item.beside not in self._blocked and _key(item) not in self._tried]
        if (most := self.settings.max_files) is not None:
            items = items[: max(0, most - len(self._tried))]
        return items

    def _told(self, plan: Plan, items: list[Item], ignored: list[str]) -> None:
        for note in [*ignored, *plan.notes]:
            self._note(note)
        if items or not self._tried:
            self._tell(
                "planned", files=len(items), bytes=sum(item.entry.size or 0 for item in items), listed=len(plan.files),
                behind=len(plan.items), first=items[0].entry.name if items else None,
                last=items[-1].entry.name if items else None,
            )  # fmt: skip

    def _begin(self, store: Store, plan: Plan) -> None:
        """Drop a generation that was begun for an earlier year and never became whole."""
        if any(file.year != plan.next_year for file in _held(store.next_files() or ())):
            with store.writer("next") as writer:
                writer.abandon_generation()

    def _sequence(self, corpus: Corpus, writer: Writer, items: Sequence[Item]) -> None:
        """Do files in order. A new one that cannot be had or read ends it: what follows may revise what it should have said."""
        for item in items:
            name = item.entry.name
            self._tried.add(_key(item))
            try:
                path, md5 = corpus.obtain(item.entry, self._shown("downloading", name))
            except RefusedError as error:
                self._missed[item.entry.file] = str(error)
                self._trouble("refused", str(error), file=name)
                if self._stops(item):
                    return
                continue
            stages = self._made()
            self._tell("reading", file=name, md5=md5, why=item.why)
            try:
                _check_form(path)
                result = stages.store(path, writer, progress=self._reading)
            except StoreError:
                raise
            except Exception as error:
                reason = str(error) if isinstance(error, InputError) else f"{name}: {type(error).__name__}: {error}"
                self._trouble("failed", reason, file=name)
                if self._stops(item):
                    return
                continue
            self._outcome.files.append(result)
            if result.lost:
                self._outcome.code = self._outcome.code or LOST
            self._tell(
                "stored", file=name, documents=result.documents, deleted=result.deletions, mentions=result.mentions,
                comentions=result.comentions, claims=result.claims, problems=result.problems, beside=item.beside,
            )  # fmt: skip
            if not self.settings.keep:
                corpus.discard(item.entry)

    def _stops(self, item: Item) -> bool:
        """Whether what comes after a file that failed must wait. Of one that was to be read anew the store has the earlier state."""
        if item.why == "new":
            self._blocked.add(item.beside)
        return item.why == "new"

    def _made(self) -> Stages:
        """The stages, made when the first file needs them: a day without news pays for no language model."""
        if self._stages is None:
            from mgmine.lexicon import load
            from mgmine.pipeline import Stages

            settings = self.settings
            self._stages = Stages(
                load(settings.lexicon, replace=settings.replace_lexicon), gate=settings.gate, model=settings.model,
                claims=settings.claims, threads=settings.threads,
            )  # fmt: skip
        return self._stages

    def _reading(self, name: str, done: int, total: int) -> None:
        if self._progress:
            self._progress("reading", name, done, total)

    def _shown(self, doing: str, name: str) -> Callable[[int, int | None], object]:
        progress = self._progress
        return (lambda done, total: progress(doing, name, done, total)) if progress else (lambda _done, _total: None)

    def _trouble(self, event: str, reason: str, *, code: int = LOST, **details: Any) -> None:
        self._outcome.trouble.append(reason)
        self._outcome.code = max(self._outcome.code, code)
        self._tell(event, reason=reason, **details)


def _words(error: OSError) -> str:
    return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)


def _key(item: Item) -> tuple[FileNumber, bool]:
    return item.entry.file, item.beside


def _check_form(path: Path) -> None:
    """See that a file begins as NLM's do. The readers take any text, and would make one document of a page that is none."""
    try:
        with gzip.open(path) as file:
            start = file.read(1 << 16)
    except (OSError, EOFError, zlib.error):
        start = path.read_bytes()[:2]
        if start == b"\x1f\x8b":
            # Broken further on: the reader tells where.
            return
        raise InputError(f"{path}: not gzip") from None
    if b"<PubmedArticleSet" not in start:
        raise InputError(f"{path}: no PubMed file: it holds no <PubmedArticleSet>")


def _held(files: Iterable[File]) -> _plan.Held:
    """NLM's files among those of a generation. One of which records count again that were left out has to be read again."""
    found = ((FileNumber.parse(file.key.source), file.key.md5 if file.whole else "") for file in files)
    return {number: md5 for number, md5 in found if number}
