"""A sitting as its chair and secretary follow it: who is there, what each name has got and why, what is to be done.

Of an open box it knows how many have voted, never what and, here, never who: a page that looks every few seconds would
else tell in which order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from states.ballots.model import KEYS, OPEN, ballot_box, ballot_voted
from states.councils.rule_sets import RuleSet
from states.councils.running import follows
from states.councils.settling import Attendance, early, needed
from states.councils.sittings import AWARD, Name, Sitting, load
from states.councils.votes import Share
from states.subjects.visibility import kept_from
from workflow.agenda import agenda_place
from workflow.case import case
from workflow.commands import Actor, Changing
from workflow.definition import Definition, Plan, Vote
from workflow.draft import By, Draft
from workflow.facts import load_case
from workflow.history import event, event_detail
from workflow.identity import Organisation
from workflow.message import Message, NotFound
from workflow.organisation import agency

TALLY = "tally"  # the field in which a count is kept, ballot by ballot
OPEN_WAYS = ("tied", "undecided", "again")
DEFERRED, GONE = "deferred", "gone"


@dataclass(frozen=True)
class Counted:
    """What a name got in one ballot, and the sentences that say why that is what it is."""

    ballot: int
    agreed: int
    against: int
    blank: int
    invalid: int
    written: int
    needed: int
    base: int
    aside: int
    why: tuple[Message, ...]


@dataclass(frozen=True)
class Row:
    """A name of the agenda. `verdict`: passed, failed, deferred, tied, undecided, again, gone, or "" while open.
    `early`: what no opinion still to come can change."""

    number: int
    name: Name
    verdict: str
    ballots: tuple[Counted, ...]
    early: str = ""


@dataclass(frozen=True)
class Member:
    """Somebody of the body: how they sit there, what they answered, how many names they have no part in."""

    person_id: str
    is_chair: bool
    presence: str
    reply: str  # a word of the field `attendance`; empty while they said nothing
    proxy: str | None
    wrote: bool
    aside: int


@dataclass(frozen=True)
class BoxNow:
    """How far a secret ballot is."""

    id: str
    round: int
    status: str
    voted: int
    seats: int  # that vote on anything
    least: int
    chair_locked: bool
    keeper_locked: bool


@dataclass(frozen=True)
class Equals:
    """Names a count left open together, how (tied, undecided, again), and the places left for them."""

    how: str
    rows: tuple[Row, ...]
    places: int | None


@dataclass(frozen=True)
class Live:
    """The whole of it. Names that whoever looks has no part in are not among `rows`; `hidden` says how many."""

    case: Mapping[str, Any]
    definition: Definition
    plan: Plan
    rules: RuleSet
    org: Organisation
    fields: Mapping[str, Any]
    there: Attendance
    quorums: tuple[tuple[str, Share | None, int], ...]  # award, rule, how many that is; those the agenda asks for
    awards: Mapping[str, str]  # title by word, where the rules go by award
    is_open: bool  # attendance was taken, or everybody answers on paper
    expected: int
    members: tuple[Member, ...]
    rows: tuple[Row, ...]
    hidden: int
    box: BoxNow | None
    equals: tuple[Equals, ...]

    @property
    def units(self) -> list[str]:
        """Units whose people stand on the agenda, each once."""
        return list(dict.fromkeys(row.name.unit_id for row in self.rows if row.name.unit_id))


def changes(connection: sa.Connection, agency_id: str, case_id: str) -> str:
    """A word that is another as soon as anything of the live page may be; two small queries. Raises NotFound."""
    places = sa.select(sa.func.count()).where(agenda_place.c.holder_id == case_id).scalar_subquery()
    rights = sa.select(agency.c.organisation_version).where(agency.c.id == agency_id).scalar_subquery()
    mine = (case.c.agency_id == agency_id) & (case.c.id == case_id)
    row = connection.execute(sa.select(case.c.version, case.c.chain_seq, places, rights).where(mine)).one_or_none()
    if row is None:
        raise NotFound("case")
    b, v = ballot_box.c, ballot_voted.c
    voted = sa.select(sa.func.count()).where(v.agency_id == b.agency_id, v.box_id == b.id).scalar_subquery()
    boxes = sa.select(b.id, b.status, b.chair_locked.is_(None), b.keeper_locked.is_(None), voted)
    found = connection.execute(boxes.where(b.agency_id == agency_id, b.case_id == case_id).order_by(b.id))
    lines = [f"{one[0][-6:]}{one[1][:2]}{int(one[2])}{int(one[3])}{one[4]}" for one in found]
    return ".".join([*(str(value) for value in row), *lines])


def look(connection: sa.Connection, engine: Changing, actor: Actor, case_id: str) -> Live:
    """The sitting as it stands, for one person. Raises NotFound: no such case, no sitting, not theirs to follow."""
    facts = load_case(connection, engine, case_id, actor.agency_id)
    draft = engine.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel))
    if not follows(draft.plan, facts.life.definition, facts.org, actor.person_id):
        raise NotFound("case")
    events = _events(connection, case_id)
    sitting, going = _sitting(connection, draft, events)
    kept = _kept(connection, sitting, actor.person_id)
    rows = tuple(row for row in _rows(sitting, events, actor.person_id, going=going) if row.name.case_id not in kept)
    return Live(
        case=facts.case, definition=facts.life.definition, plan=draft.plan, rules=sitting.rules, org=facts.org,
        fields=facts.fields, there=sitting.attendance(), expected=_expected(sitting),
        quorums=_quorums(sitting), awards=_awards(connection, engine, draft, sitting),
        is_open=facts.fields.get("present") is not None or sitting.rules.mode == "papers",
        members=_members(sitting), rows=rows, hidden=len(kept), box=_box(sitting),
        equals=_equals(sitting, rows) if going else (),
    )  # fmt: skip


def _events(connection: sa.Connection, case_id: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """(state it was taken in, the count that came with it) of the case's decisions, in their order."""
    told = (
        sa.select(event.c.body["from"].as_string(), event_detail.c.inputs)
        .outerjoin(event_detail, event_detail.c.event_id == event.c.id)
        .where(event.c.case_id == case_id)
        .order_by(event.c.seq)
    )
    return [(state or "", (inputs or {}).get(TALLY) or []) for state, inputs in connection.execute(told)]


