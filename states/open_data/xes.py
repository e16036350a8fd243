"""The moves of cases as XES (IEEE 1849-2016): a trace per case, an event per move, written as it is read.

An activity is what the plan calls the action. The classifier `Bước đi` names it by the states it leads from and to,
too: by that one every event is one arc of the process, and a log replays on the exported net without a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from xml.sax.saxutils import quoteattr

from states.open_data.histories import MOVING, History, Names, Step
from workflow.clock import ZONE

OURS = "neuguong"
EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"), ("Lifecycle", "lifecycle"))
BY_MOVE = "Bước đi"
CLASSIFIERS = (("Hành động", "concept:name"), (BY_MOVE, f"{OURS}:move"))
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NO_TIME = '<date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>'
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(pieces: Iterable[Sequence[History]], names: Names, title: str) -> Iterator[str]:
    """The log, text after text; `title` is the log's name."""
    yield _HEAD
    yield '<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    for name, prefix in EXTENSIONS:
        yield f'  <extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>\n'
    yield f'  <global scope="trace">{_string("concept:name", "")}</global>\n'
    yield f'  <global scope="event">{_string("concept:name", "")}{_NO_TIME}</global>\n'
    for name, keys in CLASSIFIERS:
        yield f"  <classifier name={quoteattr(name)} keys={quoteattr(keys)}/>\n"
    yield f"  {_string('concept:name', title)}\n"
    for piece in pieces:
        for one in piece:
            yield from _trace(one, names)
    yield "</log>\n"


def move(source: str | None, action: str, target: str) -> str:
    """The arc of an action: what the exported net calls its transition."""
    return f"{source or ''}|{action}|{target}"


def _trace(one: History, names: Names) -> Iterator[str]:
    row = one.row
    told = {
        "concept:name": names.case(row), f"{OURS}:label": names.label(row), f"{OURS}:process": row["process"],
        f"{OURS}:definition": one.life.definition_hash, f"{OURS}:kind": row["subject_kind"],
        f"{OURS}:unit": names.unit(row["unit_id"]), f"{OURS}:period": row["period"],
    }  # fmt: skip
    yield "  <trace>" + _strings(told) + "\n"
    yield from (_event(step, names) for step in one.steps if step.kind in MOVING)
    yield "  </trace>\n"


def _event(step: Step, names: Names) -> str:
    body = step.body
    told = {
        "concept:name": step.activity, "lifecycle:transition": "complete",
        "org:resource": names.person(step.actor) if step.actor else "", "org:role": body.get("role"),
        "org:group": names.unit(body.get("unit")), f"{OURS}:action": step.name, f"{OURS}:from": body.get("from"),
        f"{OURS}:to": body["to"], f"{OURS}:move": move(body.get("from"), step.name, body["to"]),
        f"{OURS}:stage": body.get("stage"), f"{OURS}:level": body.get("level"), f"{OURS}:cause": body.get("cause"),
        f"{OURS}:on_behalf_of": names.person(step.on_behalf_of) if step.on_behalf_of else "",
    }  # fmt: skip
    return f"    <event>{_date(step.at)}{_strings(told)}</event>\n"


def _strings(told: dict[str, str | None]) -> str:
    return "".join(_string(key, value) for key, value in told.items() if value)


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(_NOT_IN_XML.sub("", value))}/>'


def _date(at: datetime) -> str:
    return f'<date key="time:timestamp" value="{at.astimezone(ZONE).isoformat(timespec="milliseconds")}"/>'
