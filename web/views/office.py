"""The settings area: what may be set where, what is still missing, and what was changed by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.amendments.model import history as lines
from states.amendments.model import is_whole
from states.office import issuer
from states.office import missing as lacking
from web import organisation_looks
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.language import t
from web.number_words import said
from web.office_forms import Form
from web.page_lists import most
from web.plan_texts import living_plan, role_titles

pages = Blueprint("office", __name__, url_prefix="/thiet-lap")

PAGE = 50
NOUNS = ("person", "role", "unit", "plan", "agency", "webhook")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Every way in, and how much is missing."""
    steps = _steps()
    return render_template("pages/office.html", open_steps=sum(not one.done for one in steps))


@pages.get("/con-thieu")
@needs("office")
def missing() -> ResponseReturnValue:
    """What is missing before the first nomination, each with the place where it is mended."""
    ways = {
        "head": url_for("office.head"),
        "units": url_for("imports.index", kind="units"),
        "people": url_for("imports.index", kind="people"),
        "roles": url_for("imports.index", kind="roles"),
        "invitations": url_for("invitations.index"),
        "new_plan": url_for("guides.guide", name="quan-tri"),
        "guide": url_for("guides.guide", name="quan-tri", _anchor="truoc-khi-moi-nguoi-dung"),
    }
    by_hand = {"units": url_for("units.index"), "people": url_for("people_edit.new"), "roles": url_for("people.index")}
    return render_template("pages/missing.html", steps=_steps(), ways=ways, by_hand=by_hand)


@pages.get("/van-ban")
@needs("office")
def head() -> ResponseReturnValue:
    """What stands at the head of papers, to be changed."""
    return _head(Form(tuple(issuer.LONGEST), stored=_stored()))


@pages.post("/van-ban")
@needs("office")
@by_script("Đổi phần đầu văn bản của cơ quan", "parent_name", "short_name", "place", "ground", "seen-*")
def change_head() -> ResponseReturnValue:
    """Papers made from now on say it; those that were made stay as they are."""
    sent = Form(tuple(issuer.LONGEST), stored=_stored())
    given, edit = sent.read(), sent.edit()

    def write() -> None:
        with application().database.write() as connection:
            issuer.change(connection, g.agency_id, given, edit)

    if sent.attempt(write):
        flash(t("office.head_saved"))
        return redirect(url_for("office.head"), 303)
    return _head(sent), sent.status


@pages.get("/lich-su")
@needs("office")
def history() -> ResponseReturnValue:
    """Who changed what, when, on what ground: of everything, one kind, or one person or unit."""
    size = most(PAGE)
    noun, row = request.args.get("noun", ""), request.args.get("row", "")[:36]
    before = request.args.get("before", "")[:36]
    with application().database.read() as connection:
        found = lines(
            connection, g.agency_id, noun=noun if noun in NOUNS else "", row_id=row, before=before, limit=size + 1
        )
    told = [_told(one) for one in found[:size]]
    following = found[size - 1]["id"] if len(found) > size else ""
    return render_template(
        "pages/amendments.html", lines=told, noun=noun, row=row, following=following, nouns=NOUNS,
        about=_name("person", row) or _name("unit", row),
    )  # fmt: skip


def _stored() -> dict[str, str]:
    with application().database.read() as connection:
        return issuer.head_of(connection, g.agency_id)


def _head(sent: Form) -> str:
    sent.told_by(g.agency_id)
    return render_template("pages/paper_head.html", form=sent)


def _steps() -> list[lacking.Step]:
    with application().database.read() as connection:
        return lacking.steps(
            connection, g.org, living_plan(), organisation_looks.definitions(),
            mail=application().settings.mail_server is not None,
        )  # fmt: skip


def _told(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as a page shows it."""
    changes = [
        (_title(name), _shown(name, before), _shown(name, after)) for name, (before, after) in line["changes"].items()
    ]
    return {
        **line, "changes": changes, "about": _name(line["noun"], line["row_id"]), "by": g.org.name(line["made_by"]),
        "whole": is_whole(line), "address": _address(line["noun"], line["row_id"]),
    }  # fmt: skip


def _title(name: str) -> str:
    """What a changed value is called; a role that ended with somebody's leaving by its own name."""
    kind, _, rest = name.partition(":")
    if kind == "role" and rest:
        role, _, unit = rest.partition(":")
        return f"{role_titles().get(role, role)} {unit}".strip()
    return rest if kind == "number" else t(f"office.field.{name}")


def _shown(name: str, text: str) -> str:
    if name.startswith("number:"):
        return said(text) if text else ""
    if name == "webhook_kinds":
        return ", ".join(t(f"webhook.kind.{one}") for one in text.split(", ") if one)
    return str(role_titles().get(text, text)) if name == "role" else text


def _name(noun: str, row_id: str) -> str:
    if noun == "unit":
        return str(g.org.units.get(row_id, {}).get("name", ""))
    return t(f"office.noun.{noun}") if noun in ("plan", "agency", "webhook") else g.org.name(row_id)


def _address(noun: str, row_id: str) -> str:
    if noun in ("person", "role") and row_id in g.org.people:
        return url_for("people.person", person_id=row_id)
    if noun == "unit" and row_id in g.org.units:
        return url_for("units.unit", unit_id=row_id)
    return {"plan": url_for("numbers.index"), "agency": url_for("office.head")}.get(noun, "")
