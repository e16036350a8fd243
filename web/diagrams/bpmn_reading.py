"""A definition read as BPMN, honestly: what BPMN has no word for stands in elements of our own beside it.

A state is a user task of its owner, or, where others are asked while it lasts, a sub process with theirs beside it that
the owner's decision ends. What a person decides is a gateway behind it. What comes by itself is an event at its border:
a time, a message of another case, a condition. A deadline that only tells is one that interrupts nothing and escalates.
An end stands beside every state that leads to it. Stays, holds, levels, guards and working days have no counterpart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from web.diagrams.bpmn_parts import (
    BOUNDARY,
    CALL,
    CHOICE,
    END_EVENT,
    FORK,
    START_EVENT,
    SUB_PROCESS,
    USER_TASK,
    Node,
    Occasion,
    Parts,
)
from web.diagrams.outcomes import START, Outcome, of_start, of_state
from workflow.definition import Action, Ask, Condition, Definition, Escalation, Plan, State
from workflow.grammar import branch_text, condition_texts, escalation_text

OUTCOME, TRUE_NOW = "outcome", "true_now"
"""The data that expressions look at: what a person decided, and which condition has come true."""

OF_TIME = frozenset({"overdue", "after", "period_ended"})


def read(definition: Definition, plan: Plan) -> Parts:
    """The diagram's parts."""
    return _Reader(definition, plan).parts


