"""Files on disk under the hash of their bytes: whole and safe before a row may name them."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workflow import confinement
from workflow.file_types import EXTENSIONS, Limits, extension_of, media_type, refused_by_name
from workflow.form_text import BIDI_CONTROLS, clean_line
from workflow.message import Message, NotFound, Refused

LONGEST_NAME = 150
ORPHAN_AGE = 3600.0  # seconds: a file without a row may be one whose row is about to be written
_CHUNK = 64 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[0-9A-Za-z-]{1,36}")


@dataclass(frozen=True)
class StoredFile:
    """What a row needs to know of a file that is on disk."""

    digest: str
    name: str
    media_type: str
    size: int


class FileStore:
    """A folder of files, each under its agency and the sha256 of its bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, stream: BinaryIO, agency_id: str, name: str, limits: Limits | None = None) -> StoredFile:
        """Take one file, checked and durable on disk when this returns; Refused says what is wrong."""
        limits = limits or Limits()
        draft = self._draft(agency_id)
        try:
            with draft.open("xb+") as file:
                digest, size = _copy(stream, file, limits.size)
                kind = _told(file, size, limits, name)
                _inspect(file, kind)
                shown = display_name(name, kind)
                os.fsync(file.fileno())
            self._settle(draft, self.path(agency_id, digest))
        finally:
            draft.unlink(missing_ok=True)
        return StoredFile(digest, shown, kind, size)

    def put_made(self, stream: BinaryIO, agency_id: str, name: str, kind: str) -> StoredFile:
        """Take a file that the program made itself, of a kind nobody may send, however large; durable like the rest."""
        draft = self._draft(agency_id)
        try:
            with draft.open("xb") as file:
                digest, size = _copy(stream, file, sys.maxsize)
                os.fsync(file.fileno())
            self._settle(draft, self.path(agency_id, digest))
        finally:
            draft.unlink(missing_ok=True)
        return StoredFile(digest, name, kind, size)

    def put_back(self, chunks: Iterable[bytes], agency_id: str, digest: str) -> bool:
        """Bring back a file that was taken once before, durable on disk when this returns; False when it lay there.

        Its bytes are the caller's to prove: an error while they come leaves nothing.
        """
        final = self.path(agency_id, digest)
        if final.is_file() and _digest_of(final) == digest:
            return False
        draft = self._draft(agency_id)
        try:
            with draft.open("xb") as file:
                file.writelines(chunks)
                file.flush()
                os.fsync(file.fileno())
            self._settle(draft, final)
        finally:
            draft.unlink(missing_ok=True)
        return True

    def open(self, agency_id: str, digest: str) -> BinaryIO:
        """The file's bytes; NotFound when they are not there, OSError when they are, and may not be read."""
        try:
            return self.path(agency_id, digest).open("rb")
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound("file") from None

    def path(self, agency_id: str, digest: str) -> Path:
        """Where a file lies; only a hash can name one."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound("file")
        return self._agency(agency_id) / digest[:2] / digest

    def sweep(self, agency_id: str, is_named: Callable[[str], bool], *, now: float | None = None) -> int:
        """Remove files that no row names and nobody is about to; how many went."""
        oldest = (time.time() if now is None else now) - ORPHAN_AGE
        removed = 0
        for path in self._files(agency_id):
            with suppress(FileNotFoundError):  # another sweep was quicker
                removed += self._sweep_one(path, is_named, oldest)
        return removed

    def _sweep_one(self, path: Path, is_named: Callable[[str], bool], oldest: float) -> bool:
        digest, _, aside = path.name.partition(".")
        named = path.parent.name != "incoming" and is_named(digest)
        if named and aside:  # a sweep was killed between setting it aside and looking again
            path.rename(path.with_name(digest))
        if named or path.stat().st_mtime > oldest:
            return False
        return self._remove(path, oldest)

    def _remove(self, path: Path, oldest: float) -> bool:
        """Set aside, then look again: the same bytes may have been sent a moment ago, under the same name."""
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        path.rename(aside)
        if aside.stat().st_mtime > oldest:
            aside.rename(path)
            return False
        aside.unlink()
        return True

    def _files(self, agency_id: str) -> Iterator[Path]:
        folder = self._agency(agency_id)
        return (path for path in sorted(folder.glob("*/*")) if path.is_file())

    def _settle(self, draft: Path, final: Path) -> None:
        """Rename over, also when the same bytes lie there: their age starts anew, the sweep leaves them."""
        final.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(final)
        for folder in (final.parent, final.parent.parent):
            _sync_folder(folder)

    def _draft(self, agency_id: str) -> Path:
        incoming = self._agency(agency_id) / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        return incoming / secrets.token_hex(16)

    def _agency(self, agency_id: str) -> Path:
        if not _ID.fullmatch(agency_id):
            raise NotFound("file")
        return self.root / agency_id


def display_name(name: str, kind: str) -> str:
    """The name people see: last part only, no control or direction-changing letters, at most 150 letters."""
    kept = (character for character in name if character not in BIDI_CONTROLS)
    visible = clean_line("".join(character if character.isprintable() else " " for character in kept))
    visible = re.split(r"[/\\]", visible)[-1].strip(" .")
    visible = re.sub(r'[<>:"|?*]', "_", visible)
    extension = extension_of(visible)
    if extension and extension not in EXTENSIONS[kind]:
        if extension not in {known for several in EXTENSIONS.values() for known in several}:
            return _shortened(visible, EXTENSIONS[kind][0])
        raise Refused(Message("file.extension", {"name": visible[-60:], "is": EXTENSIONS[kind][0]}))
    stem = visible[: len(visible) - len(extension)] if extension else visible
    return _shortened(stem, extension or EXTENSIONS[kind][0])


def _shortened(stem: str, extension: str) -> str:
    return (stem.strip(" .")[: LONGEST_NAME - len(extension)] or "tep") + extension


def _copy(stream: BinaryIO, file: BinaryIO, most: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise Refused(Message("file.too_big", {"most": most // 1_000_000}))
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise Refused(Message("file.empty"))
    file.flush()
    return digest.hexdigest(), size


def _told(file: BinaryIO, size: int, limits: Limits, name: str) -> str:
    try:
        return media_type(file, size, limits)
    except Refused as refused:
        raise refused_by_name(refused, name) from None


def _inspect(file: BinaryIO, kind: str) -> None:
    """Look into it in a child with bounds of its own; Refused says what must not come in."""
    file.seek(0)
    try:
        why, _ = confinement.run("workflow.file_inspection:inspect", {"type": kind}, file.read())
    except confinement.Confined as stopped:
        why = {"time": "slow", "memory": "swollen"}.get(stopped.why, "damaged")
    if why:
        raise Refused(Message(f"file.{why}"))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
