"""Whether every sheet of scores is what its scorer handed in, as the chain told of it then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from states.criteria.model import score, score_sheet
from states.criteria.scoring import SCORED, digest
from states.subjects.model import subject
from workflow.case import case
from workflow.history import Break, event
from workflow.message import Message
from workflow.organisation import person
from workflow.streams import rows


def verify_scores(connection: sa.Connection, agency_id: str | None = None) -> Iterator[Break]:
    """Sheets changed, removed, added or handed on behind the back of the chain, which is proved elsewhere."""
    told = _told(connection, agency_id)
    values = _values(connection, agency_id)
    for row in rows(connection, _sheets(agency_id)):
        last = told.pop(row.id, None)
        reason = _fault(row, last, values.get(row.id, {}))
        if reason:
            yield Break(row.case_id, row.code or "", last.seq if last else 0, Message(f"history.broken.{reason}"))
    for last in told.values():
        yield Break(last.case_id, "", last.seq, Message("history.broken.scores_missing"))


def _told(connection: sa.Connection, agency_id: str | None) -> dict[str, Any]:
    """Sheet → the last event that tells of it."""
    chosen = sa.select(event.c.case_id, event.c.seq, event.c.actor_id, event.c.body).where(event.c.kind == SCORED)
    if agency_id:
        chosen = chosen.where(event.c.agency_id == agency_id)
    return {row.body["refs"][0]: row for row in rows(connection, chosen.order_by(event.c.case_id, event.c.seq))}


def _values(connection: sa.Connection, agency_id: str | None) -> dict[str, dict[str, int]]:
    chosen = sa.select(score.c.sheet_id, score.c.criterion, score.c.value)
    if agency_id:
        chosen = chosen.where(score.c.agency_id == agency_id)
    found: dict[str, dict[str, int]] = {}
    for row in rows(connection, chosen):
        found.setdefault(row.sheet_id, {})[row.criterion] = row.value
    return found


def _sheets(agency_id: str | None) -> sa.Select[Any]:
    c = score_sheet.c
    of_case = (case.c.agency_id == c.agency_id) & (case.c.id == c.case_id)
    whom = (subject.c.agency_id == c.agency_id) & (subject.c.id == case.c.subject_id)
    scorer = (person.c.agency_id == c.agency_id) & (person.c.id == c.scorer_id)
    erased = sa.or_(subject.c.erased_at.is_not(None), person.c.erased_at.is_not(None)).label("is_erased")
    joined = score_sheet.outerjoin(case, of_case).outerjoin(subject, whom).outerjoin(person, scorer)
    chosen = sa.select(score_sheet, case.c.code, erased).select_from(joined)
    return chosen.where(c.agency_id == agency_id) if agency_id else chosen


def _fault(row: Any, last: Any, values: dict[str, int]) -> str:
    """An erased sheet lost its key with its words: its numbers are proved no more, and that is so by order alone."""
    if last is None:
        return "scores_added"
    if (row.case_id, row.scorer_id) != (last.case_id, last.actor_id):
        return "scores_moved"
    if row.key == "" and row.words == "" and row.is_erased:
        return ""
    said = last.body
    if row.key == "" or (row.criteria_hash, row.revision) != (said["criteria"], said["revision"]):
        return "scores_changed"
    proved = digest(row.key, row.id, row.criteria_hash, row.revision, values, row.words)
    return "" if proved == said["digest"] else "scores_changed"
