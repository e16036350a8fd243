"""What somebody finds of boxes: those they vote in, those they keep; never what lies in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from states.ballots import boxes
from states.ballots.boxes import Box, Elector
from states.ballots.closing import offices
from states.ballots.model import CERTIFIED, VOID, ballot_box
from workflow.case import case
from workflow.identity import Organisation
from workflow.message import NotFound


@dataclass(frozen=True)
class Paper:
    """A name on the ballot paper."""

    number: int
    case_id: str
    code: str
    label: str
    unit_id: str | None


@dataclass(frozen=True)
class Found:
    """A box with the sitting it belongs to and what this person is in it."""

    box: Box
    sitting: str  # its code
    seats: tuple[Elector, ...]
    offices: frozenset[str]
    aside: frozenset[int]  # papers this person has no part in: neither their names nor their counts are shown to them
    is_teller: bool = False

    @property
    def keeps(self) -> bool:
        """Whether this person answers for the box: closes it, or counts it."""
        return self.is_teller or bool(self.offices)


def mine(connection: sa.Connection, org: Organisation, person_id: str) -> list[Found]:
    """The boxes that are not certified or void, in which this person votes, counts or has an office; newest first."""
    going = connection.scalars(_GOING, {"agency": org.agency_id})
    found = [_found(connection, org, person_id, box_id) for box_id in going]
    return [one for one in found if one is not None]


_GOING = (
    sa.select(ballot_box.c.id)
    .where(ballot_box.c.agency_id == sa.bindparam("agency"), ballot_box.c.status.not_in((CERTIFIED, VOID)))
    .order_by(ballot_box.c.id.desc())
)


def one(connection: sa.Connection, org: Organisation, person_id: str, box_id: str) -> Found:
    """A box, for who has a seat or an office in it or counts it. Raises NotFound for everybody else."""
    found = _found(connection, org, person_id, box_id)
    if found is None:
        raise NotFound("ballot")
    return found


def papers(connection: sa.Connection, box: Box) -> tuple[Paper, ...]:
    """The names, in the order of their numbers."""
    named = sa.select(case.c.id, case.c.code, case.c.label, case.c.unit_id).where(
        case.c.agency_id == box.agency_id, case.c.id.in_(box.papers)
    )
    rows = {row.id: row for row in connection.execute(named)}
    return tuple(
        Paper(number, one, rows[one].code, rows[one].label, rows[one].unit_id)
        for number, one in enumerate(box.papers, 1)
    )


def names(found: Sequence[Paper]) -> dict[str, str]:
    """Case → how the exported file calls its paper: by code alone, as the file may lie about."""
    return {one.case_id: one.code for one in found}


def _found(connection: sa.Connection, org: Organisation, person_id: str, box_id: str) -> Found | None:
    box = boxes.refreshed(connection, boxes.find(connection, org.agency_id, box_id))
    seats = tuple(one for one in box.electors if person_id in (one.member_id, one.caster_id))
    held = offices(box, org, person_id)
    if not seats and not held and box.teller(person_id) is None:
        return None
    code = connection.scalar(sa.select(case.c.code).where(case.c.id == box.case_id))
    close = boxes.too_close(connection, org.agency_id, box.papers, {person_id})
    aside = {number for number, one in enumerate(box.papers, 1) if (person_id, one) in close}
    own = (one.aside for one in seats if one.member_id == person_id)
    return Found(box, str(code), seats, held, frozenset(aside.union(*own)), box.teller(person_id) is not None)
