"""Pages of attached files as pictures: what is drawn, what is not, and that the child keeps its bounds."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import typst
from PIL import Image

from states.evidence import pictures
from workflow.file_types import DOCX, PDF


@pytest.fixture(scope="module")
def minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages of minutes, under a name without an ending, as the store keeps files."""
    made = typst.compile(b"= Trang mot\n#pagebreak()\n= Trang hai", ignore_system_fonts=True)
    path = tmp_path_factory.mktemp("store") / ("0" * 64)
    path.write_bytes(made)
    return path


def test_a_page_is_drawn_as_a_picture_and_pages_are_counted(minutes: Path) -> None:
    assert pictures.count(minutes, PDF) == 2
    with Image.open(io.BytesIO(pictures.draw(minutes, PDF, 2))) as drawn:
        assert drawn.format == "PNG"
        assert drawn.width in (909, 910)
        assert len(drawn.convert("L").getcolors() or []) > 2, "not a blank sheet"


@pytest.mark.parametrize("page", [0, 3, 10**9])
def test_a_page_there_is_not_gives_nothing(minutes: Path, page: int) -> None:
    assert pictures.draw(minutes, PDF, page) == b""


def test_a_photo_has_one_page_and_loses_what_it_carried(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "nha rieng"
    path = tmp_path / ("1" * 64)
    Image.new("RGB", (1600, 1200), "navy").save(path, "JPEG", exif=exif.tobytes())
    assert pictures.count(path, "image/jpeg") == 1
    drawn = pictures.draw(path, "image/jpeg", 1)
    assert b"nha rieng" in path.read_bytes()
    assert b"nha rieng" not in drawn
    assert drawn.startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_said_to_have_no_pages(tmp_path: Path) -> None:
    path = tmp_path / ("2" * 64)
    path.write_bytes(b"%PDF-1.7\nscan")
    assert pictures.count(path, PDF) == 0
    assert pictures.draw(path, PDF, 1) == b""
    assert pictures.count(path, DOCX) == 0
    assert not pictures.can_be_drawn(DOCX)


def test_a_name_is_never_read_as_markup(minutes: Path) -> None:
    assert pictures.count(minutes.parent / '"); #panic("', PDF) == 0
