"""The parts of a run. Each builds its inputs, checks the counts of every subject, and only then times it."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness import inputs, subjects
from harness.measure import Remark, Result, Sample, SubjectError, repeat, run
from harness.report import LARGEST
from harness.tools import revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.subjects import Subject
    from harness.tools import Tools

Counts = dict[str, int]

LONG = 5.0
"""CPU seconds after which a subject that has no reference is not run a second time."""

EVERY = 10
"""With `--quick` matchers are given one text in so many."""

SAMPLE = 2_000
"""Documents on which plain Python, which is slow, says what is right."""


class Suite:
    """What a run shares: tools, inputs, results."""

    def __init__(
        self,
        tools: Tools,
        files: list[Path],
        data: Path,
        lexicons: Path | None,
        *,
        quick: bool,
        repeat: int | None,
        log: Callable[[str], None],
    ) -> None:
        self.tools = tools
        self.files = files
        self.data = data
        self.sources = lexicons
        self.quick = quick
        self.times = repeat or (1 if quick else 5)
        self.budget = 30.0
        self.log = log
        self.revision = revision()
        self.part = ""
        self.results: list[Result] = []
        self.remarks: list[Remark] = []
        self.out = Path(tempfile.mkdtemp(prefix="out-", dir=data))
        # Command and Python keep compiled lexicons; here, not in the user's own cache.
        os.environ["MGMINE_CACHE"] = str(self.out / "cache")
        # An installed package has its modules compiled; where one runs from a tree, let the first run keep them.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self._lexicons: dict[int, Path] | None = None
        self._compiled: dict[Path, Path] = {}

    def close(self) -> None:
        """Remove what the subjects wrote."""
        shutil.rmtree(self.out, ignore_errors=True)

    def note(self, text: str) -> None:
        """Keep a remark for the report."""
        self.remarks.append(Remark(self.part, text))
        self.log(f"  {text}")

    def fault(self, text: str) -> None:
        """Keep a wrong count or a broken part for the report; it makes the run end with 1."""
        self.remarks.append(Remark(self.part, text, wrong=True))
        self.log(f"  WRONG: {text}")

    @property
    def texts(self) -> Path:
        """The extracted texts, with `quick` every tenth, as JSON lines; beside it the same as plain lines."""
        return inputs.sample(self._texts, EVERY if self.quick else 1)

    @property
    def _texts(self) -> Path:
        return inputs.texts(self.files, self.data, self.tools.python, subjects.EXTRACT)

    @property
    def lexicons(self) -> dict[int, Path]:
        """Lexicons by their number of names, smallest first."""
        if self._lexicons is None:
            sizes = [100, 1_000, 10_000, 100_000, 730_000]
            self._lexicons = inputs.lexicons(sizes, self.data, self.sources, self._texts)
        return self._lexicons

    @property
    def chosen(self) -> dict[str, Path | None]:
        """The three lexicons of the goals, by the name they have in the tables; None is the built-in one."""
        sizes = self.lexicons
        return {"built-in": None, "10⁴ names": sizes[10_000], LARGEST: sizes[max(sizes)]}

    def names(self, lexicon: Path | None) -> int:
        """Names of a lexicon of the harness, 0 for the built-in one."""
        return next((names for names, path in self.lexicons.items() if path == lexicon), 0)

    @property
    def builtin(self) -> Path:
        """mgmine's default lexicon, for the Rust program, which has none built in."""
        return subjects.HERE.parent / "python" / "mgmine" / "data" / "lexicon" / "default.toml"

    def compiled(self, lexicon: Path) -> Path:
        """A lexicon compiled by the Rust program of this run, once."""
        if lexicon not in self._compiled:
            target = self.out / f"{lexicon.stem}.compiled"
            run([str(self.tools.rust_scan), "--lexicon", str(lexicon), "--compile", str(target)])
            self._compiled[lexicon] = target
        return self._compiled[lexicon]

    def counts(self, subject: Subject) -> tuple[Counts, Sample]:
        """Run a subject's check; its counts and what it cost. The command of mgmine is run first, for its tables."""
        if subject.name == subjects.COMMAND:
            run(subject.command)
        done = run(subject.check)
        try:
            return json.loads(done.output.strip().splitlines()[-1]), done
        except (ValueError, IndexError):
            words = re.findall(r"(\d+) (documents|with an abstract|deleted|problems)", done.output)
            if not words:
                raise SubjectError(f"printed no counts: {done.output[-200:]!r}") from None
            return {{"with an abstract": "abstracts"}.get(word, word): int(number) for number, word in words}, done

    def time(
        self,
        task: str,
        subject: Subject,
        work: str,
        reference: list[str] | None = None,
        against: str = "gzip -dc",
        *,
        expected: Callable[[Counts], str | None] | None = None,
        timeout: float = 600,
        times: int | None = None,
    ) -> Result | None:
        """Check a subject, then time it by turns with the command `reference` (None: nothing), called `against`."""
        self.log(f"{task}: {subject.name} on {work}")
        try:
            counts, checked = self.counts(subject) if subject.check else ({}, None)
            fault = expected(counts) if expected else None
            if fault:
                self.fault(f"{task}, {subject.name}, {work}: {fault}")
                return None
            if checked and checked.cpu > LONG and subject.check == subject.command and reference is None:
                # Not again: what it cost while it was checked is its one measurement.
                samples, others = [checked], []
            else:
                times = times or self.times
                samples, others = repeat(subject.command, reference, times=times, budget=self.budget, timeout=timeout)
        except SubjectError as error:
            self.note(f"{task}, {subject.name}, {work}: not measured: {error}")
            return None
        result = Result(
            task=task,
            subject=subject.name,
            work=work,
            command=subject.shown,
            samples=samples,
            against=against if others else "",
            reference=others,
            counts=counts,
            parameters=dict(subject.parameters) | _start(samples),
            note=subject.note,
            part=self.part,
            measured=f"{datetime.datetime.now():%Y-%m-%d %H:%M}",
            revision=self.revision,
            load=round(os.getloadavg()[0], 2),
        )
        self.results.append(result)
        ratio = "" if result.ratio is None else f", {result.ratio:.3f} × {against}"
        self.log(f"  {result.cpu:.3f} s CPU, {result.wall:.3f} s wall, {result.peak / 2**20:.0f} MB{ratio}")
        return result


