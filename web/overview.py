"""The dashboards' figures as people read them: titles, rows, what is drawn; one maker each for page, file, paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g, url_for

from states.honours.board import has_board
from states.overview import figures
from states.overview.figures import Scope
from states.publicity.coverage import PROCESS as PUBLICITY
from states.quotas.limits import period_of
from states.quotas.standing import table
from states.reviews.counts import targets_of
from states.subjects.visibility import visible
from web.application import application
from web.current import units_answered_for
from web.language import day, render_message, t
from web.plan_texts import living_plan, role_titles
from workflow.catalogue import Life
from workflow.clock import business_now
from workflow.definition import Plan
from workflow.message import Message, Refused

YEARS_BACK = 3
Row = tuple[str | int | float, ...]


@dataclass(frozen=True)
class Figure:
    """A table whose first column names its rows; `drawn` are the columns of numbers that its chart shows."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: Sequence[Row]
    drawn: tuple[int, ...] = (1,)
    note: str = ""
    whys: Sequence[str] = ()  # where each row is explained


@dataclass(frozen=True)
class Desk:
    """What every maker needs: the statement's scope, the plan, the process of exemplars, the year looked at."""

    connection: sa.Connection
    scope: Scope
    plan: Plan
    life: Life
    year: int

    @property
    def process(self) -> str:
        """The process whose states hold levels."""
        return self.life.definition.process


def units_of_mine() -> Sequence[str] | None:
    """Units whose numbers this person may see: None for all, with a role of the agency. Raises Refused for nobody."""
    units = units_answered_for()
    if units == []:
        raise Refused(Message("overview.not_yours"))
    return units


def desk(connection: sa.Connection, year: int) -> Desk | None:
    """The desk of this request; None before a plan is in force."""
    units, plan = units_of_mine(), living_plan()
    life = _of_exemplars(connection, plan) if plan else None
    if plan is None or life is None:
        return None
    scope = Scope(g.agency_id, visible(g.org, g.person.id), units, business_now(connection))
    return Desk(connection, scope, plan, life, year)


def _of_exemplars(connection: sa.Connection, plan: Plan) -> Life | None:
    for name in plan.processes:
        life = application().catalogue.living(connection, g.agency_id, name)
        if life and any(state.level not in (None, "none") for state in life.definition.states.values()):
            return life
    return None


def _piped(at: Desk, name: str, column: str, titles: Mapping[str, str], nothing: str) -> Figure:
    counts = figures.pipeline(at.connection, at.scope, at.process, column)
    return _counted(name, counts, titles, nothing)


def _counted(name: str, counts: Mapping[str, int], titles: Mapping[str, str], nothing: str) -> Figure:
    """In the order of the titles; words without one (of an older plan) last."""
    order = [*titles, *sorted(key for key in counts if key and key not in titles), ""]
    rows = [(titles.get(key, key) or nothing, counts[key]) for key in order if counts.get(key)]
    return Figure(name, t(f"overview.{name}"), (t(f"overview.{name}.head"), t("overview.count")), rows)


def _stages(at: Desk) -> Figure:
    names = dict.fromkeys(state.stage for state in at.life.definition.states.values())
    return _piped(at, "stages", "stage", {name: t(f"stage.{name}") for name in names}, "")


def _states(at: Desk) -> Figure:
    return _piped(at, "states", "state", {one.name: one.title for one in at.life.definition.states.values()}, "")


def _units(at: Desk) -> Figure:
    return _piped(at, "units", "unit_id", _unit_names(), t("overview.no_unit"))


def _levels(at: Desk) -> Figure:
    return _piped(at, "levels", "top_level", at.plan.levels, t("overview.no_level"))


def _fields(at: Desk) -> Figure:
    name = str((has_board(at.plan) or {}).get("field") or "")
    field = at.life.definition.fields.get(name)
    counts = figures.pipeline_by_field(at.connection, at.scope, at.process, name)
    return _counted("fields", counts, field.choices if field else {}, t("overview.no_field"))


def _steps(at: Desk) -> Figure:
    found = figures.steps(at.connection, at.scope, at.process, at.year)
    rows = [
        (one.title, *(round(days, 1) for days in (one.half, one.mean, one.tenth, one.most)), one.times) for one in found
    ]
    heads = tuple(
        t(f"overview.{name}") for name in ("step", "half_days", "mean_days", "tenth_days", "most_days", "times")
    )
    return Figure("steps", t("overview.steps", year=at.year), heads, rows, (1, 2, 3), t("overview.steps.note"))


def _overdue(at: Desk) -> Figure:
    roles = role_titles()
    rows: list[Row] = []
    late = figures.overdue(at.connection, at.scope)
    for one in late:
        who = g.org.name(one.person_id) if one.person_id else roles.get(one.role, one.role)
        where = _unit_names().get(one.unit_id, "")
        rows.append((f"{who}, {where}" if where else who, one.count, day(one.oldest)))
    heads = (t("overview.owner"), t("overview.overdue.count"), t("overview.oldest"))
    whys = [url_for("why.deadline", item_id=one.item_id) for one in late]
    return Figure("overdue", t("overview.overdue"), heads, rows, whys=whys)


