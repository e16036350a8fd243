"""Which files a process can be had as: one table for the page, the interface and the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from web.diagrams import bpmn, mermaid, pnml, svg
from workflow.definition import Definition, Plan


@dataclass(frozen=True)
class Kind:
    """A format: what it is called, its type, and how a process is written in it."""

    title: str
    content_type: str
    written: Callable[[Definition, Plan], bytes]


KINDS: Mapping[str, Kind] = {
    "bpmn": Kind("BPMN 2.0", "application/xml; charset=utf-8", bpmn.document),
    "svg": Kind("SVG", "image/svg+xml; charset=utf-8", lambda definition, _plan: svg.drawing(definition).encode()),
    "mmd": Kind("Mermaid", "text/plain; charset=utf-8", lambda definition, _plan: mermaid.diagram(definition).encode()),
    "pnml": Kind("PNML", "application/xml; charset=utf-8", lambda definition, _plan: pnml.net(definition).encode()),
}
"""By the ending of their files' names."""
