"""A certificate as PDF: drawn by Typst in a confined child, from values, never from markup somebody wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from states.documents.qr import picture
from workflow import confinement

FORKED = ("typst",)  # what the child imports, for its mother to have
_LAYOUT = Path(__file__).parent / "certificate.typ"
_SAID = (
    "tham_quyen", "nguoi", "danh_hieu", "thanh_tich_ngan", "quyet_dinh", "so_vang", "ma_xac_thuc", "dia_danh_ngay",
    "ky",
)  # fmt: skip


def draw(template: str, values: Mapping[str, Any], kind: str = "pdf") -> bytes:
    """The certificate of that template, as pdf, or as png to be looked at. Raises Confined."""
    said = {"template": template, "address": values["qr"], "kind": kind, **{name: values[name] for name in _SAID}}
    return confinement.run("states.certificates.drawing:drawn", said)[1]


def drawn(said: Any, content: bytes) -> tuple[Any, bytes]:
    """For a confined child."""
    import typst

    told = {**said, "qr": picture(said["address"], "svg").decode()}
    options: dict[str, Any] = {"pdf_standards": "a-2b"} if said["kind"] == "pdf" else {"format": "png", "ppi": 96}
    made = typst.compile(
        _LAYOUT.read_bytes(), sys_inputs={"said": json.dumps(told, ensure_ascii=False)}, ignore_system_fonts=True,
        **options,
    )  # fmt: skip
    return {}, bytes(made)