def counts_of(connection: sa.Connection, sitting_id: str, code: str) -> tuple[Counted, ...]:
    """What the name of this case's code got, ballot by ballot."""
    lines = (line for _, lines in _events(connection, sitting_id) for line in lines if line["params"]["code"] == code)
    taken = {said.ballot: said for said in map(_counted, lines)}  # a count that was corrected stands as it was last
    return tuple(taken[one] for one in sorted(taken))


def _sitting(connection: sa.Connection, draft: Draft, events: Sequence[tuple[str, Any]]) -> tuple[Sitting, bool]:
    """The sitting under the rules of the state it is in, or was last in when anything was voted; whether it goes on."""
    states = draft.facts.life.definition.states
    passed = [states[name].vote for name, _ in events if name in states]
    vote = draft.state.vote or next((one for one in reversed(passed) if one), None)
    vote = vote or next((one.vote for one in states.values() if one.vote), None)
    if not isinstance(vote, Vote):
        raise NotFound("case")
    context = replace(draft.context(), rules=draft.plan.rules(vote.rule), over=vote.over)
    return load(connection, context), draft.case["ended_at"] is None


def _kept(connection: sa.Connection, sitting: Sitting, person_id: str) -> set[str]:
    """The names this person has no part in."""
    ids = [name.case_id for name in sitting.agenda]
    apart = sa.select(case.c.id).where(case.c.id.in_(ids), kept_from(sitting.org, person_id))
    return set(connection.scalars(apart)) | {n.case_id for n in sitting.agenda if person_id in sitting.recused(n)}


def _rows(
    sitting: Sitting, events: Sequence[tuple[str, list[Mapping[str, Any]]]], person_id: str, *, going: bool
) -> Iterable[Row]:
    counts: dict[str, dict[int, tuple[str, Counted]]] = {}
    for _, lines in events:
        for line in lines:
            said = _counted(line)
            counts.setdefault(line["params"]["code"], {})[said.ballot] = (line["key"].rpartition(".")[2], said)
    settled_early = _early(sitting, person_id)
    put_off, still = set(sitting.fields.get("put_off") or []), set(sitting.open)
    for number, name in enumerate(sitting.agenda, 1):
        ballots = counts.get(name.code, {})
        verdict = sitting.decided.get(name.case_id, DEFERRED if name.case_id in put_off else "")
        if not verdict and ballots:
            verdict = ballots[max(ballots)][0]
        if going and not sitting.decided.get(name.case_id) and verdict != DEFERRED and name.case_id not in still:
            verdict = GONE
        taken = tuple(ballots[one][1] for one in sorted(ballots))
        yield Row(number, name, verdict, taken, settled_early.get(name.case_id, ""))


