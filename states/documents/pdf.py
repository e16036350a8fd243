"""PDF beside the Word file, by the machine's own LibreOffice; without one there is only the Word file."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

SECONDS = 8.0  # with the Word file, less than the lease of whoever makes it
MOST = 40_000_000


class NoPdf(Exception):
    """It could not be made; the words say why."""


def to_pdf(office: str, word: bytes, *, seconds: float = SECONDS) -> bytes:
    """The file as PDF, in a profile and a folder of its own. Raises NoPdf."""
    with tempfile.TemporaryDirectory(prefix="neuguong-pdf-") as folder:
        source = Path(folder) / "document.docx"
        source.write_bytes(word)
        _convert(office, Path(folder), source, seconds)
        made = source.with_suffix(".pdf")
        if not made.is_file() or made.stat().st_size > MOST:
            raise NoPdf("LibreOffice made no PDF")
        return made.read_bytes()


def _convert(office: str, folder: Path, source: Path, seconds: float) -> None:
    command = [
        office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", "pdf", "--outdir", str(folder), str(source),
    ]  # fmt: skip
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin:/usr/local/bin", "LANG": "C.UTF-8"},
    )  # fmt: skip
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise NoPdf("LibreOffice took too long") from None
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """With all it started: soffice is a script around the program."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
