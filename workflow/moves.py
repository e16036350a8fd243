"""One action, whole: effects, holds, the target, leaving and entering, who is told, and what follows by itself.

The order is the grammar's: one event: effects → drops, marks, holds → branch and target → timers, asks → `when`
actions in file order, at most 20, each its own event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow import agenda, asking, papers
from workflow.arming import cancel_timers, close_item, offer, tell_person, tell_roles
from workflow.conditions import holds, value_of
from workflow.definition import Action, Condition, State
from workflow.draft import By, Draft
from workflow.forms import REASON
from workflow.holding import children, give_up_place, hold, open_state
from workflow.identity import Asked
from workflow.message import Message, Refused
from workflow.registry import EffectEntry
from workflow.rulebook import HELD, rulebook

AUTOMATIC_LIMIT = 20


def take(draft: Draft, action: Action, *, inputs: Mapping[str, Any], by: By, held: bool = False) -> None:
    """Take an action that is allowed: everything it changes is in the draft afterwards."""
    before = draft.state
    entered = _entered_level(draft, action, inputs, by, held)
    remember_inputs(draft, inputs)
    take_places(draft, inputs, by)
    seq = draft.note("action", inputs=inputs, by=by, action=action.name, **{"from": before.name, "to": before.name})
    event = draft.events[-1]
    plan_effects(draft, action, inputs, by, seq, entered)
    papers.ordered(draft, action, inputs, by, seq)
    if action.drops == "level" and before.level in draft.case["levels"]:
        draft.case["levels"].remove(before.level)
    event.body["refs"] = _take_answers(draft, action.when)
    draft.case["takers"][_key(before, action, held)] = [by.person_id, by.on_behalf_of, draft.case["visit"]]
    hold(draft, action, inputs)
    ways: list[dict[str, Any]] = []
    target = _target(draft, action, inputs, by, held, ways)
    if len(action.to) > 1:
        event.body["ways"] = ways
    if action.to:
        _move(draft, target, by)
    draft.dossier_moved = True
    event.body.update(place(draft))
    plan_following(draft, action, inputs, by, (_key(before, action, held), before.stage))
    _send_out(draft, action, inputs, by)
    _tell(draft, action, by)


def _key(state: State, action: Action, held: bool) -> str:
    return f"{'held' if held else state.name}.{action.name}"


def place(draft: Draft) -> dict[str, Any]:
    """Where the case stands, for its event."""
    row = draft.case
    row["top_level"] = row["levels"][-1] if row["levels"] else ""
    return {
        "to": row["state"], "stage": row["stage"], "level": row["top_level"], "unit": row["unit_id"],
        "holds": list(row["holds"]),
    }  # fmt: skip


def _target(
    draft: Draft, action: Action, inputs: Mapping[str, Any], by: By, held: bool,
    ways: list[dict[str, Any]] | None = None,
) -> str:  # fmt: skip
    """Where it leads; `ways` takes each branch as it was asked."""
    life = draft.facts.life
    asked: list[Condition] = []

    def is_open(condition: Condition) -> bool:
        found = holds(draft, condition, inputs, by)
        if ways is not None and not (ways and condition == asked[-1]):  # "last level" asks once for each level
            ways.append(way_asked(draft, action, condition, inputs, found))
        asked.append(condition)
        return found

    name = HELD + action.name if held else action.name
    found = rulebook(life.definition_hash, life.definition).target(
        draft.case["state"], name, is_open, draft.last_level()
    )
    if found is None:
        raise Refused(Message("action.no_branch", {"title": action.title or action.name}))
    return found


def way_asked(
    draft: Draft, action: Action, condition: Condition, inputs: Mapping[str, Any], found: bool
) -> dict[str, Any]:  # fmt: skip
    """A branch as it was asked, for its event: where it leads, its terms, what was compared, whether it was open.

    Words of a plan, no more: an event is never changed and tells nothing that could have to be forgotten.
    """
    compared = {one.name: sorted(value_of(draft, one.name, inputs)) for one in condition if one.kind == "is"}
    leads = next((one.to for one in action.to if one.when == condition), "")
    return {"to": leads, "when": [one.text for one in condition], "said": compared, "open": found}


def _entered_level(draft: Draft, action: Action, inputs: Mapping[str, Any], by: By, held: bool) -> str | None:
    """The level of the state an action would enter, for effects that record it: asked where there are any."""
    if not (action.to and action.do) or action.drops:
        return None
    level = draft.facts.life.definition.states[_target(draft, action, inputs, by, held)].level
    return None if level == "none" else level


def remember_inputs(draft: Draft, inputs: Mapping[str, Any]) -> None:
    """The case holds what was submitted; a person field names a party."""
    for name, value in inputs.items():
        known = draft.facts.life.definition.fields.get(name)
        draft.fields[name] = value
        draft.fields_set[name] = value
        if known is not None and known.type == "person" and known.each is None:
            draft.set_party(name, value or None)


def take_places(draft: Draft, inputs: Mapping[str, Any], by: By) -> None:
    """Have the cases on exclusive lists among these values to oneself, once the decision is written."""
    for name, value in inputs.items():
        known = draft.facts.life.definition.fields.get(name)
        if known is not None and known.exclusive:
            draft.effects.append((agenda.taking(list(value)), draft.context(inputs, by)))
            if draft.registry.listed is not None:
                draft.effects.append((EffectEntry(draft.registry.listed), draft.context(inputs, by)))


def plan_effects(
    draft: Draft, action: Action, inputs: Mapping[str, Any], by: By, seq: int, entered: str | None
) -> None:
    """Effects run in the write, in file order; one may move the case to another unit."""
    for name in action.do:
        entry = draft.registry.effects[name]
        if entry.follows:
            continue
        draft.effects.append(
            (
                entry,
                draft.context(inputs, by, entered_level=entered, event_seq=seq, facts=dict(draft.loaded)),
            )
        )
        if entry.moves_to and draft.fields.get(entry.moves_to):
            if entry.leaves and draft.case["unit_id"]:
                remember_inputs(draft, {entry.leaves: draft.case["unit_id"]})
            draft.case["unit_id"] = draft.fields[entry.moves_to]


def plan_following(draft: Draft, action: Action, inputs: Mapping[str, Any], by: By, taken: tuple[str, str]) -> None:
    """Effects that must know where the case came to, and from where: (STATE.ACTION, the stage it left)."""
    for name in action.do:
        entry = draft.registry.effects[name]
        if entry.follows:
            facts = {"taken": taken[0], "left": taken[1], "event_seq": draft.seq, "facts": dict(draft.loaded)}
            draft.effects.append((entry, draft.context(inputs, by, **facts)))


def _take_answers(draft: Draft, condition: Condition) -> list[str]:
    """Taking an answer consumes it; the cases that gave them."""
    taken = []
    for term in condition:
        if term.kind == "is" and not term.negated:
            for row in draft.links.all(process=term.name):
                if row["answer"] in term.values and row["taken_at"] is None:
                    draft.links.update(row["id"], taken_at=draft.facts.now)
                    taken.append(row["other_id"])
    return taken


def _move(draft: Draft, target: str, by: By) -> None:
    leave(draft, by)
    enter(draft, target)


def leave(draft: Draft, by: By) -> None:
    """Leaving a state closes what it asked for; what a hold asks for goes on."""
    give_up_place(draft)
    for item in draft.items.all():
        if item["status"] != "closed" and item["kind"] == "state":
            close_item(draft, item, "moved", person_id=by.person_id)
    asking.close_asks(draft, visit=draft.case["visit"], how="moved")
    cancel_timers(draft, kind="after")


def enter(draft: Draft, target: str) -> None:
    """Entering a state is a new visit: fresh asks, items and timers; an end closes everything that is left."""
    row = draft.case
    state = draft.facts.life.definition.states[target]
    row.update(state=target, stage=state.stage, visit=row["visit"] + 1, entered_at=draft.facts.now)
    if state.level and state.level != "none" and state.level not in row["levels"]:
        order = list(draft.plan.levels)
        row["levels"] = sorted([*row["levels"], state.level], key=order.index)
    _fill(draft, target)
    if state.end:
        _end(draft)
        return
    if draft.held:
        return
    open_state(draft, state)


def _fill(draft: Draft, target: str) -> None:
    for name, ids in draft.facts.fills.items():
        if draft.facts.life.definition.fields[name].fill == target:
            draft.fields[name] = draft.fields_set[name] = list(ids)


def _end(draft: Draft) -> None:
    draft.case["ended_at"] = draft.facts.now
    draft.case["holds"] = []
    for item in draft.items.all():
        if item["status"] != "closed":
            close_item(draft, item, "ended")
    for row in draft.asks.all():
        if row["status"] == "open" and row["child_id"] is None:
            draft.asks.update(row["id"], status="closed")
    for row in draft.timers.all():
        cancel_timers(draft, id=row["id"])


def _send_out(draft: Draft, action: Action, inputs: Mapping[str, Any], by: By) -> None:
    """What leaves the case: child cases, answers to the cases of a list, words to children and to the parent."""
    for start in action.starts:
        if holds(draft, start.conditions, inputs, by):
            asking.start_child(draft, start.process, start.given)
    for name in action.delivers:
        _deliver(draft, name, action.marks.get(name))
    ended = draft.state.end
    if ended and any(field.exclusive for field in draft.facts.life.definition.fields.values()):
        draft.effects.append((agenda.closing(_answered(draft)), draft.context(inputs)))
    for row in children(draft):
        if ended:
            draft.send("parent", f"case:{row['other_id']}", "ended", {"case_id": row["other_id"], "word": "ended"})
    parent = draft.case["parent_id"]
    if parent and action.to:
        reason = inputs.get(REASON.name) if ended else None
        draft.send("child_moved", f"case:{parent}", "moved", child_news(draft, reason))


def _answered(draft: Draft) -> list[str]:
    """The cases that an answer is on its way to: each gives its place up when it hears."""
    return [letter.payload["case_id"] for _, letter in draft.letters if letter.kind == "answer"]


def child_news(draft: Draft, reason: str | None = None) -> dict[str, Any]:
    """What a parent is told of a child's place, and why it ended there."""
    row = draft.case
    news = {
        "case_id": row["parent_id"], "child_id": row["id"], "process": row["process"], "state": row["state"],
        "ended": row["ended_at"] is not None, "start_key": row["start_key"],
    }  # fmt: skip
    return news | ({REASON.name: reason} if reason else {})


