"""Who does which work: the command line of every subject, with what its counts must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.inputs import ascii_lower
from harness.tools import HERE

if TYPE_CHECKING:
    from pathlib import Path

    from harness.tools import Tools

EXTRACT = HERE / "workers" / "extract.py"
MATCH = HERE / "workers" / "match.py"
API_WORKER = HERE / "workers" / "api.py"

RUST = "mgmine (Rust)"
TABLES = "mgmine (Rust, in memory)"
COMMAND = "mgmine scan"
API = "mgmine.scan (Python)"
"""The ways into the same scan: a Rust program that writes Parquet or builds the tables only, the command, the Python API."""

MOST = {"spaCy PhraseMatcher": 10_000, "hyperscan": 100_000, "ripgrep": 1_000}
"""Names beyond which a matcher takes many minutes or too much memory, and is left out."""

XTRACT = (
    'set -o pipefail; for file; do igzip -dc "$file" | xtract -mixed -pattern PubmedArticle '
    '-tab "\\t" -sep " " -def "" -lbl : -element MedlineCitation/PMID ArticleTitle Abstract/AbstractText; done'
)


def quiet(script: str, *files: Path | str) -> list[str]:
    """A shell command over `files` whose output goes nowhere."""
    return ["bash", "-c", f"{{ {script}; }} > /dev/null", "bash", *map(str, files)]


def gzip_reference(files: list[Path]) -> list[str]:
    """`gzip -dc FILE… > /dev/null`: the yardstick."""
    return ["sh", "-c", 'exec gzip -dc "$@" > /dev/null', "sh", *map(str, files)]


@dataclass
class Subject:
    """A program on a piece of work. `check` prints counts as JSON when `command` itself is too busy to."""

    name: str
    command: list[str]
    check: list[str]
    shown: str
    note: str = ""
    parameters: dict[str, float | int | str] = field(default_factory=dict)

    @property
    def most(self) -> float:
        """The most names it is asked for."""
        return MOST.get(self.name, float("inf"))


def readers(tools: Tools, files: list[Path]) -> list[Subject]:
    """All that take id, title and abstract out of PubMed XML."""
    paths = [str(path) for path in files]
    python = str(tools.python)
    found: list[Subject] = []
    if tools.rust_read:
        command = [str(tools.rust_read), *paths]
        found.append(Subject("mgmine (reader)", command, command, "read FILE"))
    if tools.has("pubmedparser2"):
        worker = [python, str(EXTRACT), "pubmedparser2"]
        found.append(
            Subject(
                "pubmedparser2",
                [*worker, *paths],
                [*worker, "--check", *paths],
                "extract.py pubmedparser2 FILE",
                "keyed by PMID: versions of a citation fall together, an empty title has no row; keeps inline markup",
            )
        )
    if tools.has("igzip") and tools.has("xtract"):
        counter = [python, str(HERE / "workers" / "count_tsv.py")]
        found.append(
            Subject(
                "igzip | xtract",
                quiet(XTRACT, *paths),
                ["bash", "-c", f"{{ {XTRACT}; }} | {' '.join(counter)}", "bash", *paths],
                "igzip -dc FILE | xtract -mixed -pattern PubmedArticle -element …",
                "memory is that of its largest process",
            )
        )
    for library in ("lxml", "pubmed_parser", "etree"):
        if library != "etree" and not tools.has(library.replace("_", "-")):
            continue
        worker = [python, str(EXTRACT), library]
        name = "xml.etree" if library == "etree" else library
        note = "adds section labels to the text" if library == "pubmed_parser" else ""
        found.append(Subject(name, [*worker, *paths], [*worker, "--check", *paths], f"extract.py {library} FILE", note))
    return found


def unpackers(tools: Tools, files: list[Path]) -> list[Subject]:
    """Unpacking alone."""
    paths = [str(path) for path in files]
    found = [Subject("gzip -dc", gzip_reference(files), [], "gzip -dc FILE > /dev/null")]
    if tools.has("igzip"):
        found.append(Subject("igzip -dc", quiet('igzip -dc "$@"', *paths), [], "igzip -dc FILE > /dev/null"))
    return found


def matchers(tools: Tools, lexicon: Path, texts: Path, names: int) -> list[Subject]:
    """All rivals that find names in extracted text."""
    rules = {
        "ahocorasick-rs": "all",
        "daachorse": "all",
        "pyahocorasick": "all",
        "hyperscan": "all",
        "flashtext": "leftmost longest; letters outside ASCII are none",
        "spacy": "whole tokens",
    }
    found: list[Subject] = []
    for matcher, rule in rules.items():
        if tools.has(matcher):
            command = [str(tools.python), str(MATCH), matcher, str(lexicon), str(texts)]
            name = "spaCy PhraseMatcher" if matcher == "spacy" else matcher
            note = "" if rule == "all" else f"rule: {rule}"
            shown = f"match.py {matcher} LEXICON TEXTS.jsonl"
            found.append(Subject(name, command, command, shown, note, {"names": names, "rule": rule}))
    if tools.has("rg"):
        pattern_file = lexicon.with_suffix(".names")
        if not pattern_file.exists():
            lines = lexicon.read_text(encoding="utf-8").splitlines()[1:]
            patterns = dict.fromkeys(ascii_lower(line.split("\t")[1]) for line in lines)
            pattern_file.write_text("\n".join(patterns) + "\n", encoding="utf-8")
        script = 'rg --no-config --color never -j 1 -o -w -F -f "$1" "$2"'
        counted = f'{{ {script} || test $? -eq 1; }} | wc -l | sed \'s/.*/{{"documents": -1, "matches": &}}/\''
        files = (str(pattern_file), str(texts.with_suffix(".txt")))
        found.append(
            Subject(
                "ripgrep",
                quiet(f"{{ {script} || test $? -eq 1; }}", *files),
                ["bash", "-c", counted, "bash", *files],
                "rg -j 1 -o -w -F -f NAMES TEXTS.txt",
                "rule: leftmost match only; `_` counts as a letter, and a name that ends with a sign needs a letter beside it",
                {"names": names, "rule": "leftmost"},
            )
        )
    return found


def own_match(tools: Tools, compiled: Path, out: Path, texts: Path) -> Subject:
    """mgmine on the same text."""
    command = [str(tools.rust_scan), "--lexicon", str(compiled), "--threads", "1", "-o", str(out), str(texts)]
    return Subject(
        "mgmine (whole scan)",
        command,
        command,
        "scan --lexicon LEXICON.compiled --threads 1 -o DIR TEXTS.jsonl",
        "rule: longest match wins; spelling variants, abbreviations, comentions and Parquet included",
        {"rule": "longest first, with variants"},
    )


def scans(
    tools: Tools, files: list[Path], out: Path, *, lexicon: Path | None, compiled: Path | None, threads: int
) -> list[Subject]:
    """The whole job, through each door of mgmine: unpack, parse, split, match, veto, comention, write columns."""
    paths = [str(path) for path in files]
    count = ["--threads", str(threads)]
    found: list[Subject] = []
    if tools.rust_scan and compiled:
        command = [str(tools.rust_scan), "--lexicon", str(compiled), *count]
        shown = f"scan --lexicon LEXICON.compiled --threads {threads}"
        written = [*command, "-o", str(out / "rust"), *paths]
        found.append(Subject(RUST, written, written, f"{shown} -o DIR FILE…"))
        found.append(Subject(TABLES, [*command, *paths], [*command, *paths], f"{shown} FILE…"))
    if tools.mgmine:
        python = str(tools.mgmine.with_name("python"))
        instead = [] if lexicon is None else ["--replace-lexicon", str(lexicon)]
        command = [str(tools.mgmine), "scan", *paths, *instead, *count, "-o", str(out / "cli")]
        check = [python, str(HERE / "workers" / "count_parquet.py"), str(out / "cli")]
        option = " --replace-lexicon LEXICON" if lexicon else ""
        found.append(Subject(COMMAND, command, check, f"mgmine scan FILE…{option} --threads {threads} -o DIR"))
        chosen = [] if lexicon is None else ["--lexicon", str(lexicon)]
        command = [python, str(API_WORKER), *chosen, *count, *paths]
        option = " --lexicon LEXICON" if lexicon else ""
        found.append(Subject(API, command, command, f"api.py{option} --threads {threads} FILE…"))
    for subject in found:
        subject.parameters["threads"] = threads
    return found
