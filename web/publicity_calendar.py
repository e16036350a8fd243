"""The publicity calendar of a month as pages and files show it: narrowed, day by day, each line in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import quote

import sqlalchemy as sa
from flask import current_app, g, url_for

from states.publicity import board
from states.publicity import calendar as publicity
from states.publicity.board import Item, Unpublished
from states.publicity.calendar import Slot
from states.spreadsheet import Cell
from states.subjects.visibility import visible
from web.application import application
from web.deadline_calendar import Day, as_ics
from web.language import day, t
from web.months import days_of, last_of
from web.plan_texts import living_plan
from workflow.clock import business_now

HEADS = ("when", "topic", "channel", "where", "writer", "unit", "state")
WIDTHS = (12, 44, 26, 30, 26, 34, 30)


@dataclass(frozen=True)
class Wanted:
    """What the calendar is narrowed to; '' says nothing. A unit is that of the exemplar or that of the writer."""

    month: date
    channel: str = ""
    owner: str = ""
    unit: str = ""

    @property
    def last(self) -> date:
        """The month's last day."""
        return last_of(self.month)

    def query(self, month: date | None = None, **more: str) -> dict[str, str]:
        """The address's words of this, or of another month; empty ones left out."""
        said = {"thang": f"{month or self.month:%Y-%m}", "kenh": self.channel, "nguoi": self.owner, "don-vi": self.unit}
        return {name: value for name, value in {**said, **more}.items() if value}


@dataclass(frozen=True)
class Line:
    """One thing on a day; `tone` out, late or planned; `href` only for who may open it."""

    on: date | None
    title: str
    channel: str
    where: str
    link: str
    writer: str
    unit: str
    state: str
    tone: str
    code: str
    href: str
    slot: bool = False
    behind: str = ""  # of a slot: units that have not said


@dataclass(frozen=True)
class Month:
    """A month: each day with its lines, then what is late on whatever day, what has no day, who is not yet told of."""

    wanted: Wanted
    days: Sequence[tuple[date, Sequence[Line]]]
    late: Sequence[Line]
    undated: Sequence[Line]
    waiting: Sequence[Unpublished]
    channels: Mapping[str, str]
    owners: Sequence[tuple[str, str]]
    units: Sequence[tuple[str, str]]

    @property
    def lines(self) -> list[Line]:
        """All lines of the month, by day."""
        return [line for _, lines in self.days for line in lines]

    def count(self, tone: str) -> int:
        """How many publications of the month are out, late or planned."""
        return sum(line.tone == tone and not line.slot for line in self.lines)


def month(connection: sa.Connection, wanted: Wanted) -> Month:
    """The calendar of this request's person: what they may see of work, and all that is out."""
    mine, plan = visible(g.org, g.person.id), living_plan()
    words = _Words.of(connection)
    found = publicity.between(connection, g.agency_id, mine, wanted.month, wanted.last)
    found = [one for one in found if one.published_on or not one.ended]
    items = [one for one in found if _fits(wanted, one)]
    here = [one for one in items if one.on and wanted.month <= one.on <= wanted.last]
    lines = [words.item(one) for one in sorted(here, key=lambda one: (one.on or g.today, one.topic))]
    if plan is not None and not wanted.owner:
        span = {"first": wanted.month, "last": wanted.last, "now": business_now(connection), "visible": mine}
        known = publicity.slots(connection, g.agency_id, plan, **span)
        lines = [*(line for one in known if (line := words.slot(one, wanted))), *lines]
    late = sorted((one for one in items if one.late_on(g.today)), key=lambda one: (one.on or g.today, one.topic))
    return Month(
        wanted, [(on, [line for line in lines if line.on == on]) for on in days_of(wanted.month)],
        [words.item(one) for one in late], [words.item(one) for one in items if one.on is None],
        board.unpublished(connection, g.agency_id, mine, plan.levels if plan else {}), words.channels,
        sorted({(one.writer, g.org.name(one.writer)) for one in found if one.writer}, key=lambda pair: pair[1]),
        [(unit_id, str(row["name"])) for unit_id, row in g.org.units.items() if row["ends_on"] is None],
    )  # fmt: skip


