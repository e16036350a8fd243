"""What pages show of a change of rules: its steps, what differs in words, what a trial said, what came of moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g, request, url_for

from states.revisions import changing
from states.revisions.model import MOVED, OUTCOMES, plan_change_case, revision_case
from states.revisions.running import outcomes
from states.subjects.visibility import visible
from web.application import application
from web.current import can
from web.deadline_words import rule_words
from web.language import render_message, t
from web.plan_texts import living_plan
from web.run_list import Shown, shown
from workflow import runs
from workflow.case import case
from workflow.comparison import Difference, compare, compare_plans
from workflow.definition import Definition, Plan
from workflow.message import Message, NotFound

STEPS = ("check", "compare", "simulate", "cases", "force", "outcome")
ROWS = 100


@dataclass(frozen=True)
class Versions:
    """Both versions of a plan, whole."""

    before: Plan
    after: Plan
    old: Mapping[str, Definition]
    new: Mapping[str, Definition]


@dataclass(frozen=True)
class Seen:
    """One change as a page shows it; `versions` once it was found sound."""

    row: sa.RowMapping
    run: Shown | None
    versions: Versions | None
    is_base: bool
    against: Sequence[Message]

    @property
    def status(self) -> str:
        """How far it is."""
        return str(self.row["status"])

    @property
    def busy(self) -> bool:
        """Whether a run of it is open."""
        return self.run is not None and self.run.is_open

    def steps(self, here: str) -> list[tuple[str, str, bool]]:
        """The steps that can be gone to now: name, address, whether here."""
        if self.versions is None:
            names: Sequence[str] = STEPS[:1]
        else:
            names = STEPS if self.row["in_force_at"] else STEPS[:-1]
        return [
            (f"{number}. {t(f'plan_change.step.{one}')}", url_for(f"plan_changes.{one}", change_id=self.row["id"]),
             one == here)
            for number, one in enumerate(names, 2)
        ]  # fmt: skip


def seen(change_id: str) -> Seen:
    """A change of this agency. Raises NotFound."""
    with application().database.read() as connection:
        row = changing.find(connection, g.agency_id, change_id)
        run = runs.find(connection, g.agency_id, row["run_id"]) if row["run_id"] else None
        found = versions(connection, row) if row["plan_id"] else None
        base = changing.is_base(connection, row)
    return Seen(
        row, shown(run, g.org) if run else None, found, base, changing.against(g.org, living_plan(), row, g.person.id)
    )


def versions(connection: sa.Connection, row: Mapping[Any, Any]) -> Versions:
    """The version a change was compared with, and the one it makes."""
    catalogue = application().catalogue
    plans = [catalogue.plan(connection, row[name]) for name in ("base_plan", "plan_id")]
    lives = [
        {one.definition.process: one.definition for one in catalogue.lives(connection, row[name])}
        for name in ("base_plan", "plan_id")
    ]
    return Versions(plans[0], plans[1], lives[0], lives[1])


# --- what is wrong with it ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """Something wrong, with the line it stands on."""

    file: str
    line: int
    text: str
    said: str


def findings(row: Mapping[Any, Any]) -> list[Finding]:
    """What a check found, in the order of the files."""
    found = []
    for one in row["findings"]:
        lines = row["files"].get(one.get("file", ""), "").splitlines()
        number = one.get("line", 0)
        text = lines[number - 1].strip()[:160] if 0 < number <= len(lines) else ""
        found.append(Finding(one.get("file", ""), number, text, render_message(runs.unpacked(one))))
    return found


# --- what differs -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One difference in words; `was` and `now` of rules about time alone."""

    process: str
    state: str
    where: str
    what: str
    was: str = ""
    now: str = ""


def differences(both: Versions) -> list[Line]:
    """Everything that differs: the plan's own first, then process by process."""
    found = [*compare_plans(both.before, both.after), *compare(both.old, both.new)]
    return [_line(both, one) for one in found]


def _line(both: Versions, one: Difference) -> Line:
    where = " – ".join(filter(None, (one.process, one.place))) or t("plan_change.whole")
    what = render_message(one.what)
    if not one.rule:
        return Line(one.name, one.state, where, what)
    titles = {name: role.title for plan in (both.before, both.after) for name, role in plan.roles.items()}
    for stored in (both.old, both.new):
        titles |= stored[one.name].field_titles() if one.name in stored else {}
    was, now = (rule_words(one.rule, given, titles) for given in (one.before, one.after))
    return Line(one.name, one.state, where, what, was, now)


# --- what a trial said --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """A running case in a trial."""

    code: str
    label: str
    state: str
    outcome: str
    reasons: str
    timers: str


@dataclass(frozen=True)
class Trial:
    """A trial's lines as chosen; `hidden`: of cases this person may not see."""

    rows: Sequence[Tried]
    total: int
    hidden: int
    whys: Sequence[tuple[str, str]]


