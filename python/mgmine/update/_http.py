"""Files over https: a loop of our own over urllib3, since a broken transfer must be taken up again or be an error.

``urllib.request`` ends a body that was cut short without an error. Here every body is measured against its length, a partial
file is continued only if the server says that it is still the same (``If-Range``), and nothing counts until its MD5 fits.
"""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import os
import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from mgmine.update._errors import RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from urllib3 import BaseHTTPResponse, PoolManager

CHUNK = 1 << 18
LARGEST_FILE = 4 << 30
"""Bytes that no file of PubMed comes near; a transfer that goes beyond is broken off."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({404, 408, 410, 425, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)\Z")


@dataclass(slots=True)
class Patience:
    """How often and how long to try.

    ``attempts`` counts those in a row without progress. The pause before the n-th grows as ``base`` × 2ⁿ up to ``longest``, less
    a random part, so that many clients do not come back at once. A server's Retry-After is obeyed up to ``longest_asked``. A
    transfer is given up when ``stall`` seconds bring fewer than ``floor`` bytes.
    """

    attempts: int = 6
    base: float = 1.0
    longest: float = 120.0
    longest_asked: float = 3600.0
    stall: float = 60.0
    floor: int = 1024
    sleep: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    now: Callable[[], float] = time.time

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the given attempt (from 1)."""
        return min(self.longest, self.base * 2.0 ** (attempt - 1)) * (0.5 + self.chance() / 2)


