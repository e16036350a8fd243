"""What was copied from elsewhere is what its makers published, with its licence, and small."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

from tests.web.conftest import Town
from web.assets import FOLDER

VENDOR = FOLDER / "vendor"


def locked() -> list[dict[str, object]]:
    return tomllib.loads((VENDOR / "vendor.lock").read_text(encoding="utf-8"))["package"]


def test_every_file_is_the_one_of_the_lock() -> None:
    known = {name: digest for package in locked() for name, digest in package["files"].items()}
    there = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.lock"
    }
    assert there == known


def test_every_package_keeps_its_licence_and_says_where_it_is_from() -> None:
    for package in locked():
        assert package["licence"] in {"OFL-1.1", "0BSD"}
        assert str(package["integrity"]).startswith("sha512-")
        assert [name for name in package["files"] if Path(name).name == "LICENSE"]


def test_the_stylesheet_names_only_files_that_are_there() -> None:
    for sheet in (FOLDER / "css").glob("*.css"):
        for address in re.findall(r'url\("([^"]+)"\)', sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / address).resolve().is_file(), address


def test_the_weight_of_a_first_visit_stays_small(town: Town) -> None:
    """What the inbox names, as it comes over the wire, and the library that its next pages load."""
    visitor = town.signed_in("an")
    named = set(re.findall(r'(?:href|src)="(/static/[^"#?]+)', visitor.get("/viec").text))
    packed = sum(len(gzip.compress(visitor.get(one).data, 9)) for one in named if not one.endswith(".woff2"))
    library = sum(len(gzip.compress(path.read_bytes(), 9)) for path in VENDOR.rglob("*.js"))
    fonts = sum(path.stat().st_size for path in VENDOR.rglob("*.woff2"))
    assert [name for name in ("app", "unsent", "shell", "icons") if not any(f"/{name}" in one for one in named)] == []
    assert packed < 22_000
    assert packed + library < 40_000
    assert packed + library + fonts < 135_000
