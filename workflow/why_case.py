"""Why a case stands where it stands, and an open item is asked of whom it is: what the engine decides by, told.

Everything here is read off a `CaseView` and the very draft it was made of: options carry each rule as it was asked,
people are asked of `identity.may`, deadlines bring their own sum, branches what their event wrote down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow import permission
from workflow.commands import Actor, Changing
from workflow.condition_words import compared
from workflow.conditions import Tried, tried
from workflow.definition import Action
from workflow.draft import Draft
from workflow.due import Due
from workflow.explain import CaseView, EventView, ItemView, Option, view
from workflow.facts import Row
from workflow.identity import Asked, may
from workflow.message import Message, NotFound
from workflow.reasons import Line, Part, Why, line, part
from workflow.scope import PICKING, addressed_actions
from workflow.why_deadline import Alarms, alarms, moved, the_day, what_follows
from workflow.why_people import Candidate, candidate, candidates, scope, told, turns_on, veiled

FACTS = ("level", "held", *PICKING)
"""What a fork may compare besides fields and what other cases said."""


@dataclass(frozen=True)
class Behind:
    """What of the draft a view was made of is needed to explain it: per open item who comes into question and why."""

    asked: Mapping[str, Asked]
    people: Mapping[str, tuple[Candidate, ...]]
    turns: Mapping[str, Any]  # item → (day, may then) of whoever asks
    alarms: Mapping[str, Alarms]
    rows: Mapping[str, Row]
    by_itself: tuple[tuple[Action, tuple[Tried, ...]], ...]
    branches: Mapping[str, tuple[tuple[str, tuple[Tried, ...]], ...]]  # option → (title of where it leads, its terms)
    cites: Mapping[str, str]  # guard → the rule it stands for
    kept: frozenset[str]  # fields that whoever asks does not read
    asker: str  # empty for somebody at the machine
    is_person: bool
    about: Mapping[str, Candidate]  # item → what `may` answers for who is asked about


def explained(
    engine: Changing, actor: Actor, case_id: str, *, item_id: str = "", about: str = ""
) -> tuple[CaseView, Behind]:  # fmt: skip
    """A case as somebody sees it, with what lies behind it; of one item only where one is named. Raises NotFound.

    `about`: whose turn is asked about, where that is not the asker's own.
    """
    found = view(engine, actor, case_id, lambda draft: _behind(draft, actor.person_id, item_id, about))
    return found, found.beside


def _behind(draft: Draft, asker: str, item_id: str, about: str) -> Behind:
    items = [row for row in draft.facts.items if row["status"] != "closed" and item_id in ("", row["id"])]
    org, plan, matter = draft.facts.org, draft.plan, draft.matter()
    asked = {row["id"]: permission.asked_of_item(draft, row) for row in items}
    turns = {
        one: turns_on(draft.connection, org, plan, matter, about or asker, wanted)
        for one, wanted in asked.items() if (item_id or about) and (about or asker) in org.people
    }  # fmt: skip
    actions = [] if draft.state.end else list(draft.facts.life.definition.actions_in(draft.case["state"]).values())
    return Behind(
        asked, {one: candidates(org, plan, matter, wanted) for one, wanted in asked.items()}, turns,
        {row["id"]: alarms(draft, row) for row in items}, {row["id"]: row for row in items},
        tuple((one, tried(draft, one.when, None, ())) for one in actions if one.when),
        {one.name: tuple(_branches(draft, one)) for one in actions if len(one.to) > 1},
        {name: entry.cite for name, entry in draft.registry.guards.items()}, _kept(draft, asker),
        asker,
        asker in org.people,
        {one: Candidate(about, may(org, plan, matter, about, wanted)) for one, wanted in asked.items() if about},
    )  # fmt: skip


def _kept(draft: Draft, asker: str) -> frozenset[str]:
    keeps_back, life = draft.registry.keeps_back, draft.facts.life
    return keeps_back(draft.plan, life.definition, draft.facts.org, asker) if keeps_back and asker else frozenset()


def _branches(draft: Draft, action: Action) -> Iterator[tuple[str, tuple[Tried, ...]]]:
    states = draft.facts.life.definition.states
    for branch in action.to:
        title = states[branch.to].title if branch.to in states else ""
        yield title, tried(draft, branch.when, None, (*action.needs, *action.takes))


# --- one item -----------------------------------------------------------------------------------------


def of_item(seen: CaseView, behind: Behind, item_id: str, asker: str) -> Why:
    """Why an open item is there, of whom, until when, what if nobody does it, what each answer leads to."""
    item = next((one for one in seen.items if one.id == item_id and one.id in behind.rows), None)
    if item is None:
        raise NotFound("item")
    parts = (
        Part(Message("explain.part.exists"), tuple(_exists(seen, item))),
        Part(Message("explain.part.people"), tuple(_people(seen, behind, item, asker))),
        part("until", *_until(seen, behind, item)),
        part("follows", *_follows(seen, behind, item)),
        part("outcomes", *(option_line(seen, behind, one) for one in _answers(seen, item))),
    )  # fmt: skip
    return Why("item", item.id, Message("explain.item", {"title": item.title}), parts, seen.case["code"])


def of_deadline(seen: CaseView, behind: Behind, item_id: str) -> Why:
    """Why the deadline of an open item is that day, what moved it, and every alarm around it."""
    item = next((one for one in seen.items if one.id == item_id and one.id in behind.rows), None)
    if item is None:
        raise NotFound("item")
    parts = (
        part("until", *_until(seen, behind, item)),
        part("follows", *_follows(seen, behind, item)),
    )  # fmt: skip
    return Why("deadline", item.id, Message("explain.deadline", {"title": item.title}), parts, seen.case["code"])


def _follows(seen: CaseView, behind: Behind, item: ItemView) -> tuple[Line, ...]:
    found = what_follows(behind.alarms[item.id], seen.plan, behind.rows[item.id])
    return found or (line("explain.follows.nothing"),)


def _exists(seen: CaseView, item: ItemView) -> Iterator[Line]:
    """The step, the event that opened it, the clause."""
    row = seen.case
    asked = next((one for one in seen.asks if one["id"] == item.ask_id), None) if item.kind == "ask" else None
    key = "ask" if asked is not None else item.kind
    yield line(f"explain.exists.{key}", title=item.title, state=seen.state.title)
    if opener := _opener(seen, item):
        said = (
            opener.heading if isinstance(opener.heading, Message) else Message("explain.said", {"text": opener.heading})
        )
        who = {"name": opener.actor, "role": opener.authority}
        under = (line("explain.exists.by", **who),) if opener.actor else (line("explain.exists.by_itself"),)
        yield line("explain.exists.event", "", under, what=said, at=opener.at, seq=opener.seq)
    cite = seen.ask_of(asked).cite if asked is not None else seen.state.cite
    yield line("explain.exists.cite", cite=cite or seen.state.cite or seen.definition.cite or row["process"])
    yield line("explain.exists.plan", plan=seen.definition.title)


def _opener(seen: CaseView, item: ItemView) -> EventView | None:
    """The event whose moment opened the item: the last that moved the case then, else the last before."""
    before = [one for one in seen.history if one.at <= item.opened_at]
    same = [one for one in before if one.at == item.opened_at]
    moving = [one for one in same if one.to_title and one.to_title != one.from_title]
    return next(reversed(moving or same or before), None)


def _people(seen: CaseView, behind: Behind, item: ItemView, asker: str) -> Iterator[Line]:
    yield from scope(seen.org, seen.plan, behind.asked[item.id])
    if item.status == "suspended":
        yield line("explain.people.suspended", "no", grounds=seen.grounds)
    known = behind.people[item.id]
    if not any(one.is_in for one in known):
        yield line("explain.people.nobody", "no")
    yield from told(seen.org, known, asker)
    if item.claimed_by:
        yield line("explain.people.claimed", name=item.claimed_by)
    if turn := behind.turns.get(item.id):
        yield line(f"explain.people.turns_{'in' if turn[1] else 'out'}", "later", on=turn[0])


def _until(seen: CaseView, behind: Behind, item: ItemView) -> tuple[Line, ...]:
    if not item.due:
        return (
            line("explain.due.none"),
            *((line("explain.due.may_wait", why=seen.state.may_wait),) if seen.state.may_wait else ()),
        )
    lines = [*the_day(Due.from_json(item.due), seen.definition.field_titles()), *moved(behind.alarms[item.id])]
    if item.status == "suspended":
        lines.append(line("explain.due.suspended", grounds=seen.grounds, left=item.due.get("left") or 0))
    return tuple(lines)


def _answers(seen: CaseView, item: ItemView) -> Iterator[Option]:
    """What can be said to the item, and, of a state's, every other way on from here."""
    for option in seen.options:
        if option.item_id == item.id or (item.kind == "state" and option.kind == "action" and option.leads_to):
            yield option


