"""PDF by another house's program: what it made is taken, what it fails at is said, and it ends in time.

The program here is a stand-in; `python3 dev.py papers` has LibreOffice itself print every paper.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from states.documents.pdf import NoPdf, to_pdf


def office(folder: Path, does: str) -> str:
    """A command that takes LibreOffice's arguments: the folder is the last but one, the file the last."""
    path = folder / "office"
    path.write_text(f'#!/bin/sh\nfor out in "$@"; do last="$out"; done\n{does}\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_what_it_made_is_taken(tmp_path: Path) -> None:
    made = to_pdf(office(tmp_path, 'cp "$last" "${last%.docx}.pdf"'), b"a paper")
    assert made == b"a paper"


@pytest.mark.parametrize(
    ("does", "why"),
    [("exit 0", "made no PDF"), ("exit 1", "LibreOffice: crash"), ("sleep 60", "took too long")],
)
def test_what_it_fails_at_is_said(tmp_path: Path, does: str, why: str) -> None:
    with pytest.raises(NoPdf, match=why):
        to_pdf(office(tmp_path, does), b"a paper", seconds=1.0)


def test_one_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoPdf):
        to_pdf(str(tmp_path / "nothing"), b"a paper")
