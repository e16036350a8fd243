"""One's own calendar of deadlines and council meetings, for the calendar program of a phone or an office PC.

It is read by programs and lies on other people's servers: codes and the plan's own titles, nobody's name (RFC 5545).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from icalendar import Calendar, Event

from states.notices.letter import Places
from states.subjects.submitted import day
from states.subjects.visibility import visible
from web.application import Application
from web.language import t
from web.worklists import item_title, last_day
from workflow.case import case
from workflow.case_fields import cases_with
from workflow.deadline_forms import NamedDay
from workflow.deadline_grammar import parse_deadline
from workflow.definition import Definition
from workflow.identity import Organisation
from workflow.inbox import inbox

MOST = 500  # entries; what is due first
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Day:
    """A whole day in a calendar; `made_at` never changes, so that an unchanged calendar is the same bytes.

    `said` stands under the title; where nothing does, the address.
    """

    uid: str
    on: date
    title: str
    href: str
    made_at: datetime
    said: str = ""


def days(app: Application, org: Organisation, person_id: str, base_url: str) -> list[Day]:
    """What this person is asked to do by some day, and the meetings they may read of, soonest first."""
    with app.database.read() as connection:
        asked = inbox(connection, org, person_id, limit=MOST).rows
        meetings = list(_meetings(connection, app, org, person_id))
    places, found = Places(base_url), []
    for row in asked:
        if on := last_day(row.due_at):
            said = t("calendar.deadline", code=row.case_code, task=item_title(row.kind, row.title))
            found.append(Day(row.item_id, on, said, places.of_item(row.item_id), row.opened_at))
    for one, on, process in meetings:
        said = t("calendar.meeting", code=one["code"], process=process)
        found.append(Day(one["id"], on, said, places.of_case(one["code"]), one["started_at"]))
    return sorted(found, key=lambda one: (one.on, one.uid))


def as_ics(found: Iterable[Day], name: str = "", stamp: str = "") -> bytes:
    """The calendar file, one's own where it has no name: whole days, private, not busy, without alarms. `stamp`: who
    took it and when."""
    calendar = Calendar()
    calendar.add("prodid", "-//Neu Guong//vi")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name or t("calendar.name"))
    if stamp:
        calendar.add("x-wr-caldesc", stamp)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    for one in found:
        entry = Event()
        entry.add("uid", f"{one.uid}@neuguong")
        entry.add("dtstamp", one.made_at)
        entry.add("dtstart", one.on)
        entry.add("dtend", one.on + timedelta(days=1))
        entry.add("summary", one.title)
        if one.href:
            entry.add("url", one.href)
        entry.add("description", one.said or one.href)
        entry.add("class", "PRIVATE")
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _meetings(
    connection: sa.Connection, app: Application, org: Organisation, person_id: str
) -> Iterator[tuple[Mapping[str, Any], date, str]]:
    """Open cases that this person may read and that meet on a day: the case, the day, what its process is called."""
    readable = (visible(org, person_id), case.c.ended_at.is_(None))
    for one in connection.scalars(sa.select(case.c.definition_id).where(*readable).distinct()).all():
        definition = app.catalogue.life(connection, one).definition
        if field := meets_on(definition):
            for row in cases_with(connection, [*readable, case.c.definition_id == one], [field]):
                if on := day(row["fields"].get(field)):
                    yield row, on, definition.title


def meets_on(definition: Definition) -> str:
    """The field with the day on which a body of this process votes: what its voting states are due by; or nothing."""
    for state in definition.states.values():
        for text in _texts(state.due) if state.vote else ():
            due = parse_deadline(text)
            if isinstance(due, NamedDay) and not due.strict and due.ref in definition.fields:
                return due.ref
    return ""


def _texts(due: object) -> Iterator[str]:
    for one in due if isinstance(due, tuple) else (due,):
        if isinstance(one, str):
            yield one