def rows(found: Month) -> list[list[Cell]]:
    """The month as a table with its heading, and after it what is late from other months."""
    earlier = [line for line in found.late if line.on and line.on < found.wanted.month]
    lines = [*found.lines, *earlier]
    heads: list[Cell] = [t(f"publicity.{name}") for name in HEADS]
    return [
        heads,
        *([day(one.on), one.title, one.channel, one.where, one.writer, one.unit, _whole(one)] for one in lines),
    ]


def ics(found: Month, stamp: str) -> bytes:
    """The month for people's own calendars: the same thing always under the same name."""
    base = str(current_app.config["BASE_URL"]).rstrip("/")
    entries = [
        Day(
            f"{line.code or quote(line.title)}.{line.on:%Y%m%d}.{g.agency_id}", line.on, line.title,
            f"{base}{line.href}" if line.href else "", datetime.combine(line.on, time(), UTC),
            "\n".join(one for one in (line.channel, line.where, line.writer, _whole(line)) if one),
        )
        for line in found.lines if line.on
    ]  # fmt: skip
    return as_ics(entries, t("publicity.calendar"), stamp)


def _whole(line: Line) -> str:
    return ". ".join(part for part in (line.state, line.behind) if part)


def _fits(wanted: Wanted, item: Item) -> bool:
    units = {item.unit_id, g.org.people[item.writer].unit_id if item.writer in g.org.people else ""}
    return (
        wanted.channel in ("", item.channel)
        and wanted.owner in ("", item.writer)
        and (not wanted.unit or wanted.unit in units)
    )


@dataclass(frozen=True)
class _Words:
    """Channels, states and titles of slots as this agency's plan calls them."""

    channels: Mapping[str, str]
    states: Mapping[str, str]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, connection: sa.Connection) -> _Words:
        plan = living_plan()
        named = {one.start for one in plan.cadences.values()} if plan else set()
        lives = {
            name: application().catalogue.living(connection, g.agency_id, name) for name in {board.PROCESS, *named}
        }
        life = lives.get(board.PROCESS)
        field = life.definition.fields.get("channel") if life else None
        states = {one.name: one.title for one in life.definition.states.values()} if life else {}
        titles = {name: one.definition.title for name, one in lives.items() if one}
        return cls(dict(field.choices) if field else {}, states, titles)

    def item(self, one: Item) -> Line:
        tone = "out" if one.published_on else "late" if one.late_on(g.today) else "planned"
        where = g.org.units.get(one.unit_id, {}).get("name", "")
        return Line(
            one.on, one.topic, self.channels.get(one.channel, one.channel), one.outlet, one.link,
            g.org.name(one.writer) if one.writer else "", str(where), self.states.get(one.state, one.state), tone,
            one.code, url_for("cases.case", code=one.code) if one.seen else "",
        )  # fmt: skip

    def slot(self, one: Slot, wanted: Wanted) -> Line | None:
        """None where the calendar is narrowed to something this slot is not."""
        told = [unit for unit in one.told if wanted.unit in ("", unit.unit_id)]
        if wanted.channel not in ("", one.channel) or (wanted.unit and one.told and not told):
            return None
        state = t("publicity.slot_said", said=sum(unit.how == "said" for unit in told), all=len(told)) if told else ""
        behind = ", ".join(unit.label for unit in told if unit.how in ("late", "missed"))
        tone = "late" if behind else "out" if told and all(unit.how == "said" for unit in told) else "planned"
        return Line(
            one.on, self.titles.get(one.process, one.process), self.channels.get(one.channel, one.channel), "", "", "",
            "", state or t("publicity.slot_planned"), tone, one.code,
            url_for("cases.case", code=one.code) if one.seen else "", slot=True,
            behind=t("publicity.slot_late", units=behind) if behind else "",
        )  # fmt: skip
