"""The decision that two are one: who goes, who goes on, why; what makes it impossible whatever hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from states.subjects.model import subject
from workflow import runs
from workflow.folding import tidy
from workflow.joining import Pair
from workflow.message import Message, NotFound, Refused
from workflow.organisation import account, person, twin

KIND = "join_twins"
Noun = Literal["person", "subject"]
MOST_REASON = 300


@dataclass(frozen=True)
class Joining:
    """`gone_id` was the same as `into_id`. `by`: who decides it; `by_admin`: an administrator of the installation."""

    agency_id: str
    noun: Noun
    gone_id: str
    into_id: str
    by: str
    reason: str = ""
    by_admin: bool = False


@dataclass(frozen=True)
class Both:
    """The rows of the two, as people (where they are of the staff) and as subjects (where cases were about them)."""

    gone: Any  # the row of the decision's noun
    into: Any
    people: tuple[Any, Any] | None
    subjects: tuple[Any, Any] | None
    alone: Any = None  # the subject of the person that goes, where the other has none: it is the other's from now on

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the two people; subjects have none."""
        return tuple(one.code for one in self.people) if self.people else ()

    @property
    def pair(self) -> Pair:
        """The two in the words of the engine."""
        people = (self.people[0].id, self.people[1].id) if self.people else None
        if self.subjects is None:
            return Pair(people)
        gone, into = self.subjects
        return Pair(people, (gone.id, into.id), into.name, into.folded, into.person_id)


def both(connection: sa.Connection, joining: Joining, *, locked: bool = False) -> Both:
    """The two as they stand. Raises NotFound, and Refused with every reason why they cannot be one at all.

    `locked`: nobody else changes them until the transaction ends.
    """
    table = person if joining.noun == "person" else subject
    gone, into = _row(connection, table, joining, joining.gone_id), _row(connection, table, joining, joining.into_id)
    if joining.gone_id == joining.into_id:
        raise Refused(Message("twins.same"))
    if locked and joining.noun == "person":  # people in one order, before everything else
        mine = sa.select(person.c.id).where(person.c.id.in_([gone.id, into.id])).order_by(person.c.id)
        connection.execute(mine.with_for_update()).all()
    found = _people(connection, gone, into) if joining.noun == "person" else Both(gone, into, None, (gone, into))
    reasons = [*_forgotten(connection, joining, found), *_unlike(connection, joining, found)]
    if reasons:
        raise Refused(*reasons)
    return found


def _people(connection: sa.Connection, gone: Any, into: Any) -> Both:
    mine = sa.select(subject).where(subject.c.agency_id == gone.agency_id, subject.c.person_id.in_([gone.id, into.id]))
    known = {row.person_id: row for row in connection.execute(mine)}
    if gone.id in known and into.id in known:
        return Both(gone, into, (gone, into), (known[gone.id], known[into.id]))
    return Both(gone, into, (gone, into), None, known.get(gone.id))


def _row(connection: sa.Connection, table: sa.Table, joining: Joining, ident: str) -> Any:
    found = connection.execute(
        sa.select(table).where(table.c.agency_id == joining.agency_id, table.c.id == ident)
    ).one_or_none()
    if found is None:
        raise NotFound(joining.noun)
    return found


def _forgotten(connection: sa.Connection, joining: Joining, found: Both) -> list[Message]:
    rows = (found.gone, found.into)
    reasons = [Message("twins.erased") for row in rows if row.erased_at is not None][:1]
    joined = sa.select(twin.c.gone_id).where(
        twin.c.agency_id == joining.agency_id, twin.c.parted_at.is_(None), twin.c.noun == joining.noun,
        twin.c.gone_id.in_([row.id for row in rows]),
    )  # fmt: skip
    names = {row.id: row.name for row in rows}
    return [*reasons, *(Message("twins.joined_already", {"name": names[one]}) for one in connection.scalars(joined))]


def _unlike(connection: sa.Connection, joining: Joining, found: Both) -> list[Message]:
    """What two rows cannot both be of one, and who may not say so."""
    gone, into, reasons = found.gone, found.into, []
    if gone.born_on and into.born_on and gone.born_on != into.born_on:
        reasons.append(Message("twins.born", {"first": gone.born_on, "second": into.born_on}))
    if joining.noun == "person":
        if joining.by in (gone.id, into.id) and not joining.by_admin:
            reasons.append(Message("twins.not_oneself"))
        kept = connection.scalar(sa.select(account.c.is_admin).where(account.c.id == gone.account_id))
        if kept and not joining.by_admin:
            reasons.append(Message("twins.account_of_admin", {"name": gone.name}))
        return reasons
    if gone.kind != into.kind:
        reasons.append(Message("twins.kinds"))
    if gone.whole_unit_id and into.whole_unit_id:
        reasons.append(Message("twins.units"))
    elif gone.person_id and into.person_id:
        reasons.append(Message("twins.staff"))
    elif gone.whole_unit_id or gone.person_id:
        reasons.append(Message("twins.other_way", {"name": gone.name}))
    return reasons


def decide(connection: sa.Connection, joining: Joining, key: str) -> str:
    """Order the run that joins them; its id. The same form sent twice is one. Raises NotFound, Refused."""
    mine = (runs.run.c.agency_id == joining.agency_id) & (runs.run.c.dedupe_key == f"{KIND}:{key}")
    known = connection.scalar(sa.select(runs.run.c.id).where(mine))
    if known is not None:
        return str(known)
    if not joining.reason.strip():
        raise Refused(Message("twins.no_reason"))
    found = both(connection, joining)
    wanted = {
        "noun": joining.noun, "gone_id": joining.gone_id, "into_id": joining.into_id,
        "reason": tidy(joining.reason)[:MOST_REASON], "by_admin": joining.by_admin,
    }  # fmt: skip
    about = " → ".join(found.codes)  # never a name: runs outlive whoever asks to be forgotten
    return runs.order(
        connection, runs.Order(joining.agency_id, KIND, joining.by, wanted, f"{KIND}:{key}", about)
    )  # fmt: skip


def decided(taken: runs.Claim) -> Joining:
    """The decision as a run keeps it."""
    return Joining(taken.agency_id, by=taken.asked_by, **taken.wanted)
