"""The numbers of a plan, edited by hand: each edit is a new version of the plan, in force from a day on for new cases.

The version is made from the very files the plan was loaded from, with one value replaced, and read, checked and proved
by the loader that reads a folder. What runs goes on under the version it began with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.amendments.model import Amendment, amendment, record
from states.office.editing import Edit, Stale, needs_ground
from states.office.plan_files import Written, as_folder, entries, plan_files, replaced, sources, trees, written
from workflow import runs
from workflow.catalogue import Catalogue, plan_digest, plan_version, store_plan
from workflow.clock import business_now, day_start, local_date
from workflow.db import Database
from workflow.definition import Plan
from workflow.loading import DefinitionError, LoadedPlan, load_plan
from workflow.message import Invalid, Message, Refused
from workflow.organisation import agency
from workflow.runs import Work
from workflow.scope import Names

KIND = "change_plan"
LONGEST = 200
KEYS = {
    "quotas": ("count", "share"),
    "votes": ("quorum", "pass", "ballots"),
    "eligibility": ("months", "years", "times", "least", "percent"),
    "criteria": (),
}
"""Tables whose entries have a title of their own → which of their keys are numbers."""

AMOUNT = re.compile(r"(\d{1,6})(?: (working_day|day|week|month|year|hour)s?)?", re.ASCII)
FREE = ("quotas.", ".count")
"""Begin and end of the names of numbers whose shape may change: a quota may get a least or a most."""

_DIGITS = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
_UNITS = re.compile(r"\b(working_day|day|week|month|year|hour)s?\b")
_COUNT = re.compile(r"none|\d{0,6}(?:\.\.\d{0,6})?", re.ASCII)
_LENGTH = re.compile(r"(\d+) (working_day|day|week|month|year)s?\b", re.ASCII)
_DAYS = {"working_day": 1, "day": 1, "week": 7, "month": 30, "year": 365}
_HAS_NUMBER = re.compile(r"\d")
_USE = re.compile(r"\$([a-z][a-z0-9_]*)", re.ASCII)


@dataclass(frozen=True)
class Use:
    """Where a shared value, or a rule, is asked for: the process, the nearest title, and the key it stands under."""

    process: str
    title: str
    key: str


@dataclass(frozen=True)
class Number:
    """One number of a plan: its address, what it is called (or where it is used), and how it is written."""

    name: str
    table: str
    title: str
    key: str
    place: Written
    uses: tuple[Use, ...] = ()

    @property
    def text(self) -> str:
        """As it is written in the plan."""
        return self.place.text

    @property
    def may_change_shape(self) -> bool:
        """Whether it may get a least or a most."""
        return self.name.startswith(FREE[0]) and self.name.endswith(FREE[1])


def numbers(files: Mapping[str, str]) -> list[Number]:
    """Every number that has a name for people: of quotas, votes, conditions, and the values that processes use."""
    nodes = trees(files)
    uses = _uses(nodes)
    found: dict[str, Number] = {}
    for name in plan_files(files):
        for table, node in entries(nodes[name]):
            for key, inner in entries(node):
                for one in _of(files, name, table, (key, inner), uses):
                    found.setdefault(one.name, one)
    order = ["values", *KEYS]
    return sorted(found.values(), key=lambda one: order.index(one.table))


def _of(
    files: Mapping[str, str], name: str, table: str, entry: tuple[str, Any], uses: Mapping[str, tuple[Use, ...]]
) -> Iterator[Number]:
    key, node = entry
    if table == "values" and key in uses:
        place = written(files, name, node)
        if place is not None and _HAS_NUMBER.search(place.text):
            yield Number(f"values.{key}", table, "", key, place, uses[key])
    elif table in KEYS:
        inner = dict(entries(node))
        title, used = str(inner["title"].value) if "title" in inner else "", uses.get(f"{table}.{key}", ())
        for one in KEYS[table] if title or used else ():
            place = written(files, name, inner[one]) if one in inner else None
            if place is not None and not place.text.startswith("$"):
                yield Number(f"{table}.{key}.{one}", table, title, one, place, used)


def _uses(nodes: Mapping[str, Any]) -> dict[str, tuple[Use, ...]]:
    found: dict[str, dict[Use, None]] = {}

    def walk(node: Any, process: str, title: str, key: str) -> None:
        inner = dict(entries(node))
        own = getattr(inner.get("title"), "value", title)
        for name, value in inner.items():
            walk(value, process, str(own), name)
        for item in node.value if not inner and isinstance(node.value, list) else ():
            walk(item, process, title, key)
        for value in _USE.findall(node.value) if isinstance(node.value, str) else ():
            found.setdefault(value, {})[Use(process, title, key)] = None
        if key == "rule" and isinstance(node.value, str):  # a state says by which rules it votes
            found.setdefault(f"votes.{node.value}", {})[Use(process, title, "")] = None

    for name, node in nodes.items():
        if node is not None and "processes/" in name:
            title = getattr(dict(entries(node)).get("title"), "value", "")
            walk(node, str(title), str(title), "")
    return {value: tuple(uses) for value, uses in found.items()}


def field_titles(files: Mapping[str, str]) -> dict[str, str]:
    """What the fields are called that a deadline may hang on."""
    found: dict[str, str] = {}
    for node in trees(files).values():
        for name, inner in entries(dict(entries(node)).get("fields")):
            if (title := dict(entries(inner)).get("title")) is not None:
                found.setdefault(name, str(title.value))
    return found


@dataclass(frozen=True)
class Change:
    """One number of a plan is to be another from a day on."""

    agency_id: str
    number: str
    before: str
    after: str
    starts_on: date
    edit: Edit


def _found(files: Mapping[str, str], change: Change) -> Number:
    """The number as it stands. Raises Refused where there is none, Stale where it is not what was seen."""
    number = next((one for one in numbers(files) if one.name == change.number), None)
    if number is None:
        raise Refused(Message("numbers.gone"))
    if number.text != change.before:
        raise Stale({"number": change.before}, {"number": number.text})
    return number


def tried(files: Mapping[str, str], plan: str, change: Change, registry: Names) -> LoadedPlan:
    """The plan as it would be. Raises Refused, Stale, and Invalid with every defect `neuguong check` would find."""
    number = _found(files, change)
    if not change.after.strip() or len(change.after) > LONGEST or "\n" in change.after:
        raise Invalid({"number": Message("numbers.one_line", {"most": LONGEST})})
    if change.after.strip() == number.text:
        raise Invalid({"number": Message("numbers.same")})
    if not _fits(number, change.after.strip()):
        raise Invalid({"number": Message("numbers.only_numbers", {"text": number.text})})
    with as_folder(replaced(files, number.place, change.after), plan) as folder:
        try:
            return load_plan(folder, registry=registry)
        except DefinitionError as error:
            raise Invalid(
                {"number": Message("numbers.unsound", {"defects": [d.told for d in error.defects[:3]]})}
            ) from error


def _fits(number: Number, after: str) -> bool:
    """Whether only numbers are others: not every guard looks at its own arguments when a plan is loaded."""
    if number.may_change_shape:
        return _COUNT.fullmatch(after) is not None
    return _shape(number.text) == _shape(after)


def _shape(text: str) -> str:
    return _UNITS.sub(r"\1", _DIGITS.sub("0", text))


def decide(
    database: Database, catalogue: Catalogue, registry: Names, change: Change, about: tuple[str, str], key: str
) -> str:
    """Try it, and order the run that puts it in force on its day; the run's id. The same form sent twice is one.

    `about`: what the number is called, and the change in words. The plan is read and proved while nobody waits for the
    database. Raises Refused, Stale, Invalid by field (`number`, `starts_on`, `ground`).
    """
    needs_ground(change.edit)
    with database.read() as connection:
        now = business_now(connection)
        known = (runs.run.c.agency_id == change.agency_id) & (runs.run.c.dedupe_key == f"{KIND}:{key}")
        if (found := connection.scalar(sa.select(runs.run.c.id).where(known))) is not None:
            return str(found)
        plan_id, files = _living(connection, catalogue, change.agency_id)
        code = catalogue.plan(connection, plan_id).plan
        coming = [row for row in waiting(connection, change.agency_id) if row["wanted"]["number"] == change.number]
    if change.starts_on < local_date(now):
        raise Invalid({"starts_on": Message("numbers.past", {"today": local_date(now)})})
    loaded = tried(files, code, change, registry)
    _refuse_endless(loaded.plan, change)
    if coming:  # it was decided on what stands now: after the other one it could only fail
        about_it = {"about": coming[0]["about"], "day": date.fromisoformat(coming[0]["wanted"]["starts_on"])}
        raise Invalid({"number": Message("numbers.waits", about_it)})
    wanted = {
        "number": change.number, "before": change.before, "after": change.after.strip(),
        "starts_on": change.starts_on.isoformat(), "ground": change.edit.ground, "title": about[0][:200],
    }  # fmt: skip
    begins = max(day_start(change.starts_on), now)
    order = runs.Order(
        change.agency_id, KIND, change.edit.by, wanted, f"{KIND}:{key}", ": ".join(about), begins
    )  # fmt: skip
    with database.write() as connection:
        return runs.order(connection, order)


def _refuse_endless(plan: Plan, change: Change) -> None:
    """A length that grows is at most as long as the plan itself: what ends after it would never be due."""
    before, after = (
        [int(amount) * _DAYS[unit] for amount, unit in _LENGTH.findall(text)] for text in (change.before, change.after)
    )
    most = (plan.end - plan.start).days
    if any(new > max(old, most) for old, new in zip(before, after, strict=False)):
        raise Invalid({"number": Message("numbers.endless", {"start": plan.start, "end": plan.end})})


def _living(connection: sa.Connection, catalogue: Catalogue, agency_id: str) -> tuple[str, dict[str, str]]:
    found = catalogue.living_plan(connection, agency_id)
    if found is None:
        raise Refused(Message("numbers.no_plan"))
    return found[0], sources(connection, found[0])


class NumberChanging:
    """The doer of runs of the kind `change_plan`."""

    def __init__(self, database: Database, catalogue: Catalogue, registry: Names) -> None:
        self._database, self._catalogue, self._registry = database, catalogue, registry

    def __call__(self, work: Work) -> None:
        """Put the new version in force. Raises Refused when the plan has changed so that it no longer fits."""
        taken, said = work.taken, work.taken.wanted
        change = Change(
            taken.agency_id, said["number"], said["before"], said["after"], date.fromisoformat(said["starts_on"]),
            Edit(taken.asked_by, said["ground"]),
        )  # fmt: skip
        with self._database.read() as connection:
            plan_id, files = _living(connection, self._catalogue, taken.agency_id)
            code = self._catalogue.plan(connection, plan_id).plan
        try:
            loaded = tried(files, code, change, self._registry)
        except Stale as stale:
            raise Refused(Message("numbers.other_now", {"before": change.before, **stale.now})) from stale
        with self._database.write() as connection:
            now_living = self._catalogue.living_plan(connection, taken.agency_id)
            if now_living is None or now_living[0] != plan_id:
                raise Refused(Message("numbers.moved_meanwhile"))
            version, _ = store_plan(
                connection, agency_id=taken.agency_id, plan=loaded.plan, definitions=loaded.definitions,
                sources=loaded.sources, by=taken.asked_by, new_id=self._database.new_id,
            )  # fmt: skip
            told = {f"number:{said['title']}": (change.before, change.after)}
            record(
                connection, taken.agency_id, Amendment("plan", version, "changed", told, said["ground"], taken.asked_by)
            )
            work.finish(connection, result={"changed": 1})


def edited(connection: sa.Connection, loaded: LoadedPlan) -> list[str]:
    """What was edited by hand of the plan in force, where a folder says otherwise and would undo it."""
    plan = loaded.plan
    c, by_hand = plan_version.c, amendment.c
    living = (
        sa.select(by_hand.changes)
        .join(plan_version, c.id == by_hand.row_id)
        .join(agency, agency.c.id == c.agency_id)
        .where(agency.c.code == plan.agency, c.code == plan.plan, c.is_living, by_hand.noun == "plan")
        .where(c.hash != plan_digest(plan, loaded.definitions))
    )
    told = [one for changes in connection.scalars(living) for one in changes.items()]
    return [f"{name.removeprefix('number:')}: {before} → {after}" for name, (before, after) in told]


def waiting(connection: sa.Connection, agency_id: str) -> list[sa.RowMapping]:
    """Changes whose day is still to come: their runs."""
    mine = (runs.run.c.agency_id == agency_id) & (runs.run.c.kind == KIND) & runs.run.c.status.in_(runs.OPEN)
    return list(connection.execute(sa.select(runs.run).where(mine).order_by(runs.run.c.not_before)).mappings())
