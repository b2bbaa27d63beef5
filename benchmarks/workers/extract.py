"""Take id, title and abstract out of PubMed files with a library of others, and print what was found as JSON.

`python extract.py lxml|etree|pubmed_parser|pubmedparser2 FILE…`. With `--check` what is found is also counted through:
`characters` are those of titles and abstracts that are not white space (a reader that loses the text inside `<sub>` has
fewer of them), `distinct` different PMIDs. Timed runs leave that out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = tuple[str, str, str, bool]
"""Identifier, title, abstract, whether the record has an AbstractText element."""


def _solid(text: str) -> int:
    return sum(map(len, text.split()))


def with_lxml(path: str) -> Iterator[Record]:
    """One record at a time with `iterparse`, its tree freed after use: the recommended way for big files."""
    from lxml import etree

    with gzip.open(path) as handle:
        for _, element in etree.iterparse(handle, tag="PubmedArticle"):
            article = element.find("MedlineCitation/Article")
            title = article.find("ArticleTitle")
            sections = article.findall("Abstract/AbstractText")
            yield (
                element.findtext("MedlineCitation/PMID"),
                "" if title is None else "".join(title.itertext()),
                "\n".join("".join(section.itertext()) for section in sections),
                bool(sections),
            )
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def with_etree(path: str) -> Iterator[Record]:
    """The same with the standard library."""
    from xml.etree import ElementTree

    with gzip.open(path) as handle:
        for _, element in ElementTree.iterparse(handle):
            if element.tag != "PubmedArticle":
                continue
            article = element.find("MedlineCitation/Article")
            title = article.find("ArticleTitle")
            sections = article.findall("Abstract/AbstractText")
            yield (
                element.findtext("MedlineCitation/PMID"),
                "" if title is None else "".join(title.itertext()),
                "\n".join("".join(section.itertext()) for section in sections),
                bool(sections),
            )
            element.clear()


def with_pubmed_parser(path: str) -> Iterator[Record]:
    """As cheap as its options allow."""
    import pubmed_parser

    for record in pubmed_parser.parse_medline_xml(path, year_info_only=True, nlm_category=False, author_list=False):
        if not record["delete"]:
            yield record["pmid"], record["title"], record["abstract"], bool(record["abstract"])


def with_pubmedparser2(paths: list[str], check: bool) -> dict[str, int]:
    """It writes a table for each path asked for; one row a section. PMIDs are what can be counted."""
    import pubmedparser

    paths = [str(Path(path).resolve()) for path in paths]
    citation = "/PubmedArticle/MedlineCitation"
    structure = {
        "root": "/PubmedArticleSet",
        "key": f"{citation}/PMID",
        "title": f"{citation}/Article/ArticleTitle",
        "abstract": f"{citation}/Article/Abstract/AbstractText",
    }
    folder = Path(tempfile.mkdtemp())
    try:
        pubmedparser.read_xml(
            paths, structure, str(folder), relative_to_default_data=False, n_threads=1, mode="write", reprocess_all=True
        )
        if not check:
            return {}
        counts = {}
        characters = 0
        for table, name in (("title", "documents"), ("abstract", "abstracts")):
            with (folder / f"{table}.tsv").open(encoding="utf-8", errors="replace") as lines:
                next(lines)
                seen = set()
                for line in lines:
                    key, _, text = line.rstrip("\n").partition("\t")
                    seen.add(key)
                    characters += _solid(text)
            counts[name] = len(seen)
        return {**counts, "characters": characters}
    finally:
        shutil.rmtree(folder)


READERS = {"lxml": with_lxml, "etree": with_etree, "pubmed_parser": with_pubmed_parser}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", choices=[*READERS, "pubmedparser2"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--check", action="store_true", help="count everything that can be compared")
    parser.add_argument("--texts", type=Path, help="also write the texts, ASCII letters lower-cased, as JSON lines")
    given = parser.parse_args()
    if given.library == "pubmedparser2":
        print(json.dumps(with_pubmedparser2(given.files, given.check)))
        return
    documents = abstracts = texts = characters = 0
    distinct: set[str] = set()
    out = given.texts.open("w", encoding="utf-8") if given.texts else None
    for path in given.files:
        for key, title, abstract, present in READERS[given.library](path):
            documents += 1
            abstracts += present
            if not given.check and out is None:
                continue
            texts += bool(abstract.strip())
            characters += _solid(title) + _solid(abstract)
            distinct.add(key)
            if out is not None:
                whole = f"{title}\n{abstract}" if abstract else title
                text = " ".join(whole.encode().lower().decode().split())
                out.write(json.dumps({"id": key, "text": text}, ensure_ascii=False) + "\n")
    if out is not None:
        out.close()
    counts = {"documents": documents, "abstracts": abstracts}
    if given.check:
        counts |= {"abstract_texts": texts, "characters": characters, "distinct": len(distinct)}
    print(json.dumps(counts))


main()
