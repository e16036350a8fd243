"""Whether a letter of the desk still says what is so: compared with what was decided in its case since.

For any number of letters two statements: their cases, and what happened in those since the oldest letter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflow.case import ask, case
from workflow.catalogue import Catalogue
from workflow.definition import Action, Definition
from workflow.history import event
from workflow.outcomes import outcome

DECISIONS = ("approve", "return", "refuse")
REVOKED, RESTORED, OVERTAKEN, ENDED, SUPERSEDED, ANSWERED = (
    "revoked", "recognized_again", "overtaken", "ended", "superseded", "answered",
)  # fmt: skip
HELD = "held"
"""Not untrue, but not to be sent while the case is on hold."""

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class _Step:
    """One decided step of a case, in the words that matter here."""

    seq: int
    verb: str
    level: str  # that it recognises
    dropped: str  # that it takes away
    ends: bool


def against(connection: sa.Connection, catalogue: Catalogue, letters: Sequence[Row]) -> dict[str, str]:
    """letter id → why it must not leave as it stands; letters that may are left out."""
    if not letters:
        return {}
    cases = _cases(connection, letters)
    steps = _steps(connection, catalogue, cases, letters)
    open_asks = _open_asks(connection, letters)
    found = {}
    for row in letters:
        about = cases[row["case_id"]]
        why = _against(row, about, steps[row["case_id"]], open_asks) or (HELD if about["is_held"] else "")
        if why:
            found[row["id"]] = why
    return found


def _cases(connection: sa.Connection, letters: Sequence[Row]) -> dict[str, Row]:
    chosen = sa.select(case.c.id, case.c.definition_id, case.c.levels, case.c.is_held).where(
        case.c.id.in_({row["case_id"] for row in letters})
    )
    return {row["id"]: row for row in connection.execute(chosen).mappings()}


def _open_asks(connection: sa.Connection, letters: Sequence[Row]) -> set[str]:
    asked = {row["ask_id"] for row in letters if row["ask_id"]}
    if not asked:
        return set()
    return set(connection.scalars(sa.select(ask.c.id).where(ask.c.id.in_(asked), ask.c.status == "open")))


def _steps(
    connection: sa.Connection, catalogue: Catalogue, cases: Mapping[str, Row], letters: Sequence[Row]
) -> Mapping[str, list[_Step]]:
    oldest = min(row["event_seq"] for row in letters)
    rows = connection.execute(
        sa.select(event.c.case_id, event.c.seq, event.c.body)
        .where(event.c.case_id.in_(cases), event.c.kind == "action", event.c.seq >= oldest)
        .order_by(event.c.case_id, event.c.seq)
    )
    found: dict[str, list[_Step]] = defaultdict(list)
    for row in rows:
        definition = catalogue.life(connection, cases[row.case_id]["definition_id"]).definition
        found[row.case_id].append(_step(definition, row.seq, row.body))
    return found


def _step(definition: Definition, seq: int, body: Row) -> _Step:
    states, before, after = definition.states, body.get("from") or "", body.get("to") or ""
    action = _action(definition, before, body.get("action") or "")
    entered = states[after].level if after in states and after != before else None
    verb = outcome(action) if action else "act"
    held = states[before].level if before in states else None
    drops = action is not None and action.drops == "level"
    return _Step(
        seq, verb, level=entered or "" if verb == "approve" and entered != "none" else "",
        dropped=held or "" if drops else "", ends=after in states and after != before and states[after].end,
    )  # fmt: skip


def _action(definition: Definition, state: str, name: str) -> Action | None:
    held = definition.held.actions if definition.held else {}
    here = definition.actions_in(state) if state in definition.states else definition.start
    return here.get(name) or held.get(name)


def _against(row: Row, about: Row, steps: Iterable[_Step], open_asks: set[str]) -> str:
    """What the case says today against a letter, or nothing."""
    if row["ask_id"]:
        return "" if row["ask_id"] in open_asks else ANSWERED
    own = next((step for step in steps if step.seq == row["event_seq"]), None)
    later = [step for step in steps if step.seq > row["event_seq"]]
    if own is None:
        return ""
    if own.level:
        return "" if own.level in about["levels"] else REVOKED
    if own.dropped:
        return RESTORED if own.dropped in about["levels"] else ""
    if own.verb in DECISIONS and any(_says_otherwise(step, own) for step in later):
        return OVERTAKEN
    if own.verb in ("approve", "return") and not own.ends and any(step.ends for step in later):
        return ENDED
    return ""


def _says_otherwise(step: _Step, own: _Step) -> bool:
    return bool(step.dropped) or (step.verb in DECISIONS and step.verb != own.verb)
