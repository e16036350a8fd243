"""What the commands about cases share: which agency, which case, and who looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import sqlalchemy as sa

from states.imports.people import known_people
from web.commands.shell import Shell
from workflow.case import case
from workflow.clock import ZONE, business_now, local_date
from workflow.commands import Actor
from workflow.due import Due, explain
from workflow.explain import CaseView, ItemView
from workflow.folding import tidy
from workflow.identity import load_organisation
from workflow.message import Message
from workflow.organisation import agency

NOBODY = ""


def agency_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--agency CODE`, needed only where several agencies live in one installation."""
    return click.option("--agency", "agency_code", help="Mã cơ quan, khi cài đặt phục vụ nhiều cơ quan.")(command)


def agency_of(shell: Shell, code: str | None) -> str:
    """The id of the agency meant; exit code 2 when it cannot be told which."""
    with shell.application.database.read() as connection:
        rows = connection.execute(sa.select(agency.c.code, agency.c.id).order_by(agency.c.code))
        known = {row.code: row.id for row in rows}
    if not known:
        raise shell.fail("import.no_agency")
    if code is None and len(known) == 1:
        return str(next(iter(known.values())))
    if code not in known:
        key = "import.which_agency" if code is None else "import.unknown_agency"
        raise shell.fail(key, code=2, known=sorted(known), given=code or "")
    return str(known[code])


def person_of(connection: sa.Connection, agency_id: str, given: str) -> str | None:
    """The one person meant by a code in any case, a login, or a name that only one has."""
    ids = known_people(connection, agency_id).matches(given)
    return next(iter(ids)) if len(ids) == 1 else None


def view_of(shell: Shell, agency_id: str, code: str, person_code: str | None = None) -> CaseView:
    """A case by its code, as a person sees it, or nobody. Exit code 1 when there is no such case or person."""
    app = shell.application
    with app.database.read() as connection:
        exact, alike = case.c.code == tidy(code), sa.func.lower(case.c.code) == tidy(code).lower()
        query = sa.select(case.c.id).where(case.c.agency_id == agency_id, exact | alike).order_by(exact.desc())
        case_id = connection.scalar(query)
        if case_id is None:
            raise shell.fail("cases.no_case", given=code)
        looks = NOBODY
        if person_code is not None:
            found = person_of(connection, agency_id, person_code)
            if found is None:
                raise shell.fail("cases.no_person", given=person_code)
            looks = found
        load_organisation(connection, agency_id, local_date(business_now(connection)))
    return app.engine.view(Actor(looks, agency_id, "cli"), case_id)


def item_lines(shell: Shell, item: ItemView) -> list[str]:
    """Whose turn and until when."""
    due = Due.from_json(item.due) if item.due else None
    owners = ", ".join(item.owners) or shell.text("pane.nobody")
    lines = [shell.text("why.turn", title=item.title, owners=owners)]
    return [*lines, shell.text("why.due", on=due.due_on) if due else shell.text("due.none")]


def reasons_of(view: CaseView, due: Due) -> list[tuple[str, dict[str, Any]]]:
    """Why a deadline is that day, with words and dates a renderer knows."""
    from web.reading import due_params

    return [(key, due_params(params)) for key, params in explain(due, view.definition.field_titles())]


def case_json(shell: Shell, view: CaseView) -> dict[str, Any]:
    """A case for a script: where it is, whose turn, due when."""
    row, unit = view.case, view.org.units.get(view.case["unit_id"] or "")
    return {
        "code": row["code"], "process": row["process"], "label": row["label"], "unit": unit["code"] if unit else "",
        "state": row["state"], "state_title": view.state.title, "stage": row["stage"], "levels": row["levels"],
        "holds": row["holds"], "version": row["version"], "started_at": row["started_at"], "ended_at": row["ended_at"],
        "items": [item_json(shell, view, item) for item in view.items],
        "links": [{"code": one.code, "relation": one.relation, "state": one.state_title} for one in view.links],
    }  # fmt: skip


def item_json(shell: Shell, view: CaseView, item: ItemView) -> dict[str, Any]:
    """An open item for a script, its deadline explained."""
    due = Due.from_json(item.due) if item.due else None
    return {
        "id": item.id, "title": item.title, "status": item.status, "owners": list(item.owners),
        "due_on": due.due_on if due else None,
        "why": [shell.text(key, **params) for key, params in reasons_of(view, due)] if due else [],
        "calendar": due.calendar_version if due else "",
    }  # fmt: skip


def moment(view_at: Any) -> str:
    """HH:mm dd/MM/yyyy on Việt Nam's clock."""
    return str(view_at.astimezone(ZONE).strftime("%H:%M %d/%m/%Y"))


def sentences(shell: Shell, messages: tuple[Message, ...]) -> list[str]:
    """Messages in the installation's language."""
    return [shell.application.texts.render(one, shell.settings.language) for one in messages]
