"""The vocabulary as JSON Schema (2020-12): an editor completes, explains and underlines while somebody writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workflow.deadline_grammar import DEADLINE_PATTERNS, DURATION_PATTERN
from workflow.grammar import (
    BRANCH_PATTERN,
    CONDITION_PATTERN,
    COUNT_PATTERN,
    ESCALATION_PATTERN,
    NAME,
    SHARE_PATTERN,
    WEIGHT_PATTERN,
)
from workflow.vocabulary import KEYS, TODAY

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ROOTS = ("plan", "process")
"""The files of a plan's folder that the vocabulary describes: plan.yaml, and each of processes/."""

Describe = Callable[[str, str], str]
"""(kind, key) → what the key is for, in words; '' for nothing."""


def json_schema(root: str = "process", describe: Describe | None = None) -> dict[str, Any]:
    """The schema of a file of this kind; each key with its description where somebody describes."""
    kinds = {kind: _table(kind, keys, describe) for kind, keys in KEYS.items()}
    for one in ROOTS:
        kinds[one]["required"] = [one]
    return {"$schema": DRAFT, "title": f"neuguong {root}, grammar 1", "$ref": f"#/$defs/{root}", "$defs": kinds}


def _table(kind: str, keys: dict[str, str], describe: Describe | None) -> dict[str, Any]:
    properties = {}
    for key, shape in keys.items():
        words = describe(kind, key) if describe else ""
        properties[key] = {"anyOf": [_shape(shape), _REMOVED]} | ({"description": words} if words else {})
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _shape(shape: str) -> dict[str, Any]:
    word, _, rest = shape.partition(" ")
    if word == "table":
        entry = {"anyOf": [{"$ref": f"#/$defs/{rest}"}, _REMOVED]}
        return {"type": "object", "propertyNames": {"pattern": f"^{NAME}$"}, "additionalProperties": entry}
    if word == "one":
        return {"anyOf": [{"enum": rest.split()}, _VALUE]}
    if shape in KEYS:
        return {"$ref": f"#/$defs/{shape}"}
    return _SHAPES[shape]


def _pattern(*patterns: str) -> dict[str, Any]:
    """From end to end; groups lose their Python names, which editors' regular expressions do not know."""
    return {"type": "string", "pattern": re.sub(r"\?P<\w+>", "?:", f"^(?:{'|'.join(patterns)})$")}


def _or_list(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _by_case(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, _VALUE, {"type": "object", "required": ["per"], "additionalProperties": _WORD}]}


_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_WORD = {"anyOf": [_TEXT, {"type": ["integer", "number", "boolean"]}]}  # YAML types what the loader reads as text
_MAP = {"type": "object", "additionalProperties": _WORD}
_REMOVED = {"type": "null", "description": "~"}
_VALUE = {"type": "string", "pattern": rf"^\${NAME}$"}
_NAME = _pattern(NAME)
_INTEGER = {"type": ["integer", "string"]}
_COUNT = {"anyOf": [{"type": "integer", "minimum": 0}, _pattern(COUNT_PATTERN)]}
_GUARD = {"type": "object", "propertyNames": {"pattern": f"^{NAME}$"}, "additionalProperties": _WORD}
_START = {"anyOf": [_NAME, {"$ref": "#/$defs/child_start"}]}
_AFTER_VALUE = rf"\d+ [a-z_]+ (?:before|after) \${NAME}"
_SHAPES: dict[str, dict[str, Any]] = {
    "any": {},
    "text": _WORD,
    "texts": _or_list(_WORD),
    "name": _NAME,
    "names": _or_list(_NAME),
    "flag": {"enum": [True, False, "true", "false"]},
    "integer": _INTEGER,
    "limit": {"anyOf": [_INTEGER, {"const": TODAY}]},
    "integers": {"anyOf": [{"type": "array", "items": _INTEGER}, {"const": "none"}]},
    "count": _COUNT,
    "counts": _by_case(_COUNT),
    "share": _pattern(SHARE_PATTERN),
    "weight": _pattern(WEIGHT_PATTERN),
    "scale": {"type": "object", "propertyNames": {"pattern": r"^\d{1,3}$"}, "additionalProperties": _WORD},
    "range": _pattern(r"\S+\.\.\S*"),
    "window": _pattern(r"\S+\.\.\S+"),
    "map": _MAP,
    "groups": {"type": "object", "additionalProperties": _or_list(_NAME)},
    "levels": {"type": "array", "items": _MAP},
    "condition": _or_list({"anyOf": [_pattern(CONDITION_PATTERN), _GUARD]}),
    "branches": _or_list(_pattern(BRANCH_PATTERN)),
    "escalations": _or_list(_pattern("none", ESCALATION_PATTERN)),
    "deadline": _or_list(_by_case(_pattern(*DEADLINE_PATTERNS, _AFTER_VALUE))),
    "duration": _by_case(_pattern(DURATION_PATTERN)),
    "starts": _or_list(_START),
    "extensible": {"anyOf": [{"const": "none"}, {"$ref": "#/$defs/extension"}]},
}
