"""Prize money: a multiple of the base salary in force on the day of the decision, rounded up (NĐ 152/2025 Đ.49-54).

Multiples, salaries by date and the step of rounding are plan data (`values.prize_money`): texts differ and change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from states.documents.numerals import dotted
from states.subjects.submitted import day
from workflow.registry import Context, Registry

MONEY = "prize_money"
"""Of plan.yaml's `values:`."""


def sum_due(said: Mapping[str, Any], reward: str, kind: str, decided_on: date) -> tuple[int, Decimal, int] | None:
    """(đồng, multiple, base salary); None where the plan knows no multiple, or no salary on that day."""
    multiple = _number((said.get("multiples") or {}).get(reward, {}), kind)
    salary = _salary(said.get("base_salary") or {}, decided_on)
    if multiple is None or salary is None:
        return None
    step = Decimal(str(said.get("round_up_to") or "1"))
    return int((multiple * salary / step).to_integral_value(ROUND_UP) * step), multiple, salary


def _salary(dated: Mapping[str, Any], on: date) -> int | None:
    known = [(date.fromisoformat(first), value) for first, value in dated.items() if date.fromisoformat(first) <= on]
    return int(str(max(known)[1])) if known else None


def _number(table: Any, kind: str) -> Decimal | None:
    try:
        return Decimal(str(table[kind])) if isinstance(table, Mapping) and kind in table else None
    except InvalidOperation:
        return None


def prize_money(_connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """The sum with what it is worked out from; no line where the plan gives none for this reward."""
    said = (context.plan.values if context.plan else {}).get(MONEY) or {}
    decided_on = day(context.fields.get("decided_on")) or context.today
    found = sum_due(said, str(context.fields.get("reward") or ""), context.subject.kind, decided_on)
    if found is None:
        return []
    due, multiple, salary = found
    params = {
        "multiple": str(multiple).replace(".", ","),
        "salary": dotted(salary),
        "day": decided_on.strftime("%d/%m/%Y"),
    }
    return [{"key": "benefit.prize", "params": params, "value": dotted(due)}]


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.form("prize_money")(prize_money)