def of_somebody(seen: CaseView, behind: Behind) -> Iterator[Line]:
    """Of each open item of a case: whether somebody has it, every reason why not, and when that changes."""
    for item in seen.items:
        if item.id not in behind.about:
            continue
        under = [candidate(seen.org, behind.about[item.id], behind.asker)]
        if turn := behind.turns.get(item.id):
            under.append(line(f"explain.people.they_turn_{'in' if turn[1] else 'out'}", "later", on=turn[0]))
        yield Line(Message("explain.said", {"text": item.title}), "", tuple(under), ("item", item.id))


# --- one case -----------------------------------------------------------------------------------------


def of_case(seen: CaseView, behind: Behind, asker: str) -> Why:
    """Why a case stands here: the way it came with what was compared at each fork, and for each step out of here, also
    those not offered, every rule that was asked."""
    parts = [
        Part(Message("explain.part.stands"), tuple(_stands(seen, behind, asker))),
    ]
    if behind.is_person:
        buttons = tuple(option_line(seen, behind, one) for one in seen.options)
        parts.append(Part(Message("explain.part.buttons"), buttons))
    if behind.by_itself:
        parts.append(part("by_itself", *(_automatic(seen, behind, one, terms) for one, terms in behind.by_itself)))
    if way := tuple(_way(seen, behind)):
        parts.append(Part(Message("explain.part.way"), way))
    if elsewhere := tuple(_elsewhere(seen)):
        parts.append(Part(Message("explain.part.elsewhere"), elsewhere))
    return Why(
        "case",
        seen.case["code"],
        Message("explain.case", {"label": seen.case["label"]}),
        tuple(parts),
        seen.case["code"],
    )


