"""What of the histories leaves the house: which events, in what order, and who stands behind a name.

Only what is listed here is told: the step, when, in which role, where from and where to. What was submitted, what was
voted, who complained and who stood aside is in no such file. Names and codes are replaced by pseudonyms that hold
within one file alone, unless whoever asks may know them and asked for it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from workflow.case import case
from workflow.catalogue import Catalogue, Life
from workflow.clock import day_start
from workflow.definition import Definition
from workflow.history import event
from workflow.identity import Organisation
from workflow.permission import action_title
from workflow.streams import rows

MOVING = ("action", "revised")
KINDS = (
    *MOVING, "answered", "missed", "silent", "escalated", "heard", "carried_over", "moved_along", "rescheduled",
)  # fmt: skip
"""The kinds of events that are told. Those of `MOVING` alone move a case: an action, and coming under another version
of the process. A decision taken back in time never was one."""

PIECE = 200  # cases read together: what is in memory at once


@dataclass(frozen=True)
class Wanted:
    """Which cases: of a process (of all, empty), begun on these days, both included; `named`: people by name."""

    process: str = ""
    first: date | None = None
    last: date | None = None
    named: bool = False

    def chosen(self, seen: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """The same as a condition, within what may be seen."""
        terms = [seen]
        if self.process:
            terms.append(case.c.process == self.process)
        if self.first:
            terms.append(case.c.started_at >= day_start(self.first))
        if self.last:
            terms.append(case.c.started_at < day_start(self.last + timedelta(days=1)))
        return sa.and_(*terms)


@dataclass(frozen=True)
class Step:
    """One event as it is told; `activity` is what people call it, `name` what the plan's file calls it."""

    id: str
    seq: int
    at: datetime
    kind: str
    name: str
    activity: str
    actor: str | None
    on_behalf_of: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class History:
    """A case with what is told of it, the oldest first."""

    row: Mapping[Any, Any]
    life: Life
    steps: Sequence[Step]


def histories(
    connection: sa.Connection, catalogue: Catalogue, chosen: sa.ColumnElement[bool]
) -> Iterator[Sequence[History]]:
    """The chosen cases, oldest first, a piece at a time; memory is that of one piece."""
    after = ""
    while True:
        asked = sa.select(case).where(chosen, case.c.id > after).order_by(case.c.id).limit(PIECE)
        found = connection.execute(asked).mappings().all()
        if not found:
            return
        wanted = sa.select(event.c.id, event.c.case_id, event.c.seq, event.c.at, event.c.kind, event.c.body)
        mine = wanted.where(event.c.case_id.in_([row["id"] for row in found]))
        stored = rows(connection, mine.order_by(event.c.case_id, event.c.seq))
        told = {case_id: list(events) for case_id, events in groupby(stored, key=attrgetter("case_id"))}
        yield [_history(connection, catalogue, row, told.get(row["id"], [])) for row in found]
        after = found[-1]["id"]


def _history(
    connection: sa.Connection, catalogue: Catalogue, row: Mapping[Any, Any], events: Sequence[Any]
) -> History:  # fmt: skip
    life = catalogue.life(connection, row["definition_id"])
    back = {int(number) for one in events if one.kind == "undone" for number in one.body["refs"]}
    kept = [one for one in events if one.kind in KINDS and one.seq not in back]
    return History(row, life, [_step(life.definition, one) for one in kept])


def _step(definition: Definition, one: Any) -> Step:
    body = one.body
    name = body.get("action") or body.get("of") or one.kind
    activity = action_title(definition, body) if body.get("action") else name
    return Step(one.id, one.seq, one.at, one.kind, name, activity, body.get("actor"), body.get("on_behalf_of"), body)


class Names:
    """Who is meant by an id, in one file: a code, or a pseudonym that no other file repeats."""

    def __init__(self, org: Organisation, *, named: bool) -> None:
        self._org, self._named = org, named
        self._key = secrets.token_bytes(32)  # kept nowhere: nobody finds the way back, and no two files agree

    def person(self, person_id: str) -> str:
        """A person's name and code, or a pseudonym."""
        known = self._org.people.get(person_id)
        if not self._named or known is None:
            return self._hidden("P", person_id)
        return f"{known.name} ({known.code})"

    def case(self, row: Mapping[Any, Any]) -> str:
        """A case's code, or a pseudonym."""
        return str(row["code"]) if self._named else self._hidden("H", row["id"])

    def label(self, row: Mapping[Any, Any]) -> str:
        """What a case is called: whom it is about. Nothing without names."""
        return str(row["label"]) if self._named else ""

    def unit(self, unit_id: str | None) -> str:
        """A unit's code; units are no persons."""
        return str(self._org.units.get(unit_id or "", {}).get("code", ""))

    def _hidden(self, letter: str, ident: str) -> str:
        return f"{letter}-{hmac.digest(self._key, ident.encode(), 'sha256').hex()[:16]}"
