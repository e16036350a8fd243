"""Walks our BPMN with SpiffWorkflow, knowing only the file: which states does it come to, by which outcomes?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

NAMES = {"bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL"}
OURS = "{urn:neuguong:bpmn:1}"
FAR, PAST = "2999-01-01", "2001-01-01"


@dataclass(frozen=True)
class Step:
    """How to go on from a state: complete its task with an outcome, or let an event at its border happen."""

    way: str  # done | timer | message | condition
    what: str = ""
    outcome: str = ""


class Walk:
    """One process of a set of documents, walked from its start as often as it takes."""

    def __init__(self, documents: Mapping[str, bytes], process: str) -> None:
        parser = BpmnParser()
        for name, document in documents.items():
            parser.add_bpmn_io(BytesIO(document), filename=name)
        self._process = process
        self._spec = parser.get_spec(process)
        self._inner = parser.get_subprocess_specs(process)
        self._root = etree.fromstring(documents[process])
        self._data = dict.fromkeys(self._texts("timeDate"), FAR)
        self._data |= dict.fromkeys(self._texts("loopCardinality"), 1)
        for document in documents.values():  # of the processes that are called
            other = etree.fromstring(document)
            self._data |= {one.text: FAR for one in other.iterfind(".//bpmn:timeDate", NAMES)}
            self._data |= {one.text: 1 for one in other.iterfind(".//bpmn:loopCardinality", NAMES)}
        self._data |= {"outcome": "", "true_now": ""}
        self._messages = {one.get("id"): one.get("name") for one in self._root.iterfind("bpmn:message", NAMES)}

    def _texts(self, tag: str) -> list[str]:
        return [one.text for one in self._root.iterfind(f".//bpmn:{tag}", NAMES)]

    def reached(self) -> dict[str, set[tuple[str, str]]]:
        """state → (state it was come to from, outcome): breadth first, each state tried once by every way out."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        roads: dict[str, list[Step]] = {}
        queue = []
        for first in self._begins():
            state = self._go([first])
            found[state].add(("", first.outcome))
            if state not in roads:
                roads[state] = [first]
                queue.append(state)
        while queue:
            here = queue.pop(0)
            for step in self._ways(here):
                there = self._go([*roads[here], step])
                found[there].add((here, step.outcome))
                if there not in roads:
                    roads[there] = [*roads[here], step]
                    queue.append(there)
        return dict(found)

    def _begins(self) -> Iterator[Step]:
        for start in self._root.iterfind("bpmn:process/bpmn:startEvent", NAMES):
            yield from self._with_outcomes(start, *self._kind(start))

    def _ways(self, state: str) -> Iterator[Step]:
        activity = self._root.find(f".//*[@id='state_{self._process}.{state}']")
        if activity is None:
            return
        yield from self._with_outcomes(activity, "done", "")
        for event in self._root.iterfind(
            f".//bpmn:boundaryEvent[@attachedToRef='state_{self._process}.{state}']", NAMES
        ):
            if event.get("cancelActivity") != "false":
                yield from self._with_outcomes(event, *self._kind(event))

    def _with_outcomes(self, node: Any, way: str, what: str) -> Iterator[Step]:
        """Every flow behind a node, by the gateway that stands there."""
        for flow in self._after(node.get("id")):
            target = self._root.find(f".//*[@id='{flow.get('targetRef')}']")
            if not target.tag.endswith("exclusiveGateway"):
                yield Step(way, what, flow.get(OURS + "action", ""))
                continue
            for further in self._after(target.get("id")):
                condition = further.find("bpmn:conditionExpression", NAMES).text
                yield Step(way, what, condition.split("'")[1])

    def _after(self, ident: str) -> list[Any]:
        return self._root.findall(f".//bpmn:sequenceFlow[@sourceRef='{ident}']", NAMES)

    def _kind(self, event: Any) -> tuple[str, str]:
        if (timer := event.find("bpmn:timerEventDefinition/bpmn:timeDate", NAMES)) is not None:
            return "timer", timer.text
        if (message := event.find("bpmn:messageEventDefinition", NAMES)) is not None:
            return "message", self._messages[message.get("messageRef")]
        if event.find("bpmn:conditionalEventDefinition", NAMES) is not None:
            return "condition", event.get("id")
        return "done", ""

    def _go(self, steps: list[Step]) -> str:
        """The state the process stands in after these steps."""
        running = BpmnWorkflow(self._spec, self._inner)
        begin, *rest = steps
        data = {**self._data, "outcome": begin.outcome}
        if begin.way == "timer":
            data[begin.what] = PAST
        running.task_tree.data.update(data)
        running.do_engine_steps()
        if begin.way == "message":
            self._tell(running, begin.what, begin.outcome)
        _look(running)
        for step in rest:
            self._take(running, step)
        return self._stands(running)

    def _take(self, running: BpmnWorkflow, step: Step) -> None:
        told = {**self._data, "outcome": step.outcome, "true_now": step.what if step.way == "condition" else ""}
        for task in running.get_tasks():  # an event that waits inherits what it looks at
            task.data.update(told)
            if step.way == "timer" and getattr(_event_of(task), "expression", "") == step.what:
                task._set_internal_data(event_value=PAST)  # its moment was read when the wait began; it has come
        if step.way == "done":
            (task,) = [one for one in running.get_tasks(state=TaskState.READY) if self._decides(one)]
            task.run()
        elif step.way == "message":
            self._tell(running, step.what, step.outcome)
        _look(running)

    def _tell(self, running: BpmnWorkflow, name: str, outcome: str) -> None:
        running.catch(BpmnEvent(MessageEventDefinition(name), payload={}))
        for task in running.get_tasks(state=TaskState.READY | TaskState.WAITING):
            task.data.update({**self._data, "outcome": outcome})
        _look(running)

    def _stands(self, running: BpmnWorkflow) -> str:
        """The last state that was come to: a task that waits for a decision, or an end."""
        waiting = [one for one in running.get_tasks(state=TaskState.READY) if self._decides(one)]
        if waiting:
            assert len(waiting) == 1, [one.task_spec.bpmn_id for one in waiting]
            return waiting[0].task_spec.bpmn_id.rpartition(".")[2]
        ends = [one for one in running.get_tasks(state=TaskState.COMPLETED)
                if (one.task_spec.bpmn_id or "").startswith("end_")]  # fmt: skip
        assert ends, "it stands nowhere"
        return ends[-1].task_spec.bpmn_id.removeprefix("end_").partition("__")[0]

    def _decides(self, task: Any) -> bool:
        mine = (f"state_{self._process}.", f"decide_{self._process}.")
        return (task.task_spec.bpmn_id or "").startswith(mine) and type(task.task_spec).__name__ == "UserTask"


def _event_of(task: Any) -> Any:
    return getattr(task.task_spec, "event_definition", None)


def _look(running: BpmnWorkflow) -> None:
    """Let every event that waits look whether its moment or its condition has come, and go on."""
    for task in list(running.get_tasks(state=TaskState.WAITING)):
        if _event_of(task) is not None:
            task.task_spec._update(task)
    running.do_engine_steps()
