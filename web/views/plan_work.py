"""What the plan has everybody do besides recognising: movements, publicity, training, texts to be read."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from states.dissemination import board as reading
from states.movements import board as movement_board
from states.publicity import board as publicity_board
from states.subjects.visibility import visible
from states.training import record
from web.access import signed_in
from web.application import application
from web.beginnings import may_begin
from web.case_page import must_see
from web.current import units_answered_for
from web.downloads import table_file
from web.language import t
from web.plan_texts import living_plan
from workflow.case_list import find_code
from workflow.message import NotFound

pages = Blueprint("plan_work", __name__)


@pages.get("/phong-trao")
@signed_in
def movements() -> ResponseReturnValue:
    """Movements launched here, and whether one is in."""
    with application().database.read() as connection:
        found = movement_board.movements(connection, g.agency_id, g.person.id)
    _, results = _words(movement_board.REGISTRATION, "")
    return render_template("pages/movements.html", movements=found, results=results, may_propose=_may_begin("movement"))


@pages.get("/tuyen-truyen")
@signed_in
def publicity() -> ResponseReturnValue:
    """What is planned, late and out, by channel; who still waits to be written about."""
    plan = living_plan()
    channel = request.args.get("kenh", "")
    channels, states = _words(publicity_board.PROCESS, "channel")
    with application().database.read() as connection:
        mine = visible(g.org, g.person.id)
        found = publicity_board.items(connection, g.agency_id, mine)
        waiting = publicity_board.unpublished(connection, g.agency_id, mine, plan.levels if plan else {})
    shown = [one for one in found if channel in ("", one.channel)]
    return render_template(
        "pages/publicity.html", items=shown, waiting=waiting, channels=channels, channel=channel, states=states,
        levels=plan.levels if plan else {}, may_plan=_may_begin(publicity_board.PROCESS),
    )  # fmt: skip


@pages.get("/tap-huan")
@signed_in
def training() -> ResponseReturnValue:
    """One's own record; for who answers for the whole agency, who lacks what."""
    plan = living_plan()
    topics, _ = _words("training", "topics")
    results = _words("training", "assessed")[0]
    whole = units_answered_for() is None
    with application().database.read() as connection:
        mine = record.of_person(connection, g.agency_id, g.person.id)
        lacking = record.lacking(connection, g.org, plan) if plan and whole else []
    return render_template(
        "pages/training.html", mine=mine, lacking=lacking, topics=topics, results=results, whole=whole,
        may_plan=_may_begin("training"),
    )  # fmt: skip


@pages.get("/quan-triet")
@signed_in
def dissemination() -> ResponseReturnValue:
    """Texts put to people, and how far each has come."""
    with application().database.read() as connection:
        found = reading.texts(connection, g.agency_id, visible(g.org, g.person.id))
    return render_template("pages/dissemination.html", texts=found, may_publish=_may_begin(reading.PROCESS))


@pages.get("/quan-triet/<code>/danh-sach.xlsx")
@signed_in
def proof(code: str) -> ResponseReturnValue:
    """Who was asked and has read, by name: for who had it read and whoever answers for the whole agency."""
    with application().database.read() as connection:
        row = find_code(connection, visible(g.org, g.person.id), g.agency_id, code)
        if row is None or row["process"] != reading.PROCESS:
            raise NotFound("case")
        must_see(connection, g.org, g.person.id, row["id"])
        lines = reading.proof(connection, row["id"])
    heads = [t("reading.name"), t("reading.state"), t("reading.when")]
    rows = [[name, t(f"reading.is.{state}"), _moment(at)] for name, state, at in lines]
    return table_file(row["code"], [heads, *rows], row["code"], "xlsx", (36, 18))


def _moment(at: object) -> str:
    return t("reading.at", at=at) if at else ""


def _may_begin(process: str) -> str:
    with application().database.read() as connection:
        return may_begin(connection, application().catalogue, g.org, g.person.id, process)


def _words(process: str, field: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The choices of a field, if the process has it, and the titles of its states; nothing without the process."""
    with application().database.read() as connection:
        life = application().catalogue.living(connection, g.agency_id, process)
    if life is None:
        return {}, {}
    known = life.definition.fields.get(field)
    return known.choices if known else {}, {one.name: one.title for one in life.definition.states.values()}
