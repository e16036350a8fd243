"""Tries another version of a plan on every running case, moves those that fit, and brings them back.

The trial and the move are the same code on the same drafts; only the move writes. Each case moves in a transaction of
its own, with an event and its line here, so hands that died go on with what has no line yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from states.revisions.model import MOVED, REFUSED, UNMAPPED, revision, revision_case
from workflow import moves
from workflow.case import case
from workflow.catalogue import Life, plan_version
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.definition import canonical_json
from workflow.draft import By, Draft
from workflow.facts import CaseFacts, load_cases
from workflow.fixed import fixed
from workflow.message import Message, NotFound, Refused
from workflow.revision import Revised, Unmapped, revise
from workflow.runs import packed

BATCH = 100
_PIN = (
    sa.update(case)
    .where(
        case.c.id == sa.bindparam("which"), case.c.definition_id == sa.bindparam("before"),
        sa.exists().where(revision.c.id == sa.bindparam("under"), revision.c.ended_at.is_(None)),
    )
    .values(
        plan_id=sa.bindparam("plan"), definition_id=sa.bindparam("definition"), one_open=sa.bindparam("one"),
    )
)  # fmt: skip
"""Written out once: it is asked for every case. Hands that wake after their revision was taken back move nothing."""
_LINE = sa.insert(revision_case)
_CAME = {
    name: fixed(
        sa.select(revision_case.c.from_definition, revision_case.c.state_from, revision_case.c.state_to).where(
            revision_case.c.revision_id == sa.bindparam("under"), revision_case.c.case_id == sa.bindparam("which")
        ),
        name,
    )
    for name in ("sqlite", "postgresql")
}
"""From where a case was moved: version, state before, state since."""
States = Mapping[str, Mapping[str, str]]
"""Process → state of the version before → state of the version to come."""


@dataclass(frozen=True)
class Change:
    """A wish to move running cases: to a version of their plan, or back from where a revision moved them to."""

    agency_id: str
    to_plan: str
    states: States
    back_of: str | None = None


@dataclass(frozen=True)
class Judged:
    """What a change does to one case, or why it leaves it alone."""

    case_id: str
    code: str
    process: str
    state: str  # its title, before
    outcome: str
    reasons: tuple[Message, ...] = ()
    did: Revised | None = None
    standing: str = ""  # the state's name, before

    @property
    def fingerprint(self) -> str:
        """Of everything the change would do to the case: equal for two trials that say the same."""
        return fingerprint(self.did)


def fingerprint(did: Revised | None) -> str:
    """Of what a change does to a case; nothing done has one, too."""
    said = [did.state_from, did.state_to, dict(did.timers), [packed(one) for one in did.changes]] if did else []
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


@dataclass(frozen=True)
class _Target:
    life: Life
    states: Mapping[str, str]


def waiting(connection: sa.Connection, change: Change, revision_id: str | None = None) -> list[str]:
    """Running cases a change is about, oldest first; with a revision's id, those it has not come to yet."""
    running = sa.select(case.c.id).where(case.c.agency_id == change.agency_id, case.c.ended_at.is_(None))
    if change.back_of is not None:
        moved = sa.select(revision_case.c.case_id).where(
            revision_case.c.revision_id == change.back_of, revision_case.c.outcome == MOVED,
            revision_case.c.to_definition == case.c.definition_id,
        )  # fmt: skip
        running = running.where(case.c.id.in_(moved))
    else:
        code = sa.select(plan_version.c.code).where(plan_version.c.id == change.to_plan).scalar_subquery()
        versions = sa.select(plan_version.c.id).where(
            plan_version.c.agency_id == change.agency_id, plan_version.c.code == code,
            plan_version.c.id != change.to_plan,
        )  # fmt: skip
        running = running.where(case.c.plan_id.in_(versions))
    if revision_id is not None:
        done = sa.select(revision_case.c.case_id).where(revision_case.c.revision_id == revision_id)
        running = running.where(case.c.id.not_in(done))
    return list(connection.scalars(running.order_by(case.c.id)))


def rehearse(engine: Changing, change: Change) -> Iterator[Judged]:
    """What a change would do, case by case; nothing is written."""
    with engine.database.read() as connection:
        ids = waiting(connection, change)
    for begin in range(0, len(ids), BATCH):
        with engine.database.glance() as connection:
            for facts in load_cases(connection, engine, ids[begin : begin + BATCH]):
                draft = engine.draft_for(connection, facts, By("case"))
                yield _tried(engine, connection, draft, change)


def _tried(engine: Changing, connection: sa.Connection, draft: Draft, change: Change) -> Judged:
    row, title = draft.facts.case, draft.state.title
    try:
        target = _target(engine, connection, draft.facts, change)
        did = revise(draft, target.life, target.states)
        moves.settle(draft)
    except Refused as refused:
        outcome = UNMAPPED if isinstance(refused, Unmapped) else REFUSED
        return Judged(
            row["id"], row["code"], row["process"], title, outcome, refused.reasons, standing=draft.state.name
        )
    return Judged(row["id"], row["code"], row["process"], title, MOVED, did.changes, did, did.state_from)


def _target(engine: Changing, connection: sa.Connection, facts: CaseFacts, change: Change) -> _Target:
    """The version a case goes on under. Raises Refused when the plan has no such process any more."""
    process = facts.case["process"]
    if change.back_of is None:
        life = engine.catalogue.under(connection, change.to_plan, process)
        if life is None:
            raise Refused(Message("revision.no_process", {"process": facts.life.definition.title}))
        return _Target(life, change.states.get(process, {}))
    asked = {"under": change.back_of, "which": facts.case["id"]}
    came_by, state_from, state_to = _CAME[connection.dialect.name].first(connection, asked)
    back = {new: old for old, new in change.states.get(process, {}).items()}
    if facts.case["state"] == state_to:
        back[state_to] = state_from
    return _Target(engine.catalogue.life(connection, came_by), back)


