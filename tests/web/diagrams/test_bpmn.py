"""Our BPMN is what the OMG's schema asks for, wholly laid out, and another engine walks it to the same states."""

from __future__ import annotations

from functools import cache

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnValidator
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from tests.web.diagrams.walker import NAMES, Walk
from tests.workflow.plans import OPEN, registry, second, shipped
from web.diagrams import bpmn
from workflow.loading import LoadedPlan, load_plan
from workflow.rulebook import Rulebook

DI = {**NAMES, "di": "http://www.omg.org/spec/BPMN/20100524/DI", "dc": "http://www.omg.org/spec/DD/20100524/DC",
      "line": "http://www.omg.org/spec/DD/20100524/DI"}  # fmt: skip
PLANS = {
    "shipped": shipped,
    "two levels": second,
    "open selection": cache(lambda: load_plan(OPEN, registry=registry())),
}


@cache
def documents(plan: str) -> dict[str, bytes]:
    loaded: LoadedPlan = PLANS[plan]()
    return {name: bpmn.document(one, loaded.plan) for name, one in loaded.definitions.items()}


@pytest.mark.parametrize("plan", PLANS)
def test_it_is_valid_and_everything_has_its_place(plan: str) -> None:
    validator = BpmnValidator()  # the OMG's own BPMN20.xsd, as SpiffWorkflow brings it
    for document in documents(plan).values():
        root = etree.fromstring(document)
        validator.validate(root)
        shapes = {one.get("bpmnElement"): one.find("dc:Bounds", DI) for one in root.iterfind(".//di:BPMNShape", DI)}
        edges = {one.get("bpmnElement"): one for one in root.iterfind(".//di:BPMNEdge", DI)}
        process = root.find("bpmn:process", NAMES)
        flows = {one.get("id") for one in process.iter(f"{{{NAMES['bpmn']}}}sequenceFlow")}
        nodes = {one.get("id") for one in process.iter() if isinstance(one.tag, str) and one.get("id")} - flows
        assert nodes - {process.get("id")} == set(shapes)
        assert flows == set(edges)
        assert all(len(one.findall("line:waypoint", DI)) >= 2 for one in edges.values())
        _stand_apart(root, shapes)


def _stand_apart(root, shapes) -> None:
    """No two elements of the process itself lie over each other, but for events on the border of their activity."""
    top = [one.get("id") for one in root.find("bpmn:process", NAMES) if one.get("id") in shapes]
    attached = {one.get("id") for one in root.iterfind(".//bpmn:boundaryEvent", NAMES)}
    boxes = [(one, *(float(shapes[one].get(name)) for name in ("x", "y", "width", "height"))) for one in top
             if one not in attached]  # fmt: skip
    for number, (one, x, y, width, height) in enumerate(boxes):
        for other, left, upper, wide, high in boxes[number + 1 :]:
            apart = x + width <= left or left + wide <= x or y + height <= upper or upper + high <= y
            assert apart, (one, other)


@pytest.mark.parametrize("plan", PLANS)
def test_another_engine_walks_it_to_the_same_states(plan: str) -> None:
    """By nothing but the file: every state, and every step from one to another, is one of our machine, and all are."""
    for name, definition in PLANS[plan]().definitions.items():
        reached = Walk(documents(plan), name).reached()
        assert set(reached) == set(definition.states), name
        steps = {(source, state) for state, ways in reached.items() for source, _ in ways if source}
        ours = {(source, target) for source, _, target in Rulebook(definition).table() if source != target}
        assert steps == ours, name
        begun = {state for state, ways in reached.items() if any(not source for source, _ in ways)}
        assert begun == {branch.to for action in definition.start.values() for branch in action.to}


def test_a_wrong_document_is_told() -> None:
    """The judges can say no: a tag out of its order, a flow that leads elsewhere."""
    whole = documents("two levels")
    name, document = next(iter(whole.items()))
    root = etree.fromstring(document)
    process = root.find("bpmn:process", NAMES)
    flow = process.find("bpmn:sequenceFlow", NAMES)
    states = [one.get("id") for one in process if (one.get("id") or "").startswith("state_")]
    was, flow.attrib["targetRef"] = flow.get("targetRef"), states[-1]
    assert was != states[-1]
    changed = Walk({**whole, name: etree.tostring(root)}, name).reached()
    assert changed != Walk(whole, name).reached()
    process.find(f"*[@id='{states[0]}']").append(etree.Element(f"{{{NAMES['bpmn']}}}incoming"))
    process.find(f"*[@id='{states[0]}']").append(etree.Element(f"{{{NAMES['bpmn']}}}documentation"))
    with pytest.raises(ValidationException):
        BpmnValidator().validate(root)


def test_what_bpmn_has_no_word_for_stands_beside_it() -> None:
    root = etree.fromstring(documents("shipped")["nominee"])
    ours = "{urn:neuguong:bpmn:1}"
    (process,) = root.findall("bpmn:process", NAMES)
    assert process.get(ours + "definition") == shipped().definitions["nominee"].content_hash()
    beside = process.find("bpmn:extensionElements", NAMES)
    assert beside.find(f"{ours}held").get("wait")
    assert {one.get("name") for one in beside.iterfind(f"{ours}action") if one.get("everywhere")} == {
        *shipped().definitions["nominee"].everywhere
    }
    council = process.find(".//*[@id='state_nominee.council_review']")
    stays = {one.get("name") for one in council.iter(f"{ours}action") if one.get("stays")}
    assert {"record_deferred", "deferred"} <= stays
    due = process.find(".//*[@id='due_unit_appraisal']")
    assert due.get("cancelActivity") == "false"
    assert due.find(f".//{ours}deadline").get("due") == "5 working_days"
