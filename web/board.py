"""Answers of the public board: the same to everyone, kept by whoever likes, asked about again each time.

A copy is never used without asking (`no-cache`), so what is taken down is gone at once; asking costs a few statements
and no page. The validator is a hash of everything that the answer is made of: nothing can change without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, current_app, make_response, request

from states.honours import board
from states.honours.board import Board
from web.application import application
from workflow.clock import wall_now
from workflow.definition import Plan

ROOM = Path(__file__).parent
DRAWN_BY = (
    "templates/honours", "static/css", "views/honours.py", "board.py", "atom.py", "share_image.py", "../config/locale",
)  # fmt: skip


@dataclass(frozen=True)
class Open:
    """A board that may be looked at, with its plan and the titles of its words."""

    board: Board
    plan: Plan
    levels: dict[str, str]
    fields: dict[str, str]


def opened(connection: sa.Connection, code: str) -> Open:
    """The open board of an agency's code; 404 for one that is shut, that the plan does not have, or nobody's."""
    found = [one for one in every(connection) if one.board.code == code]
    if not found:
        abort(404)
    return found[0]


def every(connection: sa.Connection) -> list[Open]:
    """All open boards."""
    made = []
    for one in board.boards(connection):
        living = application().catalogue.living_plan(connection, one.agency_id)
        said = board.has_board(living[1]) if living else None
        if living and said is not None:
            plan = living[1]
            made.append(Open(one, plan, dict(plan.levels), fields_of(connection, one.agency_id, plan)))
    return made


def fields_of(connection: sa.Connection, agency_id: str, plan: Plan) -> dict[str, str]:
    """word → title of the field that the plan's board sorts by, of whichever process has it."""
    name = str((board.has_board(plan) or {}).get("field") or "")
    for process in plan.processes:
        life = application().catalogue.living(connection, agency_id, process)
        if life and name in life.definition.fields and life.definition.fields[name].choices:
            return dict(life.definition.fields[name].choices)
    return {}


def answer(
    content: Any,
    render: Callable[[], str | bytes],
    kind: str = "text/html; charset=utf-8",
    changed: datetime | None = None,
) -> Response:
    """304 when the asker has it; else made. `content` is all it is made of; `changed` decides nothing."""
    etag = hashlib.sha256(f"{_drawn()}\0{request.path}\0{kind}\0{content!r}".encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(etag):
        response = make_response("", 304)
    else:
        response = make_response(render())
        response.content_type = kind
    response.set_etag(etag)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["X-Robots-Tag"] = "noarchive"  # what is taken down should not live on in a search engine's copy
    if changed is not None:
        response.last_modified = min(changed.astimezone(UTC), wall_now())
    return response


def address(path: str) -> str:
    """A whole address under the installation's own name, whatever name the request came by."""
    return str(current_app.config["BASE_URL"]).rstrip("/") + path


@cache
def _drawn() -> str:
    """A hash of the program's part in every answer: a new release is a new answer."""
    digest = hashlib.sha256()
    for name in DRAWN_BY:
        path = ROOM / name
        for file in [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file()):
            digest.update(file.read_bytes())
    return digest.hexdigest()