def _years(at: Desk) -> Figure:
    begun = figures.started(at.connection, at.scope, at.process)
    made, gone = (make(at.connection, at.scope) for make in (figures.recognised, figures.revoked))
    rows = []
    for year in range(at.year - YEARS_BACK, at.year + 1):
        levels = [made.get((year, level), 0) for level in at.plan.levels]
        rows.append(
            (str(year), begun.get(year, 0), *levels, sum(gone.get((year, level), 0) for level in at.plan.levels))
        )
    heads = (t("overview.year"), t("overview.started"), *at.plan.levels.values(), t("overview.revoked"))
    return Figure("years", t("overview.years"), heads, rows, tuple(range(1, len(heads))))


def _quotas(at: Desk) -> Figure:
    rows: list[Row] = []
    for quota in at.plan.quotas.values():
        for line in table(at.connection, at.plan, g.org, quota, period_of(at.plan, quota, g.today)):
            if at.scope.units is None or line.scope in at.scope.units:
                where = line.where if isinstance(line.where, str) else render_message(line.where)
                most = "" if line.most is None else line.most
                rows.append((f"{quota.title} – {where}", line.taken, most, line.least or ""))
    heads = (t("overview.quota"), t("overview.taken"), t("overview.most"), t("overview.least"))
    return Figure("quotas", t("overview.quotas"), heads, rows, (1, 2), aims_note(at.plan))


def aims_note(plan: Plan | None) -> str:
    """That a plan's aims of a year are no quotas, and where they stand; empty where it has none."""
    return t("quota.in_reviews") if plan and targets_of(plan) else ""


def _coverage(at: Desk) -> Figure:
    found = figures.coverage(at.connection, at.scope, list(at.plan.levels))
    rows = [(at.plan.levels[one.level], one.recognised, one.published, one.recognised - one.published) for one in found]
    heads = (t("overview.level"), t("overview.in_force"), t("overview.publicised"), t("overview.unpublicised"))
    return Figure("coverage", t("overview.coverage"), heads, rows, (1, 2))


def _channels(at: Desk) -> Figure:
    counts = figures.published(at.connection, at.scope, at.year)
    life = application().catalogue.living(at.connection, g.agency_id, PUBLICITY)
    field = life.definition.fields.get("channel") if life else None
    titles = dict(field.choices) if field else {}
    rows = []
    for word in dict.fromkeys([*titles, *sorted(key for key, _ in counts)]):
        months = [counts.get((word, month), 0) for month in range(1, 13)]
        rows.append((titles.get(word, word) or t("overview.no_channel"), sum(months), *months))
    heads = (t("overview.channel"), t("overview.in_all"), *(t("overview.month", month=n) for n in range(1, 13)))
    return Figure("channels", t("overview.channels", year=at.year), heads, [row for row in rows if row[1]])


def _workload(at: Desk) -> Figure:
    found = figures.workload(at.connection, at.scope, g.org, figures.quarter_ago(at.scope.now))
    if at.scope.units is not None:  # of other units, only what they did here
        found = [one for one in found if one.decided or g.org.people[one.person_id].unit_id in at.scope.units]
    rows = [(g.org.name(one.person_id), one.waiting, one.decided) for one in found]
    heads = (t("overview.person"), t("overview.waiting"), t("overview.decided"))
    return Figure("workload", t("overview.workload"), heads, rows, (1, 2), t("overview.workload.note"))


def _unit_names() -> dict[str, str]:
    return {one: str(row["name"]) for one, row in g.org.units.items()}


MAKERS: Mapping[str, Callable[[Desk], Figure]] = {
    "stages": _stages, "states": _states, "units": _units, "levels": _levels, "fields": _fields, "steps": _steps,
    "overdue": _overdue, "years": _years, "quotas": _quotas, "coverage": _coverage, "channels": _channels,
    "workload": _workload,
}  # fmt: skip


def summary(at: Desk) -> dict[str, Any]:
    """The few numbers that stand first: running, on hold, late, recognised this year, not yet publicised."""
    stages = figures.pipeline(at.connection, at.scope, at.process, "stage")
    made = figures.recognised(at.connection, at.scope)
    covered = figures.coverage(at.connection, at.scope, list(at.plan.levels))
    return {
        "open_cases": sum(stages.values()),
        "held": figures.held(at.connection, at.scope, at.process),
        "late": figures.late(at.connection, at.scope),
        "recognised": sum(count for (year, _), count in made.items() if year == at.year),
        "unpublicised": sum(one.recognised - one.published for one in covered),
    }
