"""What a BPMN diagram of ours is made of, before it is written or laid out: nodes, flows, and what they say of us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

START_EVENT, END_EVENT, BOUNDARY = "startEvent", "endEvent", "boundaryEvent"
USER_TASK, SUB_PROCESS, CALL = "userTask", "subProcess", "callActivity"
CHOICE, FORK = "exclusiveGateway", "parallelGateway"


@dataclass(frozen=True)
class Occasion:
    """What an event waits for, or does: `timer` (a datum that holds a moment), `message`, `condition` (an expression),
    `escalation`, `terminate`."""

    kind: str
    text: str = ""


@dataclass
class Node:
    """An element of the flow. `ours` are attributes of our own; `notes` elements of our own: (tag, attributes)."""

    id: str
    tag: str
    name: str = ""
    inside: str = ""  # the sub process it stands in
    attached: str = ""  # of a boundary event: the activity
    interrupts: bool = True
    occasion: Occasion | None = None
    calls: str = ""  # of a call activity: the process
    several: str = ""  # once for each: the datum that holds how many
    owners: tuple[str, ...] = ()
    says: str = ""
    ours: Mapping[str, str] = field(default_factory=dict)
    notes: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `condition` is an expression over `outcome`."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    inside: str = ""
    ours: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Parts:
    """A whole process. `rows`: state → the nodes of its row, in the order of life; the first row is the start's."""

    process: str
    title: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    rows: dict[str, list[str]] = field(default_factory=dict)
    notes: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)  # id → name
    escalations: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)

    def add(self, row: str, node: Node) -> str:
        """One more node; its id."""
        self.nodes[node.id] = node
        self.rows.setdefault(row, []).append(node.id)
        return node.id

    def flow(self, source: str, target: str, **said: object) -> None:
        """One more flow, inside the sub process that its source stands in."""
        inside = self.nodes[source].inside
        number = len(self.flows)
        self.flows.append(Flow(f"flow_{number}", source, target, inside=inside, **said))  # type: ignore[arg-type]

    def into(self, node_id: str) -> list[Flow]:
        """The flows that lead into a node."""
        return [one for one in self.flows if one.target == node_id]

    def out_of(self, node_id: str) -> list[Flow]:
        """The flows that leave a node."""
        return [one for one in self.flows if one.source == node_id]