def _start(samples: list[Sample]) -> dict[str, float]:
    """What the runs that were timed told of the cost of their start, in CPU seconds."""
    found = [re.search(r'"start_ms": (\d+)', sample.output) for sample in samples]
    told = [int(start[1]) / 1e3 for start in found if start]
    return {"start_s": statistics.median(told)} if told else {}


def _exactly(**expected: int) -> Callable[[Counts], str | None]:
    def check(counts: Counts) -> str | None:
        faults = [
            f"{key} {counts.get(key)} instead of {value}" for key, value in expected.items() if counts.get(key) != value
        ]
        return "; ".join(faults) or None

    return check


def read(suite: Suite) -> None:
    """Id, title, abstract out of each file: readers against each other and against unpacking."""
    for path, file in zip(suite.files, inputs.REAL, strict=True):
        gzip = subjects.gzip_reference([path])
        for subject in subjects.unpackers(suite.tools, [path]):
            suite.time("unpack", subject, path.name, gzip)
        for subject in subjects.readers(suite.tools, [path]):
            documents, abstracts = file.documents, file.abstracts
            if subject.name == "pubmedparser2":
                documents, abstracts = file.distinct_titled, file.distinct_abstracts
            elif subject.name in {"igzip | xtract", "pubmed_parser"}:
                # They give texts, not elements: the one abstract of white space only is none.
                abstracts -= file.empty_abstracts
            suite.time("read", subject, path.name, gzip, expected=_exactly(documents=documents, abstracts=abstracts))


def _doors(suite: Suite, files: list[Path], lexicon: Path | None, threads: int) -> dict[str, Subject]:
    """The ways into mgmine by name. The Rust program is given lexicons compiled before; the others keep what they compiled."""
    compiled = suite.compiled(lexicon or suite.builtin) if suite.tools.rust_scan else None
    found = subjects.scans(suite.tools, files, suite.out, lexicon=lexicon, compiled=compiled, threads=threads)
    return {subject.name: subject for subject in found}


