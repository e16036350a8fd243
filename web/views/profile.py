"""One's own page: how one reads, one's password, one's tokens for scripts."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from states.accounts.letters import Word
from web.access import signed_in
from web.application import application
from web.by_script import by_script, in_browser
from web.current import can
from web.directory import unit_name
from web.entering import origin, tell
from web.forms import Entries
from web.language import t
from web.prove import fresh
from web.sign_in import accounts, cookie, sessions, strength, tokens
from workflow.clock import wall_now
from workflow.message import Message

pages = Blueprint("profile", __name__, url_prefix="/ca-nhan")

THEMES = ("system", "light", "dark")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Everything on one page."""
    return _page()


@pages.post("/tuy-chon")
@signed_in
@by_script("Chọn giao diện sáng, tối và phím tắt", "theme", "shortcuts")
def prefer() -> ResponseReturnValue:
    """Light or dark, keys or none."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        abort(400)
    with application().database.write() as connection:
        accounts.prefer(connection, g.account_id, theme=theme, shortcuts="shortcuts" in request.form)
    flash(t("profile.saved"))
    return redirect(url_for("profile.index"), 303)


@pages.post("/mat-khau")
@signed_in
@in_browser("mật khẩu chỉ do chính chủ đổi ở trang «Cá nhân»")
def password() -> ResponseReturnValue:
    """A new password: every sign-in ends, this browser gets a fresh one."""
    problems, wished = {}, request.form.get("password", "")
    if not accounts.knows_password(application().database, g.account_id, request.form.get("present", ""), wall_now()):
        problems["present"] = Message("password.present_wrong")
    with application().database.read() as connection:
        own = accounts.own_words(connection, g.account_id)
    if problem := strength.problem(wished, request.form.get("repeated", ""), own):
        problems["password"] = problem
    if problems:
        return _page(Entries(request.form, problems)), 422
    app = application()
    with app.database.write() as connection:
        accounts.set_password(connection, g.account_id, wished)
        token = sessions.begin(connection, app.database.new_id(), g.account_id, wall_now(), origin(g.sign_in.way))
        sessions.choose_as(connection, token, g.person.id, g.agency_id)
    tell(g.account_id, Word("password_changed"))
    session.clear()
    flash(t("password.changed"))
    answer = redirect(url_for("profile.index"), 303)
    cookie.put(answer, token)
    return answer


@pages.post("/ma-truy-cap")
@signed_in
@in_browser("mã truy cập chỉ do chính chủ tạo ở trang «Cá nhân»")
@fresh
def create_token() -> ResponseReturnValue:
    """A token for a script, shown this once."""
    entries = Entries(request.form)
    name = entries.line("name", t("tokens.name"))
    days = entries.one_of("days", t("tokens.days"), [str(days) for days in tokens.LIFETIMES])
    scopes = [scope for scope in _scopes() if scope in request.form.getlist("scopes")]
    if not scopes:
        entries.problems["scopes"] = Message("form.missing_choice", {"field": t("tokens.scopes")})
    if entries.problems:
        return _page(entries), 422
    app, owner = application(), tokens.Owner(g.agency_id, g.person.id, g.account_id)
    with app.database.write() as connection:
        token = tokens.create(connection, app.database.new_id(), owner, name, scopes, int(days), wall_now())
    return _page(fresh_token=token)


@pages.post("/ma-truy-cap/<token_id>/thu-hoi")
@signed_in
@by_script("Thu hồi một mã truy cập của mình")
def revoke_token(token_id: str) -> ResponseReturnValue:
    """End a token; the script's next request is refused."""
    with application().database.write() as connection:
        if not tokens.revoke(connection, g.account_id, token_id, wall_now()):
            abort(404)
    flash(t("tokens.revoked"))
    return redirect(url_for("profile.index"), 303)


def _scopes() -> list[str]:
    """What a token of this person may be good for: the office's own data for the office alone."""
    return [scope for scope in tokens.SCOPES if scope != "office" or can("office")]


def _page(entries: Entries | None = None, *, fresh_token: str = "") -> str:
    with application().database.read() as connection:
        living = tokens.living(connection, g.account_id, g.agency_id, wall_now())
    return render_template(
        "pages/profile.html", tokens=living, fresh_token=fresh_token,
        scope_choices=[(scope, t(f"tokens.scope.{scope}")) for scope in _scopes()],
        day_choices=[(str(days), t("tokens.lifetime", days=days)) for days in tokens.LIFETIMES],
        errors=entries.errors if entries else {}, given=request.form if entries else {},
        unit=unit_name(g.org, g.person.unit_id),
    )  # fmt: skip
