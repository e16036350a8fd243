"""Accounts of the agency's people, kept by its office: opened, invited to set a password, locked."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from states.accounts.letters import Word
from web import directory
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.entering import link_to, tell
from web.forms import Entries
from web.language import t
from web.prove import fresh
from web.sign_in import accounts, factors, links, sessions
from web.views.people import known, page
from workflow import organisation_changes as changes
from workflow.clock import wall_now
from workflow.identity import PersonRow
from workflow.message import Message, Refused

pages = Blueprint("accounts", __name__, url_prefix="/danh-ba/<person_id>/tai-khoan")


@pages.post("")
@needs("office")
@by_script("Mở tài khoản cho một người", "login")
@fresh
def create(person_id: str) -> ResponseReturnValue:
    """Open an account and mail its owner the link to set the password; shown once, where no letter can go."""
    one, entries, app = known(person_id), Entries(request.form), application()
    login = accounts.normal_login(entries.line("login", t("sign_in.login")))
    if one.account_id is not None:
        raise Refused(Message("account.already"))
    if not entries.problems:
        try:
            with app.database.write() as connection:
                account_id = changes.add_account(
                    connection, login=login, email=one.email, new_id=app.database.new_id, language=g.language
                )
                changes.change_person(connection, g.agency_id, one.id, {"account_id": account_id})
                token = links.invite(connection, app.database.new_id(), account_id, wall_now())
            return _told(one, account_id, token)
        except IntegrityError:
            entries.problems["login"] = Message("account.login_taken", {"login": login})
    return page(one, entries), 422


@pages.post("/moi")
@needs("office")
@by_script("Tạo liên kết mới để đặt mật khẩu")
@fresh
def invite(person_id: str) -> ResponseReturnValue:
    """A new link to set the password; shown once, the earlier one ends."""
    one, account_id = _ours(person_id)
    return _with_link(one, account_id, _link(account_id))


@pages.post("/moi-thu")
@needs("office")
@by_script("Gửi thư mời đặt mật khẩu")
@fresh
def mail(person_id: str) -> ResponseReturnValue:
    """The same by mail: nobody but the owner sees it."""
    one, account_id = _ours(person_id)
    return _told(one, account_id, _link(account_id))


@pages.post("/phien/ket-thuc")
@needs("office")
@by_script("Kết thúc mọi phiên đăng nhập của một người")
def end_sign_ins(person_id: str) -> ResponseReturnValue:
    """End every sign-in of this person, on whatever device."""
    one, account_id = _ours(person_id)
    with application().database.write() as connection:
        sessions.end_all(connection, account_id)
    tell(account_id, Word("sign_ins_ended"))
    flash(t("account.sign_ins_ended", name=one.name))
    return redirect(url_for("people.person", person_id=one.id), 303)


@pages.post("/hai-lop/xoa")
@needs("office")
@by_script("Gỡ mọi lớp xác thực thứ hai của một người")
@fresh
def reset_factors(person_id: str) -> ResponseReturnValue:
    """Take away every second factor of who lost theirs: not for the office, which can already set passwords."""
    one, account_id = _ours(person_id)
    if not g.sign_in.is_admin:
        raise Refused(Message("access.needs.admin"))
    with application().database.write() as connection:
        factors.reset(connection, account_id)
    tell(account_id, Word("factors_reset"))
    flash(t("account.factors_reset", name=one.name))
    return redirect(url_for("people.person", person_id=one.id), 303)


@pages.post("/khoa")
@needs("office")
@by_script("Khóa tài khoản")
def lock(person_id: str) -> ResponseReturnValue:
    """End everything this account has open, and let it sign in no more."""
    one, account_id = _ours(person_id)
    if one.id == g.person.id:
        raise Refused(Message("account.not_yourself"))
    with application().database.write() as connection:
        accounts.lock(connection, account_id, wall_now())
    flash(t("account.was_locked", name=one.name))
    return redirect(url_for("people.person", person_id=one.id), 303)


@pages.post("/mo-khoa")
@needs("office")
@by_script("Mở khóa tài khoản")
def unlock(person_id: str) -> ResponseReturnValue:
    """Let the account sign in again."""
    one, account_id = _ours(person_id)
    with application().database.write() as connection:
        accounts.unlock(connection, account_id)
    flash(t("account.was_unlocked", name=one.name))
    return redirect(url_for("people.person", person_id=one.id), 303)


def _ours(person_id: str) -> tuple[PersonRow, str]:
    """The person and account, when no other agency lives by it: an office must not reach into another's house."""
    one = known(person_id)
    with application().database.read() as connection:
        found = directory.account_of(connection, one.account_id)
    if found is None:
        abort(404)
    if not directory.is_ours(found, by_admin=g.sign_in.is_admin):
        raise Refused(Message("account.shared"))
    return one, found["id"]


def _link(account_id: str) -> str:
    """A new way to set the password, and no earlier one any more."""
    with application().database.write() as connection:
        return links.invite(connection, application().database.new_id(), account_id, wall_now())


def _told(one: PersonRow, account_id: str, token: str) -> ResponseReturnValue:
    """By mail where mail goes, else by hand."""
    app = application()
    if app.settings.mail_server and tell(account_id, Word("invite", link=link_to("sign_in.password", token=token))):
        flash(t("account.mailed", name=one.name))
        return redirect(url_for("people.person", person_id=one.id), 303)
    return _with_link(one, account_id, token)


def _with_link(one: PersonRow, account_id: str, token: str) -> str:
    return page(one, link=link_to("sign_in.password", token=token), account_id=account_id)
