"""Cases: the list, one case with everything one may do with it, its history; deciding and answering."""

from __future__ import annotations

from functools import partial, reduce
from typing import get_args

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from states.councils.running import follows
from states.subjects import listing
from states.subjects.visibility import visible
from web import form_data, narrowing, prove, uploads
from web.access import signed_in
from web.application import application
from web.by_script import by_operation, by_script
from web.case_page import CasePage, gather
from web.directory import person_id, unit_name
from web.errors import status_of
from web.language import render_message, t
from web.moves import REFUSED, Typed, anchor_of, next_turn, recorded
from web.plan_texts import process_titles
from web.refusals import mention
from web.tray.here import from_inbox
from web.worklists import last_day
from workflow import runs
from workflow.case_list import Filter, find_cases, find_code
from workflow.clock import business_now
from workflow.commands import Receipt
from workflow.definition import Definition, Stage
from workflow.explain import CaseView
from workflow.forms import REASON
from workflow.message import Conflict, Invalid, NotFound, Refused, joined
from workflow.scope import addressed_actions

pages = Blueprint("cases", __name__)

STAGES = tuple(one for one in get_args(Stage) if one != "work")


@pages.get("/ho-so")
@signed_in
def index() -> ResponseReturnValue:
    """The cases this person may see, narrowed by the address."""
    app, wanted = application(), _filter()
    with app.database.read() as connection:
        now = business_now(connection)
        seen = visible(g.org, g.person.id)
        found = find_cases(connection, seen, wanted, now=now, after=request.args.get("sau", ""))
        lives = {row["definition_id"]: app.catalogue.life(connection, row["definition_id"]) for row in found.rows}
        _, plan = app.catalogue.living_plan(connection, g.agency_id) or (None, None)
    return render_template(
        "pages/cases.html", wanted=wanted, found=found, lives=lives, plan=plan, processes=process_titles(), now=now,
        stages=[(stage, t(f"stage.{stage}")) for stage in STAGES], last_day=last_day,
        units=[(one, str(row["name"])) for one, row in g.org.units.items()],
        unit_name=lambda one: unit_name(g.org, one), nonce=app.database.new_id(),
    )  # fmt: skip


@pages.post("/ho-so/xuat")
@signed_in
@by_script("Xuất danh sách hồ sơ ra Excel", "_nonce")
def export() -> ResponseReturnValue:
    """The list as .xlsx, narrowed by the address as the page is: a run makes it. The same form twice is one run."""
    app = application()
    key = f"{listing.KIND}:{request.form.get('_nonce') or app.database.new_id()}"
    what = runs.Order(g.agency_id, listing.KIND, g.person.id, vars(_filter()), key)
    with app.database.write() as connection:
        run_id = runs.order(connection, what, new_id=app.database.new_id)
    app.after_commit()
    return redirect(url_for("runs.one", run_id=run_id), 303)


@pages.get("/ho-so/<code>")
@signed_in
def case(code: str) -> ResponseReturnValue:
    """One case: where it is, whose turn, due when, what I may do and why not the rest."""
    return _case_page(code)


@pages.get("/ho-so/<code>/lich-su")
@signed_in
def history(code: str) -> ResponseReturnValue:
    """The whole history of a case."""
    with application().database.snapshot():
        page = gather(application(), g.org, g.actor, case_id(code))
        return render_template("pages/history.html", page=page)


@pages.post("/ho-so/<code>/lam/<action>")
@signed_in
@by_operation("act")
def act(code: str, action: str) -> ResponseReturnValue:
    """Take an action; its receipt, or the same page with what is wrong, or why not."""
    view = application().engine.view(g.actor, case_id(code))
    typed, form = _read(view.definition, anchor_of(action, None))
    if typed.errors:
        return _case_page(code, typed=typed, status=422)
    if prove.signs(view, action=action) and (page := prove.asked(form)):
        return page
    try:
        receipt = application().engine.act(
            g.actor, case_id=view.case["id"], action=action, inputs=typed.given,
            case_version=_number("_case_version") or 0, item_id=request.form.get("_item") or None,
            item_version=_number("_item_version"), key=request.form.get("_nonce") or None,
        )  # fmt: skip
    except Refused as refused:
        mention(refused, case=view.case, what=action)
        return _refused(view, refused, typed, _title(view, action))
    return _done(receipt, _title(view, action))


@pages.post("/ho-so/<code>/tra-loi/<ask_id>")
@signed_in
@by_operation("answer")
def answer(code: str, ask_id: str) -> ResponseReturnValue:
    """Answer what was asked, or say that there is nothing."""
    view, nil = application().engine.view(g.actor, case_id(code)), bool(request.form.get("_nil"))
    typed, form = _read(view.definition, anchor_of("", ask_id, nil=nil))
    title = next((item.title for item in view.items if item.ask_id == ask_id), "")
    if typed.errors:
        return _case_page(code, typed=typed, status=422)
    if prove.signs(view, ask_id=ask_id) and (page := prove.asked(form)):
        return page
    try:
        receipt = application().engine.answer(
            g.actor, ask_id=ask_id, inputs=typed.given, nil=nil, item_version=_number("_item_version"),
            key=request.form.get("_nonce") or None,
        )  # fmt: skip
    except Refused as refused:
        mention(refused, case=view.case, what=f"ask:{ask_id}")
        return _refused(view, refused, typed, title)
    return _done(receipt, title)


