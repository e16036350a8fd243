"""A process as BPMN 2.0 XML with its layout, as the OMG's schema has it: what other tools open, draw and run."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from web.diagrams.bpmn_layout import Box, Layout, laid_out
from web.diagrams.bpmn_parts import BOUNDARY, CALL, SUB_PROCESS, Flow, Node, Occasion, Parts
from web.diagrams.bpmn_reading import read
from workflow.definition import Definition, Plan

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
LINES = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OURS = "urn:neuguong:bpmn:1"
PREFIXES = {"bpmn": MODEL, "bpmndi": DI, "dc": DC, "di": LINES, "xsi": XSI, "neuguong": OURS}
TAGS = {"timer": "timerEventDefinition", "message": "messageEventDefinition", "condition": "conditionalEventDefinition",
        "escalation": "escalationEventDefinition", "terminate": "terminateEventDefinition"}  # fmt: skip


def document(definition: Definition, plan: Plan) -> bytes:
    """The process of a plan as a document of its own, UTF-8."""
    for prefix, namespace in PREFIXES.items():
        ET.register_namespace(prefix, namespace)
    parts = read(definition, plan)
    root = ET.Element(
        _tag("definitions"), {"id": f"definitions_{parts.process}", "targetNamespace": OURS, "name": parts.title}
    )
    for ident, name in parts.messages.items():
        ET.SubElement(root, _tag("message"), {"id": ident, "name": name})
    for ident, name in parts.escalations.items():
        ET.SubElement(root, _tag("escalation"), {"id": ident, "name": name, "escalationCode": ident})
    for ident, name in parts.resources.items():
        ET.SubElement(root, _tag("resource"), {"id": ident, "name": name})
    attributes = {"id": parts.process, "name": parts.title, "isExecutable": "true"}
    process = ET.SubElement(root, _tag("process"), {**attributes, _ours("definition"): definition.content_hash()})
    _notes(process, parts.notes, definition.cite)
    _elements(process, parts, "")
    _diagram(root, parts, laid_out(parts))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _tag(name: str, space: str = MODEL) -> str:
    return f"{{{space}}}{name}"


def _ours(name: str) -> str:
    return _tag(name, OURS)


def _elements(parent: ET.Element, parts: Parts, inside: str) -> None:
    for node in parts.nodes.values():
        if node.inside == inside:
            _node(parent, parts, node)
    for flow in parts.flows:
        if flow.inside == inside:
            _flow(parent, flow)


def _node(parent: ET.Element, parts: Parts, node: Node) -> None:
    attributes = {"id": node.id} | ({"name": node.name} if node.name else {})
    if node.tag == BOUNDARY:
        attributes |= {"attachedToRef": node.attached, "cancelActivity": "true" if node.interrupts else "false"}
    if node.tag == CALL:
        attributes["calledElement"] = node.calls
    element = ET.SubElement(parent, _tag(node.tag), attributes | {_ours(name): v for name, v in node.ours.items()})
    _notes(element, node.notes, node.says)
    for tag, flows in (("incoming", parts.into(node.id)), ("outgoing", parts.out_of(node.id))):
        for flow in flows:
            ET.SubElement(element, _tag(tag)).text = flow.id
    for owner in node.owners:
        ET.SubElement(ET.SubElement(element, _tag("potentialOwner")), _tag("resourceRef")).text = owner
    if node.several:
        several = ET.SubElement(element, _tag("multiInstanceLoopCharacteristics"), {"isSequential": "false"})
        _expression(several, "loopCardinality", node.several)
    if node.tag == SUB_PROCESS:
        _elements(element, parts, node.id)
    if node.occasion is not None:
        _occasion(element, node.occasion)


def _notes(element: ET.Element, notes: Iterable[tuple[str, object]], says: str) -> None:
    if says:
        ET.SubElement(element, _tag("documentation")).text = says
    found = list(notes)
    if found:
        beside = ET.SubElement(element, _tag("extensionElements"))
        for tag, attributes in found:
            ET.SubElement(beside, _ours(tag), dict(attributes))  # type: ignore[call-overload]


def _occasion(element: ET.Element, occasion: Occasion) -> None:
    refs = {"message": "messageRef", "escalation": "escalationRef"}
    attributes = {refs[occasion.kind]: occasion.text} if occasion.kind in refs else {}
    event = ET.SubElement(element, _tag(TAGS[occasion.kind]), attributes)
    if occasion.kind == "timer":
        _expression(event, "timeDate", occasion.text)
    elif occasion.kind == "condition":
        _expression(event, "condition", occasion.text)


def _expression(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _tag(name), {_tag("type", XSI): "bpmn:tFormalExpression"}).text = text


def _flow(parent: ET.Element, flow: Flow) -> None:
    attributes = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
    attributes |= {"name": flow.name} if flow.name else {}
    element = ET.SubElement(parent, _tag("sequenceFlow"), attributes | {_ours(n): v for n, v in flow.ours.items()})
    if flow.condition:
        _expression(element, "conditionExpression", flow.condition)


def _diagram(root: ET.Element, parts: Parts, layout: Layout) -> None:
    diagram = ET.SubElement(root, _tag("BPMNDiagram", DI), {"id": "diagram"})
    plane = ET.SubElement(diagram, _tag("BPMNPlane", DI), {"id": "plane", "bpmnElement": parts.process})
    for node in parts.nodes.values():
        attributes = {"id": f"shape_{node.id}", "bpmnElement": node.id}
        attributes |= {"isExpanded": "true"} if node.tag == SUB_PROCESS else {}
        attributes |= {"isMarkerVisible": "true"} if node.tag == "exclusiveGateway" else {}
        _bounds(ET.SubElement(plane, _tag("BPMNShape", DI), attributes), layout.boxes[node.id])
    for flow in parts.flows:
        edge = ET.SubElement(plane, _tag("BPMNEdge", DI), {"id": f"edge_{flow.id}", "bpmnElement": flow.id})
        for x, y in layout.points[flow.id]:
            ET.SubElement(edge, _tag("waypoint", LINES), {"x": str(x), "y": str(y)})


def _bounds(shape: ET.Element, box: Box) -> None:
    bounds = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    ET.SubElement(shape, _tag("Bounds", DC), {name: str(value) for name, value in bounds.items()})
