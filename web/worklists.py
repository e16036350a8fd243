"""The inbox as it is drawn: what is late, today, this week, later, and why there may be nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from web.application import Application
from workflow.calendar import Calendar
from workflow.clock import ZONE, business_now, local_date
from workflow.history import event
from workflow.identity import Organisation
from workflow.inbox import InboxRow, inbox

GROUPS = ("late", "today", "week", "later", "open")
PAGE = 50


@dataclass(frozen=True)
class Line:
    """One work item; `left` are the working days to its last day, negative when that has passed."""

    row: InboxRow
    group: str
    due_on: date | None
    left: int | None
    behalf: str
    claimed: str


@dataclass(frozen=True)
class Emptiness:
    """Why nothing is shown: `done` and `hidden` by the search (how much), `nothing` found, `never`, `norole`."""

    kind: str = ""
    count: int = 0


@dataclass(frozen=True)
class Worklist:
    """One page of the inbox; `after` fetches the next, empty at the end."""

    lines: tuple[Line, ...]
    after: str
    search: str
    empty: Emptiness
    count: int  # of all pages, up to the cap

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """The lines by urgency, groups without lines left out."""
        found = [(name, [line for line in self.lines if line.group == name]) for name in GROUPS]
        return [(name, lines) for name, lines in found if lines]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many lines of this page stand in each group."""
        return {name: sum(line.group == name for line in self.lines) for name in GROUPS}

    def following(self, item_id: str) -> str:
        """The item after this one, or the first; empty when there is no other."""
        ids = [line.row.item_id for line in self.lines]
        at = ids.index(item_id) if item_id in ids else -1
        rest = [*ids[at + 1 :], *ids[: max(at, 0)]]
        return rest[0] if rest else ""

    def beside(self, item_id: str) -> tuple[str, str]:
        """The items before and after this one, empty at the list's ends; for one not in it the first comes after."""
        ids = ["", *(line.row.item_id for line in self.lines), ""]
        at = ids.index(item_id, 1, -1) if item_id in ids[1:-1] else 0
        return ids[at - 1] if at else "", ids[at + 1]


def load(app: Application, org: Organisation, person_id: str, *, search: str = "", after: str = "") -> Worklist:
    """The person's inbox, found in one snapshot."""
    with app.database.read() as connection:
        page = inbox(connection, org, person_id, after=after or None, limit=PAGE, search=search)
        now = business_now(connection)
        calendar = app.catalogue.calendar(connection)
        lines = tuple(_line(row, org, calendar, local_date(now)) for row in page.rows)
        why = Emptiness() if lines or after else _why_empty(connection, org, person_id, search, now)
    return Worklist(lines, page.next or "", search, why, page.count)


def _line(row: InboxRow, org: Organisation, calendar: Calendar, today: date) -> Line:
    due_on = last_day(row.due_at)
    left = calendar.working_days_between(today, due_on) if due_on else None
    return Line(row, _group(due_on, today), due_on, left, org.name(row.on_behalf_of), org.name(row.claimed_by))


def last_day(due_at: datetime | None) -> date | None:
    """The last day of a deadline, which ends at the next local midnight."""
    return (due_at - timedelta(microseconds=1)).astimezone(ZONE).date() if due_at else None


def _group(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "open"
    if due_on <= today:
        return "late" if due_on < today else "today"
    return "week" if due_on <= today + timedelta(days=6 - today.weekday()) else "later"


def _why_empty(connection: sa.Connection, org: Organisation, person_id: str, search: str, now: datetime) -> Emptiness:
    if search and (hidden := len(inbox(connection, org, person_id, limit=PAGE).rows)):
        return Emptiness("hidden", hidden)
    if search:
        return Emptiness("nothing")
    if done := _done_today(connection, org, person_id, now):
        return Emptiness("done", done)
    return Emptiness("never" if org.powers(person_id) else "norole")


def _done_today(connection: sa.Connection, org: Organisation, person_id: str, now: datetime) -> int:
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = sa.select(sa.func.count()).where(
        event.c.agency_id == org.agency_id,
        event.c.actor_id == person_id,
        event.c.kind.in_(("action", "answered")),
        event.c.at >= midnight,
    )
    return connection.execute(mine).scalar_one()


def office_names(org: Organisation, role: str) -> Sequence[str]:
    """Those who keep roles and can give one: whom to ask."""
    return [org.name(one) for one, grants in org.grants.items() if any(grant.role == role for grant in grants)]
