"""A box: opened for a sitting's round, found again, voided, certified; and which papers each seat has no part in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from states.ballots import sealing, store
from states.ballots.model import (
    AGAINST,
    CERTIFIED,
    CLOSED,
    KEYS,
    OPEN,
    VOID,
    ballot_box,
    ballot_elector,
    ballot_teller,
    ballot_voted,
)
from workflow.case import case, case_party
from workflow.identity import EXCLUDED
from workflow.message import Message, NotFound, Refused
from workflow.organisation import conflict


@dataclass(frozen=True)
class Elector:
    """A seat in the box: whose it is, who votes in it, the papers it has no part in."""

    member_id: str
    caster_id: str
    aside: frozenset[int] = frozenset()
    has_voted: bool = False


@dataclass(frozen=True)
class Teller:
    """Who holds a part of the key to a sealed box; how far they are with it."""

    person_id: str
    public: str | None = None
    has_shared: bool = False
    report: Mapping[str, Sequence[int]] | None = None
    against: tuple[str, ...] = ()  # tellers whose part is false, as this one's browser found


@dataclass(frozen=True)
class Opening:
    """What a box is opened with. `papers`: the cases voted on, numbered from 1 in this order. `most`: of these at most
    so many may be chosen; None is for or against each. The roles are whose word ends the voting. `tellers`: to whose
    keys slips are sealed; nobody, and they lie open."""

    papers: Sequence[str]
    electors: Sequence[Elector]
    chair_role: str
    keeper_role: str
    most: int | None = None
    least: int = 0  # seats without which voting does not end
    tellers: Sequence[str] = ()


@dataclass(frozen=True)
class Box:
    """A box as it stands; `counts` is empty until it is closed, for everybody."""

    id: str
    agency_id: str
    case_id: str
    round: int
    status: str
    papers: tuple[str, ...]
    most: int | None
    least: int
    chair_role: str
    keeper_role: str
    chair_locked: str | None
    keeper_locked: str | None
    root: str | None
    electors: tuple[Elector, ...]
    tellers: tuple[Teller, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # case → mark's word → how many

    @property
    def numbers(self) -> frozenset[int]:
        """The papers' numbers."""
        return frozenset(range(1, len(self.papers) + 1))

    @property
    def is_sealed(self) -> bool:
        """Whether slips are sealed to tellers' keys before they leave the voter's browser."""
        return bool(self.tellers)

    @property
    def is_counted(self) -> bool:
        """Whether it is closed, and what it came to is known."""
        return self.status in (CLOSED, CERTIFIED)

    @property
    def code(self) -> str | None:
        """Of the keys a sealed box is sealed to; None while one is missing."""
        publics = [one.public for one in self.tellers if one.public]
        return sealing.box_code(self.id, publics) if publics and len(publics) == len(self.tellers) else None

    def teller(self, person_id: str) -> Teller | None:
        """This person as a teller of the box."""
        return next((one for one in self.tellers if one.person_id == person_id), None)

    def seats_of(self, person_id: str) -> tuple[Elector, ...]:
        """The seats this person votes in: their own and, sent in another's place, that one's."""
        return tuple(one for one in self.electors if one.caster_id == person_id)

    def seat(self, member_id: str) -> Elector:
        """A member's seat. Raises NotFound."""
        found = next((one for one in self.electors if one.member_id == member_id), None)
        if found is None:
            raise NotFound("ballot")
        return found

    @property
    def there(self) -> int:
        """Seats that have voted, or sit there and have no part in anything that is voted on."""
        return sum(one.has_voted or not self.may_vote(one) for one in self.electors)

    def may_vote(self, seat: Elector) -> frozenset[int]:
        """The papers this seat votes on."""
        return self.numbers - seat.aside


def open_box(
    connection: sa.Connection, new_id: Callable[[], str], agency_id: str, case_id: str, number: int, opening: Opening
) -> str:
    """A box for one round of a sitting, in the transaction of the decision that opens it; its id.

    Refused without anybody who may vote, when the round has had a box, and for tellers who cannot be.
    """
    if not opening.papers or not any(set(range(1, len(opening.papers) + 1)) - one.aside for one in opening.electors):
        raise Refused(Message("ballot.nobody"))
    _fit_for_sealing(connection, agency_id, opening)
    box_id = new_id()
    if of_round(connection, agency_id, case_id, number) is not None:
        raise Refused(Message("ballot.round_taken", {"round": number}))
    _clear_given_up(connection, agency_id, case_id, number)
    connection.execute(
        sa.insert(ballot_box).values(
            id=box_id, agency_id=agency_id, case_id=case_id, round=number,
            status=KEYS if opening.tellers else OPEN, papers=list(opening.papers),
            most=opening.most, least=opening.least, chair_role=opening.chair_role, keeper_role=opening.keeper_role,
        )
    )  # fmt: skip
    electors = [
        {"agency_id": agency_id, "box_id": box_id, "member_id": one.member_id, "caster_id": one.caster_id,
         "aside": sorted(one.aside)}
        for one in opening.electors
    ]  # fmt: skip
    connection.execute(sa.insert(ballot_elector), electors)
    if opening.tellers:
        tellers = [{"agency_id": agency_id, "box_id": box_id, "person_id": one} for one in opening.tellers]
        connection.execute(sa.insert(ballot_teller), tellers)
    store.make(connection, box_id)
    return box_id


