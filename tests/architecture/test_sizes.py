"""The tail is what gets ugly: no very long file, no very long function."""

from __future__ import annotations

import ast
import pathlib

from dev import ROOT
from tests.architecture.test_packages import ROOMS

LONGEST_FILE = 450
LONGEST_FUNCTION = 50


def product_files() -> list[pathlib.Path]:
    """All Python of the product; a migration is a list of statements and may be long."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")] + [ROOT / "dev.py"]
    return [path for path in files if "versions" not in path.parts]


def test_no_file_is_too_long() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in product_files()}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    long = {}
    for path in product_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = length
    assert long == {}