def _counted(line: Mapping[str, Any]) -> Counted:
    """A line of a count as it was kept; one of before reasons were kept has none."""
    said = line["params"]
    numbers = {name: int(said.get(name) or 0) for name in ("against", "blank", "invalid", "written", "needed", "base")}
    return Counted(
        ballot=int(said.get("ballot") or 1), agreed=int(line.get("value") or 0), aside=int(said.get("recused") or 0),
        why=tuple(_why(key, line) for key in said.get("why") or ()), **numbers,
    )  # fmt: skip


def _why(key: str, line: Mapping[str, Any]) -> Message:
    """A reason; its source stands once, above all of them."""
    said = line["params"]
    told = {"needed": said.get("needed"), "base": said.get("base"), "cite": Message("live.source_above")}
    told |= {"agreed": line.get("value"), "places": said.get("places") or 0}
    return Message(key, told | {"share": _share(said)} if said.get("of") else told)


def _share(said: Mapping[str, Any]) -> Message:
    of = Message(f"share.{said.get('of')}")
    return Message("share.more_than" if said.get("strict") else "share.at_least", {"part": said.get("part"), "of": of})


def _early(sitting: Sitting, person_id: str) -> dict[str, str]:
    """Verdicts that no opinion still to come can change; nobody reads them before their own opinion is in."""
    if sitting.rules.mode != "papers" or sitting.box is not None:
        return {}
    asked = any(seat.person_id == person_id for seat in sitting.seats)
    if asked and person_id not in sitting.opinions:
        return {}
    found = ((line.id, early(sitting.rules, sitting.seats, line)) for line in sitting.lines)
    return {one: verdict for one, verdict in found if verdict}


def _quorums(sitting: Sitting) -> tuple[tuple[str, Share | None, int], ...]:
    """The quorums of the awards that names on the agenda ask for, those without a rule of their own as one."""
    rules = sitting.rules
    asked = {name.award if name.award in rules.quorums else "" for name in sitting.agenda} or {""}
    order = [award for award in rules.quorums if award in asked]
    return tuple((award, rules.quorum(award), needed(rules, sitting.seats, award)) for award in order)


def _awards(connection: sa.Connection, engine: Changing, draft: Draft, sitting: Sitting) -> Mapping[str, str]:
    if len(sitting.rules.quorums) + len(sitting.rules.passes) == 2:  # one of each: nothing goes by award
        return {}
    listed = next((one.process for one in draft.facts.life.definition.fields.values() if one.exclusive), None)
    life = engine.catalogue.living(connection, draft.case["agency_id"], listed or "")
    return life.definition.fields[AWARD].choices if life and AWARD in life.definition.fields else {}


def _members(sitting: Sitting) -> tuple[Member, ...]:
    aside: dict[str, int] = {}
    for name in sitting.agenda:
        for one in sitting.recused(name):
            aside[one] = aside.get(one, 0) + 1
    return tuple(
        Member(
            seat.person_id, seat.office == "chair", seat.presence, sitting.replies.get(seat.person_id, ""),
            sitting.proxies.get(seat.person_id), bool(sitting.opinions.get(seat.person_id)),
            aside.get(seat.person_id, 0),
        )
        for seat in sitting.seats
    )  # fmt: skip


def _expected(sitting: Sitting) -> int:
    """How many said they come, or send somebody."""
    return sum(sitting.replies.get(seat.person_id) in ("present", "proxy") for seat in sitting.seats)


def _box(sitting: Sitting) -> BoxNow | None:
    box = sitting.box
    if box is None:
        return None
    return BoxNow(
        box.id, box.round, box.status, sum(one.has_voted for one in box.electors),
        sum(bool(box.may_vote(one)) for one in box.electors), box.least,
        chair_locked=box.chair_locked is not None, keeper_locked=box.keeper_locked is not None,
    )  # fmt: skip


def _equals(sitting: Sitting, rows: Sequence[Row]) -> tuple[Equals, ...]:
    """What a count left open. While the next box stands open, nothing of the last count is still to be decided."""
    if sitting.box is not None and sitting.box.status in (KEYS, OPEN):
        return ()
    found = (Equals(how, tuple(row for row in rows if row.verdict == how), sitting.places) for how in OPEN_WAYS)
    return tuple(one for one in found if one.rows)