def _clear_given_up(connection: sa.Connection, agency_id: str, case_id: str, number: int) -> None:
    """A box given up makes room for a new one of the same round: it holds nothing, and the history says that it was."""
    void_one = sa.select(ballot_box.c.id).where(_of(agency_id, case_id, number))
    for table, key in ((ballot_elector, "box_id"), (ballot_teller, "box_id"), (ballot_box, "id")):
        mine = (table.c.agency_id == agency_id) & table.c[key].in_(void_one)
        connection.execute(sa.delete(table).where(mine))


def _fit_for_sealing(connection: sa.Connection, agency_id: str, opening: Opening) -> None:
    """Two to five tellers with no part in a name; and no choosing of a number, which nobody could check any more."""
    tellers = set(opening.tellers)
    if not opening.tellers:
        return
    if len(tellers) != len(opening.tellers) or not sealing.FEWEST <= len(tellers) <= sealing.MOST:
        raise Refused(Message("sealed.tellers_fit", {"fewest": sealing.FEWEST, "most": sealing.MOST}))
    if opening.most is not None:
        raise Refused(Message("sealed.no_choosing"))
    if too_close(connection, agency_id, opening.papers, tellers):
        raise Refused(Message("sealed.teller_aside"))


def find(connection: sa.Connection, agency_id: str, box_id: str, *, lock: bool = False) -> Box:
    """A box with its electors; locked, nobody else casts or closes until the transaction ends. Raises NotFound."""
    wanted = sa.select(ballot_box).where(ballot_box.c.agency_id == agency_id, ballot_box.c.id == box_id)
    row = connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise NotFound("ballot")
    return _box(connection, row)


def of_round(connection: sa.Connection, agency_id: str, case_id: str, number: int) -> Box | None:
    """The box of a round, unless it was voided for paper."""
    row = connection.execute(_OF_ROUND, {"agency": agency_id, "case": case_id, "number": number}).one_or_none()
    return _box(connection, row) if row else None


def of_case(connection: sa.Connection, agency_id: str, case_id: str) -> list[sa.Row[tuple[str, int, str]]]:
    """(id, round, status) of a sitting's boxes, the first round first."""
    c = ballot_box.c
    mine = (c.agency_id == agency_id) & (c.case_id == case_id)
    return list(connection.execute(sa.select(c.id, c.round, c.status).where(mine).order_by(c.round)))


def unfinished(connection: sa.Connection) -> bool:
    """Whether any agency's box is not closed yet: then no copy of the database may be made."""
    going = ballot_box.c.status.not_in((CLOSED, VOID, CERTIFIED))
    return connection.scalar(sa.select(ballot_box.c.id).where(going).limit(1)) is not None


def void(connection: sa.Connection, agency_id: str, case_id: str) -> None:
    """The sitting goes on on paper: what lies in a box that is not closed counts nowhere and is gone."""
    _empty(connection, agency_id, case_id, ballot_box.c.status.not_in((CLOSED, VOID, CERTIFIED)), VOID)


def certify(connection: sa.Connection, agency_id: str, case_id: str) -> None:
    """The minutes are signed: counts and root stay, the ballots themselves are gone."""
    _empty(connection, agency_id, case_id, ballot_box.c.status == CLOSED, CERTIFIED)


def _empty(
    connection: sa.Connection, agency_id: str, case_id: str, which: sa.ColumnElement[bool], becomes: str
) -> None:
    c = ballot_box.c
    mine = sa.select(c.id).where(c.agency_id == agency_id, c.case_id == case_id, which).with_for_update()
    for box_id in connection.scalars(mine).all():
        wipe_parts(connection, agency_id, box_id)
        if becomes == VOID:
            gone = (ballot_voted.c.agency_id == agency_id) & (ballot_voted.c.box_id == box_id)
            connection.execute(sa.delete(ballot_voted).where(gone))
        store.drop(connection, box_id)
        connection.execute(sa.update(ballot_box).where(c.agency_id == agency_id, c.id == box_id).values(status=becomes))


def wipe_parts(connection: sa.Connection, agency_id: str, box_id: str) -> None:
    """Of what tellers sent each other nothing is left; that they did is."""
    t = ballot_teller.c
    sent = (t.agency_id == agency_id) & (t.box_id == box_id) & t.shares.is_not(sa.null())
    connection.execute(sa.update(ballot_teller).where(sent).values(shares={}))


