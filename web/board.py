"""Answers of the public board: the same to everyone, kept by whoever likes, asked about again each time.

A copy is never used without asking (`no-cache`), so what is taken down is gone at once; asking costs three small
statements and no page. The validator is a hash of what the answer stands on (`states.honours.stamp`), of its address,
and of the program: nothing can change without it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import Response, abort, current_app, g, make_response, request

from states.honours import board
from states.honours.board import Board
from web.application import application
from workflow.clock import wall_now
from workflow.definition import Plan
from workflow.vocabulary import LANGUAGES

ROOM = Path(__file__).parent
DRAWN_BY = (
    "templates/honours", "static/css", "views/honours.py", "board.py", "atom.py", "share_image.py", "../config/locale",
)  # fmt: skip


@dataclass(frozen=True)
class Open:
    """A board that may be looked at, with its plan and the titles of its words in the answer's language."""

    board: Board
    plan: Plan
    levels: dict[str, str]
    fields: dict[str, str]


def opened(connection: sa.Connection, code: str) -> Open:
    """The open board of an agency's code; 404 for one that is shut, that the plan does not have, or nobody's."""
    found = every(connection, code)
    if not found:
        abort(404)
    return found[0]


def every(connection: sa.Connection, code: str = "") -> list[Open]:
    """All open boards, or that of a code."""
    made = []
    for one in board.boards(connection, code):
        living = application().catalogue.living_plan(connection, one.agency_id)
        said = board.has_board(living[1]) if living else None
        if living and said is not None:
            plan = living[1]
            made.append(Open(one, plan, _levels(plan), fields_of(connection, one.agency_id, plan)))
    return made


def fields_of(connection: sa.Connection, agency_id: str, plan: Plan) -> dict[str, str]:
    """word → title of the field that the plan's board sorts by, of whichever process has it."""
    name = str((board.has_board(plan) or {}).get("field") or "")
    for process in plan.processes:
        life = application().catalogue.living(connection, agency_id, process)
        if life and name in life.definition.fields and life.definition.fields[name].choices:
            said = life.definition.texts.get(g.language, {})
            choices = life.definition.fields[name].choices
            return {word: said.get(f"fields.{name}.choices.{word}", text) for word, text in choices.items()}
    return {}


def _levels(plan: Plan) -> dict[str, str]:
    said = plan.texts.get(g.language, {})
    return {level: said.get(f"levels.{level}", text) for level, text in plan.levels.items()}


def speak() -> str:
    """The language of this address: `lang`, else the installation's own. 404 for one that is no other of ours."""
    wanted = request.args.get("lang")
    if wanted is not None:
        if wanted not in LANGUAGES or wanted == g.language:
            abort(404)
        g.language = wanted
    return str(g.language)


def languages(path: str) -> list[tuple[str, str]]:
    """(language, whole address) of an address without `lang`, the installation's own first."""
    own = application().settings.language
    ordered = [own, *(one for one in LANGUAGES if one != own)]
    link = "&" if "?" in path else "?"
    return [(one, address(path if one == own else f"{path}{link}lang={one}")) for one in ordered]


def kept(stamp: str) -> Response | None:
    """304 for who asks with the validator of an answer that stands on `stamp`: before anything else is read."""
    if not stamp:
        abort(404)
    if not request.if_none_match.contains_weak(_validator(stamp)):
        return None
    return _shared(make_response("", 304), stamp)


def answer(
    stamp: str, content: str | bytes, kind: str = "text/html; charset=utf-8", changed: datetime | None = None
) -> Response:
    """A whole answer that stands on `stamp`; `changed` only tells, it decides nothing."""
    response = make_response(content)
    response.content_type = kind
    if changed is not None:
        response.last_modified = min(changed.astimezone(UTC), wall_now())
    return _shared(response, stamp)


def _shared(response: Response, stamp: str) -> Response:
    response.set_etag(_validator(stamp))
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["X-Robots-Tag"] = "noarchive"  # what is taken down should not live on in a search engine's copy
    return response


def _validator(stamp: str) -> str:
    return hashlib.sha256(f"{_drawn()}\0{request.full_path}\0{stamp}".encode()).hexdigest()[:32]


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
