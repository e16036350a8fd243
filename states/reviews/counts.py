"""The numbers of a review as its forms hold them: a unit's, the agency's beside earlier periods, each unit's.

A row is plain JSON: `key` and `params` of a text, `value`, the line's `name`, `columns`: [key, params, value] of each
number beside it, and `of`: [key, params] of the time all of them are of, where the columns do not say it. People are
never in a row but by their case's id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from states.eligibility.titles import nurturing, plan_levels
from states.movements.board import REGISTRATION
from states.movements.counts import results
from states.publicity.coverage import PROCESS as PUBLICITY
from states.reviews import counting
from states.reviews.counting import ByUnit, Span
from states.reviews.silence import silent
from workflow import periods
from workflow.case import case, case_field
from workflow.definition import Plan
from workflow.organisation import unit
from workflow.registry import Context, Registry

Row = dict[str, Any]
TARGETS = "review_targets"
"""Of plan.yaml's `values:`: a line's name → how many a year the plan asks for."""
OF_NO_UNIT = "unit."
"""The row of what belongs to no unit: a movement of the whole agency, a text about it."""
FINAL = "final"
"""The field that tells a review of the whole plan from one of a period."""


@dataclass(frozen=True)
class Line:
    """One thing that is counted; `needs`: only where the plan has this process."""

    name: str
    count: Callable[[Span], ByUnit]
    key: str
    params: Mapping[str, str]
    needs: str = ""


def lines(levels: Mapping[str, str], results: Mapping[str, str], known: Collection[str]) -> list[Line]:
    """What is counted under a plan of these levels, results of movements, and processes, in the order of the report."""
    found = [
        _line("nominated", counting.nominated), _line("endorsed", counting.endorsed),
        _line("nurtured", counting.nurtured),
        *(
            Line(f"recognised.{level}", counting.recognised(level), "review.recognised", {"level": title})
            for level, title in levels.items()
        ),
        _line("revoked", counting.revoked), _line("awarded", counting.awarded),
        _line("published", counting.published, PUBLICITY), _line("reach", counting.reach, PUBLICITY),
        _line("launched", counting.launched, "movement"), _line("registered", counting.registered, REGISTRATION),
        *(
            Line(f"ended_{one}", counting.ended_as(one), "review.ended", {"result": title}, REGISTRATION)
            for one, title in results.items()
        ),
        _line("trained", counting.trained, "training"),
    ]  # fmt: skip
    return [line for line in found if not line.needs or line.needs in known]


def unit_counts(connection: sa.Connection, context: Context) -> list[Row]:
    """What the unit did in the review's period."""
    counted = _Counts(connection, context)
    here = context.unit_id or context.subject.id
    return [_row(line, counted.of(line, counted.period).get(here, 0)) for line in counted.lines]


def targets(connection: sa.Connection, context: Context) -> list[Row]:
    """The agency's period beside the one before, or all of the plan's side by side, and what was aimed at."""
    counted = _Counts(connection, context)
    return [counted.compared(line) for line in counted.lines]


def by_unit(connection: sa.Connection, context: Context) -> list[Row]:
    """A row for each unit: its numbers of the period, or of all the plan's, and its exemplars of today; then, where
    something is of no unit, one for that. Together they are the agency's numbers."""
    counted, late = _Counts(connection, context), silent(connection, context)
    taken = [(line.name, line.key, dict(line.params), counted.total(line)) for line in counted.lines]
    taken.append(("followed", "review.followed", {}, _followed(connection, context)))
    counted_for = {unit_id for *_, count in taken for unit_id, number in count.items() if number}
    return [
        {
            "key": "review.unit" if unit_id else "review.of_no_unit", "params": {"unit": name} if unit_id else {},
            "name": f"unit.{unit_id}" if unit_id else OF_NO_UNIT,
            "value": sum(count.get(unit_id, 0) for one, _, _, count in taken if one.startswith("recognised")),
            "columns": [[key, params, count.get(unit_id, 0)] for _, key, params, count in taken],
            "names": [one for one, _, _, _ in taken], "of": counted.time,
            "has_reported": unit_id not in late,
        }
        for unit_id, name in [*_units(connection, context, counted_for), *([(None, "")] if None in counted_for else [])]
    ]  # fmt: skip


def evaluated(connection: sa.Connection, context: Context) -> list[Row]:
    """What the units say of their exemplars: a row for each answer, with the cases it was given for."""
    held = _held(connection, context)
    given: dict[str, list[str]] = {}
    for _, verdicts in _of_reports(connection, context, "verdict"):
        for case_id, answer in verdicts.items():
            if answer != PROMOTE or case_id not in held:
                given.setdefault(str(answer), []).append(case_id)
    return [
        {"key": f"review.verdict_{answer}", "params": {}, "name": answer, "value": len(given.get(answer, ())),
         "cases": given.get(answer, [])}
        for answer in VERDICTS
    ]  # fmt: skip


def proposed(connection: sa.Connection, context: Context) -> list[Row]:
    """Whom the units put forward for a reward without delay: a row for each unit that named somebody."""
    held = _held(connection, context)
    named = [
        (name, [one for one in ids if one not in held]) for name, ids in _of_reports(connection, context, "rewards")
    ]
    return [
        {"key": "review.proposed", "params": {"unit": name}, "name": "put_forward", "value": len(ids), "cases": ids}
        for name, ids in named if ids
    ]  # fmt: skip