def refreshed(connection: sa.Connection, box: Box) -> Box:
    """The box with everybody who has not voted kept from papers they have since become too close to."""
    people = {person for one in box.electors if not one.has_voted for person in (one.member_id, one.caster_id)}
    close = _too_close(connection, box, people)
    return replace(box, electors=tuple(_kept_from(one, close) for one in box.electors))


def stand_aside(connection: sa.Connection, box: Box) -> Box:
    """The same, and kept so; the box's row must be locked."""
    new = refreshed(connection, box)
    for was, now in zip(box.electors, new.electors, strict=True):
        if was != now:
            e = ballot_elector.c
            mine = (e.agency_id == box.agency_id) & (e.box_id == box.id) & (e.member_id == now.member_id)
            connection.execute(sa.update(ballot_elector).where(mine).values(aside=sorted(now.aside)))
    return new


def _kept_from(seat: Elector, close: set[tuple[str, int]]) -> Elector:
    if seat.has_voted:
        return seat
    return replace(seat, aside=seat.aside | {no for person, no in close if person in (seat.member_id, seat.caster_id)})


def too_close(
    connection: sa.Connection, agency_id: str, case_ids: Sequence[str], people: set[str]
) -> set[tuple[str, str]]:
    """(person, case) of those who may not vote on a case: it is theirs, or they declared a conflict, or are kin."""
    declared = (
        sa.select(conflict.c.person_id, case.c.id)
        .join(case, (case.c.agency_id == conflict.c.agency_id) & (case.c.subject_id == conflict.c.subject_id))
        .where(conflict.c.agency_id == agency_id, conflict.c.person_id.in_(people), case.c.id.in_(case_ids))
    )
    own = sa.select(case_party.c.person_id, case_party.c.case_id).where(
        case_party.c.agency_id == agency_id, case_party.c.case_id.in_(case_ids),
        case_party.c.person_id.in_(people), case_party.c.relation.in_(EXCLUDED),
    )  # fmt: skip
    return {(row[0], row[1]) for query in (declared, own) for row in connection.execute(query)}


def _too_close(connection: sa.Connection, box: Box, people: set[str]) -> set[tuple[str, int]]:
    numbers = {case_id: number for number, case_id in enumerate(box.papers, 1)}
    found = too_close(connection, box.agency_id, box.papers, people)
    return {(person, numbers[case_id]) for person, case_id in found}


def _box(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> Box:
    electors = tuple(
        Elector(one.member_id, one.caster_id, frozenset(one.aside), bool(one.has_voted))
        for one in connection.execute(_ELECTORS, {"agency": row.agency_id, "box": row.id})
    )
    read: dict[str, Any] = {
        "papers": tuple(row.papers), "electors": electors, "counts": dict(row.counts or {}),
        "tellers": _tellers(connection, row),
    }  # fmt: skip
    plain = {name: getattr(row, name) for name in Box.__dataclass_fields__ if name not in read}
    return Box(**plain, **read)


def _tellers(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> tuple[Teller, ...]:
    """In the order of their ids, which is the same whoever asks."""
    found = connection.execute(_TELLERS, {"agency": row.agency_id, "box": row.id})
    return tuple(_teller(one) for one in found)


def _electors() -> sa.Select[Any]:
    e, v = ballot_elector.c, ballot_voted.c
    voted = (v.agency_id == e.agency_id) & (v.box_id == e.box_id) & (v.member_id == e.member_id)
    return (
        sa.select(e.member_id, e.caster_id, e.aside, v.member_id.is_not(None).label("has_voted"))
        .outerjoin(ballot_voted, voted)
        .where(e.agency_id == sa.bindparam("agency"), e.box_id == sa.bindparam("box"))
        .order_by(e.member_id)
    )


_ELECTORS = _electors()
_TELLERS = (
    sa.select(
        ballot_teller.c.person_id, ballot_teller.c.public,
        ballot_teller.c.shares.is_not(sa.null()).label("has_shared"), ballot_teller.c.report,
    )
    .where(ballot_teller.c.agency_id == sa.bindparam("agency"), ballot_teller.c.box_id == sa.bindparam("box"))
    .order_by(ballot_teller.c.person_id)
)  # fmt: skip


def _teller(row: sa.Row[Any]) -> Teller:
    said = dict(row.report or {})
    against = tuple(said.pop(AGAINST, ()))
    return Teller(row.person_id, row.public, bool(row.has_shared), said or None, against)


def _of(
    agency_id: str | sa.BindParameter[str], case_id: str | sa.BindParameter[str], number: int | sa.BindParameter[int]
) -> sa.ColumnElement[bool]:
    c = ballot_box.c
    return (c.agency_id == agency_id) & (c.case_id == case_id) & (c.round == number)


_OF_ROUND = sa.select(ballot_box).where(
    _of(sa.bindparam("agency"), sa.bindparam("case"), sa.bindparam("number")), ballot_box.c.status != VOID
)