def _deliver(draft: Draft, name: str, mark: str | None) -> None:
    """Answers leave: to children of a process or of an ask (a mark), or to each case of a `cases` field (what was said
    of it)."""
    definition = draft.facts.life.definition
    if name not in definition.fields:
        asked = {row["child_id"] for row in draft.asks.all(name=name)}
        for row in children(draft):
            if row["process"] == name or row["other_id"] in asked:
                payload = {"case_id": row["other_id"], "word": "answer", "answer": mark}
                draft.send("parent", f"case:{row['other_id']}", f"answer:{mark}", payload)
        return
    saying = next((f for f in definition.fields.values() if f.says and f.each == name), None)
    said = draft.fields.get(saying.name, {}) if saying else {}
    for case_id in draft.fields.get(name) or []:
        answer = mark or (said.get(case_id) if isinstance(said, dict) else None)
        if answer:
            payload = {
                "case_id": case_id, "process": draft.case["process"], "from_id": draft.case["id"], "answer": answer,
                "late": definition.fields[name].late, "exclusive": definition.fields[name].exclusive,
            }  # fmt: skip
            draft.send("answer", f"case:{case_id}", f"answer:{answer}", payload)


def _tell(draft: Draft, action: Action, by: By) -> None:
    roles = [*action.tell, *draft.plan.tell.get(action.verb, ())]
    if action.to and draft.state.end:
        roles += draft.plan.tell.get("end", ())
    tell_roles(draft, roles, "told", action=action.name, verb=action.verb)
    if by.kind == "person" and by.person_id and action.verb != "act":
        tell_person(draft, by.person_id, "receipt", action=action.name)