def _held(connection: sa.Connection, context: Context) -> frozenset[str]:
    """Who is on hold is put forward for nothing, and nothing says why: the unit's word stays in its report."""
    on_hold = (case.c.agency_id == context.agency_id) & case.c.is_held
    return frozenset(connection.scalars(sa.select(case.c.id).where(on_hold)))


def _of_reports(connection: sa.Connection, context: Context, field: str) -> list[tuple[str, Any]]:
    """(unit, what its report holds under this name) of each report that says something there."""
    query = (
        sa.select(case.c.label, case_field.c.value)
        .join(case, case.c.id == case_field.c.case_id)
        .where(
            case.c.agency_id == context.agency_id, case.c.parent_id == context.case_id, case_field.c.name == field
        )
        .order_by(case.c.code)
    )  # fmt: skip
    return [(row[0], row[1]) for row in connection.execute(query) if row[1]]


PROMOTE = "promote"
VERDICTS = ("continue", PROMOTE, "withdraw")
"""What a unit may say of an exemplar; a plan may leave some out."""


class _Counts:
    """The counts of one review, each line and period asked for once."""

    def __init__(self, connection: sa.Connection, context: Context) -> None:
        self._connection, self._context, self._plan = connection, context, _plan(context)
        self.lines = lines(plan_levels(connection, context), results(connection, context.case_id), self._plan.processes)
        self.period = context.period or str(context.year)
        self.periods = self._side_by_side()
        self._nurturing = nurturing(connection, context)

    def _side_by_side(self) -> list[str]:
        if self._context.fields.get(FINAL):
            return periods.up_to(self.period, self._plan)
        return [one for one in (periods.before(self.period, self._plan), self.period) if one]

    def of(self, line: Line, period: str) -> ByUnit:
        first, last = periods.days_of(period, self._plan)
        return line.count(Span(self._connection, self._context.agency_id, first, last, self._nurturing))

    def total(self, line: Line) -> ByUnit:
        """Of the period; where the whole plan is reviewed, of all its periods together."""
        chosen = self.periods if self._context.fields.get(FINAL) else [self.period]
        found: dict[str | None, int] = {}
        for period in chosen:
            for unit_id, count in self.of(line, period).items():
                found[unit_id] = found.get(unit_id, 0) + count
        return found

    @property
    def time(self) -> list[Any]:
        """What a total is of, as people call it."""
        if not self._context.fields.get(FINAL):
            return [*periods.named(self.period, self._plan)]
        first, last = (periods.days_of(one, self._plan) for one in (self.periods[0], self.periods[-1]))
        return ["counted.whole_from_to", {"first": str(first[0].year), "last": str(last[1].year)}]

    def compared(self, line: Line) -> Row:
        numbers = [(period, sum(self.of(line, period).values())) for period in self.periods]
        columns: list[Any] = [[*periods.named(period, self._plan), value] for period, value in numbers]
        final = bool(self._context.fields.get(FINAL))
        if final:
            columns.append(["counted.whole", {}, sum(value for _, value in numbers)])
        row = {**_row(line, numbers[-1][1]), "columns": columns}
        target = self._target(line)
        if target is not None:
            row["target"] = target * (len(numbers) if final else 1)
            columns.append(["counted.target", {}, row["target"]])
        elif targets_of(self._plan):
            columns.append(["counted.target", {}, ""])
        if len(numbers) > 1:
            row["before"] = numbers[-2][1]
        return row

    def _target(self, line: Line) -> int | None:
        said = targets_of(self._plan).get(line.name.replace(".", "_"))
        return int(str(said)) if str(said or "").isdigit() else None


def targets_of(plan: Plan) -> Mapping[str, Any]:
    """A line's name → how many a year the plan aims at; empty where it names none."""
    found = plan.values.get(TARGETS)
    return found if isinstance(found, Mapping) else {}


def _plan(context: Context) -> Plan:
    """A review lives under a plan: what it counts and which periods there are stand there."""
    if context.plan is None:
        raise LookupError("a review without its plan")
    return context.plan


def _line(name: str, count: Callable[[Span], ByUnit], needs: str = "") -> Line:
    return Line(name, count, f"review.{name}", {}, needs)


def _row(line: Line, value: int) -> Row:
    return {"key": line.key, "params": dict(line.params), "name": line.name, "value": value}


def _units(
    connection: sa.Connection, context: Context, counted_for: Collection[str | None]
) -> list[tuple[str | None, str]]:
    """The units that take part and exist today, and any other that something was counted for, in the agency's order."""
    types = _plan(context).unit_types
    today = unit.c.ends_on.is_(None) | (unit.c.ends_on >= context.today)
    query = sa.select(unit.c.id, unit.c.name).where(
        unit.c.agency_id == context.agency_id,
        (today & unit.c.type.in_(types) if types else today) | unit.c.id.in_(sorted(filter(None, counted_for))),
    )
    return [(row.id, row.name) for row in connection.execute(query.order_by(unit.c.position, unit.c.name))]


def _followed(connection: sa.Connection, context: Context) -> ByUnit:
    """How many exemplars each unit has today."""
    open_here = (case.c.agency_id == context.agency_id) & case.c.ended_at.is_(None) & (case.c.top_level != "")
    counted = sa.select(case.c.unit_id, sa.func.count()).where(open_here).group_by(case.c.unit_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    forms: tuple[tuple[str, Callable[[sa.Connection, Context], list[Row]]], ...] = (
        ("unit_counts", unit_counts),
        ("targets", targets),
        ("review_units", by_unit),
        ("review_verdicts", evaluated),
        ("review_proposals", proposed),
    )
    for name, provider in forms:
        registry.form(name)(provider)
