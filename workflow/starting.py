"""How a case begins: by a person, by another case, by a date of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from workflow import announcing, moves, papers
from workflow.arming import tell_roles
from workflow.case import case
from workflow.case_codes import counts, written_code
from workflow.catalogue import Catalogue, Life, definition_version
from workflow.clock import business_now, local_date
from workflow.conditions import holds, refusals
from workflow.definition import Action
from workflow.draft import By, Draft
from workflow.facts import CaseFacts, load_fills
from workflow.history import GENESIS
from workflow.identity import ANY_UNIT, Asked, Authority, Matter, Organisation, load_organisation, may
from workflow.message import Message, NotFound, Refused
from workflow.permission import window_reasons
from workflow.registry import Party, Registry, SubjectFacts
from workflow.submission import submitted
from workflow.writing import guarded, next_number, recorded, write


@dataclass(frozen=True)
class Beginning:
    """What is known of a case before it begins. `start_key` makes a child or a cadence's case once."""

    agency_id: str
    process: str
    subject_type: str
    subject_id: str
    action: str = ""  # the start's name; found by who starts it when empty
    started_by: str = ""  # a process or `cadence`
    inputs: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    person_id: str | None = None
    channel: str = "system"
    parent_id: str | None = None
    start_key: str | None = None
    period: str = ""
    year: int | None = None
    plan_id: str = ""  # the plan whose date starts it; else the one that runs


def begin_case(
    connection: sa.Connection,
    catalogue: Catalogue,
    registry: Registry,
    new_id: Callable[[], str],
    what: Beginning,
) -> Draft:
    """Check, decide and write a new case in this transaction. Raises Invalid, Refused, NotFound."""
    draft, action = _prepared(connection, catalogue, registry, new_id, what)
    _take_start(draft, action, what)
    moves.settle(draft)
    guard = guarded(draft)
    write(connection, draft, guard, recorded(draft, guard))
    return draft


def refused(
    connection: sa.Connection, catalogue: Catalogue, registry: Registry, new_id: Callable[[], str], what: Beginning
) -> tuple[Message, ...]:
    """Why somebody may not begin this case, as `begin_case` would say before it reads the form; empty: they may.

    Nothing is written. Raises NotFound. Conditions are asked of a form in which nothing was said yet.
    """
    try:
        draft, action = _prepared(connection, catalogue, registry, new_id, what)
    except Refused as no:
        return no.reasons
    return tuple(_against(draft, action, what, {}))


def _prepared(
    connection: sa.Connection, catalogue: Catalogue, registry: Registry, new_id: Callable[[], str], what: Beginning
) -> tuple[Draft, Action]:
    """The blank case and its start, once it is known that this person may and that there is no other."""
    life = _life(connection, catalogue, what)
    action = _start_action(life, what)
    subject = (
        registry.subject(connection, what.agency_id, what.subject_type, what.subject_id) if registry.subject else None
    )
    if subject is None or (subject.kind not in life.definition.subject and subject.type not in life.definition.subject):
        raise NotFound("subject")
    now = business_now(connection)
    org = load_organisation(connection, what.agency_id, local_date(now))
    subject = replace(subject, unit_id=org.unit_now(subject.unit_id))
    by = _authorised(org, life, subject, action, what)
    row = _blank(life, subject, what, now, new_id())
    if life.definition.one_open:
        refuse_second(connection, registry, org, what.person_id, row)
    given = {name: _typed(life, name, value) for name, value in what.given.items()}
    facts = CaseFacts(
        case=row, life=life, fields=given, asks=(), links=(), items=(), candidates=(), timers=(), parties=(),
        org=org, calendar=catalogue.calendar_of(connection, what.agency_id), now=now,
        fills=load_fills(connection, life, row), subject=subject,
        listened=announcing.is_listened(connection, registry, what.agency_id),
    )  # fmt: skip
    draft = Draft(facts, registry, connection, new_id, by)
    draft.fields_set.update(given)
    draft.parties_added += list(_parties(life, subject))
    if what.person_id:
        draft.parties_added.append(Party(what.person_id, "nominator"))
    return draft, action


def _typed(life: Life, name: str, value: Any) -> Any:
    """A plan's literal, as the field's type: YAML is read as text."""
    if life.definition.fields[name].type == "yes_no" and isinstance(value, str):
        return value in ("true", "yes")
    return value


def _life(connection: sa.Connection, catalogue: Catalogue, what: Beginning) -> Life:
    """A child lives under its parent's plan, what a plan's date starts under that one, all else under the living."""
    if what.plan_id:
        owned = catalogue.under(connection, what.plan_id, what.process)
        if owned is None:
            raise NotFound("process")
        return owned
    if what.parent_id is None:
        found = catalogue.living(connection, what.agency_id, what.process)
        if found is None:
            raise NotFound("process")
        return found
    definition_id = connection.scalar(
        sa.select(definition_version.c.id)
        .join(case, case.c.plan_id == definition_version.c.plan_id)
        .where(case.c.id == what.parent_id, definition_version.c.process == what.process)
    )
    if definition_id is None:
        raise NotFound("process")
    return catalogue.life(connection, definition_id)


def _start_action(life: Life, what: Beginning) -> Action:
    starts = life.definition.start
    if what.action:
        if what.action not in starts:
            raise NotFound("start")
        return starts[what.action]
    for action in starts.values():
        if what.started_by in action.by:
            return action
    raise NotFound("start")


