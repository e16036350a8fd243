"""A process as a picture: states down the page in the order of life, outcomes as lines at their sides.

The order is the plan's own, so a reader finds the file's order again and a new version moves nothing about. What leads
on stands at the right, what leads back at the left, each in a lane of its own; the table beside says the same in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workflow.definition import LAST_LEVEL, Action, Definition, State

BOX, GAP, PORT, LANE, EDGE, MARGIN = 280, 26, 11, 13, 10, 12  # pixels
LEAST = 46  # the height of a box with few lines at its sides
TONES = {"approve": "good", "return": "warn", "refuse": "bad"}


@dataclass(frozen=True)
class Move:
    """An action with the states its branches name; none: it stays. `back`: or to the last level the case won."""

    action: Action
    targets: tuple[str, ...]
    back: bool

    @property
    def tone(self) -> str:
        """What kind of outcome it is: good, warn, bad or plain."""
        return TONES.get(self.action.verb, "plain")

    @property
    def automatic(self) -> bool:
        """Taken when its condition comes true, by nobody."""
        return bool(self.action.when)


@dataclass(frozen=True)
class Node:
    """A box; `top` and `height` in pixels."""

    state: State
    top: int
    height: int

    @property
    def middle(self) -> int:
        """Where its text stands."""
        return self.top + self.height // 2


@dataclass(frozen=True)
class Line:
    """All actions from one state to another, as one path with its arrow; `dashed`: nobody takes any of them."""

    source: str
    target: str
    titles: tuple[str, ...]
    tone: str
    dashed: bool
    path: str


@dataclass(frozen=True)
class Picture:
    """What is drawn; `left` is where boxes begin."""

    nodes: Sequence[Node]
    lines: Sequence[Line]
    left: int
    width: int
    height: int


def moves(actions: Iterable[Action]) -> list[Move]:
    """Where each action may lead, in the order of its branches."""
    found = []
    for action in actions:
        named = [branch.to for branch in action.to]
        targets = tuple(dict.fromkeys(one for one in named if one != LAST_LEVEL))
        found.append(Move(action, targets, LAST_LEVEL in named))
    return found


def picture(definition: Definition) -> Picture:
    """The states with the moves of their own; what holds everywhere would be a line from every box: not drawn."""
    pairs = _pairs(definition)
    order = {name: place for place, name in enumerate(definition.states)}
    sides = {pair: _side(order, *pair) for pair in pairs}
    ports = _ports(order, sides)
    nodes = _nodes(definition, ports)
    lanes = {side: _lanes([pair for pair in pairs if sides[pair] == side], order) for side in ("left", "right")}
    left = MARGIN + EDGE + LANE * (1 + max(lanes["left"].values(), default=-1))
    right = EDGE + LANE * (1 + max(lanes["right"].values(), default=-1)) + MARGIN
    by_name = {node.state.name: node for node in nodes}
    lines = [_line(pair, found, _path(by_name, ports, pair, sides[pair], lanes, left)) for pair, found in pairs.items()]
    return Picture(nodes, lines, left, left + BOX + right, nodes[-1].top + nodes[-1].height + MARGIN)


def _pairs(definition: Definition) -> dict[tuple[str, str], list[Move]]:
    """Back to the last level is drawn to the nearest state above that holds one: which it is, the case decides."""
    found: dict[tuple[str, str], list[Move]] = defaultdict(list)
    level = ""
    for state in definition.states.values():
        for move in moves(state.actions.values()):
            for target in (*move.targets, *([level] if move.back and level else [])):
                if target != state.name and target in definition.states:
                    found[(state.name, target)].append(move)
        level = state.name if state.level is not None else level
    return dict(found)


def _side(order: Mapping[str, int], source: str, target: str) -> str:
    step = order[target] - order[source]
    return "down" if step == 1 else "right" if step > 1 else "left"


Ports = Mapping[tuple[str, str], Sequence[tuple[str, str]]]
"""(state, side) → the lines that touch it there, from top to bottom."""


def _ports(order: Mapping[str, int], sides: Mapping[tuple[str, str], str]) -> Ports:
    touching: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for (source, target), side in sides.items():
        if side != "down":
            touching[(source, side)].append((source, target))
            touching[(target, side)].append((source, target))

    def other_end(name: str, pair: tuple[str, str]) -> int:
        return order[pair[1] if pair[0] == name else pair[0]]

    return {(name, side): sorted(pairs, key=lambda pair, name=name: other_end(name, pair))  # type: ignore[misc]
            for (name, side), pairs in touching.items()}  # fmt: skip


def _nodes(definition: Definition, ports: Ports) -> list[Node]:
    top, made = MARGIN, []
    for name, state in definition.states.items():
        most = max(len(ports.get((name, side), ())) for side in ("left", "right"))
        height = max(LEAST, PORT * (most + 1))
        made.append(Node(state, top, height))
        top += height + GAP
    return made


def _lanes(pairs: Iterable[tuple[str, str]], order: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """The short ones nearest to the boxes; two share a lane when they nowhere run beside each other."""
    taken: list[list[tuple[int, int]]] = []
    found = {}
    spans = {pair: tuple(sorted((order[pair[0]], order[pair[1]]))) for pair in pairs}
    for pair in sorted(spans, key=lambda one: (spans[one][1] - spans[one][0], spans[one])):
        first, last = spans[pair]
        free = (n for n, spans_there in enumerate(taken) if all(last < a or b < first for a, b in spans_there))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((first, last))
        found[pair] = lane
    return found


def _path(
    nodes: Mapping[str, Node],
    ports: Ports,
    pair: tuple[str, str],
    side: str,
    lanes: Mapping[str, Mapping[tuple[str, str], int]],
    left: int,
) -> str:
    source, target = nodes[pair[0]], nodes[pair[1]]
    if side == "down":
        middle = left + BOX // 2
        return f"M{middle} {source.top + source.height}V{target.top}"
    begin, end = _at(source, ports, side, pair), _at(target, ports, side, pair)
    away = EDGE + LANE * lanes[side][pair]
    edge, lane = (left + BOX, left + BOX + away) if side == "right" else (left, left - away)
    return f"M{edge} {begin}H{lane}V{end}H{edge}"


def _at(node: Node, ports: Ports, side: str, pair: tuple[str, str]) -> int:
    there = ports[(node.state.name, side)]
    return node.top + round(node.height * (there.index(pair) + 1) / (len(there) + 1))


def _line(pair: tuple[str, str], found: Sequence[Move], path: str) -> Line:
    tones = [move.tone for move in found]
    tone = next((one for one in ("good", "plain", "warn", "bad") if one in tones), "plain")
    titles = tuple(dict.fromkeys(move.action.title for move in found))
    return Line(*pair, titles, tone, all(move.automatic for move in found), path)
