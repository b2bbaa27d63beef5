"""Hostile inputs, made by code: each with what the tool must say about it and what it must still read.

All are built around three good records (PMIDs 71, 72, 73). ``reads`` names those that must come out, whatever else the file
holds; ``code`` is the exit code of ``mgmine scan``; ``says`` must be found in what it tells on standard error.
"""

from __future__ import annotations

import gzip
import json
import random
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MB = 1 << 20
GOOD = ("71", "72", "73")


@dataclass(frozen=True)
class Case:
    """A bad input.

    ``content`` is the file's bytes or writes them. ``reads`` is which of the three good records come out, ``more`` whether
    other documents may come out beside them. ``command`` is ``documents`` for corpus files, ``lexicon`` for lexicons.
    """

    kind: str
    name: str
    file: str
    content: bytes | Callable[[IO[bytes]], object]
    code: int
    says: str
    reads: tuple[str, ...] = GOOD
    more: bool = False
    command: str = "documents"

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.name}"

    def write(self, folder: Path) -> Path:
        path = folder / self.file
        with path.open("wb") as file:
            if isinstance(self.content, bytes):
                file.write(self.content)
            else:
                self.content(file)
        return path


@dataclass
class _Kind:
    """Collects the cases of one class."""

    kind: str
    cases: list[Case] = field(default_factory=list)

    def add(
        self,
        name: str,
        content: bytes | str | Callable[[IO[bytes]], object],
        code: int,
        says: str,
        reads: tuple[str, ...] = GOOD,
        *,
        file: str = "bad.xml",
        more: bool = False,
        command: str = "documents",
    ) -> None:
        made = content.encode() if isinstance(content, str) else content
        self.cases.append(Case(self.kind, name, file, made, code, says, reads, more, command))


def article(pmid: str, *, title: str | None = None, version: str = ' Version="1"', behind: str = "") -> str:
    """A citation with two mentions and a comention."""
    title = f"Magnesium binds LFA-1 in study {pmid}" if title is None else title
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID{version}>{pmid}</PMID><Article><Journal><JournalIssue>'
        f"<PubDate><Year>2001</Year></PubDate></JournalIssue><Title>Ions</Title></Journal><ArticleTitle>{title}</ArticleTitle>"
        f"<Abstract><AbstractText>Mg2+ activates LFA-1 on CD8+ T cells.</AbstractText></Abstract>{behind}"
        "</Article></MedlineCitation></PubmedArticle>\n"
    )


HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n'
TAIL = "</PubmedArticleSet>\n"


def pubmed(*between: str, head: str = HEAD, tail: str = TAIL) -> str:
    """The three good records with something after the first and something after the second."""
    one, two = (*between, "", "")[:2]
    return head + article("71") + one + article("72") + two + article("73") + tail


def medline(*, extra: str = "", title: str = "Magnesium binds LFA-1") -> str:
    return extra.join(f"PMID- {pmid}\nTI  - {title}\nAB  - Mg2+ activates LFA-1 on CD8+ T cells.\n\n" for pmid in GOOD)


def pubtator(*, extra: str = "") -> str:
    return extra.join(f"{pmid}|t|Magnesium binds LFA-1\n{pmid}|a|Mg2+ activates LFA-1 on T cells.\n\n" for pmid in GOOD)


def jsonl(*, extra: str = "") -> str:
    line = {"title": "Magnesium binds LFA-1", "abstract": "Mg2+ activates LFA-1 on CD8+ T cells."}
    return extra.join(json.dumps({"id": f"pubmed:{pmid}", **line}) + "\n" for pmid in GOOD)


def jats(*, extra: str = "", pmid: str = "71") -> str:
    return (
        f'<article><front><article-meta><article-id pub-id-type="pmid">{pmid}</article-id><title-group><article-title>'
        "Magnesium binds LFA-1</article-title></title-group></article-meta></front><body><sec><title>Results</title><p>"
        f"Mg2+ activates LFA-1 on T cells.</p>{extra}</sec></body></article>\n"
    )


def bioc(*, extra: str = "", tail: str = "</collection>\n") -> str:
    documents = extra.join(
        f'<document><id>{pmid}</id><passage><infon key="type">title</infon><text>Magnesium binds LFA-1</text></passage>'
        "<passage><infon key='type'>abstract</infon><text>Mg2+ activates LFA-1 on T cells.</text></passage></document>\n"
        for pmid in GOOD
    )
    return f"<?xml version='1.0'?><collection><source>PubMed</source>{documents}{tail}"


def packed(text: str | bytes, level: int = 6) -> bytes:
    return gzip.compress(text.encode() if isinstance(text, str) else text, level, mtime=0)


def long_pubmed(records: int = 60) -> bytes:
    """Records that do not pack well, so that a cut or a flipped bit lies where it should; the good three come first."""
    rng = random.Random(11)
    filler = "".join(
        article(str(1000 + n), title=" ".join(f"{rng.getrandbits(32):08x}" for _ in range(200))) for n in range(records)
    )
    return pubmed(tail=filler + TAIL).encode()


