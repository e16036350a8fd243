"""One's own calendar address and how one gets mail: what reaches a person without the pages."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.notices.pace import PACES, pace_of, prefer
from web.access import linked, signed_in
from web.application import application
from web.by_script import by_script
from web.deadline_calendar import as_ics, days
from web.language import t
from web.sign_in import tokens
from workflow.clock import wall_now

pages = Blueprint("calendars", __name__)


@pages.get("/ca-nhan/lich-va-thu")
@signed_in
def index() -> ResponseReturnValue:
    """Whether there is a calendar address, and at what pace mail comes."""
    return _page()


@pages.post("/ca-nhan/lich-va-thu/dia-chi")
@signed_in
@by_script("Tạo địa chỉ lịch riêng, địa chỉ cũ hết hiệu lực")
def create() -> ResponseReturnValue:
    """A new secret address, shown this once; the earlier one ends."""
    app, owner, now, scope = application(), _owner(), wall_now(), tokens.CALENDAR
    with app.database.write() as connection:
        tokens.revoke_scope(connection, owner, scope, now)
        token = tokens.create(connection, app.database.new_id(), owner, scope, [scope], tokens.CALENDAR_DAYS, now)
    return _page(current_app.config["BASE_URL"] + url_for("calendars.feed", token=token))


@pages.post("/ca-nhan/lich-va-thu/thu-hoi")
@signed_in
@by_script("Thu hồi địa chỉ lịch riêng")
def revoke() -> ResponseReturnValue:
    """The address opens nothing any more."""
    with application().database.write() as connection:
        tokens.revoke_scope(connection, _owner(), tokens.CALENDAR, wall_now())
    flash(t("calendar.revoked"))
    return redirect(url_for("calendars.index"), 303)


@pages.post("/ca-nhan/lich-va-thu/thu")
@signed_in
@by_script("Nhận thư ngay hay gộp mỗi sáng", "pace")
def pace() -> ResponseReturnValue:
    """Each letter as it comes, or one each morning."""
    wished = request.form.get("pace", "")
    if wished not in PACES:
        return _page(problem=t("mail_pace.choose")), 422
    with application().database.write() as connection:
        prefer(connection, g.account_id, wished)
    flash(t("profile.saved"))
    return redirect(url_for("calendars.index"), 303)


@pages.get("/lich/<token>.ics")
@linked(tokens.CALENDAR)
def feed(token: str) -> ResponseReturnValue:
    """The calendar of whoever's address it is, as it is now."""
    found = days(application(), g.org, g.person.id, current_app.config["BASE_URL"])
    response = Response(as_ics(found), content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def _page(address: str = "", *, problem: str = "") -> str:
    with application().database.read() as connection:
        since = tokens.since(connection, _owner(), tokens.CALENDAR, wall_now())
        wanted = pace_of(connection, g.account_id)
    return render_template("pages/calendar_and_mail.html", address=address, since=since, pace=wanted, problem=problem)


def _owner() -> tokens.Owner:
    return tokens.Owner(g.agency_id, g.person.id, g.account_id)