def _authorised(org: Any, life: Life, subject: SubjectFacts, action: Action, what: Beginning) -> By:
    if what.person_id is None:
        return By("cadence" if what.started_by == "cadence" else "case")
    matter = Matter(subject.id, subject.unit_id, _parties(life, subject))
    seen_from = ANY_UNIT if subject.type == "agency" else subject.unit_id  # about all units: asked of each one's head
    found = may(org, life.plan, matter, what.person_id, Asked(action.by, seen_from))
    if not isinstance(found, Authority):
        raise Refused(*found, status="forbidden")
    return By("person", what.person_id, found, what.channel)


def _parties(life: Life, subject: SubjectFacts) -> tuple[Party, ...]:
    """The subject's people; members of a collective are none where the plan lets its head decide."""
    if life.definition.own_case == "theirs":
        return ()
    kind = life.plan.kinds.get(subject.kind)
    skipped = "member" if kind is not None and kind.members_may_decide else ""
    return tuple(party for party in subject.parties if party.relation != skipped)


def _blank(life: Life, subject: SubjectFacts, what: Beginning, now: Any, case_id: str) -> dict[str, Any]:
    year = what.year or (int(what.period[:4]) if what.period else local_date(now).year)
    return {
        "id": case_id, "agency_id": what.agency_id, "plan_id": life.plan_id, "definition_id": life.definition_id,
        "process": what.process, "code": "", "subject_type": subject.type, "subject_id": subject.id,
        "subject_kind": subject.kind, "label": subject.label, "folded": subject.folded, "unit_id": subject.unit_id,
        "state": "", "stage": "", "levels": [], "top_level": "", "holds": [], "is_held": False, "takers": {},
        "visit": 0, "entered_at": now, "version": 0, "chain_seq": 0, "chain_head": GENESIS, "year": year,
        "period": what.period, "parent_id": what.parent_id, "start_key": what.start_key, "started_at": now,
        "ended_at": None, "one_open": life.definition.one_open,
    }  # fmt: skip


def _reads(connection: sa.Connection, registry: Registry, org: Organisation, person_id: str | None, one: str) -> bool:
    return person_id is None or (registry.readable is not None and registry.readable(connection, org, person_id, one))


def refuse_second(
    connection: sa.Connection, registry: Registry, org: Organisation, person_id: str | None, row: Mapping[str, Any],
    step: str = "start",
) -> None:  # fmt: skip
    """Refuse this case to be open beside another; which one that is, is told only to who may read it."""
    known = connection.execute(_OPEN, {name: row[name] for name in ("agency_id", "process", "subject_id")}).first()
    if known is not None:
        if _reads(connection, registry, org, person_id, known.id):
            raise Refused(Message(f"{step}.one_open", {"code": known.code, "name": row["label"]}))
        raise Refused(Message(f"{step}.one_open_apart", {"name": row["label"]}))


_OPEN = sa.select(case.c.id, case.c.code).where(
    *(case.c[name] == sa.bindparam(name) for name in ("agency_id", "process", "subject_id")), case.c.ended_at.is_(None)
)


def _target(draft: Draft, action: Action, inputs: Mapping[str, Any]) -> tuple[str | None, list[dict[str, Any]]]:
    """The first branch that is open, and each as it was asked."""
    ways: list[dict[str, Any]] = []
    for branch in action.to:
        found = holds(draft, branch.when, inputs, draft.by)
        ways.append(moves.way_asked(draft, action, branch.when, inputs, found))
        if found:
            return branch.to, ways
    return None, ways


def _against(draft: Draft, action: Action, what: Beginning, inputs: Mapping[str, Any]) -> list[Message]:
    """Every reason that keeps a start from being taken: its days, its conditions."""
    closed = window_reasons(draft.facts.today, action) if what.person_id else []
    return [*closed, *refusals(draft, action.conditions, inputs, draft.by)]


def _take_start(draft: Draft, action: Action, what: Beginning) -> None:
    inputs = submitted(draft, action.needs, action.takes, what.inputs) if what.person_id else {}
    if reasons := _against(draft, action, what, inputs):
        raise Refused(*reasons)
    target, ways = _target(draft, action, inputs)
    if target is None:
        raise Refused(Message("action.no_branch", {"title": action.title}))
    moves.remember_inputs(draft, inputs)
    draft.case["code"] = _code(draft, what)
    seq = draft.note("action", inputs=inputs, action=action.name, **{"from": None})
    event = draft.events[-1]
    if len(action.to) > 1:
        event.body["ways"] = ways
    level = draft.facts.life.definition.states[target].level
    moves.plan_effects(draft, action, inputs, draft.by, seq, None if level == "none" else level)
    papers.ordered(draft, action, inputs, draft.by, seq)
    draft.case["takers"][f"start.{action.name}"] = [what.person_id, draft.by.on_behalf_of, 0]
    if what.parent_id:
        draft.links.insert(
            agency_id=what.agency_id, case_id=draft.case["id"], process="parent", other_id=what.parent_id,
            relation="parent", answer=None, late="incident", ended=False, answered_at=None, taken_at=None,
        )  # fmt: skip
    moves.enter(draft, target)
    moves.take_places(draft, draft.fields, draft.by)
    event.body.update(moves.place(draft))
    moves.plan_following(draft, action, inputs, draft.by, (f"start.{action.name}", ""))
    if what.parent_id:
        draft.send("child_moved", f"case:{what.parent_id}", "moved", moves.child_news(draft))
    roles = [*action.tell, *(draft.plan.tell.get("end", ()) if draft.state.end else ())]
    tell_roles(draft, roles, "told", action=action.name, verb=action.verb)


def _code(draft: Draft, what: Beginning) -> str:
    pattern, year = draft.facts.life.definition.code, draft.case["year"]
    register = f"code:{what.process}:{year}"
    number = next_number(draft.connection, what.agency_id, register) if counts(pattern) else None
    return written_code(pattern, year=year, period=what.period, number=number)
