"""A process as a Petri net (PNML, ISO/IEC 15909-2): a place per state, a transition per move.

An event log replays on it arc by arc: the id of a transition is what the log calls its `neuguong:move`, its name what
the log calls the activity. What a hold keeps from is not in the net: it allows every move of the state.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from states.open_data.xes import move
from web.diagrams.outcomes import START, Outcome, of_start, of_state
from workflow.definition import Definition

NET_TYPE = "http://www.pnml.org/version-2009/grammar/ptnet"
PLACE_OF_START = "start"


def net(definition: Definition) -> str:
    """The net as a document."""
    return "\n".join(_lines(definition)) + "\n"


def _lines(definition: Definition) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml">'
    yield f'  <net id={quoteattr(definition.process)} type="{NET_TYPE}">'
    yield f"    {_name(definition.title)}"
    yield '    <page id="page">'
    yield (f'      <place id="{PLACE_OF_START}">{_name(PLACE_OF_START)}'
           "<initialMarking><text>1</text></initialMarking></place>")  # fmt: skip
    for state in definition.states.values():
        yield f"      <place id={quoteattr(_place(state.name))}>{_name(state.title or state.name)}</place>"
    moves = {}
    for one in (*of_start(definition), *(o for s in definition.states.values() for o in of_state(definition, s))):
        moves.setdefault(_id(one), one)  # a state and the hold may call two actions alike, with one arc
    for number, (ident, one) in enumerate(moves.items()):
        yield f"      <transition id={quoteattr(ident)}>{_name(one.title)}</transition>"
        arcs = ((_place(one.source), ident), (ident, _place(one.target)))
        for side, (source, target) in zip("io", arcs, strict=True):
            yield f'      <arc id="a{number}{side}" source={quoteattr(source)} target={quoteattr(target)}/>'
    yield "    </page>"
    ends = [state.name for state in definition.states.values() if state.end]
    yield "    <finalmarkings>"
    for name in ends:
        yield f"      <marking><place idref={quoteattr(_place(name))}><text>1</text></place></marking>"
    yield "    </finalmarkings>"
    yield "  </net>"
    yield "</pnml>"


def _id(one: Outcome) -> str:
    return move(one.source or None, one.action.name, one.target)


def _place(state: str) -> str:
    return f"state {state}" if state != START else PLACE_OF_START


def _name(text: str) -> str:
    return f"<name><text>{escape(text)}</text></name>"
