"""A set of criteria of plan.yaml, read: what is judged, how heavily, on which scale, in which states and by whom."""

from __future__ import annotations

from workflow.definition import CriteriaSet, Criterion
from workflow.entries import Entry
from workflow.grammar import GrammarError, parse_weight
from workflow.yaml_source import Plain


def read_criteria(name: str, entry: Entry) -> CriteriaSet:
    """The set as its author wrote it."""
    entry.require("title", "of", "in", "by", "scale", "criteria")
    return CriteriaSet(
        name=name,
        title=entry.text("title"),
        of=entry.text("of"),
        states=entry.names("in"),
        by=entry.text("by"),
        kinds=entry.names("kinds"),
        conditions=entry.condition("if"),
        scale=entry.parsed("scale", _scale) or {},
        criteria={key: _criterion(key, inner) for key, inner in entry.table("criteria", "criterion")},
        cite=entry.text("cite"),
    )


def _criterion(name: str, entry: Entry) -> Criterion:
    entry.require("title", "weight")
    weight = entry.parsed("weight", parse_weight)
    return Criterion(name=name, title=entry.text("title"), weight=str(weight or 0), cite=entry.text("cite"))


def _scale(raw: Plain) -> dict[int, str]:
    """Value → label, from the lowest up; a number alone would mean something else to everybody."""
    if not isinstance(raw, dict) or len(raw) < 2 or not all(_is_step(key, label) for key, label in raw.items()):
        raise GrammarError("bad_scale", text=str(raw), known="{1: Chưa đạt, 2: Đạt, 3: Tốt}")
    steps = {int(key): str(label) for key, label in raw.items()}
    if list(steps) != sorted(steps) or len(set(steps.values())) < len(steps):
        raise GrammarError("bad_scale", text=", ".join(map(str, raw)), known="{1: Chưa đạt, 2: Đạt, 3: Tốt}")
    return steps


def _is_step(key: str, label: Plain) -> bool:
    return key.isascii() and key.isdecimal() and len(key) <= 3 and isinstance(label, str) and bool(label.strip())
