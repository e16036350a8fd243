"""One's own ways in: the app's codes, passkeys, recovery codes, the sign-ins that are open, the address for letters."""

from __future__ import annotations

import segno
from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from states.accounts import letters
from states.accounts.letters import Word
from web import passkey_place, second_factor
from web.access import signed_in
from web.application import application
from web.by_script import in_browser
from web.entering import link_to, tell
from web.forms import Entries
from web.language import t
from web.prove import fresh
from web.sign_in import codes, devices, factors, links, passkeys, policy, sessions, sso
from workflow.clock import wall_now
from workflow.message import Message

pages = Blueprint("security", __name__, url_prefix="/ca-nhan/bao-mat")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Everything on one page."""
    return _page()


@pages.post("/ung-dung")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def begin_app() -> ResponseReturnValue:
    """A new secret for an app, shown to be taken over; nothing is asked of anybody before its first code came."""
    app = application()
    with app.database.write() as connection:
        if factors.of(connection, g.account_id).app_since is None:
            codes.begin(connection, app.identities, g.account_id, wall_now())
    return redirect(url_for("security.app"), 303)


@pages.get("/ung-dung")
@signed_in
def app() -> ResponseReturnValue:
    """The secret that waits to be taken over, for who was proven lately."""
    if not policy.is_fresh(g.sign_in, wall_now()):
        return redirect(url_for("security.index"), 303)
    return _app_page({})


@pages.post("/ung-dung/xac-nhan")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def confirm_app() -> ResponseReturnValue:
    """The app's first code: from now on it is asked for at every sign-in."""
    app, typed = application(), request.form.get("code", "")
    with app.database.write() as connection:
        right = codes.confirm(connection, app.identities, g.account_id, typed, wall_now())
    if not right:
        return _app_page({"code": t("second.wrong")}, 422)
    return _added(t("second.app"))


@pages.post("/ung-dung/bo")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def remove_app() -> ResponseReturnValue:
    """The app is no longer asked."""
    with application().database.write() as connection:
        if not codes.remove(connection, g.account_id):
            abort(404)
        factors.tidy_recovery_codes(connection, g.account_id)
    return _removed(t("second.app"))


@pages.post("/ma-du-phong")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def recovery() -> ResponseReturnValue:
    """Ten new codes, shown this once; earlier ones are worth nothing."""
    app = application()
    with app.database.write() as connection:
        if not factors.of(connection, g.account_id).any:
            abort(404)
        made = codes.new_recovery_codes(connection, g.account_id, app.database.new_id)
    tell(g.account_id, Word("codes_made"))
    return render_template("pages/recovery_codes.html", codes=made)


@pages.post("/khoa/them")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def begin_passkey() -> ResponseReturnValue:
    """What the browser is asked, for its script to put."""
    place, entries = passkey_place.here(), Entries(request.form)
    name = entries.line("name", t("passkey.name"))[:80]
    if place is None:
        abort(404)
    if entries.problems:
        return _page(entries), 422
    with application().database.write() as connection:
        if len(factors.of(connection, g.account_id).passkeys) >= passkeys.MOST:
            abort(409)
        begun = passkeys.begin_registration(connection, place, _owner(), wall_now())
    return render_template("pages/passkey_new.html", name=name, begun=begun)


@pages.post("/khoa")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    place, app = passkey_place.here(), application()
    if place is None:
        abort(404)
    name, step = request.form.get("name", "").strip()[:80], request.form.get("_step", "")
    with app.database.write() as connection:
        kept = passkeys.register(
            connection, place, _owner(), name or t("passkey.title"), step, request.form.get("_credential", ""),
            new_id=app.database.new_id(), now=wall_now(),
        )  # fmt: skip
    if not kept:
        flash(t("passkey.not_kept"), "bad")
        return redirect(url_for("security.index"), 303)
    return _added(t("passkey.one", name=name))


@pages.post("/khoa/<passkey_id>/bo")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    """Forget a passkey."""
    with application().database.write() as connection:
        name = passkeys.remove(connection, g.account_id, passkey_id)
        if name is None:
            abort(404)
        factors.tidy_recovery_codes(connection, g.account_id)
    return _removed(t("passkey.one", name=name))


