"""The plan's processes to look at: a picture of each with how many cases stand where; a table says the same."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from states.overview import places
from states.overview.figures import Scope
from states.subjects.visibility import visible
from web.access import signed_in
from web.application import application
from web.deadline_words import due_words, extension_words
from web.diagrams.kinds import KINDS
from web.downloads import download
from web.plan_texts import living_plan
from web.process_map import moves, picture
from workflow.clock import business_now
from workflow.definition import Definition, Plan
from workflow.message import NotFound

pages = Blueprint("processes", __name__, url_prefix="/quy-trinh")
LISTED = 50


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The processes of the plan in force, with how many cases of each are running."""
    plan = living_plan()
    catalogue = application().catalogue
    with application().database.read() as connection:
        lives = [catalogue.living(connection, g.agency_id, name) for name in (plan.processes if plan else ())]
        running = places.running(connection, _scope(connection))
    return render_template(
        "pages/processes.html", plan=plan, running=running, processes=[life.definition for life in lives if life]
    )


@pages.get("/<process>")
@signed_in
def one(process: str) -> ResponseReturnValue:
    """One process; with `buoc` the cases that stand in that state, too."""
    plan = living_plan()
    state = request.args.get("buoc", "")[:64]
    with application().database.read() as connection:
        life = application().catalogue.living(connection, g.agency_id, process)
        if life is None or plan is None:
            raise NotFound("page")
        scope = _scope(connection)
        counts = places.standing(connection, scope).get(process, {})
        listed = places.in_state(connection, scope, process, state, LISTED + 1) if state else []
    definition = life.definition
    if state and state not in definition.states and not listed:
        raise NotFound("page")
    titles = definition.field_titles()
    return render_template(
        "pages/process.html", definition=definition, drawn=picture(definition), counts=counts, moves=moves,
        who=_who(plan, definition), due=lambda place: due_words(place.due, titles), state=state, listed=listed,
        most=LISTED, old={name: count for name, count in counts.items() if name not in definition.states},
        units=g.org.units, kinds=KINDS, extension_words=extension_words,
    )  # fmt: skip


@pages.get("/<process>/so-do.<any(bpmn, svg, mmd, pnml):drawing>")
@signed_in
def diagram(process: str, drawing: str) -> ResponseReturnValue:
    """The process as a file for other tools. No case is in it."""
    plan = living_plan()
    with application().database.read() as connection:
        life = application().catalogue.living(connection, g.agency_id, process)
    if life is None or plan is None:
        raise NotFound("page")
    kind = KINDS[drawing]
    return download(kind.written(life.definition, life.plan), kind.content_type, f"{process}.{drawing}")


def _scope(connection: sa.Connection) -> Scope:
    return Scope(g.agency_id, visible(g.org, g.person.id), None, business_now(connection))


def _who(plan: Plan, definition: Definition) -> dict[str, str]:
    """role or field → what people call who that is."""
    return {**definition.field_titles(), **{name: role.title for name, role in plan.roles.items()}}
