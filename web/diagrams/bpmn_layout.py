"""Where everything of a BPMN diagram stands: states down the page, as on the product's own picture.

A state's row holds its activity, the gateway behind it and the ends it leads to. Flows from other rows come together
in one lane for each row at the right, run above it and enter from the left: what many lead back to has one line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from web.diagrams.bpmn_parts import BOUNDARY, CHOICE, END_EVENT, FORK, START_EVENT, SUB_PROCESS, Flow, Node, Parts

LEFT, TASK, SUB = 160, 260, 520  # pixels
GATE, EVENT, HEIGHT = 50, 36, 64
INNER = 84  # between the tasks of a sub process
STEP = 56  # between ends, and between events at a border
LANE = 10
SIZES = {START_EVENT: (EVENT, EVENT), END_EVENT: (EVENT, EVENT), BOUNDARY: (EVENT, EVENT), CHOICE: (GATE, GATE),
         FORK: (GATE, GATE)}  # fmt: skip

Point = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A shape's bounds."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Half way down."""
        return self.y + self.height // 2

    @property
    def right(self) -> Point:
        """Where flows leave."""
        return self.x + self.width, self.middle

    @property
    def left(self) -> Point:
        """Where flows enter."""
        return self.x, self.middle

    @property
    def bottom(self) -> Point:
        """Where flows of a border's event leave."""
        return self.x + self.width // 2, self.y + self.height


@dataclass
class Layout:
    """Boxes of nodes and the points of flows, by id."""

    boxes: dict[str, Box] = field(default_factory=dict)
    points: dict[str, list[Point]] = field(default_factory=dict)


def laid_out(parts: Parts) -> Layout:
    """Every node and every flow in its place."""
    return _Drawing(parts).layout


class _Drawing:
    def __init__(self, parts: Parts) -> None:
        self._parts, self.layout = parts, Layout()
        self._row_of = {one: row for row, ids in parts.rows.items() for one in ids}
        self._tops: dict[str, int] = {}
        top = 60
        for row, ids in parts.rows.items():
            self._tops[row] = top
            top = self._row([parts.nodes[one] for one in ids], top + 30) + 30
        right = max(box.x + box.width for box in self.layout.boxes.values()) + 120  # beyond the names of ends
        self._lanes = {row: right + LANE * number for number, row in enumerate(parts.rows)}
        for flow in parts.flows:
            self.layout.points[flow.id] = self._path(flow)

    # --- a row -----------------------------------------------------------------------------------------

    def _row(self, nodes: list[Node], top: int) -> int:
        """Put a row's nodes; how far down it reaches."""
        boxes, bottom = self.layout.boxes, top
        main = [one for one in nodes if not one.inside and not one.attached and one.tag not in (CHOICE, END_EVENT)]
        for one in main:
            boxes[one.id] = self._activity(one, nodes, bottom)
            bottom = boxes[one.id].y + boxes[one.id].height + (20 if one is not main[-1] else 0)
        border = [one for one in nodes if one.attached]
        for number, one in enumerate(border):
            host = boxes[one.attached]
            boxes[one.id] = Box(host.x + 24 + STEP * number, host.y + host.height - EVENT // 2, EVENT, EVENT)
        gate_x = LEFT + SUB + 60
        lower = bottom + EVENT
        for one in (one for one in nodes if one.tag == CHOICE):
            source = self._parts.nodes[self._parts.into(one.id)[0].source]
            at = boxes[source.id]
            if source.attached:
                boxes[one.id] = Box(at.x + EVENT // 2 - GATE // 2, lower, GATE, GATE)
                lower += GATE + 10
            else:
                boxes[one.id] = Box(gate_x, at.middle - GATE // 2, GATE, GATE)
        return max(self._ends(nodes, top, gate_x + GATE + 170, lower), lower, bottom)

    def _activity(self, one: Node, nodes: list[Node], top: int) -> Box:
        if one.tag != SUB_PROCESS:
            width, height = SIZES.get(one.tag, (TASK, HEIGHT))
            return Box(LEFT, top, width, height)
        inner = [node for node in nodes if node.inside == one.id]
        tasks = [node for node in inner if node.tag not in SIZES]
        height = INNER * len(tasks) + 30
        self._inside(inner, tasks, Box(LEFT, top, SUB, height))
        return Box(LEFT, top, SUB, height)

    def _inside(self, inner: list[Node], tasks: list[Node], box: Box) -> None:
        first = box.y + 34 + HEIGHT // 2
        for number, one in enumerate(tasks):
            self.layout.boxes[one.id] = Box(box.x + 160, box.y + 34 + INNER * number, TASK, HEIGHT - 6)
        places = {START_EVENT: 24, FORK: 82}
        ends = 0
        for one in inner:
            width, height = SIZES.get(one.tag, (0, 0))
            if one.tag == END_EVENT:
                self.layout.boxes[one.id] = Box(box.x + 454, first - height // 2 - 3 + INNER * ends, width, height)
                ends += 1
            elif one.tag in places:
                self.layout.boxes[one.id] = Box(box.x + places[one.tag], first - height // 2 - 3, width, height)

    def _ends(self, nodes: list[Node], top: int, x: int, lower: int) -> int:
        """The ends at the right, one below the other; what an escalation ends in below its event."""
        bottom = top
        below = [self.layout.boxes[one.id].middle for one in nodes if one.tag == CHOICE and one.id in self.layout.boxes]
        here = max([top, *(middle + 22 for middle in below)]) if below else top
        for one in (one for one in nodes if one.tag == END_EVENT and not one.inside):
            source = self._parts.nodes[self._parts.into(one.id)[0].source]
            if source.attached and not source.interrupts:
                at = self.layout.boxes[source.id]
                self.layout.boxes[one.id] = Box(at.x, lower + 4, EVENT, EVENT)
                bottom = max(bottom, lower + EVENT + 24)
                continue
            self.layout.boxes[one.id] = Box(x, here, EVENT, EVENT)
            here += STEP
        return max(bottom, here)

    # --- flows -----------------------------------------------------------------------------------------

    def _path(self, flow: Flow) -> list[Point]:
        source, target = self.layout.boxes[flow.source], self.layout.boxes[flow.target]
        start = self._leaving(flow, source)
        row = self._row_of[flow.target]
        if self._row_of[flow.source] != row:
            lane, above, left = self._lanes[row], self._tops[row], LEFT - 30
            return _bare(
                [*start, (lane, start[-1][1]), (lane, above), (left, above), (left, target.middle), target.left]
            )
        if self._parts.nodes[flow.target].id == flow.source or target.x <= source.x:
            return _bare([*start, (start[-1][0], target.y), (target.x + target.width // 2, target.y)])
        turn = target.x - 24
        return _bare([*start, (turn, start[-1][1]), (turn, target.middle), target.left])

    def _leaving(self, flow: Flow, source: Box) -> list[Point]:
        """Out of a border's event downwards, of everything else to the right."""
        if not self._parts.nodes[flow.source].attached:
            return [source.right]
        x, y = source.bottom
        return [(x, y), (x, y + 10 + (x // STEP) % 3 * 6)]


def _bare(points: list[Point]) -> list[Point]:
    """Without a point twice in a row."""
    return [point for number, point in enumerate(points) if not number or point != points[number - 1]]
