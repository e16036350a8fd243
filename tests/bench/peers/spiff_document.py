"""The six steps as BPMN, and one decision on the document in which SpiffWorkflow keeps a case.

The document is what the library's own serializer makes, with the specification in it, as its default is.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from tests.bench.limits import STEPS

SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())


@cache
def begin() -> str:
    """The document of a new case, waiting at its first user task."""
    parser = BpmnParser()
    parser.add_bpmn_str(_bpmn().encode())
    workflow = BpmnWorkflow(parser.get_spec("nomination"))
    workflow.do_engine_steps()
    return str(SERIALIZER.serialize_json(workflow))


def decide(document: str, given: dict[str, Any]) -> str:
    """Load, run the waiting task with its form's data, go on to the next one; the document to be stored."""
    workflow = SERIALIZER.deserialize_json(document)
    [task] = workflow.get_tasks(state=TaskState.READY, manual=True)
    assert task.task_spec.name == given["was"]
    task.data[given["was"]] = {"owner": given["owner"], "note": given["said"]}
    task.run()
    workflow.do_engine_steps()
    assert workflow.completed == (given["version"] == STEPS - 1)
    return str(SERIALIZER.serialize_json(workflow))


def _bpmn() -> str:
    names = ["start", *(f"s{number}" for number in range(STEPS)), "end"]
    kinds = ["startEvent", *["userTask"] * STEPS, "endEvent"]
    nodes = "".join(f'<b:{kind} id="{name}" name="{name}"/>' for kind, name in zip(kinds, names, strict=True))
    flows = "".join(f'<b:sequenceFlow id="to_{to}" sourceRef="{of}" targetRef="{to}"/>' for of, to in pairwise(names))
    model = 'xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    return (
        f'<b:definitions {model} id="d" targetNamespace="bench">'
        f'<b:process id="nomination" isExecutable="true">{nodes}{flows}</b:process></b:definitions>'
    )
