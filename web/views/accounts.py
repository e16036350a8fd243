"""Accounts of the agency's people, kept by its office: opened, invited to set a password, locked."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from web import directory
from web.access import needs
from web.application import application
from web.forms import Entries
from web.language import t
from web.sign_in import accounts, links
from web.views.people import known, page
from workflow import organisation_changes as changes
from workflow.clock import wall_now
from workflow.identity import PersonRow
from workflow.message import Message, Refused

pages = Blueprint("accounts", __name__, url_prefix="/danh-ba/<person_id>/tai-khoan")


@pages.post("")
@needs("office")
def create(person_id: str) -> ResponseReturnValue:
    """Open an account and show, once, the link by which its owner sets the password."""
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
            return _with_link(one, account_id, token)
        except IntegrityError:
            entries.problems["login"] = Message("account.login_taken", {"login": login})
    return page(one, entries), 422


@pages.post("/moi")
@needs("office")
def invite(person_id: str) -> ResponseReturnValue:
    """A new link to set the password; shown once, the earlier one ends."""
    one, account_id = _ours(person_id)
    with application().database.write() as connection:
        token = links.invite(connection, application().database.new_id(), account_id, wall_now())
    return _with_link(one, account_id, token)


@pages.post("/khoa")
@needs("office")
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


def _with_link(one: PersonRow, account_id: str, token: str) -> str:
    address = current_app.config["BASE_URL"] + url_for("sign_in.password", token=token)  # never the Host a caller sent
    return page(one, link=address, account_id=account_id)
