"""The inbox: what this person is asked to do, and one screen to decide it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web import directory, narrowing, worklists
from web.access import signed_in
from web.application import application
from web.by_script import by_operation
from web.capability import office_role
from web.case_page import CasePage, gather, must_see
from web.errors import status_of
from web.language import render_message, t
from web.narrowing import Filter
from web.page_lists import most
from web.plan_texts import living_plan, process_titles
from web.refusals import mention
from web.tray import filters
from web.worklists import PAGE, Worklist
from workflow import postponed, undoing
from workflow.clock import business_now
from workflow.inbox import CAP
from workflow.message import Invalid, Message, NotFound, Refused
from workflow.worklist import find_item

pages = Blueprint("inbox", __name__)


@pages.get("/viec")
@signed_in
def index() -> ResponseReturnValue:
    """The list; on wide screens the first item stands open beside it."""
    with application().database.snapshot():
        worklist, page = _worklist(), None
        if worklist.lines:
            first = worklist.lines[0].row
            after = worklist.following(first.item_id)
            page = gather(application(), g.org, g.actor, first.case_id, item_id=first.item_id, after=after)
        return _render(worklist, page, auto=True)


@pages.get("/viec/<item_id>")
@signed_in
def item(item_id: str) -> ResponseReturnValue:
    """One item with its case; when it is closed, what became of it."""
    return item_page(item_id, {})


def item_page(item_id: str, typed: Mapping[str, str]) -> str:
    """The item's page; `typed`: what was sent from the tools around it and could not be taken, to be sent again."""
    app = application()
    with app.database.snapshot() as connection:
        row = find_item(connection, g.agency_id, item_id)
        if row["status"] == "closed":
            must_see(connection, g.org, g.person.id, row["case_id"])
            view = app.engine.view(g.actor, row["case_id"])
            return render_template("pages/item_closed.html", item=row, view=view)
        worklist = _worklist()
        page = gather(app, g.org, g.actor, row["case_id"], item_id=item_id, after=worklist.following(item_id))
        return _render(worklist, page, auto=False, typed=typed)


@pages.post("/viec/<item_id>/nhan")
@signed_in
@by_operation("item_claim")
def claim(item_id: str) -> ResponseReturnValue:
    """Take the item upon oneself, so that others of the group see it is being done."""
    return around(item_id, lambda: application().engine.claim(g.actor, item_id, seen_version()), t("inbox.claimed"))


@pages.post("/viec/<item_id>/tra")
@signed_in
@by_operation("item_release")
def release(item_id: str) -> ResponseReturnValue:
    """Give the item back to its group."""
    done = t("inbox.released")
    return around(item_id, lambda: application().engine.claim(g.actor, item_id, seen_version(), release=True), done)


@pages.post("/viec/<item_id>/chuyen")
@signed_in
@by_operation("item_reassign")
def reassign(item_id: str) -> ResponseReturnValue:
    """Hand the item to a person, with a reason. Words that are nobody's whole name or code bring a choice of people."""
    words, reason = request.form.get("to", "").strip()[:200], request.form.get("reason", "")
    to = directory.meant(g.org, words)

    def hand_over() -> None:
        if to is None:
            raise Invalid({"to": directory.not_meant(g.org, words) if words else Message("reassign.nobody")})
        application().engine.reassign(g.actor, item_id, to.id, reason, seen_version())

    return around(item_id, hand_over, t("inbox.reassigned", name=to.name if to else ""))


@pages.post("/viec/<item_id>/xung-dot")
@signed_in
@by_operation("item_recuse")
def recuse(item_id: str) -> ResponseReturnValue:
    """Declare a conflict of interest: out of this person's cases from now on, for others to decide."""
    reason = request.form.get("reason", "")
    leave = url_for("inbox.index")
    return around(
        item_id, lambda: application().engine.recuse(g.actor, item_id, reason, seen_version()), t("recusal.done"), leave
    )


def around(item_id: str, use: Callable[[], object], done: str, then: str = "") -> ResponseReturnValue:
    """Something around an item: said when done, or why not, on the item's own page with what was typed."""
    try:
        use()
    except NotFound:
        raise
    except Refused as refused:
        mention(refused)
        for reason in refused.reasons:
            flash(render_message(reason), "bad")
        tool = request.path.rpartition("/")[2]
        return item_page(item_id, {**request.form.to_dict(), "tool": tool}), status_of(refused)
    flash(done)
    return redirect(then or url_for("inbox.item", item_id=item_id, **_wanted().address), 303)


def place(after: str) -> str:
    """Where a page begins; its beginning when the address was not made by us."""
    try:
        known = datetime.fromisoformat(after.partition("_")[0])
    except ValueError:
        return ""
    return after if known.tzinfo else ""


def _render(worklist: Worklist, page: CasePage | None, *, auto: bool, typed: Mapping[str, str] | None = None) -> str:
    """The two halves: the list, and the case that is open."""
    with application().database.read() as connection:
        kept = filters.kept(connection, g.person.id)
        now = business_now(connection)
        undoable = undoing.open_to(connection, g.agency_id, g.person.id, now)
        item = page.item if page and worklist.put_off else None
        away = postponed.until(connection, item.id, g.person.id, g.today) if item else None
    return render_template(
        "pages/work.html", worklist=worklist, page=page, auto=auto, typed=typed or {}, kept=kept,
        undoable=undoable, now=now, away=away, stamp=application().database.new_id(),
        most=CAP, processes=process_titles(),
        office=worklists.office_names(g.org, office_role(living_plan())),
    )  # fmt: skip


def _wanted() -> Filter:
    """The filter of the address; of a form, the one of the list it was opened from."""
    return narrowing.read(request.args) if request.method == "GET" else narrowing.carried(request.form.get("_list", ""))


def _worklist() -> Worklist:
    after = place(request.args.get("sau", ""))
    return worklists.load(application(), g.org, g.person.id, _wanted(), after=after, size=most(PAGE))


def seen_version() -> int:
    """The version of the item that the form was drawn with; 0, which never fits, where it says none."""
    given = request.form.get("_item_version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0
