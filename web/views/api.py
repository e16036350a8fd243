"""`/api/v1`: work items, cases, actions, answers, files, for scripts of the signed-in person."""

from __future__ import annotations

from flask import Blueprint, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue

from states.subjects.visibility import visible
from web import prove, uploads
from web.access import bearer, public
from web.api import shapes, speaking, telling
from web.api.openapi import PREFIX, document
from web.api.speaking import Operation, Unfit, body, key, operation, say, version
from web.application import application
from web.beginnings import OTHER, STAFF, UNIT, about, beginnings
from web.case_page import case_of_ask, must_see
from web.language import t
from web.views.cases import case_id
from web.views.files import sent
from web.views.inbox import place
from workflow.case_list import Filter, find_cases
from workflow.clock import business_now
from workflow.extending import Word
from workflow.files import find
from workflow.inbox import inbox
from workflow.message import Invalid, Message, NotFound, Refused
from workflow.worklist import find_item

pages = Blueprint("api", __name__, url_prefix=PREFIX)
pages.register_error_handler(Refused, speaking.refused)
pages.register_error_handler(Unfit, speaking.unfit)

MOST = 100
ACTING = (400, 401, 403, 404, 409, 412, 422, 428)


@pages.get("/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    """This document."""
    return jsonify(document(current_app))


@pages.get("/work-items")
@bearer("read")
@operation(Operation("Việc cần làm của tôi, việc gấp trước", shapes.WorkItems, query=("after", "limit", "search")))
def work_items() -> ResponseReturnValue:
    """The inbox of the token's owner."""
    after, search = place(request.args.get("after", "")), request.args.get("search", "")[:100]
    with application().database.read() as connection:
        page = inbox(connection, g.org, g.person.id, after=after or None, limit=_limit(), search=search)
    items = [telling.work_item(row, g.org) for row in page.rows]
    return say(shapes.WorkItems(items=items, next=page.next or "", count=page.count))


FILTERS = ("process", "stage", "level", "unit", "late", "search")


@pages.get("/cases")
@bearer("read")
@operation(Operation("Hồ sơ tôi được xem, mới nhất trước", shapes.CaseLines, query=(*FILTERS, "after", "limit")))
def cases() -> ResponseReturnValue:
    """The cases the token's owner may see."""
    given = {name: request.args.get(name, "") for name in FILTERS}
    units = {str(row["code"]): unit_id for unit_id, row in g.org.units.items()}
    wanted = Filter(
        process=given["process"], stage=given["stage"], level=given["level"], late=given["late"] in ("1", "true"),
        unit=units.get(given["unit"], given["unit"]), search=given["search"][:100],
    )  # fmt: skip
    app, after = application(), request.args.get("after", "")
    with app.database.read() as connection:
        now, seen = business_now(connection), visible(g.org, g.person.id)
        found = find_cases(connection, seen, wanted, now=now, after=after, limit=_limit())
        lines = [
            telling.case_line(row, app.catalogue.life(connection, row["definition_id"]), g.org) for row in found.rows
        ]
    return say(shapes.CaseLines(cases=lines, next=found.after))


@pages.get("/cases/<code>")
@bearer("read")
@operation(Operation("Một hồ sơ; ETag là phiên bản", shapes.Case))
def case(code: str) -> ResponseReturnValue:
    """One case."""
    view = application().engine.view(g.actor, case_id(code))
    return say(telling.case(view), etag=view.case["version"])


@pages.get("/cases/<code>/history")
@bearer("read")
@operation(Operation("Lịch sử hồ sơ, từ đầu", shapes.History))
def history(code: str) -> ResponseReturnValue:
    """The events of a case."""
    view = application().engine.view(g.actor, case_id(code))
    return say(shapes.History(events=[telling.event(one) for one in view.history]))


@pages.get("/cases/<code>/actions")
@bearer("read")
@operation(Operation("Việc làm được và mọi lý do không làm được", shapes.Options))
def actions(code: str) -> ResponseReturnValue:
    """What the token's owner may do, and why not the rest."""
    view = application().engine.view(g.actor, case_id(code))
    return say(telling.options(view), etag=view.case["version"])


@pages.post("/cases/<code>/actions/<action>")
@bearer("act")
@operation(
    Operation(
        "Thực hiện một việc",
        shapes.Receipt,
        body=shapes.ActIn,
        headers=("If-Match", "Idempotency-Key"),
        problems=ACTING,
    )
)
def act(code: str, action: str) -> ResponseReturnValue:
    """Take an action at the version that was seen."""
    seen, name, given = version(), key(), body(shapes.ActIn)
    prove.refuse_tokens(application().engine.view(g.actor, case_id(code)), action=action)
    done = application().engine.act(
        g.actor, case_id=case_id(code), action=action, inputs=given.inputs, case_version=seen,
        item_id=given.item.id if given.item else None,
        item_version=given.item.version if given.item else None, key=name,
    )  # fmt: skip
    return say(telling.receipt(done), etag=done.case_version)


@pages.post("/asks/<ask_id>/answer")
@bearer("act")
@operation(
    Operation(
        "Trả lời một câu hỏi; If-Match là phiên bản của việc (item)", shapes.Receipt, body=shapes.AnswerIn,
        headers=("If-Match", "Idempotency-Key"), problems=ACTING,
    )
)  # fmt: skip
def answer(ask_id: str) -> ResponseReturnValue:
    """Answer an ask at the item's version that was seen."""
    seen, name, given = version(), key(), body(shapes.AnswerIn)
    with application().database.read() as connection:
        of_case = case_of_ask(connection, g.agency_id, ask_id)
        must_see(connection, g.org, g.person.id, of_case)
    prove.refuse_tokens(application().engine.view(g.actor, of_case), ask_id=ask_id)
    done = application().engine.answer(
        g.actor, ask_id=ask_id, inputs=given.inputs, nil=given.nil, item_version=seen, key=name
    )
    return say(telling.receipt(done))


@pages.post("/work-items/<item_id>/extension")
@bearer("act")
@operation(
    Operation(
        "Xin gia hạn một việc của tôi, hoặc trả lời một đề nghị gia hạn; If-Match là phiên bản của việc",
        shapes.Receipt, body=shapes.ExtensionIn, headers=("If-Match", "Idempotency-Key"), problems=ACTING,
    )
)  # fmt: skip
def extension(item_id: str) -> ResponseReturnValue:
    """Ask for more time for an item, or grant or refuse the request that an item is."""
    seen, name, given = version(), key(), body(shapes.ExtensionIn)
    with application().database.read() as connection:
        row = find_item(connection, g.agency_id, item_id)
        must_see(connection, g.org, g.person.id, row["case_id"])
    word = Word(given.word, given.until, given.reason)
    done = application().engine.about_time(g.actor, item_id, word, seen, name)
    return say(telling.receipt(done))


@pages.post("/cases")
@bearer("act")
@operation(
    Operation(
        "Lập hồ sơ mới, ví dụ giới thiệu nhân tố mới", shapes.Receipt, 201, shapes.StartIn,
        headers=("Idempotency-Key",), problems=(400, 401, 403, 404, 422),
    )
)  # fmt: skip
def start() -> ResponseReturnValue:
    """Begin a case."""
    app, name, given = application(), key(), body(shapes.StartIn)
    with app.database.read() as connection:
        ways = beginnings(connection, app.catalogue, g.org, g.person.id)
    way = next((one for one in ways if (one.process, one.action.name) == (given.process, given.action)), None)
    if way is None:
        raise NotFound("process")
    whom = about(app.database, g.agency_id, way, _named(given.about))
    done = app.engine.start(
        g.actor, process=given.process, action=given.action, subject_type=whom.type, subject_id=whom.id,
        inputs=given.inputs, key=name, whom=given.about.model_dump(mode="json"), also=whom.also,
    )  # fmt: skip
    return say(telling.receipt(done), 201, etag=done.case_version)


@pages.post("/files")
@bearer("act")
@operation(Operation("Tải tệp lên, để một biểu mẫu nêu mã của nó", shapes.FileOut, 201, problems=(400, 401, 403, 422)))
def upload() -> ResponseReturnValue:
    """Keep a file for a later form."""
    sent_file = request.files.get("file")
    if sent_file is None or not sent_file.filename:
        raise Unfit(400, Message("api.no_file"))
    try:
        file_id = uploads.take(sent_file)
    except Refused as refused:
        return speaking.problem(422, refused.reasons)
    with application().database.read() as connection:
        row = find(connection, g.agency_id, file_id)
    told = shapes.FileOut(id=row["id"], name=row["name"], media_type=row["media_type"], size=row["size"])
    return say(told, 201)


@pages.get("/files/<file_id>")
@bearer("read")
@operation(Operation("Nội dung một tệp của hồ sơ tôi được xem", None))
def download(file_id: str) -> ResponseReturnValue:
    """A file's bytes."""
    return sent(file_id)


@pages.get("/directory")
@bearer("read")
@operation(Operation("Cán bộ và đơn vị hôm nay, để điền biểu mẫu", shapes.Directory))
def directory() -> ResponseReturnValue:
    """Ids and codes that forms may name."""
    return say(telling.directory(g.org))


def _limit() -> int:
    """Lines of a page, 50 where nothing is said. Raises Unfit for no number from 1 to MOST."""
    given = request.args.get("limit", "") or "50"
    if not (given.isascii() and given.isdecimal() and len(given) < 6 and 1 <= int(given) <= MOST):
        raise Unfit(422, Message("api.limit", {"most": MOST}), {"limit": t("api.unfit_value")})
    return int(given)


def _named(whom: shapes.About) -> dict[str, str]:
    """Whom a script names, in the words of the form; codes become ids. Invalid for more than one."""
    if sum(map(bool, (whom.person, whom.unit, whom.other, whom.subject_id))) > 1:
        raise Invalid({"about": Message("api.about_one")})
    if whom.person:
        people = {one.code: one.id for one in g.org.people.values() if one.active}
        return {"_who": STAFF, "_person": people.get(whom.person, "")}
    units = {str(row["code"]): unit_id for unit_id, row in g.org.units.items()}
    if whom.unit:
        return {"_who": UNIT, "_unit": units.get(whom.unit, "")}
    if whom.other:
        one = whom.other
        return {
            "_who": OTHER, "_kind": one.kind, "_name": one.name, "_other_unit": units.get(one.unit, ""),
            "_born": one.born_on.isoformat() if one.born_on else "", "_note": one.note,
        }  # fmt: skip
    return {"_who": "known", "_subject": whom.subject_id} if whom.subject_id else {}
