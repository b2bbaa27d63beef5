"""Turn results into `README.md` and plots."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness import inputs, project
from harness.plot import Line, chart

if TYPE_CHECKING:
    from pathlib import Path

    from harness.measure import Result

MEGA = 1 << 20


@dataclass
class Run:
    """Everything a run produced."""

    date: str
    machine: dict[str, str | int | float]
    revision: str
    versions: dict[str, str]
    absent: dict[str, str]
    results: list[Result]
    wrong: list[str]
    notes: list[str]
    files: dict[str, dict[str, int]]
    quick: bool

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
            "wrong": self.wrong,
            "notes": self.notes,
            "results": [result.as_json() for result in self.results],
        }

    def of(self, task: str, subject: str | None = None) -> list[Result]:
        """Results of a part, of one subject if given."""
        return [r for r in self.results if r.task == task and subject in (None, r.subject)]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return [*lines, ""]


def _mb(size: float) -> str:
    return f"{size / MEGA:,.0f} MB"


def _ratio(result: Result) -> str:
    return "" if result.ratio is None else f"{result.ratio:.3f} ± {result.spread * 100:.0f} %"


def _counted(result: Result) -> str:
    names = ("documents", "abstracts", "mentions", "comentions", "matches", "characters")
    if result.task == "lexicon":
        return ""
    return ", ".join(f"{result.counts[name]:,} {name}" for name in names if result.counts.get(name, -1) >= 0)


def _of_work(results: list[Result], subject: str, key: str) -> list[Result]:
    return [r for r in results if r.subject == subject and key in r.work]


DOORS = ("mgmine (Rust)", "mgmine scan", "mgmine.scan (Python)")
"""The ways into the same scan, dearest start-up last."""


def _goal_ratio(run: Run, lexicon: str) -> str:
    parts = []
    for door in DOORS:
        found = _of_work(run.of("scan"), door, lexicon)
        if found:
            ratios = [f"{r.ratio:.2f}" for r in found if r.ratio is not None]
            parts.append(f"{door}: {', '.join(ratios)}")
    return "; ".join(parts) or "not measured"


def _wall_ratio(run: Run, work: str, door: str) -> float | None:
    found = {r.parameters["threads"]: r for r in run.of("threads", door) if r.work == work}
    if 1 in found and 2 in found:
        return found[2].wall / found[1].wall
    return None


def _goal_walls(run: Run, work: str) -> str:
    parts = [f"{door}: {ratio:.2f}" for door in DOORS if (ratio := _wall_ratio(run, work, door)) is not None]
    return "; ".join(parts) or "not measured"


def _goal_memory(run: Run) -> str:
    found = [r for r in run.of("memory", "mgmine (Rust)") if "names" not in r.work]
    return "; ".join(f"{r.work}: {_mb(r.peak)}" for r in found) or "not measured"


def _goal_lexicon_memory(run: Run) -> str:
    rust = {r.work: r.peak for r in run.of("memory", "mgmine (Rust)")}
    parts = []
    for plain, large in (
        ("one file", "one file, 7·10⁵ names"),
        ("two files, two threads", "two files, two threads, 7·10⁵ names"),
    ):
        if plain in rust and large in rust:
            parts.append(f"{plain}: {_mb(rust[large] - rust[plain])}")
    return "; ".join(parts) or "not measured"


def _goal_open(run: Run) -> str:
    found = run.of("lexicon", "open")
    if not found:
        return "not measured"
    largest = max(found, key=lambda r: r.parameters["names"])
    inner = largest.counts.get("open_us", 0) / 1e6
    return f"{inner * 1e3:.1f} ms in the program, {largest.wall:.3f} s with its start ({largest.parameters['names']:,} names)"


def _goal_api(run: Run) -> str:
    parts = []
    for lexicon in ("built-in", "10⁴", "7·10⁵"):
        rust = _of_work(run.of("scan"), "mgmine (Rust)", lexicon)
        python = _of_work(run.of("scan"), "mgmine.scan (Python)", lexicon)
        if rust and python and len(rust) == len(python):
            parts.append(f"{lexicon}: {sum(r.cpu for r in python) / sum(r.cpu for r in rust) - 1:+.0%}")
    return "; ".join(parts) or "not measured"


def _goal_peers(run: Run) -> str:
    def total(subject: str, task: str = "read") -> float | None:
        found = run.of(task, subject)
        return sum(r.cpu for r in found) if len(found) == len(inputs.REAL) else None

    rivals = ("pubmedparser2", "igzip | xtract", "lxml", "pubmed_parser")
    parts = []
    own_scan = _of_work(run.of("scan"), "mgmine (Rust)", "built-in")
    for title, own in (
        ("reading alone", total("mgmine (reader)")),
        ("whole scan", sum(r.cpu for r in own_scan) if len(own_scan) == len(inputs.REAL) else None),
    ):
        if own:
            faster = [f"{cost / own:.1f} × {rival}" for rival in rivals if (cost := total(rival)) is not None]
            if faster:
                parts.append(f"{title}: {', '.join(faster)}")
    return "; ".join(parts) or "not measured"


def _goals(run: Run) -> list[str]:
    rows = [
        [
            "`mgmine scan`, built-in lexicon, one thread, CPU ÷ `gzip -dc`",
            "≤ 0.50",
            "≤ 0.30",
            _goal_ratio(run, "built-in"),
        ],
        ["about 10⁴ names", "≤ 0.65", "≤ 0.42", _goal_ratio(run, "10⁴")],
        ["the largest lexicon, all matches written", "≤ 1.2", "≤ 0.85", _goal_ratio(run, "7·10⁵")],
        ["four files on two threads, wall ÷ one thread", "≤ 0.55", "≤ 0.51", _goal_walls(run, "4 files")],
        ["one big file on two threads", "≤ 0.75", "≤ 0.65", _goal_walls(run, "one big file")],
        ["peak memory, built-in lexicon (per thread)", "≤ 64 MB", "≤ 16 MB", _goal_memory(run)],
        ["the largest lexicon: extra memory", "≤ 250 MB", "≤ 100 MB", _goal_lexicon_memory(run)],
        ["opening it compiled", "≤ 0.1 s", "≤ 0.02 s", _goal_open(run)],
        ["the Python API against the Rust path, CPU", "≤ +10 %", "≤ +3 %", _goal_api(run)],
        [
            "against peers, CPU",
            "4 × pubmedparser2, 6 × igzip\\|xtract, 40 × pubmed_parser, 60 × tagger",
            "5, 7, 50, 90",
            _goal_peers(run).replace("igzip | xtract", "igzip\\|xtract") + "; tagger: absent",
        ],
    ]
    return ["## Against the goals", "", *_table(["what", "must", "aim", "measured"], rows)]


def _subjects(title: str, results: list[Result], *, ratio: bool = True, intro: str = "") -> list[str]:
    if not results:
        return []
    lines = [f"## {title}", ""]
    if intro:
        lines += [intro, ""]
    head = ["work", "who", "CPU s", "wall s", *(["CPU ÷ gzip"] if ratio else []), "peak", "n", "found", "remark"]
    rows = []
    for r in results:
        name = r.subject.replace("|", "\\|") + (
            f" ({r.parameters['threads']} threads)" if r.parameters.get("threads", 1) != 1 else ""
        )
        row = [r.work, name, f"{r.cpu:.3f}", f"{r.wall:.3f}"]
        row += [_ratio(r)] if ratio else []
        rows.append([*row, _mb(r.peak), str(len(r.samples)), _counted(r), r.note])
    return [*lines, *_table(head, rows)]


def _projections(run: Run) -> list[str]:
    lines: list[str] = []
    ratio = _wall_ratio(run, "4 files", "mgmine (Rust)") or _wall_ratio(run, "4 files", "mgmine scan")
    rows = []
    jobs = [(f"mgmine, {title}", "scan", "mgmine (Rust)", title) for title in ("built-in", "10⁴", "7·10⁵")]
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


def write(run: Run, folder: Path) -> None:
    """Write `README.md` and the plots into `folder`."""
    plots = _plots(run, folder)
    machine = [[key.replace("_", " "), str(value)] for key, value in run.machine.items()]
    lines = [
        f"# Run of {run.date}" + (" (quick)" if run.quick else ""),
        "",
        f"mgmine at `{run.revision}`. CPU is user + system of the process and its children; medians of n runs, each",
        "next to a run of `gzip -dc` on the same files; ratios are taken pair by pair, with half their range after ±.",
        "How to read it: [README](../../README.md).",
        "",
        *_table(["machine", ""], machine),
    ]
    if run.wrong:
        lines += ["## Wrong counts", "", *(f"- {line}" for line in run.wrong), ""]
    lines += _goals(run)
    lines += _subjects("The whole job", run.of("scan"))
    lines += _subjects("Reading: id, title, abstract", [*run.of("unpack"), *run.of("read")])
    lines += _subjects("Two threads", run.of("threads"))
    lines += _subjects("Memory", run.of("memory"), ratio=False)
    lines += _subjects("Lexicon", run.of("lexicon"), ratio=False)
    lines += _subjects(
        "Names in extracted text",
        run.of("match"),
        ratio=False,
        intro="Rivals find every place of every name that no letter or digit touches, unless remarked otherwise. "
        "The time includes starting Python, building the automaton and a Python object for each match. mgmine does its "
        "whole job here: sentences, variants, vetoes, overlap, comentions, Parquet.",
    )
    lines += _subjects("Growth", [*run.of("growth in copies"), *run.of("growth in names")])
    lines += _projections(run)
    lines += plots
    if run.notes:
        lines += ["## Notes", "", *(f"- {line}" for line in run.notes), ""]
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
