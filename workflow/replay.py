"""One history played against its definition: where each event may be, where it may lead, and by whom.

It shares no line with `workflow.moves`: what the engine did is judged by what the definition says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow.catalogue import Life
from workflow.clock import local_date
from workflow.deadlines import Window, parse_deadline
from workflow.definition import LAST_LEVEL, Action, Ask, Definition, Plan
from workflow.forms import REASON
from workflow.grounds import PARENT, possible
from workflow.message import Message
from workflow.submission import SUBJECT

Find = Callable[[str], Life | None]
REVISED = "revised"
"""The event by which a running case comes under another version of its process."""
OF_ASKS = frozenset({"answered", "missed", "silent"})


@dataclass(frozen=True)
class Told:
    """What is wrong with an event; 0 stands for the case's own row."""

    seq: int
    reason: Message


@dataclass
class Place:
    """Where the case stands after the events played so far."""

    state: str = ""
    holds: frozenset[str] = frozenset()
    takers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    added: frozenset[str] = frozenset()  # roles that an escalation brought to the open item
    handed: frozenset[str] = frozenset()  # people the open item was handed to


def play(row: Mapping[Any, Any], events: Iterable[Any], own: Life, find: Find) -> list[Told]:
    """Every deviation of one case, which lives by `own` now; `find` knows the versions that its events name.

    What comes after a wrong step is judged from where that step says it led.
    """
    return list(_Player(row, own, find).all(events))


class _Player:
    def __init__(self, row: Mapping[Any, Any], own: Life, find: Find) -> None:
        self._row, self._own, self._find = row, own, find
        self._place = Place()
        self._before: dict[int, Place] = {}  # number of an event → where it found the case
        self._at: datetime | None = None
        self._last: Life | None = None

    def all(self, events: Iterable[Any]) -> Iterator[Told]:
        seq = 0
        for one in events:
            seq = one.seq
            for reason in self._event(one):
                yield Told(seq, reason)
        for reason in self._end(seq):
            yield Told(0, reason)

    def _event(self, one: Any) -> Iterator[Message]:
        body = one.body
        if self._at is not None and one.at < self._at:
            yield Message("conformance.back_in_time")
        self._at = one.at
        life = self._find(body.get("definition") or "")
        if life is None:
            yield Message("conformance.unknown_version", {"hash": str(body.get("definition"))[:12]})
            return
        before, self._last = self._last, life
        self._before[one.seq] = self._place
        if one.kind != REVISED and before is not None and before.definition_hash != life.definition_hash:
            yield Message("conformance.other_version")
        if one.kind == "action":
            yield from _action(life, self._place, one, first=one.seq == 1)
            self._place = _after(life, self._place, body, first=one.seq == 1)
        elif one.seq == 1:
            yield Message("conformance.no_start", {"kind": one.kind})
        elif one.kind == "undone":
            yield from self._undone(one)
        elif one.kind == REVISED:
            yield from _revised(life.definition, before, self._place, one)
            self._place = _under_another(self._place, one)
        else:
            yield from _beside(life.definition, self._place, one)
            self._place = _moved_beside(self._place, one)

    def _undone(self, one: Any) -> Iterator[Message]:
        taken_back = int((one.body["refs"] or ["0"])[0])
        before = self._before.get(taken_back)
        if before is None or one.body["from"] != self._place.state or one.body["to"] != before.state:
            yield Message("conformance.undone")
            before = Place(state=one.body["to"] or self._place.state)
        self._place = before

    def _end(self, seq: int) -> Iterator[Message]:
        row = self._row
        if not seq:
            yield Message("conformance.no_history")
            return
        if row["state"] != self._place.state:
            yield Message("conformance.stands_elsewhere", {"said": self._place.state, "stands": row["state"]})
        if frozenset(row["holds"]) != self._place.holds:
            yield Message("conformance.other_holds", _grounds(self._place.holds, row["holds"]))
        if self._last is not None and self._last.definition_hash != self._own.definition_hash:
            yield Message("conformance.other_version")
        state = self._own.definition.states.get(row["state"])
        if state is not None and state.end != (row["ended_at"] is not None):
            yield Message("conformance.end", {"state": state.title or state.name})


def _grounds(said: Iterable[str], stands: Iterable[str]) -> dict[str, str]:
    return {"said": ", ".join(sorted(said)), "stands": ", ".join(sorted(stands))}


# --- an action ----------------------------------------------------------------------------------------


def _action(life: Life, place: Place, one: Any, *, first: bool) -> Iterator[Message]:
    body, definition = one.body, life.definition
    name = body.get("action") or ""
    if not first and body["from"] != place.state:
        yield Message("conformance.not_from_here", {"said": place.state, "from": body["from"] or ""})
    known = list(_known(definition, place, body, first=first))
    if not known:
        yield Message("conformance.no_action", {"action": name, "state": _title(definition, body["from"] or "")})
        return
    # An action of a state and one of the hold may share a name: it is right when it is right as either of them.
    judged = [list(_judge(life, place, one, action, held)) for action, held in known]
    yield from min(judged, key=len)