def settle(draft: Draft) -> None:
    """Take every `when` action that is now true, in file order, until none is: at most 20."""
    for _ in range(AUTOMATIC_LIMIT):
        action = _next_automatic(draft)
        if action is None:
            return
        take(draft, action, inputs={}, by=By("case"))
    draft.incidents.append(("loop", f"loop:{draft.case['id']}:{draft.seq}", Message("incident.loop", {})))


def _next_automatic(draft: Draft) -> Action | None:
    if draft.state.end:
        return None
    for action in draft.facts.life.definition.actions_in(draft.case["state"]).values():
        if not action.when or (draft.held and not _heard_while_held(action)):
            continue
        if holds(draft, action.when) and not _fired_already(draft, action):
            return action
    return None


def _heard_while_held(action: Action) -> bool:
    return action.while_held or any(term.kind == "parent_ended" for term in action.when)


def _fired_already(draft: Draft, action: Action) -> bool:
    """A `when` without a target fires once a visit, or once per answer it takes."""
    if action.to or any(t.kind == "is" and draft.links.all(process=t.name) for t in action.when):
        return False
    taken = draft.case["takers"].get(_key(draft.state, action, False))
    return bool(taken) and taken[2] == draft.case["visit"]


def hand_over(draft: Draft, item: dict[str, Any], person_id: str, inputs: Mapping[str, Any]) -> None:
    """Put an item into a colleague's hands too; its owner keeps seeing it, and who is at it."""
    draft.note("handed_over", inputs=inputs, refs=[item["id"], person_id])
    draft.items.update(item["id"], version=item["version"] + 1, claimed_by=person_id, claimed_at=draft.facts.now)
    offer(draft, item, Asked((), None, {person_id: draft.by.person_id}), why="moved")