def repeated(before: str, piece: bytes, size: int, behind: str) -> Callable[[IO[bytes]], object]:
    """Writes ``before``, then ``piece`` over and over until ``size`` bytes, then ``behind``."""

    def write(file: IO[bytes]) -> None:
        file.write(before.encode())
        block = piece * max(1, MB // len(piece))
        for _ in range(size // len(block)):
            file.write(block)
        file.write(behind.encode())

    return write


def bomb(before: str, piece: bytes, size: int, behind: str) -> Callable[[IO[bytes]], object]:
    """The same in gzip. The repeated part is packed once and given again and again, so that it costs nothing to make."""

    def write(file: IO[bytes]) -> None:
        block = piece * (MB // len(piece))
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        start = packer.compress(before.encode()) + packer.flush(zlib.Z_FULL_FLUSH)
        middle = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
        end = packer.compress(behind.encode()) + packer.flush()
        count = size // len(block)
        checksum = zlib.crc32(before.encode())
        for _ in range(count):
            checksum = zlib.crc32(block, checksum)
        checksum = zlib.crc32(behind.encode(), checksum)
        length = (len(before.encode()) + count * len(block) + len(behind.encode())) & 0xFFFFFFFF
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + start)
        for _ in range(count):
            file.write(middle)
        file.write(end + checksum.to_bytes(4, "little") + length.to_bytes(4, "little"))

    return write


def truncated() -> _Kind:
    kind = _Kind("truncated")
    whole = packed(long_pubmed())
    for share in (30, 60, 95):
        kind.add(
            f"gzip_at_{share}",
            whole[: len(whole) * share // 100],
            1,
            r"bad\.xml\.gz: byte \d+.*the file is not complete",
            file="bad.xml.gz",
            more=True,
        )
    kind.add("gzip_no_checksum", whole[:-8], 1, "the file is not complete", file="bad.xml.gz", more=True)
    kind.add("gzip_header_only", whole[:10], 65, "the file is not complete", (), file="bad.xml.gz")
    kind.add("gzip_half_header", whole[:5], 65, "the file is not complete", (), file="bad.xml.gz")
    text = pubmed()
    for name, mark, reads in (
        ("in_record", "study 73", GOOD[:2]), ("in_tag", "ticle><MedlineCitation Status=\"MEDLINE\"><PMID Version=\"1\">73", GOOD[:2]),
        ("before_root_end", TAIL, GOOD),
    ):  # fmt: skip
        kind.add(name, text[: text.index(mark)], 1, r"bad\.xml: byte \d+.*the input ends", reads)
    kind.add("in_root_end", text[:-6], 1, "the input ends", GOOD)
    kind.add("in_entity", pubmed()[: pubmed().index("study 73")] + "&am", 1, "record 2.*the input ends", GOOD[:2])
    kind.add(
        "in_character",
        (pubmed()[: pubmed().index("study 73")]).encode() + "β".encode()[:1],
        1,
        "the input ends",
        GOOD[:2],
    )
    kind.add("jats", jats()[:-30], 65, "the input ends", (), file="bad.nxml")
    kind.add("bioc", bioc(tail="")[:-40], 1, "the input ends", GOOD[:2], file="bad.bioc.xml")
    kind.add("jsonl", jsonl()[:-30], 1, r"record 2.*not a JSON record", GOOD[:2], file="bad.jsonl")
    kind.add(
        "medline_gzip",
        packed(medline())[:-9],
        1,
        "the file is not complete",
        file="bad.nbib.gz",
        reads=GOOD[:2],
        more=True,
    )
    kind.add(
        "text_gzip",
        packed("Magnesium binds LFA-1.\n" * 50)[:-9],
        1,
        "the file is not complete",
        (),
        file="bad.txt.gz",
        more=True,
    )
    return kind


def flipped() -> _Kind:
    kind = _Kind("flipped")
    whole = packed(long_pubmed())

    def flip(at: int, bit: int = 0) -> bytes:
        data = bytearray(whole)
        data[at] ^= 1 << bit
        return bytes(data)

    rng = random.Random(5)
    for number in range(6):
        at = rng.randrange(len(whole) // 3, len(whole) - 64)
        kind.add(
            f"data_{number}", flip(at, rng.randrange(8)), 1, "the gzip stream is damaged", file="bad.xml.gz", more=True
        )
    kind.add("checksum", flip(-8), 1, "its checksum does not fit", file="bad.xml.gz", more=True)
    kind.add("length", flip(-1), 1, "its length does not fit", file="bad.xml.gz", more=True)
    kind.add("method", flip(2), 65, "unknown method", (), file="bad.xml.gz")
    kind.add("flags", flip(3, 7), 65, "unknown flags", (), file="bad.xml.gz")
    kind.add("block_type", whole[:10] + b"\x07" + whole[11:], 65, "the gzip stream is damaged", (), file="bad.xml.gz")
    kind.add("magic", flip(0), 65, "binary", (), file="bad.xml.gz")
    return kind


def trailing() -> _Kind:
    kind = _Kind("trailing")
    whole = packed(pubmed())
    for name, junk in (
        ("text", b"junk"),
        ("html", b"<html><body>503</body></html>"),
        ("zip", b"PK\x03\x04" + bytes(20)),
        ("random", bytes(range(1, 200))),
    ):
        kind.add(f"gzip_{name}", whole + junk, 1, "bytes that are not gzip follow", file="bad.xml.gz")
    kind.add("gzip_half_member", whole + whole[:40], 1, "the file is not complete", file="bad.xml.gz")
    kind.add("gzip_bad_member", whole + b"\x1f\x8b\x09" + bytes(20), 1, "unknown method", file="bad.xml.gz")
    kind.add("gzip_padding", whole + bytes(512), 0, "", file="bad.xml.gz")
    kind.add("text", pubmed() + "and so on", 1, "text between records|not in an element|text", file="bad.xml")
    kind.add("other_root", pubmed() + "<html><body>503</body></html>", 1, r"bad\.xml: byte \d+", file="bad.xml")
    kind.add("half_tag", pubmed() + "<PubmedArt", 1, "the input ends", file="bad.xml")
    kind.add("end_tag", pubmed() + "</x>", 1, r"bad\.xml: byte \d+", file="bad.xml")
    kind.add("binary", pubmed().encode() + bytes(range(128, 255)), 1, r"bad\.xml: byte \d+", file="bad.xml")
    kind.add("jsonl", jsonl() + "]}\n", 1, "record 3.*not a JSON record", file="bad.jsonl")
    kind.add("bioc", bioc() + "]]>", 1, r"bad\.bioc\.xml: byte \d+", file="bad.bioc.xml")
    return kind


def empty() -> _Kind:
    kind = _Kind("empty")
    for name, content, says in (
        ("no_byte", b"", "the input is empty"), ("spaces", b" \n\t\r\n", "nothing but white space"), ("bom", b"\xef\xbb\xbf", "nothing but white space"),
        ("gzip", packed(b""), "the input is empty"), ("gzip_spaces", packed(b"\n" * 5000), "nothing but white space"),
        ("declaration", b'<?xml version="1.0"?>', "no root element"), ("comment", b"<!-- nothing -->", "no root element"),
        ("doctype", b"<!DOCTYPE PubmedArticleSet>", "no root element"), ("nul", bytes(4096), "binary"),
        ("gzip_of_gzip", packed(packed(pubmed())), "gzip inside gzip"), ("bioc", b"<collection></collection>", "there is no <document>"),
        ("jats", b"<pmc-articleset></pmc-articleset>", "there is no <article>|no root element"),
    ):  # fmt: skip
        kind.add(name, content, 65, says, (), file="bad.gz" if name.startswith("gzip") else "bad.xml")
    kind.add("no_record", HEAD + TAIL, 0, "", ())
    kind.add("empty_record", pubmed("<PubmedArticle/>"), 1, r"record 1.*PMID")
    kind.add("empty_jsonl_object", jsonl(extra="{}\n"), 1, 'no "id"', file="bad.jsonl")
    return kind


RATIO = "unpacks to more than"


def bomb_by_ratio() -> _Kind:
    kind = _Kind("bomb_by_ratio")
    giga = 1024 * MB
    start, rest = HEAD + article("71"), article("72") + article("73") + TAIL
    for name, before, piece, behind in (
        ("spaces_between", "", b" ", ""), ("comment", "<!--", b"a", "-->"), ("instruction", "<?x ", b"a", "?>"),
        ("title", '<PubmedArticle><MedlineCitation><PMID Version="1">9</PMID><Article><ArticleTitle>', b"Mg ", "</ArticleTitle></Article></MedlineCitation></PubmedArticle>"),
        ("attribute", '<PubmedArticle a="', b"a", '"></PubmedArticle>'), ("cdata", "<![CDATA[", b"a", "]]>"),
        ("records", "", article("9").encode(), ""), ("tags", "", b"<x/>", ""), ("newlines", "", b"\n", ""),
    ):  # fmt: skip
        kind.add(
            name, bomb(start + before, piece, giga, behind + rest), 1, RATIO, GOOD[:1], file="bad.xml.gz", more=True
        )
    kind.add("zeros", bomb("", b"\0", giga, ""), 65, "the input is binary", (), file="bad.xml.gz")
    kind.add("jsonl", bomb(jsonl(), b'{"id": 1, "text": "Mg"}\n', giga, ""), 1, RATIO, file="bad.jsonl.gz", more=True)
    kind.add("medline", bomb(medline(), b"AB  - Mg2+\n", giga, ""), 1, RATIO, GOOD[:2], file="bad.nbib.gz", more=True)
    kind.add("text", bomb("Magnesium binds LFA-1.\n\n", b"Mg2+ ", giga, ""), 65, f"{RATIO}", (), file="bad.txt.gz")
    return kind


LONG = "is longer than"


def bomb_by_size() -> _Kind:
    kind = _Kind("bomb_by_size")
    size = 100 * MB
    start, rest = HEAD + article("71"), article("72") + article("73") + TAIL
    kind.add("comment", repeated(start + "<!--", b"a ", size, "-->" + rest), 1, LONG, GOOD)
    kind.add("instruction", repeated(start + "<?x ", b"a ", size, "?>" + rest), 1, LONG, GOOD)
    kind.add("tag_name", repeated(start + "<", b"a", size, "/>" + rest), 1, LONG, GOOD)
    kind.add("attribute", repeated(start + '<PubmedArticle a="', b"a", size, '"/>' + rest), 1, LONG, GOOD)
    authors = b"<Author><LastName>Roe</LastName><ForeName>J</ForeName></Author>"
    kind.add(
        "authors",
        repeated(
            start + article("9").split("</Article>")[0],
            authors,
            size,
            "</Article></MedlineCitation></PubmedArticle>" + rest,
        ),
        1,
        LONG,
    )
    kind.add(
        "doctype",
        repeated("<!DOCTYPE PubmedArticleSet [", b"<!ENTITY a 'b'> ", size, "]>" + pubmed(head=HEAD.split("\n", 1)[1])),
        65,
        "no root element|longer",
        (),
    )
    kind.add(
        "jsonl_line",
        repeated(jsonl() + '{"id": 9, "text": "', b"Mg2+ ", size, '"}\n' + jsonl()),
        1,
        LONG,
        file="bad.jsonl",
    )
    kind.add("medline_line", repeated(medline() + "PMID- 9\nTI  - ", b"Mg2+ ", size, "\n\n"), 1, LONG, file="bad.nbib")
    kind.add(
        "medline_record", repeated(medline() + "PMID- 9\n", b"AU  - Roe J\n", size, "\n\n"), 1, LONG, file="bad.nbib"
    )
    kind.add("pubtator_line", repeated(pubtator() + "9|t|", b"Mg2+ ", size, "\n\n"), 1, LONG, file="bad.pubtator")
    kind.add(
        "bioc",
        repeated(
            bioc(tail="<document><id>9</id><passage><text>"),
            b"Mg2+ ",
            size,
            "</text></passage></document></collection>",
        ),
        1,
        LONG,
        file="bad.bioc.xml",
    )
    kind.add(
        "jats",
        repeated(jats()[: jats().index("</sec>")], b"<p>Mg2+ </p>", size, "</sec></body></article>"),
        1,
        LONG,
        (),
        file="bad.nxml",
    )
    kind.add("text", repeated("Magnesium binds LFA-1.\n\n", b"Mg2+ here. ", size, "\n"), 1, LONG, (), file="bad.txt")
    kind.add("text_lines", repeated("Magnesium binds LFA-1.\n\n", b"Mg\n\n", size, "\n"), 1, LONG, (), file="bad.txt")
    # Just below the limit of a record, and nothing but mentions.
    kind.add(
        "dense_title",
        repeated(
            start + article("9").split("Magnesium")[0],
            b"Mg2+ ",
            15 * MB,
            "</ArticleTitle></Article></MedlineCitation></PubmedArticle>" + rest,
        ),
        1,
        "longer|more than",
    )
    kind.add(
        "dense_text",
        repeated("Magnesium binds LFA-1.\n\n", b"Mg2+ ", 15 * MB, "\n"),
        1,
        "longer|more than",
        (),
        file="bad.txt",
        more=True,
    )
    return kind


ENTITY = "entity"


def entities() -> _Kind:
    kind = _Kind("entities")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))

    def set_with(dtd: str, title: str) -> str:
        return pubmed(article("9", title=title), head=f"<!DOCTYPE PubmedArticleSet [{dtd}]>\n<PubmedArticleSet>\n")

    kind.add("billion_laughs", set_with(f'<!ENTITY l0 "ha">{laughs}', "x &l11; y"), 0, "record 1.*" + ENTITY, more=True)
    kind.add("quadratic", set_with(f'<!ENTITY a "{"a" * 100_000}">', "&a;" * 5000), 0, ENTITY, more=True)
    kind.add("external_file", set_with('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"), 0, ENTITY, more=True)
    kind.add("external_url", set_with('<!ENTITY a SYSTEM "http://127.0.0.1:9/x">', "&a;"), 0, ENTITY, more=True)
    kind.add("parameter", set_with('<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;', "&b;"), 0, ENTITY, more=True)
    kind.add("recursive", set_with('<!ENTITY a "&a;">', "&a;"), 0, ENTITY, more=True)
    kind.add("undeclared", pubmed(article("9", title="&nbsp;&bull;&alpha;")), 0, ENTITY, more=True)
    kind.add("no_semicolon", pubmed(article("9", title="R&D &lt &")), 0, "reference|" + ENTITY, more=True)
    kind.add("number_zero", pubmed(article("9", title="a&#0;b&#x0;")), 0, "character", more=True)
    kind.add("number_surrogate", pubmed(article("9", title="a&#xD800;b")), 0, "character", more=True)
    kind.add(
        "number_huge",
        pubmed(article("9", title="a&#99999999999999999999;b&#x110000;")),
        0,
        "character|" + ENTITY,
        more=True,
    )
    kind.add("long_name", pubmed(article("9", title="&" + "a" * 1_000_000 + ";")), 0, "reference|" + ENTITY, more=True)
    kind.add("many", pubmed(article("9", title="&a;" * 300_000)), 0, "and 299999 more", more=True)
    kind.add("in_pmid", pubmed(article("&a;")), 1, "record 1.*PMID")
    return kind


DEEP = 300_000
DEPTH = "nested|deep"


def nesting() -> _Kind:
    kind = _Kind("nesting")

    def around(tag: str, depth: int = DEEP) -> str:
        return f"<{tag}>" * depth + "Mg" + f"</{tag}>" * depth

    kind.add("title", pubmed(article("9", title=around("b"))), 1, "record 1.*" + DEPTH)
    kind.add("title_unclosed", pubmed(article("9", title="<b>" * DEEP)), 1, "record 1.*" + DEPTH)
    kind.add(
        "math", pubmed(article("9", title="<mml:math>" + around("mml:mrow") + "</mml:math>")), 1, "record 1.*" + DEPTH
    )
    kind.add("formula", pubmed(article("9", title=around("DispFormula"))), 1, "record 1.*" + DEPTH)
    kind.add("metadata", pubmed(article("9", behind=around("AuthorList"))), 0, "", more=True)
    kind.add(
        "references",
        pubmed(
            article("9").replace(
                "</PubmedArticle>", "<PubmedData>" + around("ReferenceList") + "</PubmedData></PubmedArticle>"
            )
        ),
        0,
        "",
        more=True,
    )
    kind.add("between_records", pubmed("<x>" * DEEP), 1, r"bad\.xml: byte \d+")
    kind.add("sets", "<PubmedArticleSet>" * DEEP + article("71"), 1, r"bad\.xml: byte \d+", GOOD[:1])
    kind.add("articles", pubmed("<PubmedArticle>" * DEEP), 1, r"bad\.xml: byte \d+")
    kind.add("root", "<x>" * DEEP, 65, "the root element <x> is none of", ())
    kind.add("jats_sections", jats(extra=around("sec")), 1, DEPTH, (), file="bad.nxml")
    kind.add("jats_paragraphs", jats(extra=around("p")), 1, DEPTH, (), file="bad.nxml")
    kind.add("jats_tables", jats(extra=around("table")), 1, DEPTH, (), file="bad.nxml")
    kind.add(
        "bioc_passages", bioc(extra="<document>" + around("passage") + "</document>"), 1, DEPTH, file="bad.bioc.xml"
    )
    kind.add("bioc_collections", "<collection>" * DEEP + bioc(), 1, r"bad\.bioc\.xml: byte \d+", file="bad.bioc.xml")
    kind.add(
        "json_arrays",
        jsonl(extra='{"id": 1, "text": "Mg", "x": ' + "[" * DEEP + "]" * DEEP + "}\n"),
        0,
        "",
        file="bad.jsonl",
        more=True,
    )
    kind.add(
        "json_objects", jsonl(extra='{"a":' * DEEP + "1" + "}" * DEEP + "\n"), 1, 'record 1.*no "id"', file="bad.jsonl"
    )
    kind.add("toml_arrays", "x = " + "[" * DEEP, 65, r"bad\.toml:1", (), file="bad.toml", command="lexicon")
    kind.add("toml_tables", "x = " + "{a = " * DEEP, 65, r"bad\.toml:1", (), file="bad.toml", command="lexicon")
    kind.add(
        "toml_dots", "a." * DEEP + "b = 1", 65, r"bad\.toml.*recursion limit", (), file="bad.toml", command="lexicon"
    )
    kind.add(
        "toml_header",
        "[" + "a." * DEEP + "b]",
        65,
        r"bad\.toml.*recursion limit",
        (),
        file="bad.toml",
        command="lexicon",
    )
    return kind


def text_nodes() -> _Kind:
    kind = _Kind("text_node")
    size = 100 * MB
    start, rest = HEAD + article("71"), article("72") + article("73") + TAIL
    before, behind = article("9", title="@").split("@")
    for name, opened, closed in (
        ("title", before, behind), ("title_markup", before + "<b>", "</b>" + behind),
        ("abstract", *article("9").split("Mg2+ activates")), ("cdata", before + "<![CDATA[", "]]>" + behind),
        ("pmid", *article("@").split("@", 1)), ("journal", *article("9").split("Ions")),
        ("keyword", *article("9", behind="<KeywordList><Keyword>@</Keyword></KeywordList>").split("@")),
        ("comment", before + "<!--", "-->" + behind),
    ):  # fmt: skip
        kind.add(name, repeated(start + opened, b"Mg2+ ", size, closed + rest), 1, "record 1.*" + LONG)
    kind.add("between_records", repeated(start, b"Mg2+ ", size, rest), 1, r"bad\.xml: byte \d+")
    kind.add(
        "jats",
        repeated(jats()[: jats().index("</p>")], b"Mg2+ ", size, "</p></sec></body></article>"),
        1,
        LONG,
        (),
        file="bad.nxml",
    )
    kind.add(
        "bioc",
        repeated(
            bioc(tail="")[: bioc(tail="").rindex("</text>")],
            b"Mg2+ ",
            size,
            "</text></passage></document></collection>",
        ),
        1,
        LONG,
        GOOD[:2],
        file="bad.bioc.xml",
    )
    kind.add(
        "json_title", repeated(jsonl() + '{"id": 9, "title": "', b"Mg2+ ", size, '"}\n'), 1, LONG, file="bad.jsonl"
    )
    kind.add(
        "toml_string",
        repeated('[lexicon]\nid = "', b"Mg2+ ", size, '"\n'),
        65,
        r"bad\.toml:\d+.*an id is made of",
        (),
        file="bad.toml",
        command="lexicon",
    )
    kind.add(
        "tsv_line",
        repeated("", b"Mg2+ ", size, "\tX:1\n"),
        65,
        r"bad\.tsv:1.*longer than",
        (),
        file="bad.tsv",
        command="lexicon",
    )
    return kind


UTF8 = "not UTF-8"


def invalid_utf8() -> _Kind:
    kind = _Kind("invalid_utf8")
    for name, junk in (
        ("continuation", b"\x80"), ("start_only", b"\xc3"), ("overlong", b"\xc0\xaf"), ("surrogate", b"\xed\xa0\x80"), ("too_high", b"\xf4\x90\x80\x80"),
        ("never", b"\xfe\xff"), ("latin1", "Müller’s".encode("cp1252")), ("gbk", "镁离子".encode("gbk")),
    ):  # fmt: skip
        kind.add(
            name,
            pubmed(article("9", title="Mg @ LFA-1")).encode().replace(b"@", junk),
            0,
            "record 1.*" + UTF8,
            more=True,
        )
    kind.add("in_pmid", pubmed(article("9@")).encode().replace(b"@", b"\xff"), 1, "record 1.*PMID")
    kind.add("in_tag", pubmed("<P@>").encode().replace(b"@", b"\xff"), 1, r"bad\.xml: byte \d+")
    kind.add(
        "jsonl",
        jsonl(extra='{"id": 9, "text": "Mg @"}\n').encode().replace(b"@", b"\xff"),
        0,
        "record 1.*" + UTF8,
        file="bad.jsonl",
        more=True,
    )
    kind.add(
        "json_id",
        jsonl(extra='{"id": "@", "text": "Mg"}\n').encode().replace(b"@", b"\xff"),
        0,
        UTF8,
        file="bad.jsonl",
        more=True,
    )
    kind.add("medline", medline(title="Mg @").encode().replace(b"@", b"\xff"), 0, UTF8, file="bad.nbib")
    kind.add(
        "pubtator",
        pubtator(extra="9|t|Mg @\n\n").encode().replace(b"@", b"\xff"),
        0,
        UTF8,
        file="bad.pubtator",
        more=True,
    )
    kind.add("text", b"Mg binds LFA-1 \xff\xfe here.\n", 0, UTF8, (), file="bad.txt", more=True)
    kind.add(
        "lexicon",
        '[lexicon]\nid = "a"\ntitle = "Kr\xe4mpfe"\n'.encode("latin-1"),
        65,
        r"bad\.toml.*UTF-8",
        (),
        file="bad.toml",
        command="lexicon",
    )
    kind.add(
        "lexicon_tsv",
        "Kr\xe4mpfe\tX:1\n".encode("latin-1"),
        65,
        r"bad\.tsv.*UTF-8",
        (),
        file="bad.tsv",
        command="lexicon",
    )
    return kind


def encodings() -> _Kind:
    kind = _Kind("encoding")
    for name, declared in (
        ("latin1", "ISO-8859-1"), ("cp1252", "windows-1252"), ("utf16", "UTF-16"), ("utf7", "UTF-7"), ("ebcdic", "cp037"), ("unknown", "no-such"),
        ("long", "x" * 100_000), ("gb18030", "GB18030"),
    ):  # fmt: skip
        kind.add(
            name, pubmed(head=f'<?xml version="1.0" encoding="{declared}"?>\n<PubmedArticleSet>\n'), 65, "encoding", ()
        )
    kind.add("really_utf16", pubmed().encode("utf-16"), 65, "UTF-16|encoding", ())
    kind.add("really_utf16be", pubmed().encode("utf-16-be"), 65, "UTF-16|encoding", ())
    kind.add("really_utf32", pubmed().encode("utf-32"), 65, "UTF-(16|32)|encoding", ())
    kind.add("really_ebcdic", pubmed().encode("cp037"), 65, "not UTF-8|encoding", ())
    kind.add("latin1_bytes", pubmed(article("9", title="Müller")).encode("latin-1"), 0, UTF8, more=True)
    kind.add(
        "bioc_latin1",
        bioc().replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='ISO-8859-1'?>"),
        65,
        "encoding",
        (),
        file="bad.bioc.xml",
    )
    kind.add("jsonl_utf16", jsonl().encode("utf-16"), 65, "UTF-16|encoding", (), file="bad.jsonl")
    return kind


def broken_tags() -> _Kind:
    kind = _Kind("broken_tags")
    for name, title in (
        ("unclosed", "Mg <b>bold"), ("crossing", "<b><i>Mg</b></i>"), ("stray_end", "Mg</b>"), ("less_than", "p < 0.05"), ("half_tag", "Mg <b"),
        ("no_quote", "<b a=1>Mg</b>"), ("open_quote", '<b a="1>Mg</b>'), ("bad_name", "<1b>Mg</1b>"), ("half_comment", "<!-- Mg"), ("half_cdata", "<![CDATA[ Mg"),
        ("declaration", "<!ELEMENT a>Mg"), ("nested_record", article("8")),
    ):  # fmt: skip
        # Values without quotes are read as they are in HTML.
        code, says = (0, "") if name == "no_quote" else (1, r"bad\.xml: byte \d+, record 1")
        kind.add(name, pubmed(article("9", title=title)), code, says, more=True)
    open_comments = article("9", title="<!-- Mg") * 100_000
    kind.add("many_half_comments", pubmed(open_comments), 1, "too many records without an end", GOOD[:1], more=True)
    kind.add("no_record_end", pubmed(article("9").replace("</PubmedArticle>", "")), 1, "record 1")
    kind.add("no_title_end", pubmed(article("9").replace("</ArticleTitle>", "")), 1, "record 1")
    kind.add("no_citation", pubmed("<PubmedArticle><x/></PubmedArticle>"), 1, "record 1")
    kind.add("first_byte_lost", pubmed()[1:], 65, "plain text; XML begins with a tag", ())
    kind.add("reply_instead", packed("Too many requests"), 65, "plain text", (), file="bad.xml.gz")
    kind.add("wrong_case", pubmed(article("9").replace("</PubmedArticle>", "</pubmedarticle>")), 1, "record 1")
    kind.add("jats", jats(extra="<p>Mg <b>x</p>"), 1, "record 0", (), file="bad.nxml")
    kind.add(
        "bioc",
        bioc(extra="<document><id>9</id><passage><text>Mg</passage></document>"),
        1,
        "record 1",
        file="bad.bioc.xml",
    )
    kind.add(
        "end_in_attribute",
        pubmed(article("9", title="<b a='</PubmedArticle>'>Mg</b>")),
        1,
        r"bad\.xml: byte \d+, record 1",
        more=True,
    )
    return kind


def duplicates() -> _Kind:
    kind = _Kind("duplicates")
    kind.add("same_version", pubmed(article("71", title="Again")), 0, "")
    kind.add("many_times", pubmed(article("71") * 2000), 0, "")
    kind.add(
        "older_version_later",
        pubmed(article("9", version=' Version="2"'), article("9", version=' Version="1"')),
        0,
        "",
        more=True,
    )
    for name, version in (
        ("negative", "-1"),
        ("zero", "0"),
        ("huge", "99999999999999999999"),
        ("fraction", "1.5"),
        ("word", "one"),
        ("empty", ""),
        ("limit", str(2**32)),
    ):
        code, says = (0, "") if name == "zero" else (1, "record 1.*[Vv]ersion")
        kind.add(f"version_{name}", pubmed(article("9", version=f' Version="{version}"')), code, says, more=True)
    for name, pmid in (("negative", "-5"), ("huge", "9" * 30), ("word", "abc"), ("empty", ""), ("spaces", "7 1")):
        kind.add(f"pmid_{name}", pubmed(article(pmid)), 1, "record 1.*PMID")
    kind.add(
        "two_pmids", pubmed(article("9").replace("<Article>", '<PMID Version="1">10</PMID><Article>')), 0, "", more=True
    )
    kind.add(
        "deletes_itself", pubmed(tail='<DeleteCitation><PMID Version="1">71</PMID></DeleteCitation>' + TAIL), 0, ""
    )
    kind.add(
        "deletes_nonsense",
        pubmed(tail='<DeleteCitation><PMID Version="1">x</PMID><PMID Version="-1">9</PMID></DeleteCitation>' + TAIL),
        1,
        "PMID|ersion",
    )
    kind.add(
        "jsonl_version",
        jsonl(extra='{"id": 9, "version": -1, "text": "Mg"}\n'),
        1,
        "record 1.*not a JSON record",
        file="bad.jsonl",
    )
    kind.add("jsonl_ids", jsonl(extra=jsonl()), 0, "", file="bad.jsonl")
    return kind


NUL = "NUL|character"


def nul_bytes() -> _Kind:
    kind = _Kind("nul")
    kind.add("title", pubmed(article("9", title="M\0g")), 0, "record 1.*" + NUL, more=True)
    kind.add("title_many", pubmed(article("9", title="\0" * 100_000)), 0, "record 1.*" + NUL, more=True)
    kind.add("pmid", pubmed(article("9\0")), 1, "record 1.*PMID")
    kind.add("tag", pubmed("<Pub\0medArticle/>"), 1, r"bad\.xml: byte \d+")
    kind.add("attribute", pubmed(article("9", version=' Version="1\0"')), 1, "record 1", more=True)
    kind.add("between", pubmed("\0" * 1000), 1, r"bad\.xml: byte \d+")
    kind.add("behind", pubmed() + "\0" * 1000, 1, r"bad\.xml: byte \d+")
    kind.add("all", bytes(MB), 65, "binary", ())
    kind.add("jsonl", jsonl(extra='{"id": 9, "text": "M\0g"}\n'), 1, "record 1.*not a JSON record", file="bad.jsonl")
    kind.add("jsonl_escaped", jsonl(extra='{"id": "9", "text": "M\\u0000g"}\n'), 0, NUL, file="bad.jsonl", more=True)
    kind.add(
        "jsonl_id", jsonl(extra='{"id": "9\\u0000", "text": "Mg"}\n'), 1, "record 1.*id", file="bad.jsonl", more=True
    )
    kind.add("medline", medline(title="M\0g"), 0, NUL, file="bad.nbib")
    kind.add("text", "Mg\0 binds LFA-1.\n", 0, NUL, (), file="bad.txt", more=True)
    kind.add("lexicon", '[lexicon]\nid = "a\0"\n', 65, r"bad\.toml", (), file="bad.toml", command="lexicon")
    return kind


LEXICON = (
    '[lexicon]\nid = "bad"\ntitle = "Bad"\nversion = "1"\nlicense = "CC0-1.0"\n[[family]]\nid = "f"\nlabel = "f"\n'
)


def lexicons() -> _Kind:
    kind = _Kind("lexicon")

    def names(*given: str, label: str = "a") -> str:
        return LEXICON + f'[[concept]]\nlabel = "{label}"\nfamily = "f"\nids = ["X:1"]\nnames = [{", ".join(given)}]\n'

    def add(
        name: str, content: bytes | str | Callable[[IO[bytes]], object], code: int, says: str, file: str = "bad.toml"
    ) -> None:
        kind.add(name, content, code, says, (), file=file, command="lexicon")

    add("regex", names('"(a+)+$"', '"[a-z]{1,99999}"', r'"\\d+"', '"(.|a)*(.|a)*b"'), 0, "single letter")
    add("regex_signs", names('".*"'), 65, r"bad\.toml:\d+.*letter or a digit")
    add("only_signs", names('"+"', '"…"', '"()"'), 65, r"bad\.toml:\d+.*letter or a digit")
    add("empty_name", names('""'), 65, r"bad\.toml:\d+.*empty")
    add("long_name", names('"' + "magnesium " * 200_000 + '"'), 0, "a name has 1000 at most")
    add("control", names(r'"ma\u0001gnesium"', r'"m\u0000g"', r'"m\ng"'), 65, r"bad\.toml:\d+.*control")
    add("wrong_types", names("1", "true", "[]", "{}"), 65, r"bad\.toml:\d+")
    add(
        "no_family",
        LEXICON.split("[[family]]")[0] + '[[concept]]\nlabel = "a"\nfamily = "zz"\nnames = ["a b"]\n',
        65,
        "no family `zz`",
    )
    add(
        "twice",
        names('"Mg2+"') + '[[concept]]\nlabel = "a"\nfamily = "f"\nnames = ["zinc"]\n',
        65,
        r"bad\.toml:\d+.*(twice|label)",
    )
    add("no_toml", "magnesium = = 1", 65, r"bad\.toml:1")
    add("half_toml", names('"Mg2+"')[:-3], 65, r"bad\.toml:\d+")
    add("html", "<html><body>404</body></html>", 65, r"bad\.toml:1")
    add("no_byte", b"", 65, r"bad\.toml")
    add("binary", bytes(range(256)) * 100, 65, r"bad\.toml")
    add(
        "many_variants",
        names(
            '"' + "-".join("abcdefgh"[n % 8] + str(n) for n in range(60)) + '"',
            '"' + " ".join(["alpha", "beta"] * 40) + '"',
        ),
        0,
        "",
    )
    add("combining", names('"e' + "\u0301" * 900 + '"', '"\u202emuisengam"'), 0, "")
    add("tsv_no_tab", "text\tcurie\nmagnesium X:1\n", 65, r"bad\.tsv:2", "bad.tsv")
    add("tsv_bad_curie", "text\tcurie\nmagnesium\tno curie\n", 65, r"bad\.tsv:2", "bad.tsv")
    add("tsv_no_name", "text\tcurie\n", 65, r"bad\.tsv.*no name", "bad.tsv")
    add(
        "tsv_long_line",
        "text\tcurie\n" + "a" * 5000 + "\tX:1\nmagnesium\tX:2\n",
        0,
        r"bad\.tsv:2.*a name has 1000 at most",
        "bad.tsv",
    )
    add("tsv_same_name", "text\tcurie\n" + "".join(f"magnesium\tX:{n}\n" for n in range(20_000)), 0, "", "bad.tsv")
    add("tsv_columns", "text\tcurie\tcase\tboundary\nMg\tX:1\tsometimes\teverywhere\n", 65, r"bad\.tsv:2", "bad.tsv")
    add("fake_compiled", b"mgmine lexicon\0" + bytes(4096), 65, r"bad\.lexicon", "bad.lexicon")
    return kind


def json_lines() -> _Kind:
    kind = _Kind("jsonl")
    bad = "record 1.*not a JSON record"
    for name, line, code, says in (
        ("number_huge", '{"id": 123456789012345678901234567890, "text": "Mg"}', 1, bad), ("number_infinite", '{"id": 1e999, "text": "Mg"}', 1, bad),
        ("nan", '{"id": NaN, "text": "Mg"}', 1, bad), ("same_key", '{"id": 1, "id": 2, "text": "Mg"}', 1, bad),
        ("lone_surrogate", '{"id": "1", "text": "M\\ud800g"}', 1, bad), ("id_object", '{"id": {"a": 1}, "text": "Mg"}', 1, bad),
        ("text_number", '{"id": "1", "text": 5}', 1, bad), ("no_id", '{"text": "Mg"}', 1, 'record 1.*no "id"'), ("null_id", '{"id": null, "text": "Mg"}', 1, 'record 1.*no "id"'),
        ("empty_id", '{"id": "", "text": "Mg"}', 1, "record 1.*the id is empty"), ("long_id", '{"id": "' + "a" * 5000 + '", "text": "Mg"}', 1, "record 1.*the id is"),
        ("control_id", '{"id": "a\\nb\\u001b[2J", "text": "Mg"}', 1, "record 1.*the id"),
        ("no_text", '{"id": "1"}', 1, 'record 1.*neither "text"'), ("comma", '{"id": "1", "text": "Mg",}', 1, bad), ("single_quotes", "{'id': '1', 'text': 'Mg'}", 1, bad),
        ("comment", '// a note', 1, bad), ("array", '[{"id": "1", "text": "Mg"}]', 1, bad), ("two_objects", '{"id": "1", "text": "a"} {"id": "2", "text": "b"}', 1, bad),
        ("bad_escape", '{"id": "1", "text": "\\x41"}', 1, bad), ("half_escape", '{"id": "1", "text": "\\u00"}', 1, bad),
    ):  # fmt: skip
        kind.add(name, jsonl(extra=line + "\n"), code, says, file="bad.jsonl")
    kind.add(
        "all_wrong",
        "".join("{broken\n" for _ in range(50_000)) + jsonl(),
        1,
        "more problems|not listed",
        file="bad.jsonl",
    )
    kind.add(
        "escapes_only",
        jsonl(extra='{"id": "9", "text": "' + "\\u0041" * 500_000 + '"}\n'),
        0,
        "",
        file="bad.jsonl",
        more=True,
    )
    return kind


KINDS = (
    truncated, flipped, trailing, empty, bomb_by_ratio, bomb_by_size, entities, nesting, text_nodes, invalid_utf8, encodings, broken_tags, duplicates,
    nul_bytes, lexicons, json_lines,
)  # fmt: skip


def cases() -> Iterator[Case]:
    """All cases, class by class."""
    for kind in KINDS:
        yield from kind().cases
