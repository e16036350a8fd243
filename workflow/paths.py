"""A definition as a graph: every move, what can be reached by them, and the way that shows it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from workflow.definition import LAST_LEVEL, Action, Definition
from workflow.scope import Address

START = ""
Origin = Literal["start", "own", "held", "everywhere"]


@dataclass(frozen=True, slots=True)
class Move:
    """One way from a state (or START) to another. `back`: a `last level`, spelled out to one state."""

    source: str
    action: str
    target: str
    origin: Origin
    automatic: bool = False
    back: bool = False
    at: Address = ()


def moves(definition: Definition) -> list[Move]:
    """Every move, guards taken as free choices, in file order."""
    starts = definition.start.values()
    found = [move for action in starts for move in _of_action(definition, START, action, "start")]
    holds = [action for action in definition.everywhere.values() if action.holds]
    for state in definition.states.values():
        if state.end:
            continue
        for action in definition.actions_in(state.name).values():
            origin: Origin = "own" if action.name in state.actions else "everywhere"
            found += _of_action(definition, state.name, action, origin)
        if definition.held and (holds or any(action.holds for action in state.actions.values())):
            for action in definition.held.actions.values():
                found += _of_action(definition, state.name, action, "held")
    return found


def ways_from_start(all_moves: Iterable[Move]) -> dict[str, tuple[str, ...]]:
    """Reachable state → the shortest way to it (action, state, action, state…), `last level` left out."""
    steps = [move for move in all_moves if not move.back]
    return _breadth_first(steps, [START])


def way_to(definition: Definition, at: Address) -> tuple[str, ...]:
    """The shortest run to where an address lies: (action, state, action, state…), the action itself last if it is one.

    Nothing for what no case comes to: a field, a title, a state that is not reached.
    """
    if at[:1] == ("start",):
        return at[1:2]
    ways = ways_from_start(moves(definition))
    if at[:1] == ("states",) and len(at) > 1:
        way = ways.get(at[1], ())
        return (*way, at[3]) if way and at[2:3] in (("actions",), ("asks",)) and len(at) > 3 else way
    if at[:1] in (("everywhere",), ("held",)):
        name = (
            at[1] if at[0] == "everywhere" and len(at) > 1 else at[2] if at[1:2] == ("actions",) and len(at) > 2 else ""
        )
        first = next((way for state, way in ways.items() if state in definition.states), ())
        return (*first, name) if first and name else first
    return ()


def leading_to(goals: Iterable[str], all_moves: Iterable[Move]) -> set[str]:
    """Every state from which one of the goals can be reached, the goals included."""
    turned = [Move(move.target, move.action, move.source, move.origin) for move in all_moves]
    return set(_breadth_first(turned, goals))


def reach_of(state: str, all_moves: Iterable[Move]) -> list[str]:
    """The states that can be reached from one, nearest first."""
    return [name for name in _breadth_first(all_moves, [state]) if name != state]


def circle(all_moves: Iterable[Move]) -> tuple[str, ...]:
    """A circle among these moves (state, action, state…), or nothing."""
    by_source: dict[str, list[Move]] = {}
    for move in all_moves:
        by_source.setdefault(move.source, []).append(move)
    done: set[str] = set()
    for source in by_source:
        if found := _circle_from(source, by_source, done):
            return found
    return ()


def _circle_from(source: str, by_source: dict[str, list[Move]], done: set[str]) -> tuple[str, ...]:
    way: list[str] = [source]
    open_moves = [iter(by_source.get(source, ()))]
    while open_moves:
        move = next(open_moves[-1], None)
        if move is None:
            open_moves.pop()
            done.add(way.pop())
            del way[-1:]
        elif move.target in way[::2]:
            first = way.index(move.target)
            return (*way[first:], move.action, move.target)
        elif move.target not in done:
            way += [move.action, move.target]
            open_moves.append(iter(by_source.get(move.target, ())))
    return ()


def _of_action(definition: Definition, source: str, action: Action, origin: Origin) -> Iterator[Move]:
    at = _address(source, action.name, origin)
    for branch in action.to:
        back = branch.to == LAST_LEVEL
        for target in definition.level_states().values() if back else [branch.to]:
            yield Move(source, action.name, target, origin, bool(action.when), back, at)


def _address(source: str, action: str, origin: Origin) -> Address:
    if origin in ("start", "everywhere"):
        return (origin, action)
    return ("held", "actions", action) if origin == "held" else ("states", source, "actions", action)


def _breadth_first(steps: Iterable[Move], starts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    by_source: dict[str, list[Move]] = {}
    for step in steps:
        by_source.setdefault(step.source, []).append(step)
    ways: dict[str, tuple[str, ...]] = dict.fromkeys(starts, ())
    waiting = deque(ways)
    while waiting:
        here = waiting.popleft()
        for step in by_source.get(here, ()):
            if step.target not in ways:
                ways[step.target] = (*ways[here], step.action, step.target)
                waiting.append(step.target)
    return ways
