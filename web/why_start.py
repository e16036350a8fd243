"""Why somebody may begin a case by hand or not: what the page that offers it asks, and what the engine asks of whom it
would be about."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from config.wiring import Application
from states.subjects.enrol import enrol_person, enrol_unit
from states.subjects.model import subject
from web.beginnings import Beginning, by_hand
from workflow.clock import business_now, local_date
from workflow.identity import Organisation, load_organisation
from workflow.message import Message, NotFound
from workflow.reasons import Line, Part, Why, line
from workflow.starting import Beginning as Wanted
from workflow.starting import refused

UNIT, AGENCY = "unit", "agency"


def of_start(app: Application, agency_id: str, person_id: str, about: str, whom: str) -> Why:
    """Each start that `about` means (PROCESS, PROCESS.START, or empty for all), for this person; with `whom` (the code
    of a person or unit, the id of a subject) also what stands against beginning it about them. Raises NotFound."""
    with app.database.write() as connection:  # who is not known as a subject yet is made one, and that is undone
        org = load_organisation(connection, agency_id, local_date(business_now(connection)))
        ways = [way for way in by_hand(connection, app.catalogue, agency_id) if about in ("", way.process, _name(way))]
        if not ways or (whom and not person_id):
            raise NotFound("start")
        lines = tuple(_told(app, connection, org, way, person_id, whom) for way in ways)
        connection.rollback()
    part = Part(Message("explain.part.begin"), lines)
    return Why("start", about, Message("explain.start"), (part,))


def _name(way: Beginning) -> str:
    return f"{way.process}.{way.action.name}"


def _told(
    app: Application, connection: sa.Connection, org: Organisation, way: Beginning, person_id: str, whom: str
) -> Line:  # fmt: skip
    said = {"title": way.action.title, "process": way.life.definition.title}
    roles = [way.life.plan.roles[one].title for one in way.roles]
    under = [line("explain.start.roles", roles=roles)]
    if not person_id:
        return line("explain.start.way", "", tuple(under), **said)
    if not way.opens_to(org, person_id):
        under.append(line("explain.start.no_role", "no"))
        return line("explain.start.not_offered", "no", tuple(under), **said)
    under.append(line("explain.start.role", "yes"))
    against = list(_against(app, connection, org, way, person_id, whom)) if whom else []
    if against:
        return line("explain.start.refused", "no", (*under, *against), **said)
    under.append(line("explain.start.form"))
    return line("explain.start.offered", "yes", tuple(under), **said)


def _against(
    app: Application, connection: sa.Connection, org: Organisation, way: Beginning, person_id: str, whom: str
) -> Iterator[Line]:  # fmt: skip
    """What the engine would refuse it with, of whom it is about and of today."""
    found = _subject(connection, org, way, whom)
    if found is None:
        yield line("explain.start.nobody", "no", whom=whom)
        return
    wanted = Wanted(
        org.agency_id, way.process, *found, action=way.action.name, person_id=person_id, channel="page"
    )  # fmt: skip
    try:
        reasons = refused(connection, app.catalogue, app.engine.registry, app.database.new_id, wanted)
    except NotFound:
        yield line("explain.start.no_subject", "no", whom=whom)
        return
    yield from (Line(one, "no") for one in reasons)


def _subject(connection: sa.Connection, org: Organisation, way: Beginning, whom: str) -> tuple[str, str] | None:
    """(type, id) of whom a code means, for this way to begin."""
    if AGENCY in way.kinds:
        return AGENCY, org.agency_id
    person_id = next((one.id for one in org.people.values() if whom in (one.code, one.id)), None)
    if person_id is not None:
        return "subject", enrol_person(connection, org.agency_id, person_id)
    unit_id = next((id_ for id_, row in org.units.items() if whom in (row["code"], id_)), None)
    if unit_id is not None:
        return (UNIT, unit_id) if UNIT in way.kinds else ("subject", enrol_unit(connection, org.agency_id, unit_id))
    known = sa.select(subject.c.id).where(subject.c.agency_id == org.agency_id, subject.c.id == whom)
    return ("subject", whom) if connection.scalar(known) else None