class _Reader:
    def __init__(self, definition: Definition, plan: Plan) -> None:
        self._definition, self._plan = definition, plan
        self.parts = Parts(definition.process, definition.title)
        self._start()
        for state in definition.states.values():
            if not state.end:
                self._state(state)
        self._beside()

    # --- beginning -------------------------------------------------------------------------------------

    def _start(self) -> None:
        by_person: list[Outcome] = []
        for one in of_start(self._definition):
            people = [name for name in one.action.by if name in self._plan.roles]
            others = [name for name in one.action.by if name not in self._plan.roles]
            if people or not others:
                by_person.append(one)
            for name in others:
                self._start_by(one, name)
        if by_person:
            node = Node("begin", START_EVENT, "Bắt đầu", ours={"by": " ".join(_starters(by_person, self._plan))})
            self._lead(START, self.parts.add(START, node), by_person)

    def _start_by(self, one: Outcome, name: str) -> None:
        ident = f"begin_{one.action.name}_{name}"
        if ident in self.parts.nodes:
            return
        occasion = Occasion("timer", f"date_{ident}") if name == "cadence" else self._message(f"begin {name}")
        self.parts.add(START, Node(ident, START_EVENT, one.title, occasion=occasion, notes=[_action(one.action)]))
        ways = [way for way in of_start(self._definition) if way.action is one.action]
        self._lead(START, ident, ways)

    def _lead(self, row: str, source: str, ways: Sequence[Outcome]) -> None:
        """From a node to where its outcomes lead, by a gateway when there are several."""
        if not ways:
            return
        many = len(ways) > 1
        if many:
            choice = self.parts.add(row, Node(f"choice_{source}", CHOICE))
            self.parts.flow(source, choice)
            source = choice
        for one in ways:
            condition = f"{OUTCOME} == '{one.key}'" if many else ""
            ours = {"action": one.action.name} | ({"everywhere": "true"} if one.everywhere else {})
            ours |= {"held": "true"} if one.held else {}
            ours |= {"verb": one.action.verb} if one.action.verb != "act" else {}
            self.parts.flow(source, self._to(row, one.target), name=one.title, condition=condition, ours=ours)

    def _to(self, row: str, target: str) -> str:
        state = self._definition.states[target]
        if not state.end:
            return self._activity_id(target)
        ident = f"end_{target}__{row or 'start'}"
        if ident not in self.parts.nodes:
            self.parts.add(row, Node(ident, END_EVENT, state.title, ours={"state": target, "stage": state.stage}))
        return ident

    def _activity_id(self, state: str) -> str:
        """Unlike any of another process: tools that read several files at once ask for that."""
        return f"state_{self._definition.process}.{state}"

    def _message(self, name: str) -> Occasion:
        ident = "message_" + "_".join(name.split())
        self.parts.messages[ident] = name
        return Occasion("message", ident)

    # --- a state ---------------------------------------------------------------------------------------

    def _state(self, state: State) -> None:
        ways = of_state(self._definition, state)
        decided = [one for one in ways if not one.action.when and not one.stays]
        activity = self._activity(state, ways)
        self._lead(state.name, activity, decided)
        for action in dict.fromkeys(id(one.action) for one in ways if one.action.when and not one.stays):
            self._by_itself(state, [one for one in ways if id(one.action) == action and not one.stays])
        self._deadline(state, ways)

    def _activity(self, state: State, ways: Sequence[Outcome]) -> str:
        ident = self._activity_id(state.name)
        ours = {"state": state.name, "stage": state.stage} | ({"level": state.level} if state.level else {})
        notes = [_action(one.action, stays=True) for one in ways if one.stays] + _limits(state)
        seen = {one.action.name for one in ways}
        notes += [_action(one) for one in self._definition.actions_in(state.name).values()
                  if one.name in seen and one.to and (one.conditions or one.needs or one.do or one.starts)]  # fmt: skip
        plain = not state.asks and not state.vote
        node = Node(ident, USER_TASK if plain else SUB_PROCESS, state.title, ours=ours, notes=notes,
                    owners=self._owners(state.owner) if plain else (), says=state.may_wait or state.cite)  # fmt: skip
        self.parts.add(state.name, node)
        if not plain:
            self._inside(state, ident)
        return ident

    def _inside(self, state: State, ident: str) -> None:
        def put(name: str, tag: str, title: str = "", **said: object) -> str:
            mine = f"{name}_{self._definition.process}.{state.name}"
            node = Node(mine, tag, title, inside=ident, **said)  # type: ignore[arg-type]
            return self.parts.add(state.name, node)

        begin, fork = put("entered", START_EVENT), put("beside", FORK)
        decide = put("decide", USER_TASK, state.title, owners=self._owners(state.owner), ours={"state": state.name})
        decided = put("decided", END_EVENT, occasion=Occasion("terminate"))
        self.parts.flow(begin, fork)
        self.parts.flow(fork, decide)
        self.parts.flow(decide, decided)
        asked = put("asked", END_EVENT)
        if state.vote:
            several = f"voters_{state.name}"
            vote = put(
                "vote", USER_TASK, "Bỏ phiếu", several=several, ours={"rule": state.vote.rule, "over": state.vote.over}
            )
            self.parts.flow(fork, vote)
            self.parts.flow(vote, asked)
        for ask in state.asks.values():
            several = f"number_{state.name}__{ask.name}" if ask.each else ""
            task = put(f"ask_{ask.name}", CALL if ask.process else USER_TASK, ask.title, several=several,
                       calls=ask.process or "", owners=self._owners((ask.of,) if ask.of else ()),
                       ours=_of_ask(ask), says=ask.cite)  # fmt: skip
            self.parts.flow(fork, task)
            self.parts.flow(task, asked)

    def _by_itself(self, state: State, ways: Sequence[Outcome]) -> None:
        action = ways[0].action
        ident = f"when_{action.name}__{state.name}"
        node = Node(ident, BOUNDARY, action.title, attached=self._activity_id(state.name),
                    occasion=self._occasion(ident, action),
                    notes=[_action(action)])  # fmt: skip
        self._lead(state.name, self.parts.add(state.name, node), ways)

    def _occasion(self, ident: str, action: Action) -> Occasion:
        kinds = {term.kind for term in action.when}
        if kinds & OF_TIME:
            return Occasion("timer", f"date_{ident}")
        heard = [term for term in action.when if term.kind == "is" and term.name not in self._definition.fields
                 and term.name not in ("held", "level", "phase")]  # fmt: skip
        if len(action.when) == 1 and heard:
            return self._message(f"{heard[0].name} {' '.join(heard[0].values)}")
        if kinds == {"parent_ended"}:
            return self._message("parent ended")
        return Occasion("condition", f"{TRUE_NOW} == '{ident}'")

    def _deadline(self, state: State, ways: Sequence[Outcome]) -> None:
        """The deadline tells, interrupting nothing; where lateness acts, a second event takes the action."""
        tells = [step for step in state.escalate if step.mode != "act"]
        if state.due and tells:
            ident = f"due_{state.name}"
            node = Node(ident, BOUNDARY, "Hết hạn", attached=self._activity_id(state.name), interrupts=False,
                        occasion=Occasion("timer", f"date_{ident}"), notes=_limits(state))  # fmt: skip
            self.parts.add(state.name, node)
            self.parts.flow(ident, self.parts.add(state.name, self._escalated(state, tells)))
        for step in state.escalate:
            acted = [one for one in ways if step.mode == "act" and one.action.name == step.action and not one.stays]
            if acted:
                ident = f"late_{step.action}__{state.name}"
                node = Node(ident, BOUNDARY, acted[0].title, attached=self._activity_id(state.name),
                            occasion=Occasion("timer", f"date_{ident}"),
                            notes=[("escalation", {"rule": escalation_text(step)})])  # fmt: skip
                self._lead(state.name, self.parts.add(state.name, node), acted)

    def _escalated(self, state: State, steps: Sequence[Escalation]) -> Node:
        roles = dict.fromkeys(step.role for step in steps)
        ident = "escalation_" + "_".join(roles)
        self.parts.escalations[ident] = ", ".join(self._role(one) for one in roles)
        return Node(f"told_{state.name}", END_EVENT, f"Báo {self.parts.escalations[ident]}",
                    occasion=Occasion("escalation", ident))  # fmt: skip

    # --- the whole -------------------------------------------------------------------------------------

    def _beside(self) -> None:
        held = self._definition.held
        if held is not None:
            self.parts.notes.append(("held", _filled(title=held.title, owner=" ".join(held.owner), wait=held.may_wait)))
            self.parts.notes += [_action(action, held=True) for action in held.actions.values()]
        self.parts.notes += [_action(action, everywhere=True) for action in self._definition.everywhere.values()]
        self.parts.notes += [("level", {"name": level, "state": state})
                             for level, state in self._definition.level_states().items()]  # fmt: skip

    def _owners(self, named: Iterable[str]) -> tuple[str, ...]:
        found = []
        for name in named:
            ident = f"role_{name}"
            self.parts.resources[ident] = self._role(name)
            found.append(ident)
        return tuple(found)

    def _role(self, name: str) -> str:
        role = self._plan.roles.get(name)
        known = self._definition.fields.get(name)
        return role.title if role else (known.title or name) if known else name


