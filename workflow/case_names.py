"""What a case is called where that is not whom it is about: a field's words, or a phrase with fields in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from workflow.definition import Definition

MOST = 300  # letters of a case's name
_PLACE = re.compile(r"\{(\w+)(:quarter)?\}")
_QUARTERS = ("I", "II", "III", "IV")


def fields_in(called: str) -> dict[str, tuple[str, ...]]:
    """Field → the types that it may have there."""
    if "{" not in called:
        return {called: ("line",)} if called else {}
    return {one[1]: ("date",) if one[2] else ("line", "date") for one in _PLACE.finditer(called)}


def called(definition: Definition, fields: Mapping[str, Any]) -> str:
    """The case's own name; empty while something in it is not known yet: then it is called by whom it is about."""
    known = {name: str(fields.get(name) or "") for name in fields_in(definition.called)}
    if not known or not all(known.values()):
        return ""
    if "{" not in definition.called:
        return known[definition.called][:MOST]
    return _PLACE.sub(lambda one: _said(known[one[1]], bool(one[2])), definition.called)[:MOST]


def _said(text: str, as_quarter: bool) -> str:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"Quý {_QUARTERS[(day.month - 1) // 3]}/{day.year}" if as_quarter else f"{day:%d/%m/%Y}"
