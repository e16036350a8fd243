"""The directory: who works here, what they hold, who stands in for whom."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.own_data import order
from states.training import record
from web import directory
from web.access import signed_in
from web.application import application
from web.by_script import by_script
from web.current import can
from web.field_views import MOST_LISTED
from web.forms import Entries
from web.language import t
from web.plan_texts import role_titles
from web.refusals import mention
from workflow import organisation_changes as changes
from workflow.identity import PersonRow
from workflow.message import Message, Refused

pages = Blueprint("people", __name__, url_prefix="/danh-ba")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Everyone who works here, by unit; searched without diacritics."""
    words, unit_id = request.args.get("q", "")[:100], request.args.get("unit", "")
    number = max(1, request.args.get("page", 1, type=int))
    shelf = directory.search(g.org, role_titles(), words, unit_id, number)
    return render_template("pages/people.html", shelf=shelf, words=words, unit_id=unit_id)


@pages.get("/goi-y")
@signed_in
def suggested() -> ResponseReturnValue:
    """Who may be meant by what is being typed: a part of a page, for the field that asks; nothing where nobody is."""
    part = render_template("parts/people_near.html", words=request.args.get("q", "")[:100])
    return part, 200 if part.strip() else 204


@pages.get("/<person_id>")
@signed_in
def person(person_id: str) -> ResponseReturnValue:
    """One person: unit, roles, absences; for the office also the account."""
    return page(known(person_id))


@pages.post("/<person_id>/vang-mat")
@signed_in
@by_script("Báo vắng mặt và người xử lý thay", "deputy", "first", "last", "reason")
def set_absence(person_id: str) -> ResponseReturnValue:
    """Somebody stands in, set by oneself or by the office for another."""
    absent = _own_or_office(person_id)
    entries = Entries(request.form)
    deputy = _deputy(entries, absent)
    first, last = entries.day("first", t("absence.first")), entries.day("last", t("absence.last"))
    reason = entries.line("reason", t("absence.reason"), needed=False)
    if last and last < g.today:
        entries.problems["last"] = Message("absence.over", {"today": g.today})
    if deputy == g.person.id and absent.id != g.person.id and not g.sign_in.is_admin:
        entries.problems["deputy"] = Message("absence.not_oneself", {"name": absent.name})
    if not entries.problems and first and last:
        try:
            with application().database.write() as connection:
                changes.set_absence(
                    connection, g.agency_id, person_id=absent.id, deputy_id=deputy, days=(first, last),
                    reason=reason, set_by=g.person.id, new_id=application().database.new_id,
                )  # fmt: skip
        except Refused as refused:
            mention(refused)
            entries.refuse("last", refused)
    if entries.problems:
        return page(absent, entries), 422
    flash(t("absence.saved", deputy=g.org.name(deputy), first=first, last=last))
    return redirect(url_for("people.person", person_id=absent.id), 303)


def _deputy(entries: Entries, absent: PersonRow) -> str:
    """Whom the form names, chosen from a list or typed; empty where that is nobody who may stand in."""
    words = entries.given.get("deputy", "")[:200]
    named = directory.meant(g.org, words)
    if words.strip() and named is None:
        entries.problems["deputy"] = directory.not_meant(g.org, words)
        return ""
    deputy = named.id if named else ""
    return entries.one_of("deputy", t("absence.deputy"), dict(directory.deputies(g.org, absent.id)), deputy)


@pages.post("/<person_id>/vang-mat/<absence_id>/ket-thuc")
@signed_in
@by_script("Kết thúc một lần vắng mặt")
def end_absence(person_id: str, absence_id: str) -> ResponseReturnValue:
    """Back again: from today on nobody stands in; one that has not begun never was."""
    absent = _own_or_office(person_id)
    with application().database.write() as connection:
        living = {row["id"] for row in directory.absences(connection, g.agency_id, absent.id, g.today)}
        if absence_id not in living:
            abort(404)
        changes.end_absence(connection, g.agency_id, absence_id, last_day=g.today.fromordinal(g.today.toordinal() - 1))
    flash(t("absence.ended", name=absent.name))
    return redirect(url_for("people.person", person_id=absent.id), 303)


@pages.post("/<person_id>/du-lieu")
@signed_in
@by_script("Bản dữ liệu cá nhân của một người", "_nonce")
def own_data(person_id: str) -> ResponseReturnValue:
    """Everything held of a person, as a file: for themselves, or for the office that was asked for it."""
    one = known(person_id)
    if one.id != g.person.id and not can("office"):
        raise Refused(Message("own_data.not_yours", {"name": one.name}))
    nonce = request.form.get("_nonce") or application().database.new_id()
    with application().database.write() as connection:
        run_id = order(connection, g.agency_id, one.id, g.person.id, nonce)
    application().after_commit()
    return redirect(url_for("runs.one", run_id=run_id), 303)


def page(one: PersonRow, entries: Entries | None = None, *, account_id: str | None = None, link: str = "") -> str:
    """The page of a person, again with what was typed when something is wrong."""
    account_id = account_id or one.account_id
    with application().database.read() as connection:
        held = directory.grants(connection, g.agency_id, one.id, g.today)
        away = directory.absences(connection, g.agency_id, one.id, g.today)
        account = directory.account_of(connection, account_id) if can("office") else None
        learnt = record.of_person(connection, g.agency_id, one.id) if one.id == g.person.id or can("office") else []
        last_day = directory.last_day(connection, one.id) if can("office") else None
    own = one.id == g.person.id
    deputies = directory.deputies(g.org, one.id)
    return render_template(
        "pages/person.html", one=one, own=own, may_set=own or can("office"), grants=held, absences=away,
        last_day=last_day, account=account, learnt=learnt,
        unit=directory.unit_name(g.org, one.unit_id), titles=role_titles(),
        deputies=deputies if len(deputies) <= MOST_LISTED else (), errors=entries.errors if entries else {},
        given=request.form if entries else {}, link=link, by_mail=application().settings.mail_server is not None,
        account_ours=account is not None and directory.is_ours(account, by_admin=g.sign_in.is_admin),
        nonce=application().database.new_id(),
    )  # fmt: skip


def known(person_id: str) -> PersonRow:
    """The person, when of this agency; 404 for anybody else's."""
    found: PersonRow | None = g.org.people.get(person_id)
    if found is None:
        abort(404)
    return found


def _own_or_office(person_id: str) -> PersonRow:
    found = known(person_id)
    if found.id != g.person.id and not can("office"):
        raise Refused(Message("absence.not_yours", {"name": found.name}))
    return found