def _starters(ways: Iterable[Outcome], plan: Plan) -> list[str]:
    return list(dict.fromkeys(name for one in ways for name in one.action.by if name in plan.roles))


def _words(condition: Condition) -> str:
    texts = (
        one if isinstance(one, str) else ", ".join(map(": ".join, one.items())) for one in condition_texts(condition)
    )
    return " and ".join(texts)


def _filled(**said: object) -> dict[str, str]:
    return {name.rstrip("_"): str(value) for name, value in said.items() if value}


def _action(action: Action, **marks: bool) -> tuple[str, Mapping[str, str]]:
    """An action in the plan's own words: everything about it that a flow cannot say."""
    said = _filled(
        name=action.name, title=action.title, verb=action.verb, by=" ".join(action.by),
        to=", ".join(str(branch_text(one)) for one in action.to), when=_words(action.when),
        if_=_words(action.conditions), needs=" ".join(action.needs), takes=" ".join(action.takes),
        not_by=" ".join(action.not_by), window=action.window, does=" ".join(action.do),
        starts=" ".join(one.process for one in action.starts), holds=action.holds, releases=action.releases,
        while_held=action.while_held, drops=action.drops, delivers=" ".join(action.delivers),
        makes=" ".join(action.makes), tell=" ".join(action.tell), cite=action.cite,
    )  # fmt: skip
    return "action", said | {name: "true" for name, value in marks.items() if value}


def _limits(place: State | Ask) -> list[tuple[str, Mapping[str, str]]]:
    if not place.due:
        return []
    due = place.due if isinstance(place.due, tuple) else (place.due,)
    said = _filled(due=", ".join(one if isinstance(one, str) else one.model_dump_json() for one in due),
                   remind=" ".join(map(str, place.remind)),
                   escalate=", ".join(map(escalation_text, place.escalate)))  # fmt: skip
    return [("deadline", said)]


def _of_ask(ask: Ask) -> dict[str, str]:
    """Children of a case live on when it leaves the state: BPMN would end them."""
    return _filled(
        ask=ask.name, each=ask.each, every=ask.every, answer=" ".join(ask.answer), silence=ask.silence, nil=ask.nil,
        optional=ask.optional, if_=_words(ask.conditions), lives_on=ask.process is not None,
    )  # fmt: skip
