"""What a person sees of a case: where it is, whose turn, due when, what they may do and every reason why not.

One function behind the page, the API and `why`; it asks the same questions as acting does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow import agenda, extending, permission
from workflow.asking import posted, unanswered
from workflow.case import ask as ask_table
from workflow.case import case
from workflow.commands import Actor, Changing
from workflow.conditions import Tried, against, holds, public, tried
from workflow.definition import ALL, LAST_LEVEL, Action, Ask, Definition, Field, Plan, State, Verb
from workflow.draft import By, Draft
from workflow.facts import Row, load_case
from workflow.grounds import titles
from workflow.history import event, event_detail
from workflow.identity import Asked, Authority, Organisation, may, who
from workflow.message import Message
from workflow.rulebook import HELD
from workflow.scope import addressed_asks
from workflow.submission import fields_of, holders_of
from workflow.withholding import Withheld, listed

OF_ASKS = ("missed", "escalated", "silent")
"""Events of an ask that nobody answered: its title alone would read as if somebody had."""

MOST_BEFORE = 8
"""How many asks of earlier visits are shown: what a decision looks back on, not a second history."""


@dataclass(frozen=True)
class Option:
    """Something that can be done here: whether this person may, on what authority, and every reason why not."""

    kind: str  # action | ask
    name: str
    title: str
    verb: Verb
    ask_id: str | None
    item_id: str | None
    item_version: int | None
    allowed: bool
    refusals: tuple[Message, ...]
    authority: Authority | None
    needs: tuple[Field, ...]
    takes: tuple[Field, ...]
    leads_to: str
    next_owner: str
    nil: bool
    cite: str
    owners_turn: bool  # answers the open work item, as against what others may do beside it
    tried: tuple[Tried, ...] = ()  # each rule as it was asked, of those this person may read


@dataclass(frozen=True)
class ItemView:
    """An open work item as shown: who may answer and whether it is mine."""

    id: str
    version: int
    kind: str
    ask_id: str | None
    title: str
    status: str
    due: dict[str, Any] | None
    due_at: datetime | None
    opened_at: datetime
    owners: tuple[str, ...]
    claimed_by: str
    mine: bool
    authority: Authority | None
    more_time: extending.Offer | None = None  # of one's own: whether more time may be asked for


@dataclass(frozen=True)
class LinkView:
    """Another case this one is tied to."""

    case_id: str
    code: str
    title: str
    state_title: str
    relation: str
    ended: bool


@dataclass(frozen=True)
class EventView:
    """One line of the history, readable."""

    seq: int
    at: datetime
    kind: str
    action: str
    action_title: str
    verb: str
    from_title: str
    to_title: str
    actor: str
    on_behalf_of: str
    authority: str
    inputs: tuple[tuple[Field, Any], ...]
    lists: Mapping[str, Any]  # what answers go through one by one, as it stood then
    body: Mapping[str, Any]
    days: int  # since the event before

    @property
    def heading(self) -> str | Message:
        """What the line is called: its action, what became of its ask, or the kind of event."""
        if self.action_title and self.kind in OF_ASKS:
            return Message(f"event.{self.kind}_of", {"title": self.action_title})
        if self.body.get("decision"):
            return Message(f"event.{self.kind}_by", {"decision": self.body["decision"]})
        return self.action_title or Message(f"event.{self.kind}")


@dataclass(frozen=True)
class CaseView:
    """A case as one person sees it now."""

    case: Row
    definition: Definition
    plan: Plan
    org: Organisation
    state: State
    fields: Mapping[str, Any]
    items: tuple[ItemView, ...]
    options: tuple[Option, ...]
    asks: tuple[Row, ...]
    asks_before: tuple[Row, ...]  # of earlier visits, the last that were answered or missed, the newest first
    links: tuple[LinkView, ...]
    history: tuple[EventView, ...]
    now: datetime
    counted: Mapping[str, Any]  # by `form` field of what this person may do: what sending it now would count
    suggested: Mapping[str, Any]  # by field of what this person may do: what stands there to begin with
    choices: Mapping[str, Sequence[str]]  # by `cases` or `people` field of what this person may do: ids to choose from
    beside: Any = None  # what the caller asked of the very case that was read

    @property
    def grounds(self) -> tuple[str | Message, ...]:
        """The open grounds of a hold, in words."""
        return titles(self.definition, self.case["holds"])

    def ask_of(self, row: Row) -> Ask:
        """What a stored ask stands for: the hold's, this state's, else the first of its name."""
        held = self.definition.held.asks if self.definition.held and row["visit"] == 0 else {}
        named = (one for _, one in addressed_asks(self.definition) if one.name == row["name"])
        return held.get(row["name"]) or self.state.asks.get(row["name"]) or next(named)

    def allowed(self) -> tuple[Option, ...]:
        """What this person may do now."""
        return tuple(option for option in self.options if option.allowed)


def view(engine: Changing, actor: Actor, case_id: str, beside: Callable[[Draft], Any] | None = None) -> CaseView:
    """The case as this person sees it. Raises NotFound; whether they may see it is asked before, by visibility.

    `beside`: what else a page wants to know of the same case as it was read here.
    """
    with engine.database.read() as connection:
        facts = load_case(connection, engine, case_id, actor.agency_id)
        draft = engine.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel))
        options = tuple(_options(draft, actor.person_id))
        history = _history(connection, draft)
        withheld = _withheld(connection, draft, history, actor.person_id)
        return CaseView(
            case=facts.case,
            definition=facts.life.definition,
            plan=facts.life.plan,
            org=facts.org,
            state=draft.state,
            fields=withheld.without(facts.life.definition.fields, facts.fields),
            items=tuple(_item(draft, row, actor.person_id) for row in facts.items),
            options=options,
            asks=_readable(draft, withheld, facts.asks, actor.person_id),
            asks_before=_readable(draft, withheld, _asks_before(connection, facts.case), actor.person_id),
            links=_links(connection, engine, facts.links, facts.case),
            history=tuple(_told(draft, withheld, one) for one in history),
            now=facts.now,
            counted=withheld.without(facts.life.definition.fields, _counted(draft, options)),
            suggested=withheld.without(facts.life.definition.fields, _suggested(draft, options)),
            choices=_choices(draft, options),
            beside=beside(draft) if beside else None,
        )


def _withheld(connection: sa.Connection, draft: Draft, history: Sequence[EventView], person_id: str) -> Withheld:
    """What this reader does not read; the system, which makes papers, reads all."""
    if not person_id:
        return Withheld()
    definition, registry, org = draft.facts.life.definition, draft.registry, draft.facts.org
    told = ({field.name: value for field, value in one.inputs} for one in history)
    ids = listed(definition.fields, [draft.fields, *told])
    cases = registry.kept_from(connection, org, person_id, ids) if registry.kept_from and ids else {}
    kept_back = registry.keeps_back(draft.plan, definition, org, person_id) if registry.keeps_back else frozenset()
    return Withheld(cases, kept_back)


def _readable(draft: Draft, withheld: Withheld, rows: Sequence[Row], person_id: str) -> tuple[Row, ...]:
    """Asks with what may be read of their answers; one's own words one reads."""
    fields, mine = draft.facts.life.definition.fields, replace(withheld, fields=frozenset())
    return tuple(
        {**row, "answer": (mine if row["answered_by"] == person_id else withheld).without(fields, row["answer"])}
        if row["answer"] else row
        for row in rows
    )  # fmt: skip