def _same(first: dict[str, Counts], work: str, **expected: int) -> Callable[[Counts], str | None]:
    """Counts must be `expected`, and the same through every door of mgmine."""

    def check(counts: Counts) -> str | None:
        if "documents" in counts:
            fault = _exactly(**expected)(counts)
            if fault:
                return fault
        before = first.setdefault(work, dict(counts))
        for key in ("mentions", "comentions"):
            if key in counts and key in before and counts[key] != before[key]:
                return f"{key} {counts[key]}, but {before[key]} through another door"
        if "mentions" not in counts or counts["mentions"] == 0:
            return f"no mentions: {counts}"
        return None

    return check


def scan(suite: Suite) -> None:
    """The whole job on each file with the built-in lexicon, about 10^4 and about 7·10^5 names; one thread."""
    first: dict[str, Counts] = {}
    for title, lexicon in suite.chosen.items():
        for path, file in zip(suite.files, inputs.REAL, strict=True):
            doors = _doors(suite, [path], lexicon, 1)
            for name in (subjects.RUST, subjects.COMMAND):
                if name in doors:
                    doors[name].parameters |= {"lexicon": title, "names": suite.names(lexicon)}
                    work = f"{path.name}, {title}"
                    check = _same(first, work, documents=file.documents, abstracts=file.abstracts)
                    suite.time("scan", doors[name], work, subjects.gzip_reference([path]), expected=check)


def api(suite: Suite) -> None:
    """`mgmine.scan` from Python against the same tables built in memory by the Rust program: four files, one thread."""
    files = [link for path in suite.files for link in inputs.copies(path, 2, suite.data)]
    documents = sum(file.documents for file in inputs.REAL) * 2
    first: dict[str, Counts] = {}
    for title, lexicon in suite.chosen.items():
        doors = _doors(suite, files, lexicon, 1)
        work = f"4 files, {title}"
        check = _same(first, work, documents=documents)
        reference = None
        for name in (subjects.TABLES, subjects.API):
            if name in doors:
                doors[name].parameters |= {"lexicon": title, "names": suite.names(lexicon)}
                suite.time("api", doors[name], work, reference, subjects.TABLES, expected=check)
                reference = doors[name].command


def threads(suite: Suite) -> None:
    """Two threads against one, wall-clock: on four files, and on one big file."""
    many = [link for path in suite.files for link in inputs.copies(path, 2, suite.data)]
    big = inputs.big_file(suite.files[1], 4, suite.data)
    documents = sum(file.documents for file in inputs.REAL) * 2
    first: dict[str, Counts] = {}
    for work, files, count in (("4 files", many, documents), ("one big file", [big], inputs.REAL[1].documents * 4)):
        one, two = (_doors(suite, files, None, number) for number in (1, 2))
        for name in (subjects.RUST, subjects.COMMAND):
            if name in two:
                check = _same(first, work, documents=count)
                suite.time("threads", two[name], work, one[name].command, "one thread", expected=check)


def memory(suite: Suite) -> None:
    """Peak memory: one file and a file of 16 times its size, one and two threads, small and large lexicon."""
    small = suite.files[1]
    times = 4 if suite.quick else 16
    big = inputs.big_file(small, times, suite.data)
    large = suite.chosen[LARGEST]
    jobs = [
        ("one file", [small], None, 1),
        (f"one file of {times} times its size", [big], None, 1),
        ("two files, two threads", suite.files, None, 2),
        (f"one file, {LARGEST}", [small], large, 1),
        (f"two files, two threads, {LARGEST}", suite.files, large, 2),
    ]
    for work, files, lexicon, number in jobs:
        doors = _doors(suite, files, lexicon, number)
        for name in (subjects.RUST, subjects.COMMAND):
            if name in doors:
                suite.time("memory", doors[name], work, times=1)


def lexicon(suite: Suite) -> None:
    """Compiling a lexicon, and opening the compiled one."""
    if not suite.tools.rust_scan:
        suite.note("lexicon: the Rust example is absent")
        return
    program = str(suite.tools.rust_scan)
    for names, path in suite.lexicons.items():
        target = suite.out / f"{path.stem}.timed"
        command = [program, "--lexicon", str(path), "--compile", str(target)]
        shown = "scan --lexicon LEXICON --compile FILE"
        subject = subjects.Subject("compile", command, [], shown, parameters={"names": names})
        suite.time("lexicon", subject, f"{names:,} names", times=1 if names > 100_000 else 3)
        command = [program, "--lexicon", str(target)]
        parameters: dict[str, float | int | str] = {"names": names}
        parameters["bytes"] = target.stat().st_size if target.exists() else 0
        shown = "scan --lexicon LEXICON.compiled"
        subject = subjects.Subject("open", command, command, shown, parameters=parameters)
        suite.time("lexicon", subject, f"{names:,} names")


