"""The product's picture of a process as a file by itself: colours inside, no style sheet, no address."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from web.process_map import BOX, Line, Node, Picture, picture
from workflow.definition import Definition

COLOURS = {"good": "#1b6e3c", "plain": "#55606e", "warn": "#8a5a00", "bad": "#a3262a"}
LONGEST = 34  # letters of a state's name in its box


def drawing(definition: Definition) -> str:
    """The picture as a document."""
    return "\n".join(_lines(definition, picture(definition))) + "\n"


def _lines(definition: Definition, drawn: Picture) -> Iterator[str]:
    size = f'width="{drawn.width}" height="{drawn.height}" viewBox="0 0 {drawn.width} {drawn.height}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">'
    yield f"  <title>{escape(definition.title)}</title>"
    yield "  <defs>"
    for tone, colour in COLOURS.items():
        yield (f'    <marker id="{tone}" markerWidth="7" markerHeight="7" refX="6" refY="3.5" orient="auto" '
               f'markerUnits="userSpaceOnUse"><path fill="{colour}" d="M0 0L7 3.5L0 7z"/></marker>')  # fmt: skip
    yield "  </defs>"
    yield f'  <rect width="{drawn.width}" height="{drawn.height}" fill="#ffffff"/>'
    yield from (_line(definition, one) for one in drawn.lines)
    yield from (_node(one, drawn.left) for one in drawn.nodes)
    yield "</svg>"


def _line(definition: Definition, one: Line) -> str:
    source, target = (definition.states[name].title or name for name in (one.source, one.target))
    said = escape(f"{source} → {target}: {', '.join(one.titles)}")
    dashes = ' stroke-dasharray="4 3"' if one.dashed else ""
    return (f'  <path d="{one.path}" fill="none" stroke="{COLOURS[one.tone]}"{dashes} '
            f'marker-end="url(#{one.tone})"><title>{said}</title></path>')  # fmt: skip


def _node(one: Node, left: int) -> str:
    state = one.state
    title = state.title or state.name
    shown = title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"
    fill = "#eef1f5" if state.end else "#e6f2ea" if state.level and state.level != "none" else "#ffffff"
    return (f'  <rect x="{left}" y="{one.top}" width="{BOX}" height="{one.height}" rx="6" fill="{fill}" '
            f'stroke="#55606e"><title>{escape(title)}</title></rect>\n'
            f'  <text x="{left + 12}" y="{one.middle + 5}" fill="#1c232b">{escape(shown)}</text>')  # fmt: skip
