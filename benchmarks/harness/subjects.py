"""Who does which work: the command line of every subject, with what its counts must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.tools import HERE

if TYPE_CHECKING:
    from pathlib import Path

    from harness.tools import Tools

EXTRACT = HERE / "workers" / "extract.py"
MATCH = HERE / "workers" / "match.py"
API = HERE / "workers" / "api.py"

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
    """All that find names in extracted text, and mgmine on the same text."""
    found: list[Subject] = []
    packages = {
        "ahocorasick-rs": "ahocorasick-rs",
        "daachorse": "daachorse",
        "pyahocorasick": "pyahocorasick",
        "hyperscan": "hyperscan",
        "flashtext": "flashtext",
        "spacy": "spacy",
    }
    for matcher, package in packages.items():
        if tools.has(package):
            command = [str(tools.python), str(MATCH), matcher, str(lexicon), str(texts)]
            name = "spaCy PhraseMatcher" if matcher == "spacy" else matcher
            found.append(Subject(name, command, command, f"match.py {matcher} LEXICON TEXTS"))
    if tools.has("rg"):
        pattern_file = lexicon.with_suffix(".names")
        if not pattern_file.exists():
            lines = lexicon.read_text(encoding="utf-8").splitlines()[1:]
            pattern_file.write_text("\n".join(dict.fromkeys(line.split("\t")[1].lower() for line in lines)) + "\n")
        plain = texts.with_suffix(".txt")
        script = 'rg --no-config --color never -j 1 -o -w -F -f "$1" "$2"'
        counted = f'{{ {script} || test $? -eq 1; }} | wc -l | sed \'s/.*/{{"documents": -1, "matches": &}}/\''
        found.append(
            Subject(
                "ripgrep",
                quiet(f"{{ {script} || test $? -eq 1; }}", pattern_file, plain),
                ["bash", "-c", counted, "bash", str(pattern_file), str(plain)],
                "rg -j 1 -o -w -F -f NAMES TEXTS.txt",
                "leftmost match only; `_` counts as a letter; a name that ends with a sign needs a letter beside it",
            )
        )
    for subject in found:
        subject.parameters["names"] = names
    return found


def scans(tools: Tools, files: list[Path], out: Path, *, lexicon: Path | None, threads: int) -> list[Subject]:
    """The whole job, through each door of mgmine: unpack, parse, split, match, veto, comention, write columns."""
    paths = [str(path) for path in files]
    chosen = [] if lexicon is None else ["--lexicon", str(lexicon)]
    instead = [] if lexicon is None else ["--replace-lexicon", str(lexicon)]
    found: list[Subject] = []
    options = [*chosen, "--threads", str(threads)]
    shown = f"FILE… --threads {threads}" + (" --lexicon LEXICON" if lexicon else "")
    if tools.rust_scan:
        command = [str(tools.rust_scan), *options, "-o", str(out / "rust"), *paths]
        found.append(
            Subject(
                "mgmine (Rust)", command, command, f"scan --lexicon LEXICON.compiled FILE… --threads {threads} -o DIR"
            )
        )
    if tools.mgmine:
        python = str(tools.mgmine.with_name("python"))
        command = [str(tools.mgmine), "scan", *paths, *instead, "--threads", str(threads), "-o", str(out / "cli")]
        check = [python, str(HERE / "workers" / "count_parquet.py"), str(out / "cli")]
        cli_shown = shown.replace("--lexicon", "--replace-lexicon")
        found.append(Subject("mgmine scan", command, check, f"mgmine scan {cli_shown} -o DIR"))
        command = [python, str(API), *options, *paths]
        found.append(Subject("mgmine.scan (Python)", command, command, f"api.py {shown}"))
    for subject in found:
        subject.parameters["threads"] = threads
    return found
