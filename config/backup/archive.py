"""The one file of a backup: a zip of table lines, uploaded files and a manifest that says what must be in it.

tables/NAME holds lines (`config.backup.rows`), files/AGENCY/DIGEST an uploaded file; manifest.json is written last, so
that a torn file has none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 256 * 1024
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, AttributeError, NotImplementedError,
)  # fmt: skip
_FILE = re.compile(r"files/([0-9A-Za-z-]{1,36})/([0-9a-f]{64})")


class BackupError(Exception):
    """Why a backup cannot be made, read or restored: the key of a sentence and what it tells."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(f"{key} {params}")
        self.key = f"backup.{key}"
        self.params = params


@dataclass(frozen=True)
class TableLines:
    """What a table's entry must hold."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What was backed up, of which shape and when; `missing`: files that rows name and the disk did not have whole."""

    version: str  # of the product
    revision: str  # of the database's shape
    database: str  # sqlite | postgresql
    taken_at: str  # ISO, UTC: the cut
    tables: dict[str, TableLines]
    files: int
    file_bytes: int
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(one.rows for one in self.tables.values())

    def text(self) -> str:
        """As it stands in the file."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)

    @property
    def fingerprint(self) -> str:
        """Names this backup and everything in it, except the bytes of uploaded files, which their own names prove."""
        return hashlib.sha256(self.text().encode()).hexdigest()[:16]


class Writer:
    """Writes a backup beside its place and puts it there whole, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise BackupError("exists", file=str(path))
        self.path = path
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6)

    def table(self, name: str, columns: Sequence[str], lines: Iterable[bytes]) -> TableLines:
        """Write one table's lines."""
        digest, rows = hashlib.sha256(), 0
        with self._zip.open(f"tables/{name}", "w", force_zip64=True) as entry:
            for piece in lines:
                digest.update(piece)
                rows += piece.count(b"\n")
                entry.write(piece)
        return TableLines(list(columns), rows, digest.hexdigest())

    def file(self, agency_id: str, digest: str, content: bytes) -> None:
        """Write one uploaded file, as it is: its own format has compressed it."""
        info = zipfile.ZipInfo(_file_name(agency_id, digest), (1980, 1, 1, 0, 0, 0))
        with self._zip.open(info, "w") as entry:
            entry.write(content)

    def close(self, manifest: Manifest) -> None:
        """Everything is in it: on disk, then read back by the caller before `publish`."""
        self._zip.writestr(MANIFEST, manifest.text())
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def written(self) -> Path:
        """Where it lies until it is published."""
        return self._part

    def publish(self) -> None:
        """Give it its name, unless somebody else took it meanwhile."""
        try:
            os.link(self._part, self.path)
        except FileExistsError:
            raise BackupError("exists", file=str(self.path)) from None
        except OSError:  # a medium without hard links: a stick, a share
            if self.path.exists():
                raise BackupError("exists", file=str(self.path)) from None
            os.rename(self._part, self.path)
        _sync_folder(self.path.parent)

    def discard(self) -> None:
        """Leave nothing but what was published."""
        with contextlib.suppress(OSError, ValueError):  # a full disk takes no directory of the zip either
            self._zip.close()
        self._zip.fp = None  # else it tries again when it is collected
        with contextlib.suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)


class Reader:
    """Reads a backup, proving what it gives against the manifest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as away:
            raise BackupError("unreadable", file=str(path), why=away.strerror or str(away)) from away
        except _BROKEN as broken:
            raise BackupError("no_backup", file=str(path)) from broken
        try:
            self.manifest = _read_manifest(self._zip.read(MANIFEST))
        except _BROKEN as broken:
            self.close()
            raise BackupError("no_backup", file=str(path)) from broken
        except BackupError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lines(self, name: str) -> Iterator[bytes]:
        """A table's lines; raises BackupError at the end when they are not those that were written."""
        wanted, digest, rows = self.manifest.tables[name], hashlib.sha256(), 0
        for chunk in self._chunks(f"tables/{name}"):
            digest.update(chunk)
            rows += chunk.count(b"\n")
            yield chunk
        if (rows, digest.hexdigest()) != (wanted.rows, wanted.sha256):
            raise BackupError("damaged", file=str(self.path), part=f"tables/{name}")

    def files(self) -> list[tuple[str, str, int]]:
        """(agency, digest, size) of every uploaded file in it."""
        found = [info for info in self._zip.infolist() if info.filename.startswith("files/")]
        if (len(found), sum(info.file_size for info in found)) != (self.manifest.files, self.manifest.file_bytes):
            raise BackupError("damaged", file=str(self.path), part="files")
        named = [(_FILE.fullmatch(info.filename), info.file_size) for info in found]
        if strange := [info.filename for info, (match, _) in zip(found, named, strict=True) if match is None]:
            raise BackupError("damaged", file=str(self.path), part=strange[0][:80])
        return [(match[1], match[2], size) for match, size in named if match]

    def file(self, agency_id: str, digest: str) -> Iterator[bytes]:
        """An uploaded file's bytes; raises BackupError at the end when they are not what its name says."""
        found, name = hashlib.sha256(), _file_name(agency_id, digest)
        for chunk in self._chunks(name):
            found.update(chunk)
            yield chunk
        if found.hexdigest() != digest:
            raise BackupError("damaged", file=str(self.path), part=name)

    def check(self) -> None:
        """Read everything; raises BackupError for the first part that is not as it was written."""
        for name in self.manifest.tables:
            for _ in self.lines(name):
                pass
        for agency_id, digest, _ in self.files():
            for _ in self.file(agency_id, digest):
                pass

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as entry:
                while chunk := entry.read(CHUNK):
                    yield chunk
        except _BROKEN as broken:
            raise BackupError("damaged", file=str(self.path), part=name) from broken


def _read_manifest(raw: bytes) -> Manifest:
    said: Mapping[str, Any] = json.loads(raw)
    if said["format"] != FORMAT:
        raise BackupError("newer", version=str(said.get("version")))
    tables = {name: TableLines(**one) for name, one in said["tables"].items()}
    datetime.fromisoformat(said["taken_at"])  # else it is none of ours
    return Manifest(**{**said, "tables": tables})


def _file_name(agency_id: str, digest: str) -> str:
    return f"files/{agency_id}/{digest}"


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
