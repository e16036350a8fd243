"""The same numbers out of the history alone: events and what was submitted with them.

Which process an event belongs to is told by the definition whose hash it bears.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa

HANOI = timezone(timedelta(hours=7))
NEVER = datetime(9999, 1, 1, tzinfo=HANOI)
EVENTS = sa.text(
    "SELECT e.case_id, e.seq, e.at, e.kind, e.body, d.inputs, v.process FROM event e"
    " LEFT JOIN event_detail d ON d.event_id = e.id"
    " JOIN (SELECT DISTINCT hash, process FROM definition_version) v ON v.hash = {hash}"
    " ORDER BY e.at, e.case_id, e.seq"
)


@dataclass
class Story:
    """What happened in one case."""

    process: str
    began: date
    unit: str | None
    events: list[tuple[datetime, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def said(self, name: str) -> Any:
        """The last answer to a field."""
        return next((inputs[name] for _, _, inputs in reversed(self.events) if name in inputs), None)


def stories(connection: sa.Connection, until: datetime) -> dict[str, Story]:
    """Every case up to a moment, by its id, as its events tell it."""
    where = "json_extract(e.body, '$.definition')" if connection.dialect.name == "sqlite" else "e.body->>'definition'"
    found: dict[str, Story] = {}
    for row in connection.execute(sa.text(str(EVENTS).replace("{hash}", where))):
        at = row.at if isinstance(row.at, datetime) else datetime.fromisoformat(str(row.at))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at >= until:
            continue
        body = json.loads(row.body) if isinstance(row.body, str) else row.body
        inputs = json.loads(row.inputs) if isinstance(row.inputs, str) else (row.inputs or {})
        if row.case_id not in found:
            found[row.case_id] = Story(row.process, at.astimezone(HANOI).date(), body["unit"])
        story = found[row.case_id]
        story.unit = body["unit"]
        story.events.append((at, body, inputs))
    return found


def count(found: dict[str, Story], year: int) -> Counter[str]:
    """Every line of the report for one year."""
    total: Counter[str] = Counter()
    for story in found.values():
        total += per_case(story, year)
    return total


def count_units(found: dict[str, Story], year: int) -> dict[str | None, Counter[str]]:
    """The same by unit, for what belongs to the unit of its case."""
    total: dict[str | None, Counter[str]] = defaultdict(Counter)
    for story in found.values():
        total[story.unit] += per_case(story, year)
    return total


def per_case(story: Story, year: int) -> Counter[str]:
    """What one case adds to a year."""
    total: Counter[str] = Counter()
    reader = {"nominee": _nominee, "publicity": _publicity, "movement": _movement, "registration": _registration,
              "training": _training}.get(story.process)  # fmt: skip
    if reader is not None:
        reader(story, year, total)
    return total


def _nominee(story: Story, year: int, total: Counter[str]) -> None:
    total["nominated"] += story.began.year == year and story.events[0][1]["action"] == "nominate"
    for at, body, inputs in story.events:
        kind, on = body["kind"], at.astimezone(HANOI).date()
        decided = date.fromisoformat(inputs["decided_on"]) if inputs.get("decided_on") else on
        action = body["action"]
        total["endorsed"] += action == "endorse" and on.year == year
        total["endorsed"] -= action == "take_back" and on.year == year
        total["nurtured"] += kind == "answered" and on.year == year and bool({"progress", "growth"} & set(inputs))
        if action == "recognize":
            total[f"recognised.{body['level']}"] += decided.year == year
            total["awarded"] += bool(inputs.get("reward")) and decided.year == year
        total["revoked"] += action == "revoke" and decided.year == year


def _publicity(story: Story, year: int, total: Counter[str]) -> None:
    out = story.said("published_on")
    if out and date.fromisoformat(out).year == year:
        total["published"] += 1
        total["reach"] += int(story.said("reach") or 0)


def _movement(story: Story, year: int, total: Counter[str]) -> None:
    total["launched"] += story.began.year == year and any(body["action"] == "launch" for _, body, _ in story.events)


def _registration(story: Story, year: int, total: Counter[str]) -> None:
    total["registered"] += story.began.year == year
    for at, body, _ in story.events:
        if body["action"] in ("met", "excelled", "not_met") and at.astimezone(HANOI).year == year:
            total[f"ended_{body['action']}"] += 1


def _training(story: Story, year: int, total: Counter[str]) -> None:
    held = story.said("held_on")
    if (
        held
        and date.fromisoformat(held).year == year
        and any(body["action"] == "record" for _, body, _ in story.events)
    ):
        total["trained"] += len(story.said("attended") or [])
