"""PDF beside the Word file, by the machine's own LibreOffice; without one there is only the Word file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from workflow import confinement
from workflow.confinement import Bounds, Confined

MOST = 40_000_000
BOUNDS = Bounds(cpu=16, wall=8.0, memory=1536 * 1024 * 1024, answer=MOST)
"""Seconds: with the Word file, less than the lease of whoever makes it. Several threads share the processor's."""


class NoPdf(Exception):
    """It could not be made; the words say why."""


def to_pdf(office: str, word: bytes, *, seconds: float = BOUNDS.wall) -> bytes:
    """The file as PDF, in a profile and a folder of its own, within bounds and without a network. Raises NoPdf."""
    with tempfile.TemporaryDirectory(prefix="neuguong-pdf-") as name:
        folder = Path(name)
        source = folder / "document.docx"
        source.write_bytes(word)
        try:
            confinement.program(_command(office, folder, source), folder, replace(BOUNDS, wall=seconds))
        except Confined as stopped:
            raise NoPdf("LibreOffice took too long" if stopped.why == "time" else f"LibreOffice: {stopped}") from None
        made = source.with_suffix(".pdf")
        if not made.is_file():
            raise NoPdf("LibreOffice made no PDF")
        return made.read_bytes()


def _command(office: str, folder: Path, source: Path) -> list[str]:
    return [
        office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", "pdf", "--outdir", str(folder), str(source),
    ]  # fmt: skip
