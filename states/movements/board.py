"""Movements as everybody here may read them: what is asked, until when, who is in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.movements.facts import JOINS
from states.subjects.model import subject
from states.subjects.submitted import day
from workflow.case import case, link
from workflow.case_fields import cases_with

PROCESS, REGISTRATION = "movement", "registration"
LAUNCHED = "launch_file"
"""What a movement holds from the moment it is launched: before, only who works on it reads it."""


@dataclass(frozen=True)
class Movement:
    """One movement; `registered` how many, `mine` the code of one's own registration.

    `results`: of those that came to a result, how many to which (the state a registration ended in), most often first.
    """

    id: str
    code: str
    theme: str
    content: str
    targets: Sequence[str]
    register_by: date | None
    ends_on: date | None
    ended: bool
    registered: int
    mine: str
    results: Sequence[tuple[str, int]] = ()

    def open_on(self, today: date) -> bool:
        """Whether one may still register."""
        return not self.ended and (self.register_by is None or today <= self.register_by)


def movements(connection: sa.Connection, agency_id: str, person_id: str) -> list[Movement]:
    """Every movement launched, newest first."""
    ours = (case.c.agency_id == agency_id,)
    rows = cases_with(
        connection, [*ours, case.c.process == PROCESS], ["content", "targets", "register_by", "ends_on", LAUNCHED]
    )
    joined = _kept(connection, cases_with(connection, [*ours, case.c.process == REGISTRATION], [JOINS], most=100_000))
    counted = Counter(one for row in joined for one in row["fields"].get(JOINS) or [])
    mine = _mine(connection, agency_id, person_id, joined)
    came_to: dict[str, Counter[str]] = defaultdict(Counter)
    for row in joined:
        for one in row["fields"].get(JOINS) or [] if row["ended_at"] else []:
            came_to[one][row["state"]] += 1
    return [
        _movement(row, counted[row["id"]], mine, came_to[row["id"]].most_common())
        for row in rows if row["fields"].get(LAUNCHED)
    ]  # fmt: skip


def _kept(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Registrations that run or came to a result: one that ended without having heard any was taken back."""
    told = sa.select(link.c.case_id).where(link.c.case_id.in_([row["id"] for row in rows]), link.c.answer.is_not(None))
    heard = set(connection.scalars(told))
    return [row for row in rows if row["ended_at"] is None or row["id"] in heard]


def _mine(
    connection: sa.Connection, agency_id: str, person_id: str, joined: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """movement → the code of this person's registration."""
    me = connection.scalar(
        sa.select(subject.c.id).where(subject.c.agency_id == agency_id, subject.c.person_id == person_id)
    )
    own = [row for row in joined if row["subject_id"] == me]
    return {movement: row["code"] for row in own for movement in row["fields"].get(JOINS) or []}


def _movement(
    row: Mapping[str, Any], registered: int, mine: Mapping[str, str], results: Sequence[tuple[str, int]]
) -> Movement:
    said = row["fields"]
    return Movement(
        row["id"], row["code"], row["label"], said.get("content") or "", said.get("targets") or (),
        day(said.get("register_by")), day(said.get("ends_on")), row["ended_at"] is not None, registered,
        mine.get(row["id"], ""), results,
    )  # fmt: skip
