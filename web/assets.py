"""Addresses of static files that change with their content, so that browsers may keep them for good; and pictures."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import request
from markupsafe import Markup

PATH = "/static"
FOLDER = Path(__file__).parent / "static"


def asset(name: str) -> str:
    """The address of a file in web/static."""
    return request.script_root + _address(name)


def icon(name: str) -> Markup:
    """A picture beside a word, never instead of one."""
    return _drawn(request.script_root, name)


@cache
def _address(name: str) -> str:
    if name.startswith("vendor/"):  # the version is in the path; pages and stylesheet must use one address
        return f"{PATH}/{name}"
    return f"{PATH}/{name}?v={hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]}"


@cache
def _drawn(root: str, name: str) -> Markup:
    drawn = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return Markup(drawn).format(root + _address("icons.svg"), name)
