"""What somebody who is asked can do now, and what they would rather: told from the definition and the rules alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from workflow.arming import OF_HOLDS
from workflow.conditions import refusals_yet
from workflow.definition import Action, Ask
from workflow.draft import By, Draft
from workflow.facts import Row
from workflow.identity import who
from workflow.message import Message
from workflow.permission import ask_definition, asked_by, asked_of_item, why_not

APPROVE, RETURN, REFUSE = "approve", "return", "refuse"
_RANKS: Mapping[str, tuple[str, ...]] = {
    APPROVE: (APPROVE, "act", RETURN, REFUSE),
    RETURN: (RETURN, APPROVE, "act", REFUSE),
    REFUSE: (REFUSE, APPROVE, "act", RETURN),
}


@dataclass(frozen=True)
class Possible:
    """An action somebody may take now, as far as can be told before its form is in."""

    person_id: str
    action: Action
    held: bool


@dataclass(frozen=True)
class Offer:
    """What can be done about an item: what leads on, best first; why the best does not; who could help it on."""

    possible: tuple[Possible, ...] = ()
    wanted: str = ""  # the action that would be taken if it could
    reasons: tuple[Message, ...] = ()
    helps: tuple[Possible, ...] = ()
    nobody: bool = False


def offer(draft: Draft, item: Row, mood: str, chance: Random, without: Collection[str] = ()) -> Offer:
    """For an open item that is no ask. `without`: names tried in vain just now."""
    held = item["kind"] in OF_HOLDS
    owners = sorted(who(draft.facts.org, draft.plan, draft.matter(), asked_of_item(draft, item)))
    if not owners:
        return Offer(nobody=True)
    chance.shuffle(owners)
    actions = [one for one in _own(draft, held) if one.name not in without]
    if mood == APPROVE and waits_for_others(draft):  # it goes on without them: nobody sends back for want of an answer
        actions = [one for one in actions if one.verb not in (RETURN, REFUSE)]
    possible: list[Possible] = []
    wanted, reasons = min(without, default=""), list[Message]()
    for action in _by_wish([one for one in actions if leads_on(one)], mood, chance):
        found, against = _who_may(draft, action, owners, held)
        if found:
            possible.append(found)
        elif not wanted:
            wanted, reasons = action.name, against
    helps = _helps(draft, actions, owners, held, chance) if not possible or (wanted and _first(possible, mood)) else ()
    return Offer(tuple(possible), wanted, tuple(reasons), tuple(helps))


def _first(possible: list[Possible], mood: str) -> bool:
    """Whether what is possible is not what one would rather: helping on is then worth a thought."""
    return possible[0].action.verb != _RANKS[mood][0]


def leads_on(action: Action) -> bool:
    """Whether an action ends the step it is taken in."""
    return bool(action.to or action.releases) and not action.drops


def _own(draft: Draft, held: bool) -> list[Action]:
    definition = draft.facts.life.definition
    table = (definition.held.actions if definition.held else {}) if held else draft.state.actions
    return [one for one in table.values() if not one.when]


def _by_wish(actions: list[Action], mood: str, chance: Random) -> list[Action]:
    return sorted(chance.sample(actions, len(actions)), key=lambda one: _RANKS[mood].index(one.verb))


def _who_may(draft: Draft, action: Action, owners: Iterable[str], held: bool) -> tuple[Possible | None, list[Message]]:
    """Of the owners the first who may; else of those whom the action itself names."""
    tried: set[str] = set()
    against: list[Message] = []
    for person_id in owners:
        tried.add(person_id)
        reasons = _against(draft, action, person_id, held)
        if not reasons:
            return Possible(person_id, action, held), []
        against = against or reasons
    if action.by:
        for person_id in sorted(who(draft.facts.org, draft.plan, draft.matter(), asked_by(draft, action, held=held))):
            if person_id not in tried and not (reasons := _against(draft, action, person_id, held)):
                return Possible(person_id, action, held), []
    return None, against


def _against(draft: Draft, action: Action, person_id: str, held: bool) -> list[Message]:
    authority, reasons = why_not(draft, action, person_id, held=held)
    if reasons or authority is None:
        return reasons
    by = By("person", person_id, authority, "page")
    return refusals_yet(draft, action.conditions, by, (*action.needs, *action.takes))


def _helps(
    draft: Draft, actions: Iterable[Action], owners: list[str], held: bool, chance: Random
) -> Iterable[Possible]:
    """Actions that stay here and may make the wanted one possible, each by everybody who may take it."""
    for action in actions:
        if leads_on(action) or action.drops or action.holds:
            continue
        asked = asked_by(draft, action, held=held)
        people = sorted(who(draft.facts.org, draft.plan, draft.matter(), asked)) if action.by else list(owners)
        for person_id in chance.sample(people, len(people)):
            if not _against(draft, action, person_id, held):
                yield Possible(person_id, action, held)


def interruptions(draft: Draft, chance: Random) -> list[Possible]:
    """What somebody may do from anywhere (withdraw, hold, move, close, revoke), in an order of chance."""
    definition = draft.facts.life.definition
    here = [one for one in definition.actions_in(draft.case["state"]).values() if not one.when]
    shared = [one for one in here if one.drops or one.name not in draft.state.actions]
    found = (_who_may(draft, one, (), False)[0] for one in chance.sample(shared, len(shared)))
    return [one for one in found if one]


def answerers(draft: Draft, item: Row) -> list[str]:
    """Who may answer an item, in one order."""
    return sorted(who(draft.facts.org, draft.plan, draft.matter(), asked_of_item(draft, item)))


def ask_of(draft: Draft, item: Row) -> Ask | None:
    """The question an open item puts; None when it is none, or nobody answers it for others."""
    row = draft.asks.get(item["ask_id"])
    if row is None or row["status"] != "open":
        return None
    ask = ask_definition(draft, row)
    return None if ask.posting else ask


def waits_for_others(draft: Draft) -> bool:
    """Whether the state leads on by itself once others have spoken: its owner then waits for them."""
    state = draft.state
    if any(term.kind in _OTHERS for action in state.actions.values() if action.to for term in action.when):
        return True
    required = {one.name for one in state.asks.values() if not one.optional and not one.every}
    return any(row["status"] == "open" and row["name"] in required for row in draft.asks.all(visit=draft.case["visit"]))


_OTHERS = frozenset({"all", "some", "is", "parent_ended"})


def waits_for_answers(draft: Draft) -> bool:
    """The same, where it is those whom the case itself has asked: a parent's word comes when it comes."""
    terms = [term for action in draft.state.actions.values() if action.to for term in action.when]
    if any(term.kind in ("all", "some") or (term.kind == "is" and term.name != "parent") for term in terms):
        return True
    return waits_for_others(draft) and not terms


def day_of(draft: Draft, item: Row) -> date | None:
    """The last day of an item whose deadline hangs on a day that the case itself names: its step belongs there."""
    due = item["due"]
    if not due or due["known_by"] not in draft.facts.life.definition.fields:
        return None
    return date.fromisoformat(due["due_on"])