def _told(draft: Draft, withheld: Withheld, one: EventView) -> EventView:
    fields = draft.facts.life.definition.fields
    said = {field.name: field for field, _ in one.inputs}
    kept = withheld.without(fields, {field.name: value for field, value in one.inputs})
    inputs = tuple((said[name], value) for name, value in kept.items())
    return replace(one, inputs=inputs, lists=withheld.without(fields, one.lists))


def _counted(draft: Draft, options: Sequence[Option]) -> dict[str, Any]:
    """What forms that the system fills in would hold, so that nobody sends figures unseen."""
    return {
        name: draft.registry.forms[field.form or ""](draft.connection, draft.context())
        for name, field in _asked(options).items() if field.type == "form"
    }  # fmt: skip


def _suggested(draft: Draft, options: Sequence[Option]) -> dict[str, Any]:
    """What a form begins with where nobody said anything yet; the person sees it, and sends what they make of it."""
    found: dict[str, Any] = {}
    for name, field in _asked(options).items():
        if field.suggest == ALL:
            found[name] = agenda.choices(draft, field) if field.type == "cases" else holders_of(draft, field)
        elif field.suggest:
            found[name] = draft.registry.forms[field.suggest](draft.connection, draft.context())
    return found


def _asked(options: Sequence[Option]) -> dict[str, Field]:
    """Every field that a form of what this person may do asks for."""
    return {field.name: field for option in options if option.allowed for field in (*option.needs, *option.takes)}


