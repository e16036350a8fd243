"""The whole history as OCEL 2.0 (JSON): cases, people and units are objects, an event touches every one it is about.

Written as it is read: first the events, then the cases they are of; people, units and words are few and come last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from states.open_data.histories import MOVING, History, Names, Step
from workflow.case import case

PERSON, UNIT = "person", "unit"
EVENT_ATTRIBUTES = ("activity", "from", "to", "stage", "level", "cause", "role")
CASE_ATTRIBUTES = ("label", "kind", "period", "definition", "state")
_ATTRIBUTE = {"type": "string"}


class Log:
    """One file. `again` reads the same cases a second time, in the same order and snapshot."""

    def __init__(self, connection: sa.Connection, chosen: sa.ColumnElement[bool], names: Names) -> None:
        self._connection, self._chosen, self._names = connection, chosen, names
        self._kinds: set[str] = set()
        self._processes: set[str] = set()
        self._people: dict[str, None] = {}
        self._units: dict[str, None] = {}

    def written(self, first: Iterable[Sequence[History]], again: Iterable[Sequence[History]]) -> Iterator[str]:
        """The log, text after text."""
        yield '{"events": [\n'
        yield from _joined(one for piece in first for one in self._events(piece))
        yield '\n], "objects": [\n'
        yield from _joined(one for part in (self._cases(again), self._rest()) for one in part)
        yield '\n], "eventTypes": ' + json.dumps(_types(self._kinds, EVENT_ATTRIBUTES), ensure_ascii=False)
        types = [*_types(self._processes, CASE_ATTRIBUTES), *_types({PERSON, UNIT}, ())]
        yield ', "objectTypes": ' + json.dumps(types, ensure_ascii=False) + "}\n"

    def _events(self, piece: Sequence[History]) -> Iterator[dict[str, Any]]:
        there = self._there({ref for one in piece for step in one.steps for ref in step.body.get("refs") or ()})
        for one in piece:
            yield from (self._event(one, step, there) for step in one.steps)

    def _event(self, one: History, step: Step, there: Mapping[str, str]) -> dict[str, Any]:
        body, kind = step.body, _kind(one.row["process"], step)
        self._kinds.add(kind)
        touched = [_touched(self._names.case(one.row), "case")]
        touched += [_touched(there[ref], "heard") for ref in body.get("refs") or () if ref in there]
        touched += [_touched(self._person(who), how) for who, how in ((step.actor, "actor"),
                    (step.on_behalf_of, "on behalf of")) if who]  # fmt: skip
        if body.get("unit"):
            touched.append(_touched(self._unit(body["unit"]), "unit"))
        told = {"activity": step.activity, **{name: body.get(name) for name in EVENT_ATTRIBUTES[1:]}}
        number = f"{self._names.case(one.row)}/{step.seq}"
        attributes = [{"name": name, "value": value} for name, value in told.items() if value]
        return {"id": number, "type": kind, "time": _time(step.at), "attributes": attributes, "relationships": touched}

    def _cases(self, again: Iterable[Sequence[History]]) -> Iterator[dict[str, Any]]:
        for piece in again:
            parents = self._there({one.row["parent_id"] for one in piece if one.row["parent_id"]})
            for one in piece:
                yield self._case(one, parents)

    def _case(self, one: History, parents: Mapping[str, str]) -> dict[str, Any]:
        row = one.row
        self._processes.add(row["process"])
        fixed = {"label": self._names.label(row), "kind": row["subject_kind"], "period": row["period"],
                 "definition": one.life.definition_hash}  # fmt: skip
        told = [_said(name, row["started_at"], value) for name, value in fixed.items() if value]
        moved = [step for step in one.steps if step.kind in MOVING and step.body.get("from") != step.body["to"]]
        told += [_said("state", step.at, step.body["to"]) for step in moved]
        parent = parents.get(row["parent_id"] or "")
        touched = [_touched(parent, "parent")] if parent else []
        return {"id": self._names.case(row), "type": row["process"], "attributes": told, "relationships": touched}

    def _rest(self) -> Iterator[dict[str, Any]]:
        for kind, ids in ((PERSON, self._people), (UNIT, self._units)):
            yield from ({"id": one, "type": kind, "attributes": [], "relationships": []} for one in ids)

    def _there(self, ids: set[str]) -> Mapping[str, str]:
        """Those of these cases that are in this file, too, by what the file calls them."""
        if not ids:
            return {}
        asked = sa.select(case.c.id, case.c.code).where(self._chosen, case.c.id.in_(sorted(ids)))
        return {row["id"]: self._names.case(row) for row in self._connection.execute(asked).mappings()}

    def _person(self, person_id: str) -> str:
        name = self._names.person(person_id)
        self._people[name] = None
        return name

    def _unit(self, unit_id: str) -> str:
        name = f"{UNIT}:{self._names.unit(unit_id)}"
        self._units[name] = None
        return name


def _kind(process: str, step: Step) -> str:
    return f"{process}.{step.name}" if step.kind == "action" else f"{process}:{step.kind}"


def _touched(ident: str, qualifier: str) -> dict[str, str]:
    return {"objectId": ident, "qualifier": qualifier}


def _said(name: str, at: datetime, value: str) -> dict[str, str]:
    return {"name": name, "time": _time(at), "value": value}


def _types(names: set[str], attributes: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": one, "attributes": [{"name": name, **_ATTRIBUTE} for name in attributes]} for one in sorted(names)]


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _joined(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for number, one in enumerate(found):
        yield (",\n" if number else "") + json.dumps(one, ensure_ascii=False)