def _known(
    definition: Definition, place: Place, body: Mapping[str, Any], *, first: bool
) -> Iterator[tuple[Action, bool]]:
    name, state = body.get("action") or "", body["from"] or ""
    if first:
        yield from ((action, False) for action in (definition.start.get(name),) if action)
        return
    here = definition.states.get(state)
    if here is None or here.end:
        return
    if name in (actions := definition.actions_in(state)):
        yield actions[name], False
    if definition.held and name in definition.held.actions:
        yield definition.held.actions[name], True


def _judge(life: Life, place: Place, one: Any, action: Action, held: bool) -> Iterator[Message]:
    body, definition = one.body, life.definition
    target = definition.states.get(body["to"] or "")
    if target is None or body["to"] not in _targets(definition, action, body):
        yield Message("conformance.wrong_target", {"action": _said(action), "to": _title(definition, body["to"] or "")})
    elif body["stage"] != target.stage:
        yield Message("conformance.wrong_stage", {"stage": str(body["stage"]), "state": target.title or target.name})
    yield from _while_held(place, action, held)
    yield from _holds_after(definition, place, body, action, target is not None and target.end)
    yield from _by_whom(life, place, one, action, held)
    if _must_say(definition, action) and body["cause"] == "person" and not body.get("input_digest"):
        yield Message("conformance.nothing_submitted", {"action": _said(action)})
    window = parse_deadline(action.window) if action.window else None
    if isinstance(window, Window) and body["cause"] == "person" and not window.contains(local_date(one.at)):
        yield Message("conformance.outside_window", {"action": _said(action)})


def _targets(definition: Definition, action: Action, body: Mapping[str, Any]) -> set[str]:
    if not action.to:
        return {body["from"] or ""}
    back = definition.level_states().get(body["level"] or "none", "")
    return {back if branch.to == LAST_LEVEL else branch.to for branch in action.to}


def _while_held(place: Place, action: Action, held: bool) -> Iterator[Message]:
    parent_ended = any(term.kind == "parent_ended" for term in action.when)
    if held and not place.holds:
        yield Message("conformance.not_held", {"action": _said(action)})
    elif place.holds and not (held or action.while_held or parent_ended):
        yield Message("conformance.while_held", {"action": _said(action)})


def _holds_after(
    definition: Definition, place: Place, body: Mapping[str, Any], action: Action, ended: bool
) -> Iterator[Message]:
    now = frozenset(body.get("holds") or ())
    gone, come = place.holds - now, now - place.holds
    if ended:
        right = not now
    elif action.releases == "all":
        right = come <= (possible(definition, action.holds) if action.holds else set())
    else:
        right = _one_of(definition, action.releases, gone) and _one_of(definition, action.holds, come)
    if not right:
        yield Message("conformance.wrong_holds", {"action": _said(action), **_grounds(place.holds, now)})


def _one_of(definition: Definition, name: str | None, changed: frozenset[str]) -> bool:
    """One of the grounds an action names changed; without a name, none."""
    return (len(changed) == 1 and changed <= possible(definition, name)) if name else not changed


def _by_whom(life: Life, place: Place, one: Any, action: Action, held: bool) -> Iterator[Message]:
    body, said = one.body, {"action": _said(action)}
    cause, first = body["cause"], one.seq == 1
    if first:
        if cause == "person" and body["role"] not in _roles(life.plan, action.by):
            yield Message("conformance.wrong_role", {**said, "role": body["role"] or ""})
        elif cause == "cadence" and "cadence" not in action.by:
            yield Message("conformance.not_by_itself", said)
        return
    if cause != "person":
        if not action.when and not _acted_late(life.definition, body["from"] or "", action.name, held):
            yield Message("conformance.not_by_itself", said)
        return
    if action.when:
        yield Message("conformance.by_a_person", said)
        return
    yield from _right_person(life, place, body, action, held)


def _right_person(life: Life, place: Place, body: Mapping[str, Any], action: Action, held: bool) -> Iterator[Message]:
    definition, said = life.definition, {"action": _said(action)}
    state = definition.states.get(body["from"] or "")
    owner = (definition.held.owner if definition.held else ()) if held else state.owner if state else ()
    allowed = _roles(life.plan, (*(action.by or owner), *(() if action.by else place.added)))
    who = {one for one in (body["actor"], body["on_behalf_of"]) if one}
    if body["role"] not in allowed and not (not body["role"] and not action.by and who & place.handed):
        yield Message("conformance.wrong_role", {**said, "role": body["role"] or ""})
    if body["role"]:  # who handed an item over acts by it no more, and counts for no pair of eyes
        taken = [place.takers.get(key, frozenset()) for name in action.not_by for key in _keys(definition, name)]
        if any(who & takers for takers in taken):
            yield Message("conformance.same_eyes", said)


