"""What is to be lived through, as one document for a process of its own: the plan, the assumptions, the people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from workflow.db import UtcDateTime, metadata
from workflow.definition import Definition, Plan
from workflow.loading import LoadedPlan
from workflow.simulation.scenario import Scenario

Rows = Sequence[tuple[sa.Table, Sequence[Mapping[str, Any]]]]


@dataclass(frozen=True)
class Wanted:
    """What to live through: the days, how many units, people and nominees, and the seed; 0 units or people: those
    there are."""

    first: date
    last: date
    people: int = 0
    units: int = 0
    nominees: int = 100
    seed: int = 1


@dataclass(frozen=True)
class Order:
    """One simulation. Who is there: rows of an agency's organisation, or (none) what `folder` and chance make up."""

    wanted: Wanted
    scenario: Scenario
    loaded: LoadedPlan
    folder: Path | None = None
    there: Rows = field(default=())
    language: str = "vi"

    def to_text(self) -> str:
        """As JSON."""
        said = {
            "wanted": _plain(asdict(self.wanted)),
            "scenario": self.scenario.model_dump(mode="json"),
            "plan": self.loaded.plan.canonical(),
            "definitions": {name: one.canonical() for name, one in self.loaded.definitions.items()},
            "folder": str(self.folder) if self.folder else "",
            "there": [[table.name, [_plain(row) for row in rows]] for table, rows in self.there],
            "language": self.language,
        }
        return json.dumps(said, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote."""
        said = json.loads(text)
        days = {name: date.fromisoformat(said["wanted"][name]) for name in ("first", "last")}
        plan = Plan.model_validate_json(said["plan"])
        definitions = {name: Definition.model_validate_json(one) for name, one in said["definitions"].items()}
        tables = ((metadata.tables[name], rows) for name, rows in said["there"])
        return cls(
            Wanted(**{**said["wanted"], **days}), Scenario.model_validate(said["scenario"]),
            LoadedPlan(plan, definitions, {}), Path(said["folder"]) if said["folder"] else None,
            [(table, [_typed(table, row) for row in rows]) for table, rows in tables], said["language"],
        )  # fmt: skip


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _typed(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(type_: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if isinstance(type_, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(type_, sa.Date) else value
