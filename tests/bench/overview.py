"""`python3 dev.py bench overview [CASES] [sqlite|postgresql]`: each dashboard and the public board over many cases.

20,000 cases with five finished steps each, a field each, three in ten recognised, three in a hundred on the board.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from states.honours.model import honour
from states.subjects.model import recognition, subject
from tests.bench.filling import _copy, _row, _unlimited, fill, ident
from tests.bench.places import Place, places
from tests.cast import Cast
from tests.web.desk import open_desk
from web.overview import MAKERS
from workflow.case import case, case_field
from workflow.worklist import work_item

TURNS, STEPS = 5, 5


def main(*words: str) -> None:
    """Milliseconds of whole requests through Flask: the median of five, after one that warms up."""
    number = next((int(word) for word in words if word.isdecimal()), 20_000)
    with places() as place:
        for kind in [word for word in words if not word.isdecimal()] or ["sqlite", "postgresql"]:
            _measure(place, kind, number)


def _measure(place: Place, kind: str, number: int) -> None:
    cast = place.cast(kind, "overview")
    _furnish(cast, fill(cast, number))
    desk = open_desk(cast, Path(place.folder) / kind)
    office, head = desk.browser("office").client, desk.browser("h7").client
    _say(kind, "whole page, office", lambda: office.get("/tong-quan"))
    _say(kind, "whole page, head of one of 200 units", lambda: head.get("/tong-quan"))
    _say(kind, "one page to print", lambda: office.get("/tong-quan/in"))
    for name in MAKERS:
        _say(kind, name, lambda name=name: office.get(f"/tong-quan/{name}.csv"))
    stranger = desk.app.test_client()
    _say(kind, "public board", lambda: stranger.get("/guong/so-tttt"))
    etag = stranger.get("/guong/so-tttt").headers["ETag"]
    _say(kind, "public board, 304", lambda: stranger.get("/guong/so-tttt", headers={"If-None-Match": etag}), 304)
    _say(kind, "feed", lambda: stranger.get("/guong/so-tttt/atom.xml"))
    cast.app.dispose()


def _say(kind: str, what: str, ask: Callable[[], Any], status: int = 200) -> None:
    assert ask().status_code == status, what
    took = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begin) * 1000)
    print(f"{kind}: {what}: {statistics.median(took):.0f} ms")


def _furnish(cast: Cast, first: str) -> None:
    about = str(cast.row(first).subject_id)
    with _unlimited(cast) as connection:
        field = _row(connection, case_field, case_field.c.case_id == first, case_field.c.name == "life_field")
        _copy(connection, case_field, field, case_id=ident("c"))
        item = _row(connection, work_item, work_item.c.case_id == first) | {
            "status": "closed", "closed_by": cast.people["head"], "closed_at": cast.now(),
        }  # fmt: skip
        for step in range(STEPS):
            row = item | {"visit": step + 10, "opened_at": cast.now() - timedelta(days=step), "title": f"Bước {step}"}
            _copy(connection, work_item, row, id=ident(f"{step}"), case_id=ident("c"))
        person = _row(connection, subject, subject.c.id == about) | {"person_id": None}
        _copy(connection, subject, person, id=ident("s"))
        _recognise(connection, cast, _row(connection, case, case.c.id == first))
        connection.exec_driver_sql("ANALYZE")


def _recognise(connection: sa.Connection, cast: Cast, row: dict[str, Any]) -> None:
    of = {"agency_id": cast.agency_id, "subject_id": row["subject_id"], "case_id": row["id"]}
    made = dict.fromkeys(recognition.c.keys()) | of | {
        "level": "unit", "event_seq": 1, "decision_number": "", "decided_on": cast.now().date(), "brought_in": False,
        "recorded_at": cast.now(), "revoke_ground": "", "revoke_decision": "",
    }  # fmt: skip
    shown = dict.fromkeys(honour.c.keys()) | of | {
        "sentence": "Sáng kiến", "story": "", "field": "work", "shows_photo": False, "shows_story": False,
        "given_as": "self", "given_on": cast.now().date(), "paper": "", "recorded_by": cast.people["office"],
        "recorded_at": cast.now(), "taken_down_why": "", "address": "",
    }  # fmt: skip
    own = {"subject_id": ident("s"), "case_id": ident("c")}
    _copy(connection, recognition, made, id=ident("f"), **own)
    connection.execute(sa.delete(recognition).where(sa.func.substr(recognition.c.id, 36, 1).in_(list("1235679"))))
    _copy(connection, honour, shown, id=ident("9"), address=sa.func.substr(ident("9"), 10), **own)
    connection.execute(sa.delete(honour).where(sa.func.substr(honour.c.id, 35, 2).not_in(["00", "40", "80"])))
