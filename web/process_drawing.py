"""A defect drawn on its process: the picture of the page, by itself in a file, with the run that shows the defect."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from web.process_map import BOX, Picture, picture
from workflow.definition import Definition

STYLE = """
  text {font: 14px system-ui, sans-serif; fill: #1c2430}
  .note {font-size: 13px; fill: #7a1420}
  .state {fill: #fff; stroke: #8a94a3; stroke-width: 1.2}
  .state.run {fill: #fdecec; stroke: #b3202c; stroke-width: 2.5}
  .state.here {fill: #f9c9cd; stroke: #7a1420; stroke-width: 4}
  .line {fill: none; stroke: #b9c0ca; stroke-width: 1.4}
  .line.run {stroke: #b3202c; stroke-width: 3}
  .step {fill: #b3202c; font-weight: 700}
"""
ARROW = (
    '<defs><marker id="to" markerWidth="7" markerHeight="7" refX="6" refY="3.5" orient="auto" '
    'markerUnits="userSpaceOnUse"><path d="M0 0L7 3.5L0 7z"/></marker></defs>'
)
ABOVE, LETTERS = 22, 90  # pixels of a line of words; letters in it


def drawing(definition: Definition, path: Sequence[str], at: Sequence[str], said: str) -> str:
    """An SVG file: the run's states and moves in red and numbered, where it goes wrong the darkest, `said` above."""
    drawn = picture(definition)
    words = _wrapped(said)
    top = ABOVE * (len(words) + 1)
    run = [name for name in path if name in definition.states]
    here = at[1] if len(at) > 1 and at[0] == "states" else (run[-1] if run else "")
    width = max(drawn.width, 9 * max(map(len, words), default=0))
    size = f'width="{width}" height="{drawn.height + top}" viewBox="0 0 {width} {drawn.height + top}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(definition.title)}</title><style>{STYLE}</style>",
        ARROW,
        *(f'<text class="note" x="12" y="{ABOVE * (n + 1)}">{escape(line)}</text>' for n, line in enumerate(words)),
        f'<g transform="translate(0 {top})">', *_lines(drawn, run), *_states(definition, drawn, run, here),
        "</g></svg>",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _lines(drawn: Picture, run: Sequence[str]) -> list[str]:
    steps = set(pairwise(run))
    found = []
    for line in sorted(drawn.lines, key=lambda one: (one.source, one.target) in steps):
        marked = " run" if (line.source, line.target) in steps else ""
        found.append(
            f'<path class="line{marked}" d="{line.path}" marker-end="url(#to)">'
            f"<title>{escape(', '.join(line.titles))}</title></path>"
        )
    return found


def _states(definition: Definition, drawn: Picture, run: Sequence[str], here: str) -> list[str]:
    found = []
    for node in drawn.nodes:
        name = node.state.name
        marked = " here" if name == here else " run" if name in run else ""
        step = f"{run.index(name) + 1}. " if name in run else ""
        found.append(
            f'<rect class="state{marked}" x="{drawn.left}" y="{node.top}" width="{BOX}" height="{node.height}" rx="6"/>'
            f'<text x="{drawn.left + 12}" y="{node.middle + 5}"><tspan class="step">{step}</tspan>'
            f"{escape(node.state.title or name)}</text>"
        )
    return found


def _wrapped(said: str) -> list[str]:
    lines: list[str] = [""]
    for word in said.split():
        if len(lines[-1]) + len(word) > LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
