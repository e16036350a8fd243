"""«Vì sao?»: one page for a work item, a deadline, a case, a person, a refusal; links lead here from each of them."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web import why
from web.access import signed_in
from web.application import application
from web.why import Asker

pages = Blueprint("why", __name__, url_prefix="/vi-sao")


@pages.get("/viec/<item_id>")
@signed_in
def item(item_id: str) -> ResponseReturnValue:
    """Why a work item is there, whose it is, until when, and what if nobody does it."""
    return _page("item", item_id)


@pages.get("/han/<item_id>")
@signed_in
def deadline(item_id: str) -> ResponseReturnValue:
    """Why a deadline is that day, and what happens before and after it."""
    return _page("deadline", item_id)


@pages.get("/ho-so/<code>")
@signed_in
def case(code: str) -> ResponseReturnValue:
    """Why a case stands where it does, and each button is there or not."""
    return _page("case", code)


@pages.get("/nguoi/<person_id>")
@signed_in
def person(person_id: str) -> ResponseReturnValue:
    """Why somebody may and sees what they do; `ho-so`: with which case."""
    return _page("person", person_id, request.args.get("ho-so", "").strip()[:60])


@pages.get("/tu-choi/<ref>")
@signed_in
def refusal(ref: str) -> ResponseReturnValue:
    """Why oneself was refused, by the reference that was told."""
    return _page("refusal", ref)


@pages.get("/bat-dau")
@signed_in
def start() -> ResponseReturnValue:
    """Why one may begin a case or not: `quy-trinh`, of which (PROCESS or PROCESS.START); `ve`, about whom."""
    given = {name: request.args.get(name, "").strip()[:120] for name in ("quy-trinh", "ve")}
    return _page("start", given["quy-trinh"], given["ve"])


def _page(kind: str, about: str, code: str = "") -> str:
    found = why.of(Asker(application(), g.agency_id, g.person.id), kind, about, code=code)
    places = {"item": "why.item", "deadline": "why.deadline"}
    return render_template(
        "pages/why.html", why=found, code=code, address=lambda at: url_for(places[at[0]], item_id=at[1]),
        signs={"yes": "check", "no": "cross", "later": "clock"},
    )  # fmt: skip