@pages.post("/sso/<identity_id>/bo")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def unlink(identity_id: str) -> ResponseReturnValue:
    """Single sign-on opens this account no more."""
    with application().database.write() as connection:
        if not sso.unlink(connection, g.account_id, identity_id):
            abort(404)
    return _removed(t("sso.title"))


@pages.post("/phien/<sign_in_id>/ket-thuc")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def end_sign_in(sign_in_id: str) -> ResponseReturnValue:
    """End one of one's sign-ins, on whatever device."""
    with application().database.write() as connection:
        if not sessions.end_one(connection, g.account_id, sign_in_id):
            abort(404)
    flash(t("sign_ins.ended"))
    return redirect(url_for("security.index") + "#phien", 303)


@pages.post("/phien/khac/ket-thuc")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def end_others() -> ResponseReturnValue:
    """End every sign-in but this one."""
    with application().database.write() as connection:
        many = sessions.end_others(connection, g.sign_in)
    flash(t("sign_ins.others_ended", many=many))
    return redirect(url_for("security.index") + "#phien", 303)


@pages.post("/thu-dien-tu")
@signed_in
@in_browser("cách đăng nhập chỉ do chính chủ đổi ở trang «Bảo mật»")
@fresh
def change_email() -> ResponseReturnValue:
    """A letter to the new address; until its link is confirmed the old one stays."""
    app, entries = application(), Entries(request.form)
    wished = entries.line("email", t("email.new"))
    if wished and not letters.is_address(wished):
        entries.problems["email"] = Message("email.not_one")
    if entries.problems:
        return _page(entries), 422
    with app.database.write() as connection:
        token = links.confirm_email(connection, app.database.new_id(), g.account_id, wished, wall_now())
    tell(g.account_id, Word("email", link=link_to("lost_password.email", token=token), to=wished))
    flash(t("email.asked", address=wished))
    return redirect(url_for("security.index"), 303)


def _added(what: str) -> ResponseReturnValue:
    """Say it, by mail too; other sign-ins end; with the first factor come its recovery codes, shown this once."""
    app = application()
    tell(g.account_id, Word("factor_added", {"what": what}))
    flash(t("second.added", what=what))
    with app.database.write() as connection:
        sessions.end_others(connection, g.sign_in)  # whoever else sits in this account did without
        if factors.of(connection, g.account_id).recovery_left:
            return redirect(url_for("security.index"), 303)
        made = codes.new_recovery_codes(connection, g.account_id, app.database.new_id)
    return render_template("pages/recovery_codes.html", codes=made)


def _removed(what: str) -> ResponseReturnValue:
    tell(g.account_id, Word("factor_removed", {"what": what}))
    flash(t("second.removed", what=what))
    return redirect(url_for("security.index"), 303)


def _owner() -> passkeys.Owner:
    return passkeys.Owner(g.account_id, g.sign_in.login, g.person.name)


def _page(entries: Entries | None = None) -> str:
    with application().database.read() as connection:
        has = factors.of(connection, g.account_id)
        open_now = [(row, devices.name(row["client"])) for row in sessions.living(connection, g.account_id, wall_now())]
        address = letters.address_of(connection, g.account_id)
    return render_template(
        "pages/security.html", has=has, sign_ins=open_now, address=address, passkey_place=passkey_place.here(),
        demand=second_factor.demand(), errors=entries.errors if entries else {},
        given=request.form if entries else {},
    )  # fmt: skip


def _app_page(errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    app = application()
    with app.database.read() as connection:
        secret = codes.begun(connection, app.identities, g.account_id, wall_now())
    if secret is None:
        return redirect(url_for("security.index"), 303)
    said = codes.address(secret, g.sign_in.login, t("product.name"))
    drawn = segno.make(said, error="m").svg_inline(scale=5, border=4, omitsize=False, svgclass="qr", lineclass="")
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template(
        "pages/app.html", drawn=Markup(drawn), secret=spaced, address=said, errors=errors
    ), status  # fmt: skip
