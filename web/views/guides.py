"""User guides: for whoever opens one, signed in or not."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web import guides
from web.access import public
from web.capability import leads, may
from web.plan_texts import living_plan

pages = Blueprint("guides", __name__, url_prefix="/huong-dan")


@pages.get("")
@public
def index() -> ResponseReturnValue:
    """On to the one that everybody begins with."""
    return redirect(url_for("guides.guide", name=guides.START))


@pages.get("/<name>")
@public
def guide(name: str) -> ResponseReturnValue:
    """One guide, the others beside it."""
    if name not in guides.NAMES:
        abort(404)
    every = [guides.guide(one, url_for("static", filename="guide/")) for one in guides.NAMES]
    return render_template("pages/guide.html", guide=every[guides.NAMES.index(name)], every=every)


def help_address() -> str:
    """Where the page of this request is explained."""
    name, _, section = guides.section_of(request.blueprint, _post()).partition("#")
    return url_for("guides.guide", name=name, _anchor=section or None)


def _post() -> str | None:
    """Whose own guide explains this page, if anybody's."""
    if "org" not in g or not any(request.blueprint in pages for pages in guides.OWN.values()):
        return None
    if leads(g.org, living_plan(), g.person.id):
        return "head"
    return "office" if may(g.org, living_plan(), g.person.id) else None