def _choices(draft: Draft, options: Sequence[Option]) -> dict[str, Sequence[str]]:
    asked = _asked(options).values()
    cases = {field.name: agenda.choices(draft, field) for field in asked if field.type == "cases"}
    return {**cases, **{field.name: holders_of(draft, field) for field in asked if field.type == "people"}}


def _item(draft: Draft, row: Row, person_id: str) -> ItemView:
    asked = permission.asked_of_item(draft, row)
    found = may(draft.facts.org, draft.plan, draft.matter(), person_id, asked)
    authority = found if isinstance(found, Authority) else None
    return ItemView(
        id=row["id"], version=row["version"], kind=row["kind"], ask_id=row["ask_id"], title=row["title"],
        status=row["status"], due=row["due"], due_at=row["due_at"], opened_at=row["opened_at"],
        owners=owners(draft, asked), claimed_by=draft.facts.org.name(row["claimed_by"]),
        mine=authority is not None and row["status"] == "open", authority=authority,
        more_time=extending.offer_of(draft, row) if authority else None,
    )  # fmt: skip


def owners(draft: Draft, asked: Asked) -> tuple[str, ...]:
    """Who may answer, by name where few hold it, else by the role's title."""
    people = who(draft.facts.org, draft.plan, draft.matter(), asked)
    if people and len(people) <= 4:
        return tuple(draft.facts.org.name(person_id) for person_id in people)
    return tuple(draft.plan.roles[role].title for role in asked.roles if role in draft.plan.roles)


def _options(draft: Draft, person_id: str) -> Sequence[Option]:
    definition = draft.facts.life.definition
    found = [
        _action_option(draft, action, person_id, held=False)
        for action in definition.actions_in(draft.case["state"]).values()
        if not action.when
    ]
    if definition.held is not None and draft.held:
        found += [
            _action_option(draft, a, person_id, held=True) for a in definition.held.actions.values() if not a.when
        ]
    return [*found, *_ask_options(draft, person_id)]


def _action_option(draft: Draft, action: Action, person_id: str, *, held: bool) -> Option:
    authority, reasons = permission.why_not(draft, action, person_id, held=held)
    terms: tuple[Tried, ...] = ()
    by = By("person", person_id, authority, "page")
    if not permission.rests(draft, action, held):
        told = action.conditions if authority else public(draft.registry, action.conditions)
        terms = tried(draft, told, by, (*action.needs, *action.takes))
        reasons += [reason for reason in against(terms) if reason not in reasons]
    item = permission.own_item(draft, action, held)
    title, owner = _leads(draft, action)
    return Option(
        kind="action", name=HELD + action.name if held else action.name, title=action.title, verb=action.verb,
        ask_id=None, item_id=item["id"] if item else None, item_version=item["version"] if item else None,
        allowed=not reasons, refusals=tuple(reasons), authority=authority, needs=fields_of(draft, action.needs),
        takes=fields_of(draft, action.takes), leads_to=title, next_owner=owner, nil=False, cite=action.cite,
        owners_turn=item is not None, tried=terms,
    )  # fmt: skip


def _leads(draft: Draft, action: Action) -> tuple[str, str]:
    """The title of the state an action leads to as things stand, and who has the next word there."""
    if not action.to:
        return "", ""
    branch = next((b for b in action.to if holds(draft, b.when)), action.to[-1])
    name = branch.to
    if name == LAST_LEVEL:
        name = draft.facts.life.definition.level_states().get(draft.last_level(), draft.case["state"])
    state = draft.facts.life.definition.states[name]
    asked = Asked(state.owner, draft.case["unit_id"])
    return state.title, ", ".join(owners(draft, asked)) if state.owner else ""


def _ask_options(draft: Draft, person_id: str) -> Sequence[Option]:
    found = []
    for item in draft.facts.items:
        row = draft.asks.get(item["ask_id"])
        if row is None or item["status"] != "open":
            continue
        ask = permission.ask_definition(draft, row)
        asked = permission.asked_of_item(draft, item)
        answer = may(draft.facts.org, draft.plan, draft.matter(), person_id, asked)
        authority = answer if isinstance(answer, Authority) else None
        reasons = () if authority else answer
        if ask.posting:
            reasons = (*reasons, posted(ask))  # type: ignore[misc]
        if draft.held and row["visit"] != 0:
            reasons = (*reasons, unanswered(ask))  # type: ignore[misc]
        found.append(_ask_option(draft, ask, row, item, authority, tuple(reasons)))  # type: ignore[arg-type]
    return found


