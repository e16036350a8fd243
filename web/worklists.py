"""The inbox as it is drawn: what is late, today, this week, later, and why there may be nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from unicodedata import normalize

import sqlalchemy as sa

from web.application import Application
from web.language import t
from web.moves import is_simple
from web.narrowing import Filter
from workflow.arming import EXTENSION
from workflow.calendar import Calendar
from workflow.clock import ZONE, business_now, day_start, local_date
from workflow.definition import Definition
from workflow.history import event
from workflow.identity import Organisation
from workflow.inbox import InboxRow, Wanted, count, inbox
from workflow.postponed import put_off_by

GROUPS = ("late", "today", "week", "later", "open")
PAGE = 50
ALL = Filter()


@dataclass(frozen=True)
class Line:
    """One work item; `left` are the working days to its last day, negative when that has passed; `simple`: it may be
    approved from the list; `several`: it may be one of several decided together."""

    row: InboxRow
    group: str
    due_on: date | None
    left: int | None
    behalf: str
    claimed: str
    simple: bool
    several: bool


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
    wanted: Filter
    empty: Emptiness
    count: int  # of all pages, up to the cap
    put_off: int  # how many this person does not want to see yet

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

    def place(self, item_id: str) -> int:
        """The how-many-eth of this page an item is, from one; 0 when it is not in it."""
        ids = [line.row.item_id for line in self.lines]
        return ids.index(item_id) + 1 if item_id in ids else 0

    def beside(self, item_id: str) -> tuple[str, str]:
        """The items before and after this one, empty at the list's ends; for one not in it the first comes after."""
        ids = ["", *(line.row.item_id for line in self.lines), ""]
        at = ids.index(item_id, 1, -1) if item_id in ids[1:-1] else 0
        return ids[at - 1] if at else "", ids[at + 1]


def load(
    app: Application, org: Organisation, person_id: str, wanted: Filter = ALL, *, after: str = "", size: int = PAGE
) -> Worklist:
    """The person's inbox, found in one snapshot."""
    with app.database.read() as connection:
        now = business_now(connection)
        today = local_date(now)
        put_off = put_off_by(connection, person_id, today)
        asked = _asked(wanted, put_off, today)
        page = inbox(connection, org, person_id, after=after or None, limit=size, wanted=asked)
        calendar = app.catalogue.calendar_of(connection, org.agency_id)
        lives = {row.definition_id: app.catalogue.life(connection, row.definition_id) for row in page.rows}
        lines = [
            _line(row, org, calendar, today, _simple_verbs(lives[row.definition_id].definition, row))
            for row in page.rows
        ]
        lines.sort(key=lambda line: not _as_typed(wanted.search, line.row))
        why = Emptiness() if lines or after else _why_empty(connection, org, person_id, wanted, now)
    return Worklist(tuple(lines), page.next or "", wanted, why, page.count, len(put_off))


def arrived(app: Application, org: Organisation, person_id: str, wanted: Filter, since: str) -> int:
    """How many items of such a list have come to a person since a page with that stamp was drawn."""
    with app.database.read() as connection:
        today = local_date(business_now(connection))
        asked = _asked(wanted, put_off_by(connection, person_id, today), today)
        return count(connection, org, person_id, replace(asked, since=since).conditions)


def _asked(wanted: Filter, put_off: tuple[str, ...], today: date) -> Wanted:
    """What the filter asks of the rows. What one searches for is found even when it was put off."""
    last = {"late": today - timedelta(days=1), "today": today, "week": today + timedelta(days=6 - today.weekday())}
    due_before = day_start(last[wanted.due] + timedelta(days=1)) if wanted.due else None
    hidden = () if wanted.put_off or wanted.search else put_off
    return Wanted(wanted.search, wanted.process, due_before, hidden, put_off if wanted.put_off else None)


def _as_typed(search: str, row: InboxRow) -> bool:
    """Whether the name has the words as they were typed, diacritics and all: those come first in their group."""
    return normalize("NFC", search).casefold() in normalize("NFC", row.label).casefold()


def _line(row: InboxRow, org: Organisation, calendar: Calendar, today: date, simple: set[str]) -> Line:
    due_on = last_day(row.due_at)
    left = calendar.days_left(due_on, today) if due_on else None
    group = _group(due_on, today)
    return Line(row, group, due_on, left, org.name(row.on_behalf_of), org.name(row.claimed_by), "approve" in simple,
                bool(simple))  # fmt: skip


def _simple_verbs(definition: Definition, row: InboxRow) -> set[str]:
    """The verbs whose decision may be one of several: nothing is to be filled in but, it may be, a reason."""
    state = definition.states.get(row.state)
    if state is None or row.kind != "state":
        return set()
    return {one.verb for one in state.actions.values() if is_simple(one.verb, one.needs, one.takes)}


def item_title(kind: str, title: str) -> str:
    """What an item asks for, in words."""
    return t("extension.of", title=title) if kind == EXTENSION else title


def last_day(due_at: datetime | None) -> date | None:
    """The last day of a deadline, which ends at the next local midnight."""
    return (due_at - timedelta(microseconds=1)).astimezone(ZONE).date() if due_at else None


def _group(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "open"
    if due_on <= today:
        return "late" if due_on < today else "today"
    return "week" if due_on <= today + timedelta(days=6 - today.weekday()) else "later"


def _why_empty(
    connection: sa.Connection, org: Organisation, person_id: str, wanted: Filter, now: datetime
) -> Emptiness:
    if wanted.narrows and (hidden := inbox(connection, org, person_id, limit=1).count):
        return Emptiness("hidden", hidden)
    if wanted.narrows:
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
