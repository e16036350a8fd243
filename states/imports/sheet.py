"""A stranger's .xlsx becomes rows of text, or a refusal: looked at from outside, then parsed by a child process."""

from __future__ import annotations

import zipfile
from pathlib import Path

from states.imports import reader
from workflow import confinement
from workflow.message import Message, Refused

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_RATIO = 100
BOUNDS = confinement.Bounds(cpu=20, wall=30, memory=1 << 30, answer=200_000_000)


def read_rows(path: Path, sheet: str = "") -> list[list[str]]:
    """The cells of the sheet called `sheet`, else of the first. Raises Refused with what is wrong with the file."""
    _look(path)
    try:
        rows, _ = confinement.run("states.imports.reader:cells", {"sheet": sheet}, path.read_bytes(), BOUNDS)
    except confinement.Confined as stopped:
        raise Refused(Message("import.too_slow" if stopped.why == "time" else "import.unreadable")) from None
    if rows is None:
        raise Refused(Message("import.too_many_rows", {"rows": reader.MOST_ROWS, "columns": reader.MOST_COLUMNS}))
    told: list[list[str]] = rows
    return told


def _look(path: Path) -> None:
    """Refuse what would unpack into more than anybody's list, before anything unpacks it."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused(Message("import.too_big", {"megabytes": MOST_BYTES >> 20}))
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError):
        raise Refused(Message("import.not_xlsx")) from None
    if "xl/workbook.bin" in (names := {member.filename for member in members}) or "content.xml" in names:
        raise Refused(Message("import.not_xlsx"))  # other kinds of workbook, whose formulas nobody here reads
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Refused(Message("import.too_big", {"megabytes": MOST_BYTES >> 20}))
    if any(member.file_size > MOST_RATIO * max(member.compress_size, 1_024) for member in members):
        raise Refused(Message("import.too_big", {"megabytes": MOST_BYTES >> 20}))