def case_id(code: str) -> str:
    """The case behind a code in an address, if this person may see it."""
    with application().database.read() as connection:
        row = find_code(connection, visible(g.org, g.person.id), g.agency_id, code)
    if row is None:
        raise NotFound("case")
    return str(row["id"])


def _filter() -> Filter:
    args = request.args
    return Filter(
        process=args.get("loai", ""), stage=args.get("buoc", ""), level=args.get("cap", ""),
        unit=args.get("donvi", ""), late=args.get("qua-han") == "1", search=args.get("tim", "").strip()[:100],
        ended={"xong": True, "dang": False}.get(args.get("trang-thai", "")),
    )  # fmt: skip


def _read(definition: Definition, anchor: str) -> tuple[Typed, MultiDict[str, str]]:
    """What the form sent of this life's fields, and all of it; whether it was asked for them, the engine says."""
    fields = (REASON, *definition.fields.values())
    form, problems = uploads.with_form(fields)
    return Typed(anchor, form_data.read(fields, form, partial(person_id, g.org)), problems), form


def _number(name: str) -> int | None:
    given = request.form.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _title(view: CaseView, name: str) -> str:
    """What an action is called where the case stood: several states may have one of the same name."""
    here = (option.title for option in view.options if option.kind == "action" and option.name == name)
    plain = name.partition(":")[2] or name
    anywhere = (action.title for _, action in addressed_actions(view.definition) if action.name == plain)
    return next(here, None) or next(anywhere, name)


def _done(receipt: Receipt, title: str) -> ResponseReturnValue:
    """On to the next item of the inbox, or back to the case; a line says what was recorded and whose turn it is."""
    view = application().engine.view(g.actor, receipt.case_id)
    flash(recorded(title, receipt.code, receipt.state_title, next_turn(view)))
    if not from_inbox():
        return redirect(url_for("cases.case", code=receipt.code), 303)
    following, wanted = request.form.get("_next", ""), narrowing.carried(request.form.get("_list", "")).address
    following = _goes_on(view) or following
    to = url_for("inbox.item", item_id=following, **wanted) if following else url_for("inbox.index", **wanted)
    return redirect(to, 303)


def _goes_on(view: CaseView) -> str:
    """A sitting is one piece of work: whoever runs it stays at it while it waits for them."""
    if not follows(view.plan, view.definition, g.org, g.person.id):
        return ""
    return next((one.id for one in view.items if one.mine), "")


def _refused(view: CaseView, refused: Refused, typed: Typed, title: str) -> ResponseReturnValue:
    match refused:
        case NotFound():
            raise refused
        case Invalid():
            return _case_page(view.case["code"], typed=Typed(typed.anchor, typed.given, refused.fields), status=422)
        case Conflict():
            return _conflict(view, refused, typed, title)
    again = Typed(typed.anchor, typed.given, {REFUSED: reduce(joined, refused.reasons)})
    page = _offered(view, again)
    if page is not None:
        return _shown(page, again), status_of(refused)
    owners = [owner for item in view.items if item.status == "open" for owner in item.owners]
    return render_template(
        "pages/refused.html", view=view, refused=refused, title=title, owners=owners, written=_written(view, typed)
    ), status_of(refused)  # fmt: skip


def _offered(view: CaseView, typed: Typed) -> CasePage | None:
    """The case's page with the form as it was sent, while that form is still one of this person's."""
    try:
        page = _gathered(view.case["code"], typed)
    except NotFound:  # the item it answered is closed
        return None
    return page if any(move.anchor == typed.anchor for move in page.moves.all()) else None


def _written(view: CaseView, typed: Typed) -> list[tuple[str, str]]:
    """The words somebody typed, to keep."""
    known = view.definition.fields
    return [
        (known.get(name, REASON).title, text)
        for name, text in typed.given.items()
        if isinstance(text, str) and known.get(name, REASON).type in ("text", "line", "list") and text
    ]


def _conflict(view: CaseView, conflict: Conflict, typed: Typed, title: str) -> ResponseReturnValue:
    """Somebody was first: who, when, what; and what was typed, to keep."""
    written, following = _written(view, typed), request.form.get("_next", "")
    return render_template(
        "pages/conflict.html", view=view, conflict=conflict, title=title, written=written, following=following
    ), 409  # fmt: skip


def _case_page(code: str, *, typed: Typed | None = None, status: int = 200) -> ResponseReturnValue:
    with application().database.snapshot():
        return _shown(_gathered(code, typed), typed), status


def _gathered(code: str, typed: Typed | None) -> CasePage:
    after = request.form.get("_next", "")
    item_id = request.form.get("_item")
    return gather(application(), g.org, g.actor, case_id(code), item_id=item_id, typed=typed, after=after)


def _shown(page: CasePage, typed: Typed | None) -> str:
    errors = {f"{typed.anchor}.{name}": render_message(found) for name, found in typed.errors.items()} if typed else {}
    return render_template("pages/case.html", page=page, errors=errors)
