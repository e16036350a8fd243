"""Open data for scripts: a process in other tools' formats, and the event log of the cases one may see."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import sqlalchemy as sa
from flask import Response, g, request
from flask.typing import ResponseReturnValue

from states.open_data import taking
from states.open_data.histories import Wanted
from states.subjects.visibility import visible
from web.access import bearer
from web.api.speaking import Operation, operation
from web.application import application
from web.current import can
from web.diagrams.kinds import KINDS
from web.downloads import taken
from web.views.api import pages
from workflow import form_values
from workflow.case import case
from workflow.form_values import Wrong
from workflow.identity import Organisation
from workflow.message import Invalid, Message, NotFound, Refused

MOST = 2_000
"""Cases of one answer: more are a run's work, which the page orders."""
BYTES = "application/octet-stream"


@pages.get("/processes/<process>/diagram/<drawing>")
@bearer("read")
@operation(Operation("Một quy trình đang áp dụng: bpmn, pnml, mmd hoặc svg", None))
def process_diagram(process: str, drawing: str) -> ResponseReturnValue:
    """What new cases go by. No case is in it."""
    with application().database.read() as connection:
        life = application().catalogue.living(connection, g.agency_id, process)
    if life is None or drawing not in KINDS:
        raise NotFound("process")
    return Response(KINDS[drawing].written(life.definition, life.plan), content_type=BYTES)


@pages.get("/event-log")
@bearer("office")
@operation(
    Operation(
        "Nhật ký sự kiện của hồ sơ tôi được xem (xes, ocel), bằng bí danh", None,
        query=("format", "process", "from", "until"), problems=(401, 403, 422),
    )
)  # fmt: skip
def event_log() -> ResponseReturnValue:
    """Names never leave this way. It is on record as any export."""
    if not can("office"):
        raise Refused(Message("access.needs.office"))
    app, format_ = application(), request.args.get("format", "ocel")
    wanted = Wanted(request.args.get("process", "")[:64], _day("from"), _day("until"))
    try:
        taking.check(wanted, format_)
    except Refused as refused:
        raise Invalid({"process" if "process" in refused.reasons[0].key else "format": refused.reasons[0]}) from refused

    def mine(org: Organisation) -> sa.ColumnElement[bool]:
        return visible(org, g.person.id)

    with app.database.read() as connection:
        chosen = wanted.chosen(mine(g.org))
        number = connection.scalar(sa.select(sa.func.count()).select_from(case).where(chosen)) or 0
    if number > MOST:
        raise Invalid({"from": Message("open_data.too_many", {"most": MOST})})
    file = BytesIO()  # bounded by `MOST`
    with app.database.read() as connection:
        taking.write(taking.log(connection, app.catalogue, g.agency_id, wanted, format_, mine), file)
    taken(f"event-log{taking.FORMATS[format_][0]}", number)
    return Response(file.getvalue(), content_type=BYTES)


def _day(name: str) -> date | None:
    given = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(form_values.day(given, name)) if given else None
    except Wrong as wrong:
        raise Invalid({name: wrong.message}) from wrong
