"""People by hand: one added, one corrected, one who leaves, with what becomes of their work shown before."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from states.imports.export import GENDERS
from states.office import consequences, people
from states.office.editing import text
from web import organisation_looks
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.language import t
from web.office_forms import Form
from web.prove import fresh
from web.views.people import known

pages = Blueprint("people_edit", __name__, url_prefix="/danh-ba")


@pages.get("/them")
@needs("office")
def new() -> ResponseReturnValue:
    """The form for one more person."""
    return _new(Form(people.ADDED))


@pages.post("/them")
@needs("office")
@by_script("Thêm một người", "code", "name", "email", "unit", "post", "gender", "born_on")
@fresh
def add() -> ResponseReturnValue:
    """Add them; on to their page, where roles and a sign-in are given."""
    form, made = Form(people.ADDED, needed=("code", "name")), []
    given, edit = form.read(), form.edit()

    def write() -> None:
        with application().database.write() as connection:
            made.append(people.add(connection, g.agency_id, given, edit))

    if form.attempt(write):
        flash(t("office.person_added", name=given["name"]))
        return redirect(url_for("people.person", person_id=made[0]), 303)
    return _new(form), form.status


@pages.get("/<person_id>/sua")
@needs("office")
def form(person_id: str) -> ResponseReturnValue:
    """The form with what is stored."""
    return _form(person_id, Form(people.EDITED, stored=_stored(person_id)))


@pages.post("/<person_id>/sua")
@needs("office")
@by_script("Sửa thông tin một người", "name", "post", "gender", "born_on", "email", "ground", "seen-*")
@fresh
def change(person_id: str) -> ResponseReturnValue:
    """Correct it; when somebody else did meanwhile, what they changed is shown beside what was typed here."""
    sent = Form(people.EDITED, needed=("name",), stored=_stored(person_id))
    given, edit = sent.read(), sent.edit()

    def write() -> None:
        with application().database.write() as connection:
            people.change(connection, g.agency_id, person_id, given, edit)

    if sent.attempt(write):
        flash(t("office.person_saved", name=given["name"]))
        return redirect(url_for("people.person", person_id=person_id), 303)
    return _form(person_id, sent), sent.status


@pages.get("/<person_id>/nghi")
@needs("office")
def look(person_id: str) -> ResponseReturnValue:
    """What would become of their open work, roles and absences, were they gone today."""
    return _leaving(person_id, Form(("ends_on",), stored=_last_day(person_id)))


@pages.post("/<person_id>/nghi")
@needs("office")
@by_script("Ghi ngày làm việc cuối cùng của một người", "ends_on", "ground", "seen-ends_on")
@fresh
def leave(person_id: str) -> ResponseReturnValue:
    """Their last day, on what ground; nobody retires themselves. An empty day takes an earlier word back."""
    one = known(person_id)
    sent, days = Form(("ends_on",), stored=_last_day(person_id)), []
    given, edit = sent.read(), sent.edit(ground_needed=True)
    organisation_looks.refuse_oneself(one.id, "office.not_oneself")

    def write() -> None:
        with application().database.write() as connection:
            days.append(people.leave(connection, g.agency_id, person_id, given["ends_on"], edit))

    if sent.attempt(write):
        last = days[0]
        flash(t("office.leaves", name=one.name, day=last) if last else t("office.stays", name=one.name))
        return redirect(url_for("people.person", person_id=person_id), 303)
    return _leaving(person_id, sent), sent.status


def _stored(person_id: str) -> dict[str, str]:
    with application().database.read() as connection:
        return people.texts_of(people.stored(connection, g.agency_id, person_id))


def _last_day(person_id: str) -> dict[str, str]:
    with application().database.read() as connection:
        return {"ends_on": text(people.stored(connection, g.agency_id, person_id)["ends_on"])}


def _genders() -> list[tuple[str, str]]:
    return [(word, t(f"office.gender.{name}")) for name, word in GENDERS.items()]


def _new(sent: Form) -> str:
    units = [(str(row["code"]), str(row["name"])) for row in organisation_looks.living_units()]
    return render_template("pages/person_new.html", form=sent, units=units, genders=_genders())


def _form(person_id: str, sent: Form) -> str:
    sent.told_by(person_id)
    return render_template("pages/person_edit.html", one=known(person_id), form=sent, genders=_genders())


def _leaving(person_id: str, sent: Form) -> str:
    one = known(person_id)
    sent.told_by(person_id)
    after = consequences.without_person(g.org, person_id)
    seen = organisation_looks.look(after, person_id, g.org.grants.get(person_id, ()))
    return render_template(
        "pages/person_leave.html", one=one, form=sent, seen=seen, stands_in=organisation_looks.stands_in(person_id),
        mentors=organisation_looks.named_in(person_id),
    )  # fmt: skip
