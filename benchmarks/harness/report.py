"""Turn results into `README.md` and plots."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from harness import inputs, project, subjects
from harness.plot import Line, chart

if TYPE_CHECKING:
    from pathlib import Path

    from harness.measure import Remark, Result

MEGA = 1 << 20
LARGEST = "all names"
"""What the largest lexicon is called; its true number of names stands in the report."""


TAGGER = {"300 names": 30 / 1.08, "500,000 names": 75 / 1.08}
"""CPU of the JensenLab tagger over that of `gzip -dc`, by names. Measured once, when the goals were set, and by hand: 30 s
for 300 and 75 s for 500,000 names on the extracted text of a file of 284 MB of XML (44.7 MB packed), which `gzip -dc`
unpacked in 1.08 s. The tagger is neither on PyPI nor in Debian, so this harness cannot repeat it."""


@dataclass
class Run:
    """Everything a run produced."""

    date: str
    machine: dict[str, str | int | float]
    revision: str
    versions: dict[str, str]
    absent: dict[str, str]
    files: dict[str, dict[str, int]]
    quick: bool
    results: list[Result]
    remarks: list[Remark]

    def as_json(self) -> dict[str, object]:
        """What `results.json` holds."""
        return {
            "date": self.date,
            "quick": self.quick,
            "machine": self.machine,
            "revision": self.revision,
            "versions": self.versions,
            "absent": self.absent,
            "files": self.files,
            "remarks": [asdict(remark) for remark in self.remarks],
            "results": [result.as_json() for result in self.results],
        }

    def of(self, task: str, subject: str | None = None, work: str = "") -> list[Result]:
        """Results of a task, of one subject and of works with some words in their name if given."""
        return [r for r in self.results if r.task == task and subject in (None, r.subject) and work in r.work]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return [*lines, ""]


def _mb(size: float) -> str:
    return f"{size / MEGA:,.0f} MB"


def _ratio(result: Result) -> str:
    return "" if result.ratio is None else f"{result.ratio:.3f} ± {result.spread * 100:.0f} %"


def _counted(result: Result) -> str:
    if result.task == "lexicon":
        return ""
    if result.task == "match":
        names: tuple[str, ...] = ("documents", "mentions", "matches")
    else:
        names = ("documents", "abstracts", "mentions", "comentions", "characters")
    return ", ".join(f"{result.counts[name]:,} {name}" for name in names if result.counts.get(name, -1) >= 0)


@dataclass
class Goal:
    """A goal and what was measured of it; `value` is the worst of the figures, `must` and `aim` are bounds for it."""

    what: str
    must: float
    aim: float
    shown: str = "≤ {}"
    value: float | None = None
    measured: str = ""

    def row(self) -> list[str]:
        """A row of the table of goals."""
        more_is_better = self.aim > self.must
        if self.value is None:
            state = "not measured"
        elif (self.value >= self.aim) if more_is_better else (self.value <= self.aim):
            state = "aim reached"
        elif (self.value >= self.must) if more_is_better else (self.value <= self.must):
            state = "must reached"
        else:
            state = "**missed**"
        return [
            self.what,
            self.shown.format(f"{self.must:g}"),
            self.shown.format(f"{self.aim:g}"),
            self.measured,
            state,
        ]


def _scan_goal(run: Run, what: str, must: float, aim: float, lexicon: str) -> Goal:
    goal = Goal(what, must, aim)
    parts = []
    for door in (subjects.COMMAND, subjects.RUST):
        ratios = [r.ratio for r in run.of("scan", door, lexicon) if r.ratio is not None]
        if ratios:
            goal.value = goal.value or max(ratios)
            parts.append(f"{door}: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    goal.measured = "; ".join(parts)
    return goal


def _thread_goal(run: Run, what: str, must: float, aim: float, work: str) -> Goal:
    goal = Goal(what, must, aim)
    found = [r for r in run.of("threads", None, work) if r.wall_ratio is not None]
    if found:
        goal.value = max(r.wall_ratio for r in found if r.wall_ratio)
        goal.measured = "; ".join(f"{r.subject}: {r.wall_ratio:.2f}" for r in found)
    return goal


def _memory_goals(run: Run) -> list[Goal]:
    thread = Goal("peak memory a thread, built-in lexicon, any file size", 64, 16, "≤ {} MB")
    extra = Goal("the largest lexicon: extra memory, shared by all threads", 250, 100, "≤ {} MB")
    parts, more = [], []
    for door in (subjects.RUST, subjects.COMMAND):
        plain = {r.work: r for r in run.of("memory", door) if LARGEST not in r.work}
        sizes = {work: r.peak / MEGA / float(r.parameters["threads"]) for work, r in plain.items()}
        parts += [f"{door}, {work}: {size:.0f} MB" for work, size in sizes.items()]
        thread.value = max([*sizes.values(), thread.value or 0]) or None
        for r in run.of("memory", door, LARGEST):
            other = plain.get(r.work.removesuffix(f", {LARGEST}"))
            if other:
                size = (r.peak - other.peak) / MEGA
                extra.value = max(size, extra.value or 0)
                more.append(f"{door}, {other.work}: {size:.0f} MB")
    thread.measured, extra.measured = "; ".join(parts), "; ".join(more)
    return [thread, extra]


def _open_goal(run: Run) -> Goal:
    goal = Goal("opening it compiled", 100, 20, "≤ {} ms")
    found = run.of("lexicon", "open")
    if found:
        largest = max(found, key=lambda r: r.parameters["names"])
        goal.value = largest.counts.get("open_us", 0) / 1e3
        names = f"{largest.parameters['names']:,} names"
        goal.measured = f"{names}: {goal.value:.1f} ms; {largest.wall * 1e3:.0f} ms with the start of the program"
    return goal


def _api_goal(run: Run) -> Goal:
    goal = Goal("the Python API over the same work against the Rust path, CPU", 10, 3, "≤ +{} %")
    parts = []
    for r in run.of("api", subjects.API):
        if r.ratio is None:
            continue
        start = float(r.parameters.get("start_s", 0))
        without = (r.ratio * (1 - start / r.cpu) - 1) * 100
        parts.append(f"{r.work}: {(r.ratio - 1) * 100:+.1f} %, {without:+.1f} % without the {start:.2f} s of its start")
        goal.value = max((r.ratio - 1) * 100, -100 if goal.value is None else goal.value)
    goal.measured = "; ".join(parts)
    return goal


def _peer_goals(run: Run) -> list[Goal]:
    def total(task: str, subject: str, work: str = "") -> float | None:
        found = run.of(task, subject, work)
        return sum(r.cpu for r in found) if len(found) == len(inputs.REAL) else None

    reader = total("read", "mgmine (reader)")
    whole = total("scan", subjects.RUST, "built-in")
    goals = []
    for rival, must, aim in (("pubmedparser2", 4, 5), ("igzip | xtract", 6, 7), ("pubmed_parser", 40, 50)):
        goal = Goal(f"reading, against {rival}, CPU".replace("|", "\\|"), must, aim, "{} ×")
        cost = total("read", rival)
        if cost and reader:
            goal.value = cost / reader
            goal.measured = f"{goal.value:.1f} ×" + (f"; the whole scan: {cost / whole:.1f} ×" if whole else "")
        goals.append(goal)
    goal = Goal("the whole scan, against the JensenLab tagger, CPU", 60, 90, "{} ×")
    parts = []
    for lexicon, names, fewest in (("built-in", "300 names", 0), (LARGEST, "500,000 names", 500_000)):
        found = run.of("scan", subjects.RUST, lexicon)
        ratios = [r.ratio for r in found if r.ratio and int(r.parameters["names"]) >= fewest]
        if ratios:
            factor = TAGGER[names] / max(ratios)
            goal.value = factor if goal.value is None else goal.value
            parts.append(f"{lexicon}: {factor:.0f} × its figure for {names}")
    goal.measured = "; ".join(parts) + (" (not run here, see below)" if parts else "")
    return [*goals, goal]


def _goals(run: Run) -> list[str]:
    goals = [
        _scan_goal(
            run, "`mgmine scan`, built-in lexicon, one thread, CPU ÷ `gzip -dc` of the file", 0.5, 0.3, "built-in"
        ),
        _scan_goal(run, "about 10⁴ names", 0.65, 0.42, "10⁴"),
        _scan_goal(run, "the largest lexicon, all matches written", 1.2, 0.85, LARGEST),
        _thread_goal(run, "four files on two threads, wall ÷ one thread", 0.55, 0.51, "4 files"),
        _thread_goal(run, "one big file on two threads, wall ÷ one thread", 0.75, 0.65, "one big file"),
        *_memory_goals(run),
        _open_goal(run),
        _api_goal(run),
        *_peer_goals(run),
    ]
    return [
        "## Against the goals",
        "",
        "Of several figures the worst counts.",
        "",
        *_table(["what", "must", "aim", "measured", ""], [goal.row() for goal in goals]),
        "The JensenLab tagger can be had neither from PyPI nor from Debian, so it was not run. What stands for it is one",
        "measurement made by hand when the goals were set: 30 s of CPU for 300 names and 75 s for 500,000 on the extracted",
        "text of a file of 284 MB of XML, next to 1.08 s of `gzip -dc` for the packed file. Ratios to `gzip -dc` are compared.",
        "",
    ]


def _subjects(
    title: str, results: list[Result], *, against: str = "", wall: bool = False, intro: str = ""
) -> list[str]:
    """A table of results; `against` heads the column of ratios to the reference."""
    if not results:
        return []
    lines = [f"## {title}", ""]
    if intro:
        lines += [intro, ""]
    ratio = [f"CPU ÷ {against}"] if against else []
    head = [
        "work",
        "who",
        "CPU s",
        "wall s",
        *ratio,
        *([f"wall ÷ {against}"] if wall else []),
        "peak",
        "n",
        "found",
        "remark",
    ]
    rows = []
    for r in results:
        many = f" ({r.parameters['threads']} threads)" if r.parameters.get("threads", 1) != 1 else ""
        row = [r.work, r.subject.replace("|", "\\|") + many, f"{r.cpu:.3f}", f"{r.wall:.3f}"]
        row += [_ratio(r)] if against else []
        row += ["" if r.wall_ratio is None else f"{r.wall_ratio:.3f}"] if wall else []
        rows.append([*row, _mb(r.peak), str(len(r.samples)), _counted(r), r.note])
    return [*lines, *_table(head, rows)]


def _projections(run: Run) -> list[str]:
    lines: list[str] = []
    ratio = next((r.wall_ratio for r in run.of("threads", None, "4 files")), None)
    rows = []
    jobs = [(f"mgmine, {title}", "scan", subjects.RUST, title) for title in ("built-in", "10⁴ names", LARGEST)]
    jobs += [
        (f"{rival} (reading only)", "read", rival, "")
        for rival in ("pubmedparser2", "igzip | xtract", "lxml", "pubmed_parser")
    ]
    jobs += [("gzip -dc (unpacking only)", "unpack", "gzip -dc", "")]
    for title, task, subject, key in jobs:
        per_citation = []
        for file in inputs.REAL:
            found = [r for r in run.of(task, subject) if r.work.startswith(file.name) and key in r.work]
            per_citation += [r.cpu / file.documents for r in found[:1]]
        if len(per_citation) < len(inputs.REAL):
            continue
        spread = ratio if subject.startswith("mgmine") else None
        cells = [f"{project.clock(p.low)} to {project.clock(p.high)}" for p in project.project(per_citation, spread)]
        rows.append([title.replace("|", "\\|"), *cells])
    if not rows:
        return lines
    low, high = project.packed_bytes([run.files[f.name]["packed"] / f.documents for f in inputs.REAL])
    measured = "not measured here, taken as perfect" if ratio is None else f"{ratio:.2f} measured"
    return [
        f"## The whole 2026 baseline ({project.FILES:,} files, about 40 million citations)",
        "",
        "Projected, not run. Citations × CPU per citation, from the cheaper file (1979–80, half without abstract) to",
        "the dearer one (2021); on n cores CPU × (s + (1 - s) ÷ n), where s = 2r - 1 and r is wall on two threads ÷",
        f"wall on one ({measured}); rivals are taken to spread perfectly. What 16 or 64 cores contend for was not",
        "measured.",
        f"The packed files, {low / 1e9:.0f} to {high / 1e9:.0f} GB by the same reckoning, must also be read:",
        f"at 1 GB/s {project.clock(low / 1e9)} to",
        f"{project.clock(high / 1e9)}, however many cores there are.",
        "",
        *_table(["", "1 core", "2 cores", "16 cores", "64 cores"], rows),
    ]


def _plots(run: Run, folder: Path) -> list[str]:
    shown: list[str] = []
    copies = [(float(r.parameters["copies"]), r) for r in run.of("growth in copies")]
    if copies:
        reference = [(n, statistics.median(s.cpu for s in r.reference)) for n, r in copies]
        lines = [Line("gzip -dc", reference, dashed=True), Line("mgmine", [(n, r.cpu) for n, r in copies])]
        chart(
            folder / "growth-copies.svg",
            "The whole job, built-in lexicon, one thread",
            "copies of the input",
            "CPU seconds",
            lines,
        )
        peak = [Line("mgmine", [(n, r.peak / MEGA) for n, r in copies])]
        chart(
            folder / "memory-copies.svg", "Peak memory, built-in lexicon, one thread", "copies of the input", "MB", peak
        )
        shown += ["growth-copies.svg", "memory-copies.svg"]
    names = [(float(r.parameters["names"]), r) for r in run.of("growth in names")]
    if names:
        reference = [(n, statistics.median(s.cpu for s in r.reference)) for n, r in names]
        lines = [Line("gzip -dc", reference, dashed=True), Line("mgmine", [(n, r.cpu) for n, r in names])]
        chart(folder / "growth-names.svg", "The whole job on both files, one thread", "names", "CPU seconds", lines)
        shown.append("growth-names.svg")
    matched = run.of("match")
    if matched:
        lines = []
        for subject in dict.fromkeys(r.subject for r in matched):
            points = [(float(r.parameters["names"]), r.cpu) for r in matched if r.subject == subject]
            lines.append(Line(subject, points))
        chart(folder / "match-names.svg", "Names in extracted text of both files", "names", "CPU seconds", lines)
        shown.append("match-names.svg")
    return [line for name in shown for line in (f"![{name}]({name})", "")]


def _loads(run: Run) -> str:
    loads = sorted(r.load for r in run.results)
    if not loads:
        return ""
    return f"{statistics.median(loads):.1f} in the median, {loads[-1]:.1f} at most"


def write(run: Run, folder: Path) -> None:
    """Write `README.md` and the plots into `folder`."""
    plots = _plots(run, folder)
    machine = [[key.replace("_", " "), str(value)] for key, value in run.machine.items()]
    machine.append(["load while measuring", _loads(run)])
    lines = [
        f"# Run of {run.date}" + (" (quick)" if run.quick else ""),
        "",
        f"mgmine at `{run.revision}`. CPU is user + system of the process and its children; medians of n runs, each",
        "next to a run of the reference on the same files; ratios are taken pair by pair, with half their range after ±.",
        "How to read it: [README](../../README.md).",
        "",
    ]
    other = {r.part: f"{r.part} at `{r.revision}`" for r in run.results if r.revision != run.revision}
    if other:
        lines += [f"Measured at another commit: {', '.join(other.values())}.", ""]
    lines += _table(["machine", ""], machine)
    wrong = [f"- {remark.part}: {remark.text}" for remark in run.remarks if remark.wrong]
    if wrong:
        lines += ["## Wrong counts and broken parts", "", *wrong, ""]
    lines += _goals(run)
    names = {int(r.parameters["names"]) for r in run.results if r.parameters.get("lexicon") == LARGEST}
    largest = f"All names: {max(names):,}." if names else ""
    lines += _subjects("The whole job", run.of("scan"), against="gzip", intro=largest)
    lines += _subjects(
        "The Python API",
        run.of("api"),
        against="Rust",
        intro="The same tables built in memory, by the Rust program and by `mgmine.scan`. Python's start is in its figures.",
    )
    lines += _subjects("Reading: id, title, abstract", [*run.of("unpack"), *run.of("read")], against="gzip")
    lines += _subjects("Two threads", run.of("threads"), against="one thread", wall=True)
    lines += _subjects("Memory", run.of("memory"))
    lines += _subjects("Lexicon", run.of("lexicon"))
    lines += _subjects(
        "Names in extracted text",
        run.of("match"),
        intro="Rivals find every place of every name that no letter or digit touches, unless remarked otherwise. "
        "The time includes starting Python, building the automaton and a Python object for each match. mgmine does its "
        "whole job here: sentences, variants, vetoes, overlap, comentions, Parquet.",
    )
    lines += _subjects("Growth", [*run.of("growth in copies"), *run.of("growth in names")], against="gzip")
    lines += _projections(run)
    lines += plots
    notes = [f"- {remark.text}" for remark in run.remarks if not remark.wrong]
    if notes:
        lines += ["## Notes", "", *notes, ""]
    lines += [
        "## Versions",
        "",
        *_table(["", "version"], [[name, version] for name, version in sorted(run.versions.items())]),
    ]
    if run.absent:
        lines += ["Absent, so not measured:", "", *(f"- {name}: {why}" for name, why in sorted(run.absent.items())), ""]
    commands = list(dict.fromkeys(f"{r.subject}: {r.command}" for r in run.results))
    lines += ["## Command lines", "", "```text", *commands, "```", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