# --- for good -----------------------------------------------------------------------------------------


def begin(connection: sa.Connection, change: Change, *, by: str, reason: str, new_id: str) -> str:
    """Note a change that is about to be carried out; its id. What is brought back goes on no more."""
    last = sa.select(sa.func.coalesce(sa.func.max(revision.c.number), 0)).where(
        revision.c.agency_id == change.agency_id
    )
    connection.execute(
        sa.insert(revision).values(
            id=new_id, agency_id=change.agency_id, number=(connection.scalar(last) or 0) + 1, to_plan=change.to_plan,
            states={name: dict(states) for name, states in change.states.items()}, back_of=change.back_of,
            reason=reason, asked_by=by, asked_at=business_now(connection),
        )
    )  # fmt: skip
    if change.back_of is not None:
        _end(connection, change.back_of)
    return new_id


def _end(connection: sa.Connection, revision_id: str) -> None:
    ended = sa.update(revision).where(revision.c.id == revision_id, revision.c.ended_at.is_(None))
    connection.execute(ended.values(ended_at=business_now(connection)))


def way_back(connection: sa.Connection, agency_id: str, number: int) -> Change:
    """The change that brings a revision's cases back. Raises NotFound."""
    row = connection.execute(
        sa.select(revision).where(revision.c.agency_id == agency_id, revision.c.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound("revision")
    return Change(agency_id, row.to_plan, row.states, back_of=row.id)


def carry_out(
    engine: Changing, change: Change, revision_id: str, tried: Mapping[str, str] | None = None
) -> Iterator[Judged]:
    """Move every case that fits, each for good before it is told of; begun again, it goes on with the rest.

    `tried`: case → fingerprint of what the trial said; what would come otherwise now, or was not tried, stays."""
    with engine.database.read() as connection:
        ids = waiting(connection, change, revision_id)
        number = connection.scalar(sa.select(revision.c.number).where(revision.c.id == revision_id))
    for case_id in ids:
        judged = _moved(engine, change, (revision_id, number or 0), case_id, tried)
        if judged is not None:
            yield judged
    with engine.database.write() as connection:
        _end(connection, revision_id)


def _moved(
    engine: Changing, change: Change, named: tuple[str, int], case_id: str, tried: Mapping[str, str] | None
) -> Judged | None:
    """None when the case ended meanwhile or other hands moved it. `named`: the revision's id and number."""
    revision_id, number = named
    seen: list[tuple[CaseFacts, _Target, Revised]] = []

    def apply(draft: Draft) -> None:
        seen.clear()
        if draft.facts.case["ended_at"] is not None:
            raise NotFound("case")
        facts = draft.facts
        target = _target(engine, draft.connection, facts, change)
        did = revise(draft, target.life, target.states, revision=number)
        if tried is not None and tried.get(case_id) != fingerprint(did):
            raise Refused(Message("revision.otherwise" if case_id in tried else "revision.untried"))
        seen.append((facts, target, did))

    def pin(connection: sa.Connection) -> bool:
        facts, target, did = seen[0]
        life = target.life
        pinned = {
            "which": case_id, "before": facts.life.definition_id, "plan": life.plan_id,
            "definition": life.definition_id, "one": life.definition.one_open, "under": revision_id,
        }  # fmt: skip
        if connection.execute(_PIN, pinned).rowcount != 1:
            return False
        _note(connection, change, revision_id, facts, life, MOVED, (did.state_from, did.state_to), did.changes)
        return True

    try:
        moved = engine.change(case_id, By("case"), apply, finish=pin)
    except NotFound:
        return None
    except (Refused, sa.exc.IntegrityError) as error:
        return _stays(engine, change, revision_id, case_id, error)
    if not moved:
        return None
    facts, _, did = seen[0]
    row = facts.case
    title = facts.life.definition.states[did.state_from].title
    return Judged(case_id, row["code"], row["process"], title, MOVED, did.changes, did)


def _stays(
    engine: Changing, change: Change, revision_id: str, case_id: str, error: Refused | sa.exc.IntegrityError
) -> Judged:
    """It does not fit: noted with the reasons, left as it was. Raises what was only an accident."""
    if not isinstance(error, Refused):
        reasons: tuple[Message, ...] = (Message("revision.another_open"),)
    elif error.status == "busy":
        raise error
    else:
        reasons = error.reasons
    outcome = UNMAPPED if isinstance(error, Unmapped) else REFUSED
    with engine.database.write() as connection:
        (facts,) = load_cases(connection, engine, [case_id])
        state = facts.case["state"]
        _note(connection, change, revision_id, facts, facts.life, outcome, (state, state), reasons)
    title = facts.life.definition.states[state].title
    return Judged(case_id, facts.case["code"], facts.case["process"], title, outcome, reasons)


def _note(
    connection: sa.Connection, change: Change, revision_id: str, facts: CaseFacts, life: Life, outcome: str,
    states: tuple[str, str], reasons: Sequence[Message],
) -> None:  # fmt: skip
    line: dict[str, Any] = {
        "revision_id": revision_id, "case_id": facts.case["id"], "agency_id": change.agency_id,
        "from_definition": facts.life.definition_id, "to_definition": life.definition_id, "state_from": states[0],
        "state_to": states[1], "outcome": outcome, "reasons": [packed(one) for one in reasons],
    }  # fmt: skip
    connection.execute(_LINE, line)
