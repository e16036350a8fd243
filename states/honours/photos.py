"""A photo as the board may show it: re-drawn in the confined child, so that nothing but its points is left."""

from __future__ import annotations

import io
import warnings
from typing import Any, BinaryIO

from workflow import confinement
from workflow.confinement import Bounds, Confined
from workflow.file_store import FileStore, StoredFile
from workflow.message import Message, Refused

MOST_BYTES = 12_000_000
MOST_POINTS = 50_000_000  # a camera's 50 megapixels
LEAST_SIDE, SIDE = 200, 800
KINDS = ("JPEG", "PNG", "WEBP")
FORKED = (  # what the child imports, for its mother to have
    "PIL.Image", "PIL.ImageOps", "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.WebPImagePlugin",
)  # fmt: skip


def take(store: FileStore, agency_id: str, sent: BinaryIO) -> StoredFile:
    """A photo as it was sent, cleaned and on disk. Refused says what is wrong; the original is never kept."""
    content = sent.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(Message("honour.photo.heavy", {"most": MOST_BYTES // 1_000_000}))
    try:
        said, clean = confinement.run("states.honours.photos:redraw", {}, content, Bounds(cpu=8, wall=12.0))
    except Confined:
        raise Refused(Message("honour.photo.damaged")) from None
    if said:
        raise Refused(Message(f"honour.photo.{said}", {"least": LEAST_SIDE}))
    return store.put(io.BytesIO(clean), agency_id, "anh.jpg")


def redraw(_said: Any, content: bytes) -> tuple[str, bytes]:
    """('', JPEG of at most 800 points a side, upright, without any metadata) or what is wrong. Runs in the child."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_POINTS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as picture:
            if min(picture.size) < LEAST_SIDE:
                return "small", b""
            picture.draft("RGB", (SIDE * 2, SIDE * 2))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((SIDE, SIDE))
            return "", _points_of(upright)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return "points", b""
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError):
        return "damaged", b""


def _points_of(picture: Any) -> bytes:
    """Onto a new sheet: EXIF, place, thumbnail, comments and profiles stay behind."""
    from PIL import Image

    sheet = Image.new("RGB", picture.size, "white")
    coloured = picture.convert("RGBA")
    sheet.paste(coloured, mask=coloured.getchannel("A"))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