def _ask_option(
    draft: Draft, ask: Ask, row: Row, item: Row, authority: Authority | None, reasons: tuple[Message, ...]
) -> Option:
    return Option(
        kind="ask", name=ask.name, title=item["title"], verb="act", ask_id=row["id"], item_id=item["id"],
        item_version=item["version"], allowed=not reasons, refusals=reasons, authority=authority,
        needs=fields_of(draft, ask.answer), takes=fields_of(draft, ask.takes), leads_to="", next_owner="",
        nil=ask.nil, cite=ask.cite, owners_turn=True,
    )  # fmt: skip


def _asks_before(connection: sa.Connection, row: Row) -> tuple[Row, ...]:
    """Read to be looked at only: no decision rests on them, and its cost does not grow with a case's past."""
    if row["visit"] <= 1:
        return ()
    rows = connection.execute(_BEFORE, {"case": row["id"], "visit": row["visit"]})
    return tuple(dict(one) for one in rows.mappings())


_BEFORE = (
    sa.select(ask_table)
    .where(
        ask_table.c.case_id == sa.bindparam("case"), ask_table.c.visit > 0, ask_table.c.visit < sa.bindparam("visit"),
        ask_table.c.status.in_(["answered", "nil", "missed", "silent"]), ask_table.c.child_id.is_(None),
    )
    .order_by(ask_table.c.opened_at.desc(), ask_table.c.id.desc())
    .limit(MOST_BEFORE)
)  # fmt: skip


def _links(connection: sa.Connection, engine: Changing, links: Sequence[Row], row: Row) -> tuple[LinkView, ...]:
    relations = {link["other_id"]: link["relation"] for link in links}
    if not relations:
        return ()
    rows = connection.execute(
        sa.select(case).where(case.c.id.in_(relations), case.c.agency_id == row["agency_id"]).order_by(case.c.code)
    )
    found = []
    for other in rows:
        definition = engine.catalogue.life(connection, other.definition_id).definition
        found.append(
            LinkView(other.id, other.code, definition.title, definition.states[other.state].title,
                     relations[other.id], other.ended_at is not None)
        )  # fmt: skip
    return tuple(found)


def _history(connection: sa.Connection, draft: Draft) -> tuple[EventView, ...]:
    rows = connection.execute(_EVENTS, {"case": draft.case["id"]}).all()
    found: list[EventView] = []
    answered_through = {field.each for field in draft.facts.life.definition.fields.values() if field.each}
    lists = {name: value for name, value in draft.fields.items() if name in answered_through}
    for row in rows:
        days = (row.at - found[-1].at).days if found else 0
        lists = lists | {name: value for name, value in (row.inputs or {}).items() if name in answered_through}
        found.append(_event(draft, row, days, lists))
    return tuple(found)


_EVENTS = (
    sa.select(event, event_detail.c.inputs)
    .outerjoin(event_detail, event_detail.c.event_id == event.c.id)
    .where(event.c.case_id == sa.bindparam("case"))
    .order_by(event.c.seq)
)


def _event(draft: Draft, row: Any, days: int, lists: Mapping[str, Any]) -> EventView:
    definition, body, org = draft.facts.life.definition, row.body, draft.facts.org
    states = definition.states
    fields = {field.name: field for field in fields_of(draft, list(row.inputs or {}))}
    role = draft.plan.roles.get(body.get("role") or "")
    return EventView(
        seq=row.seq, at=row.at, kind=row.kind, action=body.get("action") or "",
        action_title=permission.action_title(definition, body), verb=_verb(definition, body),
        from_title=states[body["from"]].title if body.get("from") in states else "",
        to_title=states[body["to"]].title if body.get("to") in states else "",
        actor=org.name(row.actor_id), on_behalf_of=org.name(body.get("on_behalf_of")),
        authority=role.title if role else "",
        inputs=tuple((fields[name], value) for name, value in (row.inputs or {}).items() if name in fields),
        lists=lists, body=body, days=days,
    )  # fmt: skip


def _verb(definition: Definition, body: Mapping[str, Any]) -> str:
    state = body.get("from") or ""
    if state not in definition.states:
        return "act"
    held = definition.held.actions if definition.held else {}
    action = definition.actions_in(state).get(body.get("action") or "") or held.get(body.get("action") or "")
    return action.verb if action else "act"
