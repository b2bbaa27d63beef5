"""The parts of a run. Each builds its inputs, checks the counts of every subject, and only then times it."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness import inputs, subjects
from harness.measure import Result, Sample, SubjectError, repeat, run
from harness.tools import revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.subjects import Subject
    from harness.tools import Tools

Counts = dict[str, int]

LONG = 8.0
"""CPU seconds after which a subject that has no reference is not run a second time."""

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
        self.times = repeat or (3 if quick else 7)
        self.budget = 20.0 if quick else 40.0
        self.log = log
        self.revision = revision()
        self.results: list[Result] = []
        self.wrong: list[str] = []
        self.notes: list[str] = []
        self.out = Path(tempfile.mkdtemp(prefix="out-", dir=data))
        self._lexicons: dict[int, Path] | None = None
        self._compiled: dict[Path, Path] = {}

    def __del__(self) -> None:
        shutil.rmtree(self.out, ignore_errors=True)

    @property
    def texts(self) -> Path:
        """The extracted texts as JSON lines; beside it the same as plain lines."""
        path = inputs.texts(self.files, self.data, self.tools.python, subjects.EXTRACT)
        plain = path.with_suffix(".txt")
        if not plain.exists():
            with path.open(encoding="utf-8") as lines, plain.open("w", encoding="utf-8") as out:
                out.writelines(json.loads(line)["text"] + "\n" for line in lines)
        return path

    @property
    def lexicons(self) -> dict[int, Path]:
        """Lexicons by their number of names, smallest first."""
        if self._lexicons is None:
            sizes = [100, 1_000, 10_000, 100_000, 730_000]
            self._lexicons = inputs.lexicons(sizes, self.data, self.sources, self.texts)
        return self._lexicons

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
        if subject.name == "mgmine scan":
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
        files: list[Path] | None,
        *,
        expected: Callable[[Counts], str | None] | None = None,
        timeout: float = 600,
        times: int | None = None,
    ) -> Result | None:
        """Check a subject, then time it against `gzip -dc` of `files` (None: no reference)."""
        self.log(f"{task}: {subject.name} on {work}")
        try:
            counts, checked = self.counts(subject) if subject.check else ({}, None)
            fault = expected(counts) if expected else None
            if fault:
                self.wrong.append(f"{task}, {subject.name}, {work}: {fault}")
                return None
            reference = subjects.gzip_reference(files) if files else None
            if checked and checked.cpu > LONG and subject.check == subject.command and reference is None:
                # Not again: what it cost while it was checked is its one measurement.
                samples, others = [checked], []
            else:
                times = times or self.times
                samples, others = repeat(subject.command, reference, times=times, budget=self.budget, timeout=timeout)
        except SubjectError as error:
            self.notes.append(f"{task}, {subject.name}, {work}: not measured: {error}")
            self.log(f"  not measured: {error}")
            return None
        parameters = dict(subject.parameters)
        note, when = subject.note, f"{datetime.datetime.now():%Y-%m-%d %H:%M} {self.revision}"
        result = Result(task, subject.name, work, subject.shown, samples, others, counts, parameters, note, when)
        self.results.append(result)
        ratio = "" if result.ratio is None else f", {result.ratio:.3f} × gzip"
        self.log(f"  {result.cpu:.3f} s CPU, {result.wall:.3f} s wall, {result.peak / 2**20:.0f} MB{ratio}")
        return result


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
        for subject in subjects.unpackers(suite.tools, [path]):
            suite.time("unpack", subject, path.name, [path])
        for subject in subjects.readers(suite.tools, [path]):
            documents, abstracts = file.documents, file.abstracts
            if subject.name == "pubmedparser2":
                documents, abstracts = file.distinct_titled, file.distinct_abstracts
            elif subject.name in {"igzip | xtract", "pubmed_parser"}:
                # They give texts, not elements: the one abstract of white space only is none.
                abstracts -= file.empty_abstracts
            if suite.quick and subject.name in {"pubmed_parser", "xml.etree"} and path != suite.files[0]:
                continue
            suite.time("read", subject, path.name, [path], expected=_exactly(documents=documents, abstracts=abstracts))


def _scan_subjects(suite: Suite, files: list[Path], lexicon: Path | None, threads: int) -> list[Subject]:
    """The doors of mgmine. The Rust program is given the lexicon compiled; the other two keep what they compiled once."""
    found = subjects.scans(suite.tools, files, suite.out, lexicon=lexicon, threads=threads)
    for subject in found:
        if subject.name == "mgmine (Rust)":
            at = subject.command.index("--threads")
            given = ["--lexicon", str(suite.compiled(lexicon or suite.builtin))]
            subject.command[:at] = [str(suite.tools.rust_scan), *given]
    return found


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
    sizes = suite.lexicons
    chosen: dict[str, Path | None] = {"built-in": None, "10⁴ names": sizes[10_000], "7·10⁵ names": sizes[max(sizes)]}
    first: dict[str, Counts] = {}
    for title, lexicon in chosen.items():
        for path, file in zip(suite.files, inputs.REAL, strict=True):
            for subject in _scan_subjects(suite, [path], lexicon, 1):
                if suite.quick and title == "7·10⁵ names" and subject.name != "mgmine (Rust)":
                    continue
                subject.parameters["lexicon"] = title
                work = f"{path.name}, {title}"
                check = _same(first, work, documents=file.documents, abstracts=file.abstracts)
                suite.time("scan", subject, work, [path], expected=check)


def threads(suite: Suite) -> None:
    """Wall-clock time of one and two threads on many files and on one big file."""
    many = [link for path in suite.files for link in inputs.copies(path, 2, suite.data)]
    big = inputs.big_file(suite.files[1], 4, suite.data)
    documents = sum(file.documents for file in inputs.REAL) * 2
    first: dict[str, Counts] = {}
    for work, files, count in (("4 files", many, documents), ("one big file", [big], inputs.REAL[1].documents * 4)):
        for number in (1, 2):
            for subject in _scan_subjects(suite, files, None, number):
                if subject.name == "mgmine.scan (Python)":
                    continue
                suite.time("threads", subject, work, files, expected=_same(first, work, documents=count))


def memory(suite: Suite) -> None:
    """Peak memory: one file and a file of 16 times its size, one and two threads, small and large lexicon."""
    small = suite.files[1]
    big = inputs.big_file(small, 4 if suite.quick else 16, suite.data)
    sizes = suite.lexicons
    jobs = [
        ("one file", [small], None, 1),
        ("one file of 16 times its size" if not suite.quick else "one file of 4 times its size", [big], None, 1),
        ("two files, two threads", suite.files, None, 2),
        ("one file, 7·10⁵ names", [small], sizes[max(sizes)], 1),
        ("two files, two threads, 7·10⁵ names", suite.files, sizes[max(sizes)], 2),
    ]
    for work, files, lexicon, number in jobs:
        for subject in _scan_subjects(suite, files, lexicon, number):
            if subject.name != "mgmine.scan (Python)":
                suite.time("memory", subject, work, None, times=1)


def lexicon(suite: Suite) -> None:
    """Compiling a lexicon, and opening the compiled one."""
    if not suite.tools.rust_scan:
        suite.notes.append("lexicon: the Rust example is absent")
        return
    program = str(suite.tools.rust_scan)
    for names, path in suite.lexicons.items():
        target = suite.out / f"{path.stem}.timed"
        command = [program, "--lexicon", str(path), "--compile", str(target)]
        subject = subjects.Subject(
            "compile", command, [], "scan --lexicon LEXICON --compile FILE", parameters={"names": names}
        )
        suite.time("lexicon", subject, f"{names:,} names", None)
        command = [program, "--lexicon", str(target)]
        subject = subjects.Subject(
            "open", command, command, "scan --lexicon LEXICON.compiled", parameters={"names": names}
        )
        subject.parameters["bytes"] = target.stat().st_size if target.exists() else 0
        suite.time("lexicon", subject, f"{names:,} names", None)


def match(suite: Suite) -> None:
    """Names in text that is extracted already: matchers against each other."""
    texts, sizes = suite.texts, suite.lexicons
    total = sum(file.documents for file in inputs.REAL)
    for names, path in sizes.items():
        if names in {1_000, 100_000} and suite.quick:
            # The middle sizes add points to the curves, no new insight.
            continue
        _check_sample(suite, path, texts, names)
        agreed: dict[str, int] = {}

        def check(counts: Counts, rule: str, agreed: dict[str, int] = agreed) -> str | None:
            if counts["documents"] not in (total, -1):
                return f"{counts['documents']} documents instead of {total}"
            if rule == "all" and counts["matches"] != agreed.setdefault("all", counts["matches"]):
                return f"{counts['matches']} matches, but {agreed['all']} by the first with the same rule"
            return None

        for subject in subjects.matchers(suite.tools, path, texts, names):
            most = {"spaCy PhraseMatcher": 1_000, "hyperscan": 100_000}.get(subject.name, names)
            if names > most:
                suite.notes.append(f"match, {subject.name}, {names:,} names: left out, it takes many minutes")
                continue
            own_rule = {"flashtext": "leftmost longest", "spaCy PhraseMatcher": "tokens", "ripgrep": "leftmost"}
            rule = own_rule.get(subject.name, "all")
            subject.parameters["rule"] = rule
            suite.time(
                "match",
                subject,
                f"{names:,} names",
                None,
                expected=lambda counts, rule=rule, check=check: check(counts, rule),
                timeout=300,
                times=3,
            )
        if suite.tools.rust_scan:
            program = str(suite.tools.rust_scan)
            command = [program, "--lexicon", str(suite.compiled(path)), "--threads", "1"]
            command += ["-o", str(suite.out / "match"), str(texts)]
            subject = subjects.Subject(
                "mgmine (whole scan)",
                command,
                command,
                "scan --lexicon LEXICON.compiled --threads 1 -o DIR TEXTS.jsonl",
                "longest match wins; spelling variants, abbreviations, comentions and Parquet included",
                {"names": names, "rule": "longest first, with variants"},
            )
            suite.time("match", subject, f"{names:,} names", None, expected=_exactly(documents=total))


def _check_sample(suite: Suite, lexicon: Path, texts: Path, names: int) -> None:
    """On the first `SAMPLE` texts every matcher with the common rule finds the spans that plain Python finds."""
    worker = [str(suite.tools.python), str(subjects.MATCH)]
    spans: dict[str, str] = {}
    for matcher in ("oracle", "ahocorasick-rs", "daachorse", "pyahocorasick"):
        if matcher != "oracle" and not suite.tools.has(matcher):
            continue
        target = suite.out / f"spans-{matcher}.jsonl"
        run([*worker, matcher, str(lexicon), str(texts), "--limit", str(SAMPLE), "--spans", str(target)])
        spans[matcher] = target.read_text()
        if spans[matcher] != spans["oracle"]:
            suite.wrong.append(f"match, {matcher}, {names:,} names: spans differ from plain Python's on {SAMPLE} texts")
            return
    found = sum(len(json.loads(line)[1]) for line in spans["oracle"].splitlines())
    same = ", ".join(list(spans)[1:])
    suite.notes.append(f"match, {names:,} names: {same} found the {found:,} spans of plain Python in {SAMPLE:,} texts.")


def growth(suite: Suite) -> None:
    """How the whole job grows with copies of the input and with names."""
    if not suite.tools.rust_scan:
        suite.notes.append("growth: the Rust example is absent")
        return
    counts = (1, 2, 4) if suite.quick else (1, 2, 4, 8, 16)
    path, file = suite.files[0], inputs.REAL[0]
    first: dict[str, Counts] = {}
    for number in counts:
        files = inputs.copies(path, number, suite.data)
        for subject in _scan_subjects(suite, files, None, 1):
            if subject.name == "mgmine (Rust)":
                subject.parameters["copies"] = number
                check = _same(first, f"copies {number}", documents=file.documents * number)
                suite.time("growth in copies", subject, f"{number} × {path.name}", files, expected=check)
    for names, lexicon_path in suite.lexicons.items():
        for subject in _scan_subjects(suite, suite.files, lexicon_path, 1):
            if subject.name == "mgmine (Rust)":
                subject.parameters["names"] = names
                documents = sum(each.documents for each in inputs.REAL)
                check = _exactly(documents=documents)
                suite.time("growth in names", subject, f"both files, {names:,} names", suite.files, expected=check)


TASKS = {"read": ("unpack", "read"), "growth": ("growth in copies", "growth in names")}
"""The tasks of parts that are not one of their own name."""

PARTS: dict[str, Callable[[Suite], None]] = {
    "read": read,
    "scan": scan,
    "threads": threads,
    "memory": memory,
    "lexicon": lexicon,
    "match": match,
    "growth": growth,
}
