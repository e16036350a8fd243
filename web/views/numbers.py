"""The numbers of the plan in force: what they are called, where they are used; edited from a day on, with a ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.office import numbers
from states.office.numbers import AMOUNT, Change, Number
from states.office.plan_files import sources
from states.office.running import running_elsewhere, running_under
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.language import day, t
from web.number_words import is_deadline, said, typed_as, unit, written
from web.office_forms import Form
from web.plan_texts import living_plan
from web.prove import fresh
from web.refusals import mention
from web.run_list import shown
from workflow.message import Invalid, Message, NotFound, Refused

pages = Blueprint("numbers", __name__, url_prefix="/thiet-lap/con-so")

MOVING = "/doi-quy-dinh"
FIELDS = ("number", "starts_on")


@dataclass(frozen=True)
class Shown:
    """A number as a page shows it: `amount` and `unit` where it is a plain amount; `typed_as` stands in its box."""

    number: Number
    title: str
    said: str
    amount: str
    unit: str
    typed_as: str


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Every number by what it belongs to, and the changes whose day is to come."""
    found, refusals = _numbers()
    with application().database.read() as connection:
        older = running_elsewhere(connection, g.agency_id, g.living_plan_id) if found else 0
        coming = [shown(row, g.org) for row in numbers.waiting(connection, g.agency_id)]
    tables = [(name, [one for one in found if one.number.table == name]) for name in ("values", *numbers.KEYS)]
    return render_template(
        "pages/numbers_of_plan.html",
        tables=[one for one in tables if one[1]],
        refusals=refusals,
        coming=coming,
        **_running(older),
    )


@pages.get("/<number>")
@needs("office")
def form(number: str) -> ResponseReturnValue:
    """The form with what is in force."""
    one = _known(number)
    return _page(one, Form(FIELDS, stored={"number": one.typed_as, "starts_on": day(g.today)}))


@pages.post("/<number>")
@needs("office")
@by_script("Đổi một con số của kế hoạch từ một ngày", "number", "starts_on", "ground", "seen-number", "_nonce")
@fresh
def change(number: str) -> ResponseReturnValue:
    """Another number from a day on: checked as `neuguong check` does, done by a run on its day."""
    one = _known(number)
    sent = Form(FIELDS, needed=FIELDS, stored={"number": one.typed_as, "starts_on": day(g.today)})
    given, edit = sent.read(), sent.edit(ground_needed=True)
    starts_on = sent.entries.day("starts_on", t("office.field.starts_on")) or g.today
    before = request.form.get("seen-number", sent.stored["number"])
    ordered: list[str] = []

    def write() -> None:
        app, key = application(), request.form.get("_nonce") or application().database.new_id()
        old, new = (written(one.number, one.typed_as, typed) for typed in (before, given["number"]))
        wanted = Change(g.agency_id, number, old, new, starts_on, edit)
        about = (one.title, f"{said(old)} → {said(new)}")
        try:
            ordered.append(numbers.decide(app.database, app.catalogue, app.registry, wanted, about, key))
        except Invalid as invalid:
            raise Invalid(
                {name: _told(one, what, given["number"]) for name, what in invalid.fields.items()}
            ) from invalid

    if sent.attempt(write):
        application().after_commit()
        flash(t("numbers.ordered", day=starts_on))
        return redirect(url_for("runs.one", run_id=ordered[0]), 303)
    return _page(one, sent), sent.status


def _told(one: Shown, what: Message, typed: str) -> Message:
    """A complaint in the words of the page: nobody here writes the small languages of a plan."""
    if what.key == "numbers.only_numbers":
        return Message(what.key, {"text": one.typed_as})
    if what.key == "numbers.unsound" and is_deadline(one.number.text):
        return Message("numbers.wrong_day", {"typed": typed, "example": one.typed_as})
    return what


def _numbers() -> tuple[list[Shown], list[Message]]:
    if living_plan() is None:
        return [], [Message("numbers.no_plan")]
    try:
        with application().database.read() as connection:
            files = sources(connection, g.living_plan_id)
    except Refused as refused:
        mention(refused)
        return [], list(refused.reasons)
    fields = numbers.field_titles(files)
    return [_shown(one, fields) for one in numbers.numbers(files)], []


def _known(number: str) -> Shown:
    found, refusals = _numbers()
    if refusals:
        raise Refused(*refusals)
    for one in found:
        if one.number.name == number:
            return one
    raise NotFound("process")


def _shown(one: Number, fields: Mapping[str, str]) -> Shown:
    plain = AMOUNT.fullmatch(one.text)
    title = one.title or _use(one.uses[0])
    if one.table != "values" and one.key:
        title = f"{title} – {t(f'numbers.key.{one.key}')}"
    return Shown(one, title, said(one.text, fields), plain[1] if plain else "", unit(one.text), typed_as(one, fields))


def _use(use: numbers.Use) -> str:
    said = use.title if use.title == use.process else f"{use.process}: {use.title}"
    return f"{said} – {t(f'numbers.use.{use.key}')}" if use.key in ("due", "every", "endorsed_by") else said


def _running(older: int) -> dict[str, Any]:
    """How many running cases keep older numbers, and the page that moves them, where there is one."""
    pages = [rule.endpoint for rule in current_app.url_map.iter_rules() if rule.rule == MOVING]
    return {"older": older, "moving": url_for(pages[0]) if pages else ""}


def _page(one: Shown, sent: Form) -> str:
    with application().database.read() as connection:
        running = running_under(connection, g.agency_id)
    uses = list(dict.fromkeys(_use(use) for use in one.number.uses))
    return render_template(
        "pages/number_of_plan.html", one=one, form=sent, uses=uses, nonce=application().database.new_id(),
        running=running, **_running(0),
    )  # fmt: skip
