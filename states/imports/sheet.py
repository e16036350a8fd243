"""A stranger's .xlsx becomes rows of text, or a refusal: looked at from outside, then parsed by a child process."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from states.imports import reader
from workflow.message import Message, Refused

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_RATIO = 100
TIMEOUT = reader.SECONDS + 10


def read_rows(path: Path, sheet: str = "") -> list[list[str]]:
    """The cells of the sheet called `sheet`, else of the first. Raises Refused with what is wrong with the file."""
    _look(path)
    try:
        child = subprocess.run(
            [sys.executable, "-I", reader.__file__, str(path.absolute()), sheet],
            capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused(Message("import.too_slow")) from None
    if child.returncode == 3:
        raise Refused(Message("import.too_many_rows", {"rows": reader.MOST_ROWS, "columns": reader.MOST_COLUMNS}))
    if child.returncode != 0:
        raise Refused(Message("import.unreadable"))
    rows: list[list[str]] = json.loads(child.stdout)
    return rows


def _look(path: Path) -> None:
    """Refuse what would unpack into more than anybody's list, before anything unpacks it."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused(Message("import.too_big", {"megabytes": MOST_BYTES >> 20}))
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError):
        raise Refused(Message("import.not_xlsx")) from None
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Refused(Message("import.too_big", {"megabytes": MOST_BYTES >> 20}))
    if any(member.file_size > MOST_RATIO * max(member.compress_size, 1_024) for member in members):
        raise Refused(Message("import.too_big", {"megabytes": MOST_BYTES >> 20}))