def trial(row: Mapping[Any, Any], both: Versions, most: int | None = ROWS) -> Trial:
    """The lines of the last trial that the address asks for."""
    lines, chosen = plan_change_case.c, request.args
    mine = lines.change_id == row["id"]
    may = sa.true() if can("office") else visible(g.org, g.person.id)
    joined = plan_change_case.join(case, sa.and_(case.c.id == lines.case_id, case.c.agency_id == g.agency_id))
    wanted = [mine, may]
    if chosen.get("kq") in OUTCOMES:
        wanted.append(lines.outcome == chosen["kq"])
    if chosen.get("quy-trinh") in both.old:
        wanted.append(case.c.process == chosen["quy-trinh"])
    if chosen.get("vi"):
        wanted.append(lines.why == chosen["vi"][:64])
    with application().database.read() as connection:
        every = connection.scalar(sa.select(sa.func.count()).where(mine)) or 0
        may_see = connection.scalar(sa.select(sa.func.count()).select_from(joined).where(mine, may)) or 0
        total = connection.scalar(sa.select(sa.func.count()).select_from(joined).where(*wanted)) or 0
        asked = sa.select(case.c.code, case.c.label, case.c.process, plan_change_case).select_from(joined)
        asked = asked.where(*wanted).order_by(lines.outcome.desc(), case.c.code)
        rows = connection.execute(asked.limit(most) if most else asked).mappings().all()
        whys = connection.scalars(sa.select(lines.why).where(mine, lines.why != "").distinct().order_by(lines.why))
        named = [(one, _why(connection, row["id"], one)) for one in whys.all()]
    return Trial([_tried(one, both) for one in rows], total, every - may_see, named)


def _why(connection: sa.Connection, change_id: str, key: str) -> str:
    """A kind of reason as one case has it: the words around the names say what kind it is."""
    mine = sa.and_(plan_change_case.c.change_id == change_id, plan_change_case.c.why == key)
    told = connection.scalar(sa.select(plan_change_case.c.reasons).where(mine).limit(1))
    count = connection.scalar(sa.select(sa.func.count()).where(mine))
    return f"{render_message(runs.unpacked(told[0]))} ({count})" if told else key


def _tried(one: Mapping[Any, Any], both: Versions) -> Tried:
    definition = both.old.get(one["process"]) or both.new.get(one["process"])
    other = both.new.get(one["process"])
    states = {**(other.states if other else {}), **(definition.states if definition else {})}
    state = states.get(one["state"])
    timers = {name: one["timers"].get(name, 0) for name in ("kept", "anew", "added", "gone")}
    return Tried(
        one["code"], one["label"], state.title if state else one["state"], one["outcome"],
        " ".join(render_message(runs.unpacked(reason)) for reason in one["reasons"]),
        t("plan_change.timers", **timers) if one["outcome"] == MOVED else "",
    )  # fmt: skip


# --- what came of it ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """One time running cases were moved, there or back; `left`: those that stayed, with why."""

    row: sa.RowMapping
    by: str
    counts: Mapping[str, int]
    left: Sequence[tuple[str, str, str]]


def moves(row: Mapping[Any, Any]) -> list[Moved]:
    """Every time, the latest first."""
    may = sa.true() if can("office") else visible(g.org, g.person.id)
    found = []
    with application().database.read() as connection:
        for one in changing.revisions(connection, row):
            joined = revision_case.join(case, case.c.id == revision_case.c.case_id)
            stayed = sa.select(case.c.code, case.c.label, revision_case.c.reasons).select_from(joined)
            stayed = stayed.where(revision_case.c.revision_id == one["id"], revision_case.c.outcome != MOVED, may)
            left = [
                (code, label, " ".join(render_message(runs.unpacked(why)) for why in reasons))
                for code, label, reasons in connection.execute(stayed.order_by(case.c.code).limit(ROWS))
            ]
            by = g.org.name(one["asked_by"]) if one["asked_by"] in g.org.people else one["asked_by"]
            found.append(Moved(one, by, outcomes(connection, one["id"]), left))
    return found


def standing(row: Mapping[Any, Any]) -> dict[tuple[str, str], int]:
    """(process, state) → how many cases run there under other versions than the one a change makes."""
    asked = sa.select(case.c.process, case.c.state, sa.func.count().label("number")).where(
        case.c.agency_id == g.agency_id, case.c.ended_at.is_(None), case.c.plan_id != row["plan_id"]
    )
    with application().database.read() as connection:
        rows = connection.execute(asked.group_by(case.c.process, case.c.state)).all()
    return {(one.process, one.state): one.number for one in rows}


def sound(found: Seen) -> Versions:
    """Both versions of a change that was found sound. Raises NotFound."""
    if found.versions is None:
        raise NotFound("plan_change")
    return found.versions
