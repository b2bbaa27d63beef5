"""A small PubMed of our own for tests: files in NLM's form, a server that serves them as NLM's does, and faults for it.

All records are invented. The same calls give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import socket
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January '
    '2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)

LEXICON = """
[lexicon]
id = "small"
title = "Magnesium, an integrin, T cells"
version = "1"
license = "CC0-1.0"
[[family]]
id = "magnesium"
label = "magnesium"
[[family]]
id = "integrin"
label = "integrins"
[[family]]
id = "t_cell"
label = "T cells"
[[concept]]
label = "magnesium"
family = "magnesium"
ids = ["MESH:D008274"]
names = ["magnesium", "Mg2+"]
[[concept]]
label = "LFA-1"
family = "integrin"
ids = ["FPLX:LFA_1"]
names = ["LFA-1"]
[[concept]]
label = "T cell"
family = "t_cell"
ids = ["CL:0000084"]
names = ["T cell"]
"""


def lexicon(folder: Path) -> Path:
    """The small lexicon as a file in a folder; one that is there is left alone, for a run may be reading it."""
    path = folder / "small.toml"
    if not path.exists():
        path.write_text(LEXICON, encoding="utf-8")
    return path


def citation(
    pmid: int, title: str, abstract: str = "", *, version: int = 1, year: int = 2024, retracted: bool = False,
    retracts: int | None = None,
) -> str:  # fmt: skip
    """A ``PubmedArticle``."""
    kinds = ["Journal Article"] + ["Retracted Publication"] * retracted + ["Retraction of Publication"] * bool(retracts)
    corrections = (
        f'<CommentsCorrectionsList><CommentsCorrections RefType="RetractionOf"><RefSource>J Invent</RefSource>'
        f'<PMID Version="1">{retracts}</PMID></CommentsCorrections></CommentsCorrectionsList>'
        if retracts
        else ""
    )
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="{version}">{pmid}</PMID>'
        f"<Article><Journal><JournalIssue><PubDate><Year>{year}</Year></PubDate></JournalIssue>"
        "<Title>Journal of Invented Immunology</Title><ISOAbbreviation>J Invent Immunol</ISOAbbreviation></Journal>"
        f"<ArticleTitle>{html.escape(title)}</ArticleTitle>"
        + (f"<Abstract><AbstractText>{html.escape(abstract)}</AbstractText></Abstract>" if abstract else "")
        + "<Language>eng</Language><PublicationTypeList>"
        + "".join(f"<PublicationType>{kind}</PublicationType>" for kind in kinds)
        + f"</PublicationTypeList></Article>{corrections}</MedlineCitation></PubmedArticle>\n"
    )


def packed(xml: str) -> bytes:
    """Gzip without a date, so that equal text gives equal bytes."""
    return gzip.compress(xml.encode(), 6, mtime=0)


def pubmed_file(citations: Iterable[str], deleted: Iterable[int] = ()) -> bytes:
    """A baseline or update file, packed."""
    gone = "".join(f'<PMID Version="1">{pmid}</PMID>\n' for pmid in deleted)
    tail = f"<DeleteCitation>\n{gone}</DeleteCitation>\n" if gone else ""
    return packed(HEAD + "".join(citations) + tail + "</PubmedArticleSet>\n")


def file_name(number: int, year: int = 26) -> str:
    return f"pubmed{year:02d}n{number:04d}.xml.gz"


def md5_line(name: str, data: bytes, form: str = "nlm") -> bytes:
    digest = hashlib.md5(data).hexdigest()
    return (f"MD5({name})= {digest}\n" if form == "nlm" else f"{digest}  {name}\n").encode()


@dataclass
class Mirror:
    """The content of a source: paths below its root and their bytes, each with the date that a listing shows."""

    files: dict[str, bytes] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    _changes: int = 0

    def put(
        self, number: int, data: bytes, *, year: int = 26, folder: str = "updatefiles", form: str = "nlm", md5: bool = True
    ) -> str:  # fmt: skip
        """Publish a file, or publish it anew."""
        name = file_name(number, year)
        self._set(f"{folder}/{name}", data)
        if md5:
            self._set(f"{folder}/{name}.md5", md5_line(name, data, form))
        return name

    def _set(self, path: str, data: bytes) -> None:
        self._changes += 1
        self.files[path] = data
        minutes = self._changes % 1440
        self.dates[path] = f"20{26 + self._changes // 1440}-01-10 {minutes // 60:02d}:{minutes % 60:02d}"

    def drop(self, *, year: int, folder: str) -> None:
        """Remove the files of a year, as NLM does each winter."""
        for path in [path for path in self.files if path.startswith(f"{folder}/pubmed{year}")]:
            del self.files[path]

    def remove(self, path: str) -> None:
        del self.files[path]

    def write(self, folder: Path) -> Path:
        """The same as a local folder."""
        for part in ("baseline", "updatefiles"):
            (folder / part).mkdir(parents=True, exist_ok=True)
            for old in (folder / part).iterdir():
                if f"{part}/{old.name}" not in self.files:
                    old.unlink()
        for path, data in self.files.items():
            (folder / path).write_bytes(data)
        return folder

    def names(self, folder: str) -> list[str]:
        return sorted(path.partition("/")[2] for path in self.files if path.startswith(folder + "/"))


TITLES = [
    "Magnesium activates LFA-1 on T cells.",
    "Mg2+ inhibits T cell migration.",
    "Whether magnesium affects LFA-1 is not known.",
    "LFA-1 is required for T cell adhesion.",
    "A note on the weather in the hills.",
    "Magnesium does not activate LFA-1 in resting T cells.",
]


def small(
    *, baseline: int = 3, updates: int = 4, per_file: int = 4, year: int = 26, first_pmid: int = 1000, mirror: Mirror | None = None
) -> Mirror:  # fmt: skip
    """A source: baseline files of new citations, then update files that add, revise, delete and retract."""
    made = mirror or Mirror()
    pmid = first_pmid
    for number in range(1, baseline + 1):
        citations = []
        for _ in range(per_file):
            text = f"{TITLES[pmid % len(TITLES)]} Case {pmid} of year {year}."
            citations.append(citation(pmid, TITLES[(pmid + 1) % len(TITLES)], text, year=1990 + pmid % 30))
            pmid += 1
        made.put(number, pubmed_file(citations), year=year, folder="baseline", form="nlm" if number % 2 else "sum")
    for number in range(baseline + 1, baseline + updates + 1):
        made.put(number, update(number, pmid, first_pmid, year=year), year=year, form="sum" if number % 2 else "nlm")
        pmid += 2
    return made


def update(number: int, pmid: int, first_pmid: int = 1000, *, year: int = 26) -> bytes:
    """An update file: two new citations, a revision and a deletion of earlier ones, now and then a retraction."""
    citations = [
        citation(pmid, TITLES[pmid % len(TITLES)], f"New in {number} of {year}. Mg2+ binds LFA-1."),
        citation(pmid + 1, TITLES[(pmid + 1) % len(TITLES)], retracts=first_pmid if number % 3 == 0 else None),
        citation(first_pmid + number % 7, "Magnesium inhibits LFA-1 on T cells.", f"Revised in {number}.", version=2),
    ]
    return pubmed_file(citations, [first_pmid + 7 + number % 5])


# ── The server ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Reply:
    """What the server is about to send; a fault changes it or sends something else."""

    path: str
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    start: int = 0
    cut: int | None = None
    """Close the connection after this many bytes of the body."""
    pause: float | None = None
    """Send the bytes before ``cut`` and then nothing for so long."""
    length: bool = True


Fault = "Callable[[Reply, dict[str, str]], None]"


class Server:
    """NLM's server on 127.0.0.1: folders with Apache's listings, ETag, Last-Modified, Range and If-Range.

    ``fail(path, fault)`` spoils the next replies for a path: each fault is used once, in order, unless ``always``.
    """

    def __init__(self, mirror: Mirror, prefix: str = "/pubmed/") -> None:
        self.mirror = mirror
        self.prefix = prefix
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.ranges = True
        self.validators = True
        self.extra_links: dict[str, str] = defaultdict(str)
        self.released = threading.Event()
        self._faults: dict[str, list[tuple[Any, bool]]] = defaultdict(list)
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            # Clients that are killed on the way are what these tests are about.
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}{self.prefix}"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def fail(self, path: str, *faults: Any, always: bool = False) -> None:
        """Spoil replies for a path below the root: ``""`` is the root, ``baseline/`` a listing."""
        self._faults[path].extend((fault, always) for fault in faults)

    def asked(self, path: str) -> list[dict[str, str]]:
        """The headers of each request for a path."""
        return [headers for asked, headers in self.requests if asked == path]

    def listing(self, folder: str) -> bytes:
        """A folder as Apache lists it."""
        where = self.prefix + folder
        rows = ""
        for name in self.mirror.names(folder.rstrip("/")):
            data, date = self.mirror.files[folder + name], self.mirror.dates[folder + name]
            size = f"{len(data)}" if len(data) < 1000 else f"{len(data) / 1024:.1f}K"
            rows += f'<a href="{name}">{name}</a>{" " * max(1, 33 - len(name))}{date}  {size:>4}  \n'
        return (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of '
            f'{where}</title>\n </head>\n <body>\n<h1>Index of {where}</h1>\n<pre><a href="?C=N;O=D">Name</a>'
            '                             <a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  <hr>'
            f'<a href="{self.prefix}">Parent Directory</a>                                      -   \n'
            f'<a href="README.txt">README.txt</a>                       2026-01-10 12:00  3.4K  \n{rows}'
            f"{self.extra_links[folder]}<hr></pre>\n</body></html>\n"
        ).encode()

    def _found(self, path: str) -> bytes | None:
        if path in ("baseline/", "updatefiles/"):
            return self.listing(path)
        if path == "":
            return b'<html><a href="baseline/">baseline/</a> <a href="updatefiles/">updatefiles/</a></html>'
        return self.mirror.files.get(path)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.removeprefix(self.prefix)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append((path, headers))
        data = self._found(path)
        reply = Reply(path, b"no such file\n", 404) if data is None else Reply(path, data)
        if data is not None and not path.endswith("/") and path:
            self._partial(reply, headers)
        if waiting := self._faults[path]:
            fault, always = waiting[0]
            if not always:
                waiting.pop(0)
            fault(reply, headers)
        self._send(handler, reply)

    def _partial(self, reply: Reply, headers: dict[str, str]) -> None:
        data = reply.body
        tag = f'"{hashlib.sha1(data).hexdigest()[:16]}"'
        if self.validators:
            reply.headers["ETag"] = tag
            reply.headers["Last-Modified"] = "Sat, 10 Jan 2026 13:06:00 GMT"
        if not self.ranges:
            return
        reply.headers["Accept-Ranges"] = "bytes"
        asked = headers.get("range", "")
        if not asked.startswith("bytes=") or headers.get("if-range", tag) != tag:
            return
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        if start >= len(data):
            reply.status, reply.body = 416, b""
            reply.headers["Content-Range"] = f"bytes */{len(data)}"
            return
        reply.status, reply.start, reply.body = 206, start, data[start:]
        reply.headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        with suppress(OSError):
            handler.send_response(reply.status)
            for name, value in reply.headers.items():
                handler.send_header(name, value)
            if reply.length:
                handler.send_header("Content-Length", str(len(reply.body)))
            else:
                handler.close_connection = True
            handler.end_headers()
            handler.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])
            handler.wfile.flush()
            if reply.pause is not None:
                self.released.wait(reply.pause)
            if reply.cut is not None:
                handler.close_connection = True
                handler.connection.shutdown(socket.SHUT_RDWR)


# ── Faults ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def cut(share: float) -> Any:
    """The connection closes after this share of the body."""

    def fault(reply: Reply, _headers: dict[str, str]) -> None:
        reply.cut = int(len(reply.body) * share)

    return fault


def stall(share: float = 0.5, seconds: float = 30.0) -> Any:
    """After this share of the body nothing comes any more."""

    def fault(reply: Reply, _headers: dict[str, str]) -> None:
        reply.cut, reply.pause = int(len(reply.body) * share), seconds

    return fault


def status(code: int, **headers: str) -> Any:
    """An answer with this status and these headers (underscores are hyphens)."""

    def fault(reply: Reply, _headers: dict[str, str]) -> None:
        reply.status, reply.body = code, b"an answer of the server\n"
        reply.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    return fault


def body(data: bytes, *, keep_length: bool = True) -> Any:
    """Another body."""

    def fault(reply: Reply, _headers: dict[str, str]) -> None:
        reply.status, reply.body, reply.length = 200, data, keep_length
        reply.headers = {}

    return fault


def then(change: Callable[[], object], fault: Any = None) -> Any:
    """Do something at the source while it answers."""

    def act(reply: Reply, headers: dict[str, str]) -> None:
        if fault:
            fault(reply, headers)
        change()

    return act


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that another process or thread brings about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def numbers(names: Sequence[str]) -> list[int]:
    return [int(name[9:13]) for name in names]
