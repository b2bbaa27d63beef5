"""Where the files come from: NLM's server or another with the same folders, or a local copy of it."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from mgmine.update import _checksum, _listing
from mgmine.update._errors import UnavailableError
from mgmine.update._http import CHUNK, Client
from mgmine.update._listing import Entry
from mgmine.update._names import FOLDERS, FileNumber

if TYPE_CHECKING:
    from collections.abc import Callable

NLM = "https://ftp.ncbi.nlm.nih.gov/pubmed/"
"""NLM's public server: the folders ``baseline`` and ``updatefiles``."""
_LISTING_LIMIT = 32 << 20


@dataclass(slots=True)
class Listing:
    """All files of a source. ``ignored`` says what its listings name besides."""

    entries: list[Entry] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def add(self, entries: dict[FileNumber, Entry], ignored: list[str]) -> None:
        """Take up another folder's files; a number that an earlier folder has is left out."""
        held = {entry.file for entry in self.entries}
        self.ignored.extend(ignored)
        for number, entry in sorted(entries.items()):
            if number in held:
                self.ignored.append(f"{entry.folder}: {entry.name} is listed in two folders")
            else:
                self.entries.append(entry)


class Source(Protocol):
    """A place with NLM's files."""

    name: str
    near: bool
    """Whether a checksum costs nothing to read."""

    def listing(self) -> Listing:
        """What is there now."""

    def checksum(self, entry: Entry) -> bytes | None:
        """The content of a file's ``.md5``, None where there is none."""

    def fetch(self, entry: Entry, part: Path, progress: Callable[[int, int | None], object]) -> str:
        """Bring a file's bytes into ``part``, which may hold the beginning of them; their MD5."""

    def close(self) -> None:
        """Give back what is held."""


def _checked(listing: Listing, name: str) -> Listing:
    if not listing.entries:
        raise UnavailableError(f"{name}: no PubMed file is listed there")
    return listing


class WebSource:
    """A web server whose folders ``baseline`` and ``updatefiles``, or which itself, list the files."""

    near = False

    def __init__(self, url: str, client: Client) -> None:
        self.name = url if url.endswith("/") else url + "/"
        self._client = client

    def _url(self, folder: str, name: str = "") -> str:
        return f"{self.name}{folder}/{name}" if folder else self.name + name

    def listing(self) -> Listing:
        """The listings of both folders, or of the place itself where it has neither."""
        found = Listing()
        for folders in (FOLDERS, ("",)):
            for folder in folders:
                url = self._url(folder)
                data = self._client.read(url, _LISTING_LIMIT, missing=True)
                if data is not None:
                    page = _listing.parse(data.decode("utf-8", "replace"), url, folder)
                    found.add(page.entries, page.ignored)
            if found.entries:
                break
        return _checked(found, self.name)

    def checksum(self, entry: Entry) -> bytes | None:
        """The ``.md5`` beside the file."""
        return self._client.read(self._url(entry.folder, entry.name + ".md5"), _checksum.LIMIT, missing=True)

    def fetch(self, entry: Entry, part: Path, progress: Callable[[int, int | None], object]) -> str:
        """Download, with resume."""
        return self._client.download(self._url(entry.folder, entry.name), part, progress)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class FolderSource:
    """A local copy: a folder with ``baseline`` and ``updatefiles``, or one that holds the files themselves."""

    near = True

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.name = str(self.path)

    def listing(self) -> Listing:
        """The names in the folders."""
        found = Listing()
        for folders in (FOLDERS, ("",)):
            for folder in folders:
                found.add(*self._folder(folder))
            if found.entries:
                break
        return _checked(found, self.name)

    def _folder(self, folder: str) -> tuple[dict[FileNumber, Entry], list[str]]:
        place = self.path / folder
        entries: dict[FileNumber, Entry] = {}
        ignored = []
        try:
            names = {item.name: item for item in os.scandir(place)}
        except (FileNotFoundError, NotADirectoryError):
            if folder and self.path.is_dir():
                return {}, []
            raise UnavailableError(f"{self.path}: no such folder") from None
        except OSError as error:
            raise UnavailableError(f"{place}: {error.strerror or error}") from error
        for name, item in sorted(names.items()):
            number = FileNumber.parse(name.removesuffix(".md5"))
            if number is None:
                if name.endswith((".xml.gz", ".xml.gz.md5")):
                    ignored.append(f"{folder or self.path.name}: {name} is not a file of PubMed")
            elif not name.endswith(".md5") and item.is_file():
                date = time.strftime("%Y-%m-%d %H:%M", time.gmtime(item.stat().st_mtime))
                entries[number] = Entry(number, folder, item.stat().st_size, date, md5_listed=f"{name}.md5" in names)
        return entries, ignored

    def place(self, entry: Entry) -> Path:
        """Where a file stands."""
        return self.path / entry.folder / entry.name

    def checksum(self, entry: Entry) -> bytes | None:
        """The ``.md5`` beside the file."""
        try:
            with self.place(entry).with_name(entry.name + ".md5").open("rb") as file:
                return file.read(_checksum.LIMIT)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnavailableError(f"{error.filename}: {error.strerror or error}") from error

    def fetch(self, entry: Entry, part: Path, progress: Callable[[int, int | None], object]) -> str:
        """Copy; what an earlier process copied is begun anew, since that is as quick as to compare it."""
        digest = hashlib.md5(usedforsecurity=False)
        done = 0
        try:
            source = self.place(entry).open("rb")
        except OSError as error:
            raise UnavailableError(f"{error.filename}: {error.strerror or error}") from error
        with source, part.open("wb") as target:
            while chunk := source.read(4 * CHUNK):
                target.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                progress(done, entry.size)
            target.flush()
            os.fsync(target.fileno())
        return digest.hexdigest()

    def close(self) -> None:
        """Nothing is held."""


def source_at(place: str, client: Client) -> Source:
    """The source at a URL (``https://`` or ``http://``) or in a folder."""
    if urlsplit(place).scheme in ("http", "https"):
        return WebSource(place, client)
    return FolderSource(Path(place.removeprefix("file://")))