def _stands(seen: CaseView, behind: Behind, asker: str) -> Iterator[Line]:
    yield line("explain.stands.state", state=seen.state.title, at=seen.case["entered_at"])
    if seen.case["holds"]:
        yield line("explain.stands.held", "no", grounds=seen.grounds)
    for item in seen.items:
        if item.id in behind.rows:
            said = Message(
                "explain.stands.item", {"title": item.title, "owners": item.owners or Message("pane.nobody")}
            )
            people = () if behind.is_person else tuple(_people(seen, behind, item, asker))
            yield Line(said, "", (*_until(seen, behind, item), *people), ("item", item.id))


def option_line(seen: CaseView, behind: Behind, option: Option) -> Line:
    """An answer or action: may this person, on what authority, every rule as it was asked, and where it leads."""
    under: list[Line] = []
    if not behind.is_person:
        return line("explain.option.named", "", tuple(_leads(seen, behind, option)), title=option.title or option.name)
    if option.authority is not None:
        under.append(Line(option.authority.why, "yes"))
    told_already = [one.refusal for one in option.tried if one.refusal is not None and not one.waits]
    against = [one for one in option.refusals if one not in told_already]
    under += [Line(one, "no") for one in veiled(seen.org, against, behind.asker, own=True)]
    under += [_term(seen, behind, one) for one in option.tried]
    under += _leads(seen, behind, option)
    key = "explain.option.yes" if option.allowed else "explain.option.no"
    return line(key, "yes" if option.allowed else "no", tuple(under), title=option.title or option.name)


def _leads(seen: CaseView, behind: Behind, option: Option) -> Iterator[Line]:
    """The clause an option rests on and where it leads: by each of its branches, or straight there."""
    if option.cite:
        yield line("explain.cite", cite=option.cite)
    branches = behind.branches.get(option.name, ()) if option.kind == "action" else ()
    yield from (_branch(seen, behind, title, terms) for title, terms in branches)
    if option.leads_to and not branches:
        owner = option.next_owner or Message("explain.leads.nobody")
        yield line("explain.leads.to", state=option.leads_to, owner=owner)


