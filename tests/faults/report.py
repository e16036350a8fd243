"""What was measured, kept as JSON beside the page it becomes: docs/RELIABILITY.md."""

from __future__ import annotations

import json
from typing import Any

from dev import ROOT
from tests.faults.storm import Result

KEPT = ROOT / "docs" / "reliability.json"


def keep_storm(result: Result) -> None:
    """A run of the same seed on the same database takes the place of the old one."""
    _keep(f"{result.database} {result.seed}", "storms", result.plain())


def _keep(key: str, kind: str, value: Any) -> None:
    kept = load()
    kept.setdefault(kind, {})[key] = value
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load() -> dict[str, dict[str, Any]]:
    """Everything kept so far."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def write() -> None:
    pass
