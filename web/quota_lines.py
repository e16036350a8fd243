"""How quotas stand, as pages and files say it: a sentence with its source, or a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g

from states.quotas.guards import told
from states.quotas.standing import Line, Whom, covers, lines
from web.language import render_message, t, value
from workflow.definition import Plan, Quota
from workflow.explain import CaseView
from workflow.message import Message


@dataclass(frozen=True)
class Said:
    """One line as a page shows it."""

    title: str
    text: Message
    source: Message
    tone: str  # bad: nothing left; warn: the last one, or some owed


def of_case(connection: sa.Connection, view: CaseView) -> tuple[Said, ...]:
    """The quotas that a decision in this state is counted in."""
    row = view.case
    here = [q for q in view.plan.quotas.values() if q.of == row["process"] and _counts_here(q, row["state"])]
    whom = Whom(row["unit_id"], row["subject_kind"])
    return _said(connection, view.plan, [q for q in here if covers(q, view.org, whom)], row["unit_id"])


def _counts_here(quota: Quota, state: str) -> bool:
    return state in {name.partition(".")[0] for name in quota.at}


def of_start(connection: sa.Connection, plan: Plan | None, process: str) -> tuple[Said, ...]:
    """Every quota of a process, as it stands for the unit of who is about to begin a case of it."""
    if plan is None or g.person is None:
        return ()
    return _said(connection, plan, [q for q in plan.quotas.values() if q.of == process], g.person.unit_id)


def _said(connection: sa.Connection, plan: Plan, quotas: Sequence[Quota], unit_id: str | None) -> tuple[Said, ...]:
    found = lines(connection, plan, g.org, quotas, unit_id, g.today) if quotas else []
    return tuple(say(plan, line) for line in found)


def say(plan: Plan, line: Line) -> Said:
    """A line in words."""
    params = told(plan, line)
    form = {(True, True): "both", (True, False): "least", (False, True): "most", (False, False): "open"}
    said = "exact" if line.least == line.most is not None else form[line.least is not None, line.most is not None]
    text = Message(f"quota.line.{said}", params)
    tone = "bad" if line.left == 0 else "warn" if line.left == 1 or line.owed else ""
    return Said(line.quota.title, text, Message("quota.line.source", params), tone)


# --- rows of a file -----------------------------------------------------------------------------------

HEADS = ("quota.where", "quota.least", "quota.most", "quota.taken", "quota.left", "quota.owed")


def rows(found: Iterable[Line]) -> list[list[Any]]:
    """Headings and a row a place, numbers as numbers."""
    table: list[list[Any]] = [[t(head) for head in HEADS]]
    table += [[value(one.where), one.least, one.most, one.taken, one.left, one.owed] for one in found]
    return table


def written(message: Message | str) -> str:
    """A text of the plan, or a sentence."""
    return message if isinstance(message, str) else render_message(message)