def match(suite: Suite) -> None:
    """Names in text that is extracted already: matchers against each other."""
    texts = suite.texts
    total = -(-sum(file.documents for file in inputs.REAL) // (EVERY if suite.quick else 1))
    for names, path in suite.lexicons.items():
        if suite.quick and names in {1_000, 100_000}:
            # The middle sizes add points to the curves, no new insight.
            continue
        _check_sample(suite, path, texts, names)
        agreed: list[int] = []

        def check(counts: Counts, rule: str, agreed: list[int] = agreed) -> str | None:
            if counts["documents"] not in (total, -1):
                return f"{counts['documents']} documents instead of {total}"
            if rule == "all":
                agreed.append(counts["matches"])
                if counts["matches"] != agreed[0]:
                    return f"{counts['matches']} matches, but {agreed[0]} by the first with the same rule"
            return None

        for subject in subjects.matchers(suite.tools, path, texts, names):
            if names > subject.most:
                suite.note(f"match, {subject.name}, {names:,} names: left out, it takes minutes")
                continue
            rule = str(subject.parameters["rule"])
            suite.time(
                "match",
                subject,
                f"{names:,} names",
                expected=lambda counts, rule=rule, check=check: check(counts, rule),
                timeout=300,
                times=min(suite.times, 2),
            )
        if suite.tools.rust_scan:
            found = subjects.own_match(suite.tools, suite.compiled(path), suite.out / "match", texts)
            found.parameters["names"] = names
            suite.time(
                "match", found, f"{names:,} names", expected=_exactly(documents=total), times=min(suite.times, 2)
            )


def _check_sample(suite: Suite, lexicon: Path, texts: Path, names: int) -> None:
    """On the first `SAMPLE` texts every matcher with the common rule finds the spans that plain Python finds."""
    worker = [str(suite.tools.python), str(subjects.MATCH)]
    spans: dict[str, str] = {}
    for matcher in ("oracle", "ahocorasick-rs", "daachorse", "pyahocorasick", "hyperscan"):
        if matcher != "oracle" and (not suite.tools.has(matcher) or names > subjects.MOST.get(matcher, names)):
            continue
        target = suite.out / f"spans-{matcher}.jsonl"
        run([*worker, matcher, str(lexicon), str(texts), "--limit", str(SAMPLE), "--spans", str(target)])
        spans[matcher] = target.read_text()
        if spans[matcher] != spans["oracle"]:
            suite.fault(f"match, {matcher}, {names:,} names: spans differ from plain Python's on {SAMPLE} texts")
            return
    found = sum(len(json.loads(line)[1]) for line in spans["oracle"].splitlines())
    same = ", ".join(list(spans)[1:])
    suite.note(f"match, {names:,} names: {same} found the {found:,} spans of plain Python in {SAMPLE:,} texts.")


def growth(suite: Suite) -> None:
    """How the whole job grows with copies of the input and with names."""
    if not suite.tools.rust_scan:
        suite.note("growth: the Rust example is absent")
        return
    counts = (1, 2, 4) if suite.quick else (1, 2, 4, 8, 16)
    path, file = suite.files[0], inputs.REAL[0]
    for number in counts:
        files = inputs.copies(path, number, suite.data)
        subject = _doors(suite, files, None, 1)[subjects.RUST]
        subject.parameters["copies"] = number
        check = _exactly(documents=file.documents * number)
        work = f"{number} × {path.name}"
        suite.time("growth in copies", subject, work, subjects.gzip_reference(files), expected=check)
    documents = sum(each.documents for each in inputs.REAL)
    for names, lexicon_path in suite.lexicons.items():
        subject = _doors(suite, suite.files, lexicon_path, 1)[subjects.RUST]
        subject.parameters["names"] = names
        work = f"both files, {names:,} names"
        gzip = subjects.gzip_reference(suite.files)
        suite.time("growth in names", subject, work, gzip, expected=_exactly(documents=documents))


PARTS: dict[str, Callable[[Suite], None]] = {
    "read": read,
    "scan": scan,
    "api": api,
    "threads": threads,
    "memory": memory,
    "lexicon": lexicon,
    "match": match,
    "growth": growth,
}