class _Again(Exception):  # noqa: N818 - not an error: the loop's own signal
    """This attempt failed in a way that another may not."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(slots=True)
class Client:
    """A client of one server.

    ``told`` is called with a line for each attempt that is made again.
    """

    patience: Patience = field(default_factory=Patience)
    told: Callable[[str], object] = lambda _line: None
    _pool: PoolManager | None = None

    def _connected(self) -> PoolManager:
        if self._pool is None:
            import urllib3

            from mgmine import __version__

            timeout = urllib3.Timeout(connect=min(30.0, self.patience.stall), read=self.patience.stall)
            agent = f"mgmine/{__version__} (+https://pypi.org/project/mgmine/)"
            headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
            self._pool = urllib3.PoolManager(headers=headers, timeout=timeout, retries=False, maxsize=1)
        return self._pool

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.clear()
            self._pool = None

    # ── One request ─────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def _request(self, url: str, headers: dict[str, str]) -> Iterator[BaseHTTPResponse]:
        """The response to a GET, redirects on the same host followed. Only 200, 206, 304 and 416 come through."""
        import urllib3

        pool = self._connected()
        start = urlsplit(url)
        response = None
        try:
            for _ in range(6):
                response = pool.request(
                    "GET", url, headers={**pool.headers, **headers}, redirect=False, preload_content=False
                )
                if response.status not in _REDIRECTS:
                    break
                url = urljoin(url, response.headers.get("Location", ""))
                there = urlsplit(url)
                if there.hostname != start.hostname or (start.scheme == "https" and there.scheme != "https"):
                    raise RefusedError(f"{start.geturl()}: redirected to {url}, which is another host or not https")
                response.drain_conn()
                response.release_conn()
            else:
                raise RefusedError(f"{start.geturl()}: redirected without end")
            self._sift(response)
            yield response
        except urllib3.exceptions.HTTPError as error:
            raise _Again(_reason(error)) from error
        except OSError as error:
            if isinstance(error, (ConnectionError, TimeoutError)):
                raise _Again(_reason(error)) from error
            raise
        finally:
            if response is not None:
                # Not `drain`: what is left of a body that was given up is of no use.
                response.close()
                response.release_conn()

    def _sift(self, response: BaseHTTPResponse) -> None:
        if response.status in (200, 206, 304, 416):
            return
        words = f"the server answers {response.status} {response.reason or ''}".rstrip()
        if response.status in _AGAIN:
            raise _Again(words, self._asked(response))
        raise UnavailableError(words)

    def _asked(self, response: BaseHTTPResponse) -> float | None:
        """The seconds that Retry-After asks for, as a number or as a date."""
        value = (response.headers.get("Retry-After") or "").strip()
        if value.isascii() and value.isdigit():
            return float(value[:9])
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - self.patience.now())
        except (ValueError, TypeError, OverflowError):
            return None

    def _again(self, url: str, attempt: int, failure: _Again) -> None:
        """Wait before the next attempt, or give up."""
        patience = self.patience
        if attempt >= patience.attempts:
            tries = f"{attempt} attempts" if attempt > 1 else "one attempt"
            raise UnavailableError(f"{url}: {failure}; given up after {tries}")
        pause = patience.pause(attempt)
        if failure.after is not None:
            if failure.after > patience.longest_asked:
                raise UnavailableError(f"{url}: {failure}; it asks to come back in {failure.after:.0f} s")
            pause = max(failure.after, 0.0)
        self.told(f"{url}: {failure}; again in {pause:.0f} s")
        patience.sleep(pause)

    # ── Small things: listings and checksums ────────────────────────────────────────────────────────────────────────

    def read(self, url: str, limit: int, *, missing: bool = False) -> bytes | None:
        """A whole small body. With ``missing``, None where the server says that there is no such thing (404, 410).

        Raises:
            UnavailableError: Every attempt failed.
            RefusedError: It is longer than ``limit`` bytes, or elsewhere.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                with self._request(url, {}) as response:
                    if response.status != 200:
                        raise _Again(f"the server answers {response.status}")
                    data = b""
                    for chunk in self._chunks(response, decode=True):
                        data += chunk
                        if len(data) > limit:
                            raise RefusedError(f"{url}: longer than {limit:,} bytes")
                    return data
            except _Again as failure:
                if missing and str(failure).startswith(("the server answers 404", "the server answers 410")):
                    return None
                self._again(url, attempt, failure)
            except UnavailableError as error:
                raise UnavailableError(f"{url}: {error}") from error

    def _chunks(self, response: BaseHTTPResponse, *, decode: bool = False) -> Iterator[bytes]:
        """The body in pieces; a body that trickles counts as broken off."""
        patience = self.patience
        since, got = patience.clock(), 0
        while True:
            chunk = response.read1(CHUNK, decode_content=decode)
            if not chunk:
                break
            yield chunk
            got += len(chunk)
            if (now := patience.clock()) - since >= patience.stall:
                if got < patience.floor:
                    raise _Again(f"only {got} bytes came in {now - since:.0f} s")
                since, got = now, 0
        if response.length_remaining:
            raise _Again(f"the body ended {response.length_remaining:,} bytes too early")

    # ── A file ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def download(self, url: str, part: Path, progress: Callable[[int, int | None], object]) -> str:
        """Fetch ``url`` into the file ``part``, going on where an earlier attempt, or process, left off. Its MD5.

        Beside the part stands its validator (ETag or Last-Modified), with which the server is asked whether it is still the
        same file; a part without one is begun anew.

        Raises:
            UnavailableError: Every attempt failed; the part stays, to be continued.
            RefusedError: The server leads elsewhere or sends without end.
        """
        attempt, rounds, before = 0, 0, _size(part)
        while True:
            attempt, rounds = attempt + 1, rounds + 1
            try:
                return self._attempt(url, part, progress)
            except _Again as failure:
                after = _size(part)
                if after > before and rounds < 1000:
                    # Something came: a line that breaks often still brings the file in.
                    attempt = 1
                before = after
                self._again(url, attempt, failure)
            except UnavailableError as error:
                raise UnavailableError(f"{url}: {error}") from error

    def _attempt(self, url: str, part: Path, progress: Callable[[int, int | None], object]) -> str:
        validator = part.with_name(part.name + ".validator")
        begun = _size(part) if part.is_file() else 0
        same = validator.read_text(encoding="latin-1") if begun and validator.is_file() else ""
        headers = {"Range": f"bytes={begun}-", "If-Range": same} if begun and same else {}
        with self._request(url, headers) as response:
            if response.status == 416 and headers:
                total = re.match(r"bytes \*/(\d+)\Z", response.headers.get("Content-Range", ""))
                if total and int(total[1]) == begun and _validator(response) in ("", same):
                    # All of it had come before the interruption.
                    return _md5(part)
                _forget(part, validator)
                raise _Again("the file is no longer what its beginning was")
            if response.status == 206 and headers:
                found = _RANGE.match(response.headers.get("Content-Range", ""))
                if not found or int(found[1]) != begun or _validator(response) not in ("", same):
                    _forget(part, validator)
                    raise _Again("the server sent another part than was asked for")
                total_size = None if found[3] == "*" else int(found[3])
            elif response.status == 200:
                begun = 0
                _forget(part, validator)
                total_size = int(length) if (length := response.headers.get("Content-Length", "")).isdigit() else None
                if name := _validator(response):
                    _write(validator, name)
            else:
                _forget(part, validator)
                raise _Again(f"the server answers {response.status}, which was not asked for")
            if (total_size or 0) > LARGEST_FILE:
                raise RefusedError(f"{url}: {total_size:,} bytes, more than any file of PubMed")
            self._take(url, response, part, begun, total_size, progress)
        return _md5(part)

    def _take(
        self, url: str, response: BaseHTTPResponse, part: Path, begun: int, total: int | None,
        progress: Callable[[int, int | None], object],
    ) -> None:  # fmt: skip
        done = begun
        with part.open("ab" if begun else "wb") as file:
            try:
                for chunk in self._chunks(response):
                    file.write(chunk)
                    done += len(chunk)
                    if done > LARGEST_FILE:
                        raise RefusedError(f"{url}: does not end after {done:,} bytes")
                    progress(done, total)
            finally:
                file.flush()
                os.fsync(file.fileno())
        if total is not None and done != total:
            raise _Again(f"{done:,} bytes came of {total:,}")


def _reason(error: BaseException) -> str:
    text = str(error.args[-1]) if error.args and not isinstance(error.args[-1], BaseException) else str(error)
    # urllib3 puts the address of its own object before the reason.
    return re.sub(r"^<[^>]*>: |\bHTTPS?Connection(?:Pool)?\([^)]*\):? ?", "", text) or type(error).__name__


def _validator(response: Any) -> str:
    """By what the server tells one state of a file from another: a strong ETag or else the date; empty where neither."""
    tag = str(response.headers.get("ETag", ""))
    if tag.startswith('"'):
        return tag
    return str(response.headers.get("Last-Modified", ""))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="latin-1") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _forget(part: Path, validator: Path) -> None:
    part.unlink(missing_ok=True)
    validator.unlink(missing_ok=True)