def _automatic(seen: CaseView, behind: Behind, action: Action, terms: tuple[Tried, ...]) -> Line:
    return line(
        "explain.by_itself", "", tuple(_term(seen, behind, one) for one in terms), title=action.title or action.name
    )


def _branch(seen: CaseView, behind: Behind, title: str, terms: tuple[Tried, ...]) -> Line:
    key, under = "explain.leads.branch", tuple(_term(seen, behind, one) for one in terms)
    state = title or Message("explain.leads.last_level")
    if not terms:
        return line("explain.leads.otherwise", state=state)
    waits = any(one.waits for one in terms)
    is_open = all(one.refusal is None for one in terms)
    return line(key, "later" if waits else "yes" if is_open else "no", under, state=state)


def _term(seen: CaseView, behind: Behind, one: Tried) -> Line:
    """One rule as it was asked: its refusal, or that it holds, and the fields of the case it looked at."""
    titles = seen.definition.fields
    looked = [line("explain.looked", field=titles[name].title or name, value=_value(seen, name))
              for name in sorted(one.seen - behind.kept) if name in titles]  # fmt: skip
    if one.term.kind == "guard" and behind.cites.get(one.term.name):
        looked.append(line("explain.cite", cite=behind.cites[one.term.name]))
    if one.waits:
        return line("explain.term.waits", "later", tuple(looked), rule=_rule(seen, one))
    if one.refusal is not None:
        return Line(one.refusal, "no", tuple(looked))
    return line("explain.term.holds", "yes", tuple(looked), rule=_rule(seen, one))


def _rule(seen: CaseView, one: Tried) -> Message:
    """What a term asks, in the words of its refusal's kind; of a guard its registered name has its own sentence."""
    if one.term.kind == "guard":
        return Message(f"explain.rule.guard.{one.term.name}", {"arg": one.term.arg or ""})
    return compared(seen.definition, seen.plan, one.term)


def _value(seen: CaseView, name: str) -> Any:
    """A field's value where it is a word, a day or a number; of anything else only whether something is there."""
    field, value = seen.definition.fields[name], seen.fields.get(name)
    if value in (None, "", [], {}):
        return Message("explain.value.empty")
    if field.type == "choice":
        return field.choices.get(str(value), str(value))
    if field.type in ("number", "yes_no"):
        return value
    if field.type == "date":
        return _as_day(value)
    return (
        Message("explain.value.several", {"count": len(value)})
        if isinstance(value, list)
        else Message("explain.value.given")
    )


def _as_day(value: Any) -> Any:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return str(value)


def _way(seen: CaseView, behind: Behind) -> Iterator[Line]:
    """Every fork the case came to, with what was compared then; one noted before forks were, says that it is not
    known."""
    for one in seen.history:
        ways = one.body.get("ways")
        if not ways or one.from_title == one.to_title:
            continue
        under = tuple(_fork(seen, behind, way) for way in ways)
        yield line("explain.way.fork", "", under, title=one.action_title, at=one.at, state=one.to_title)


def _fork(seen: CaseView, behind: Behind, way: Mapping[str, Any]) -> Line:
    states, fields = seen.definition.states, seen.definition.fields
    state = states[way["to"]].title if way["to"] in states else Message("explain.leads.last_level")
    if not way["when"]:
        return line("explain.leads.otherwise", "yes", state=state)
    under = []
    for name, words in way["said"].items():
        if name in behind.kept:
            continue
        known = fields[name].choices if name in fields else {}
        title = (
            (fields[name].title or name)
            if name in fields
            else Message(f"explain.way.fact.{name if name in FACTS else 'other'}")
        )
        said = [known.get(word, word) for word in words] or Message("explain.value.empty")
        under.append(line("explain.looked", field=title, value=said))
    return line("explain.leads.branch", "yes" if way["open"] else "no", tuple(under), state=state)


def _elsewhere(seen: CaseView) -> Iterator[Line]:
    """Buttons that this process has, but not in this step: which steps have them."""
    here = {one.name for one in seen.options}
    places: dict[str, dict[str, None]] = {}
    for address, action in addressed_actions(seen.definition):
        if address[0] == "states" and action.name not in here and action.title and not action.when:
            places.setdefault(action.title, {})[seen.definition.states[address[1]].title] = None
    for title, states in places.items():
        yield line("explain.elsewhere", title=title, states=tuple(states))