def _roles(plan: Plan, named: Iterable[str]) -> set[str]:
    """Those named, and whoever steps in for them where nobody is eligible."""
    found: set[str] = set()
    for name in named:
        role = plan.roles.get(name)
        while role is not None and role.name not in found:
            found.add(role.name)
            role = plan.roles.get(role.otherwise or "")
    return found


def _acted_late(definition: Definition, state: str, name: str, held: bool) -> bool:
    """Whether lateness may take this action: a step of the escalation names it."""
    here = definition.held if held else definition.states.get(state)
    return here is not None and any(step.mode == "act" and step.action == name for step in here.escalate)


def _keys(definition: Definition, name: str) -> Iterator[str]:
    if "." in name:
        yield name
    else:
        yield from (f"{state.name}.{name}" for state in definition.states.values() if name in state.actions)


def _must_say(definition: Definition, action: Action) -> bool:
    """Whether its form cannot have been empty."""
    fields = (definition.fields.get(name) for name in action.needs if name not in (REASON.name, SUBJECT))
    return REASON.name in action.needs or any(
        one is not None and not one.conditions and not one.compute and one.type not in ("cases", "form")
        for one in fields
    )


def _after(life: Life, place: Place, body: Mapping[str, Any], *, first: bool) -> Place:
    name, moved = body.get("action") or "", body["from"] != body["to"]
    was = "start" if first else place.state
    held = life.definition.held
    if not first and held and name in held.actions and name not in life.definition.actions_in(was):
        was = "held"
    who = frozenset(one for one in (body["actor"], body["on_behalf_of"]) if one)
    kept = Place() if moved else place
    return Place(
        state=body["to"] or place.state, holds=frozenset(body.get("holds") or ()),
        takers={**place.takers, f"{was}.{name}": who}, added=kept.added, handed=kept.handed,
    )  # fmt: skip


# --- another version ---------------------------------------------------------------------------------


def _revised(definition: Definition, before: Life | None, place: Place, one: Any) -> Iterator[Message]:
    """It goes on under the version named, in a state of that version, from where it stood under the one before."""
    body = one.body
    if body["from"] != place.state:
        yield Message("conformance.not_from_here", {"said": place.state, "from": body["from"] or ""})
    if before is not None and body.get("definition_before") != before.definition_hash:
        yield Message("conformance.other_version")
    target = definition.states.get(body["to"] or "")
    if target is None or target.end:
        yield Message("conformance.wrong_target", {"action": one.kind, "to": _title(definition, body["to"] or "")})
    elif body["stage"] != target.stage:
        yield Message("conformance.wrong_stage", {"stage": str(body["stage"]), "state": target.title or target.name})


def _under_another(place: Place, one: Any) -> Place:
    """Who decided what in the state goes with its name."""
    was, now = f"{one.body['from']}.", f"{one.body['to']}."
    takers = {now + key.removeprefix(was) if key.startswith(was) else key: who for key, who in place.takers.items()}
    return Place(one.body["to"] or place.state, place.holds, takers, place.added, place.handed)


# --- everything else ----------------------------------------------------------------------------------


def _beside(definition: Definition, place: Place, one: Any) -> Iterator[Message]:
    """No other event moves a case; an answer is one that was asked for here, or by the hold."""
    body = one.body
    for where in ("from", "to"):
        if body.get(where) is not None and body[where] != place.state:
            yield Message("conformance.moved_beside", {"kind": one.kind, "said": place.state, "to": body[where]})
            break
    if one.kind in OF_ASKS and body.get("action") not in _asks(definition, place.state):
        yield Message(
            "conformance.not_asked", {"ask": body.get("action") or "", "state": _title(definition, place.state)}
        )


def _asks(definition: Definition, state: str) -> Mapping[str, Ask]:
    here = definition.states.get(state)
    held = definition.held.asks if definition.held else {}
    return {**held, **(here.asks if here else {})}


def _moved_beside(place: Place, one: Any) -> Place:
    body, holds, added, handed = one.body, place.holds, place.added, place.handed
    if one.kind == "heard" and body.get("of") == "parent" and body["refs"]:
        ground = {PARENT + body["refs"][0]}
        holds = holds | ground if body["answer"] == "hold" else holds - ground if body["answer"] == "release" else holds
    elif one.kind == "escalated" and body.get("to_role"):
        added = added | {body["to_role"]}
    elif one.kind == "handed_over":
        handed = handed | {body["refs"][-1]}
    return Place(place.state, holds, place.takers, added, handed)


def _said(action: Action) -> str:
    return action.title or action.name


def _title(definition: Definition, state: str) -> str:
    known = definition.states.get(state)
    return known.title or state if known else state
