"""The event log: what leaves, what never does, how much memory it takes, and that other tools read it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from dev import ROOT
from states.open_data import taking
from states.open_data.histories import PIECE, Wanted
from tests.cast import Cast
from tests.roads import case_at
from web.diagrams import pnml
from workflow.case import case
from workflow.history import event
from workflow.message import Refused

XES = "{http://www.xes-standard.org/}"


def log(cast: Cast, wanted: Wanted, format_: str) -> str:
    with cast.app.database.read() as connection:
        app = cast.app
        return "".join(taking.log(connection, app.catalogue, cast.agency_id, wanted, format_, taking.everything))


def events(text: str) -> list[list[dict[str, str]]]:
    """trace → event → key → value."""
    traces = ET.fromstring(text.encode()).iter(f"{XES}trace")
    return [[{one.get("key"): one.get("value") for one in step} for step in trace.iter(f"{XES}event")]
            for trace in traces]  # fmt: skip


@pytest.fixture
def told(cast: Cast) -> Cast:
    """The same on both databases."""
    return some_cases(cast)


def some_cases(cast: Cast) -> Cast:
    """Some who came far, one on hold, one whose head changed their mind at once."""
    case_at(cast, "recognized_department")
    held = case_at(cast, "cultivating", who="colleague1")
    cast.act("office", held, "hold", hold_ground="complaint", hold_document=cast.upload("office"),
             complaint_kind="denunciation", complaint_on="2025-03-03")  # fmt: skip
    back = case_at(cast, "identified", who="colleague2")
    taken = cast.act("head", back, "decline", reason="Bấm nhầm, xin lỗi mọi người.")
    cast.app.engine.undo(cast.actor("head"), back, taken.event_seq)
    case_at(cast, "withdrawn", who="mentor")
    cast.settle()
    return cast


def test_what_leaves_is_the_moves_and_no_more(told: Cast) -> None:
    for format_ in taking.FORMATS:
        text = log(told, Wanted("nominee"), format_)
        with told.app.database.read() as connection:
            codes = set(connection.scalars(sa.select(case.c.code)))
            ids = set(connection.scalars(sa.select(case.c.id))) | set(told.people.values())
        hidden = {*codes, *ids, "Nguyễn", "colleague1", "Bấm nhầm", "denunciation", "rút ngắn một nửa"}
        assert [one for one in hidden if one in text] == []
    steps = [[step["neuguong:action"] for step in trace] for trace in events(log(told, Wanted("nominee"), "xes"))]
    assert ["nominate"] in steps, "a decision taken back in time never was one"
    assert any(trace[-1] == "hold" for trace in steps)


def test_names_leave_only_where_they_were_asked_for(told: Cast) -> None:
    text = log(told, Wanted("nominee", named=True), "ocel")
    assert "Head Nguyễn (head)" in text
    assert "Candidate Nguyễn" in text
    one, other = (events(log(told, Wanted("nominee"), "xes")) for _ in range(2))
    heads = [{step.get("org:resource") for trace in found for step in trace} - {None} for found in (one, other)]
    assert len(heads[0]) == len(heads[1]) > 2
    assert not heads[0] & heads[1], "no pseudonym of one file stands in another"


def test_of_a_process_and_of_days(told: Cast) -> None:
    every = len(events(log(told, Wanted("nominee"), "xes")))
    assert every == 4
    assert events(log(told, Wanted("nominee", last=date(2025, 3, 2)), "xes")) == []
    assert len(events(log(told, Wanted("nominee", date(2025, 3, 3), date(2025, 3, 3)), "xes"))) == every
    for wanted, format_ in (
        (Wanted(), "xes"),
        (Wanted(), "pdf"),
        (Wanted("a", date(2025, 2, 1), date(2025, 1, 1)), "ocel"),
    ):
        with pytest.raises(Refused):
            log(told, wanted, format_)


def test_every_relation_of_the_objects_is_in_the_file(told: Cast) -> None:
    found = json.loads(log(told, Wanted(), "ocel"))
    objects = {one["id"] for one in found["objects"]}
    assert len(objects) == len(found["objects"])
    named = {one["objectId"] for part in ("objects", "events") for row in found[part] for one in row["relationships"]}
    assert named <= objects
    assert {one["type"] for one in found["events"]} == {one["name"] for one in found["eventTypes"]}
    assert {one["type"] for one in found["objects"]} <= {one["name"] for one in found["objectTypes"]}
    with told.app.database.read() as connection:
        parents = connection.scalar(sa.select(sa.func.count()).where(case.c.parent_id.is_not(None)))
    children = [one for row in found["objects"] for one in row["relationships"] if one["qualifier"] == "parent"]
    assert len(children) == parents > 0


def test_it_is_read_a_piece_at_a_time(told: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cases: no statement asks for more than a piece of them, and the texts come as they are read."""
    monkeypatch.setattr("states.open_data.histories.PIECE", 1)
    assert PIECE > 1
    asked: list[int] = []

    def count(conn: Any, cursor: Any, statement: str, parameters: Sequence[Any], *_: Any) -> None:
        if "FROM event" in statement:
            asked.append(1)

    with told.app.database.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", count)
        texts = taking.log(connection, told.app.catalogue, told.agency_id, Wanted("nominee"), "xes", taking.everything)
        seen = [len(asked) for text in texts if "<trace" in text]
    assert seen == [1, 2, 3, 4]


def test_pm4py_replays_the_log_on_the_exported_net(sqlite_cast: Cast, tmp_path: Path) -> None:
    """By both classifiers every trace fits wholly; what is discovered from the log our process allows; OCEL is read."""
    told = some_cases(sqlite_cast)
    with told.app.database.read() as connection:
        life = told.app.catalogue.living(connection, told.agency_id, "nominee")
        number = connection.scalar(sa.select(sa.func.count()).where(event.c.kind == "action"))
    assert life is not None
    files = {"net.pnml": pnml.net(life.definition), "log.xes": log(told, Wanted("nominee"), "xes"),
             "log.jsonocel": log(told, Wanted(), "ocel")}  # fmt: skip
    wrong = files["log.xes"].replace("|take_up|cultivating", "|take_up|unit_appraisal", 1)
    right, forged = tmp_path / "right", tmp_path / "forged"
    for folder, logged in ((right, files["log.xes"]), (forged, wrong)):
        folder.mkdir()
        for name, text in (files | {"log.xes": logged}).items():
            (folder / name).write_text(text, encoding="utf-8")
    read, planted = _mined(right, forged)
    assert read["fitness"] == {"concept:name": [1.0] * 4, "neuguong:move": [1.0] * 4}
    assert read["outside"] == [], "words of the discovered model that our process has no way for"
    assert read["states"] > 5
    whole = json.loads(files["log.jsonocel"])
    assert read["ocel"] == {"events": len(whole["events"]), "objects": len(whole["objects"])}
    assert sum(1 for one in whole["events"] if "." in one["type"]) == number - 1, "the one taken back is left out"
    assert min(planted["fitness"]["neuguong:move"]) < 1, "one wrong step shows"
    assert planted["outside"] != []


def _mined(*folders: Path) -> list[dict[str, Any]]:
    """What pm4py says, asked in a process of its own: it is heavy, chatty, and under a licence of its own."""
    asked = [sys.executable, str(ROOT / "tests" / "states" / "open_data" / "mining.py"), *map(str, folders)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=300)
    assert said.returncode == 0, said.stderr[-3000:]
    return json.loads(said.stdout.splitlines()[-1])
