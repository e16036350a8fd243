"""The words of a plan's `eligibility:`: a misspelt field or value would let a condition lapse in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from workflow.defaults import all_actions
from workflow.defects import Defect, defect, nearest
from workflow.definition import Definition, Field, Plan
from workflow.registry import BadRules
from workflow.scope import Address, Names

PURPOSE = "unknown_purpose"
"""The defect of a guard whose argument is no purpose: by it the guards that ask for purposes are known."""

PAPERS = ("file", "files")
NAMING: Mapping[str, tuple[str, ...]] = {"proof": PAPERS, "fields": PAPERS, "named_in": ("list",)}
"""Keys that name fields of the case, and of which types these are."""
CHOSEN = ("choice", "yes_no")
ALIKE = (
    0.85  # a purpose nobody asks for, so close to one that is asked for, is misspelt; a far one waits for its action
)

Fields = Mapping[str, list[Field]]


def purposes_of(plan: Plan) -> set[str]:
    """What the plan's conditions are for."""
    return {purpose for said in plan.eligibility.values() for purpose in _words(said.get("for"))}


def check_eligibility(plan: Plan, definitions: Mapping[str, Definition], registry: Names) -> Iterator[Defect]:
    """Levels, kinds, purposes, fields and their values; then what the rules themselves read."""
    asked, purposes = _asked_in(definitions, registry), purposes_of(plan)
    for name, said in plan.eligibility.items():
        at: Address = ("eligibility", name)
        for key, known, kind in (("levels", plan.levels, "unknown_level"), ("kinds", plan.kinds, "unknown_kind")):
            yield from _known(kind, (*at, key), _words(said.get(key)), known)
        yield from _purposes((*at, "for"), _words(said.get("for")), asked, purposes)
        fields = _fields(_definitions_of(name, plan, definitions, asked))
        for key, types in NAMING.items():
            yield from _known("unknown_field", (*at, key), _words(said.get(key)), _of_types(fields, types))
        for key in ("only", "unless"):
            yield from _choices((*at, key), said.get(key), fields)
    yield from _read(plan, registry)


def _read(plan: Plan, registry: Names) -> Iterator[Defect]:
    try:
        if (read := getattr(registry, "eligibility", None)) is not None:
            read(plan.eligibility, plan.bases)
    except BadRules as bad:
        name, _, key = bad.key.partition(".")
        at: Address = ("eligibility", name, key)
        yield defect("bad_requirement", at, name=name, under=key, word=bad.word, nearest=bad.nearest)


def _asked_in(definitions: Mapping[str, Definition], registry: Names) -> dict[str, list[Definition]]:
    """Purpose → the processes whose actions ask for it."""
    guards = {name for name, entry in registry.guards.items() if entry.among and entry.among.unknown == PURPOSE}
    found: dict[str, list[Definition]] = {}
    for definition in definitions.values():
        terms = [term for action in all_actions(definition) for term in (*action.conditions, *action.when)]
        terms += [term for action in all_actions(definition) for branch in action.to for term in branch.when]
        for purpose in dict.fromkeys(term.arg for term in terms if term.name in guards and term.arg):
            found.setdefault(purpose, []).append(definition)
    return found


def _purposes(at: Address, said: Iterable[str], asked: Collection[str], purposes: Collection[str]) -> Iterator[Defect]:
    """A purpose in vain beside one that is asked for; one that is asked for in vain is told where it is asked."""
    for name in said:
        close = nearest(name, {one for one in asked if one in purposes}, ALIKE)["nearest"]
        if name not in asked and close:
            yield defect(PURPOSE, at, name=name, nearest=close)


def _definitions_of(
    name: str, plan: Plan, definitions: Mapping[str, Definition], asked: Mapping[str, list[Definition]]
) -> list[Definition]:
    """The processes a condition is asked in, by itself or joined by others; all, while no action asks."""
    names = {name}
    while joining := {
        other
        for other, said in plan.eligibility.items()
        if other not in names and names & {*_words(said.get("any_of")), *_words(said.get("all_of"))}
    }:
        names |= joining
    purposes = {purpose for one in names for purpose in _words(plan.eligibility[one].get("for"))}
    found = {one.process: one for purpose in purposes for one in asked.get(purpose, ())}
    return list(found.values()) or list(definitions.values())


def _fields(definitions: Iterable[Definition]) -> Fields:
    found: dict[str, list[Field]] = {}
    for definition in definitions:
        for name, field in definition.fields.items():
            found.setdefault(name, []).append(field)
    return found


def _of_types(fields: Fields, types: Collection[str]) -> set[str]:
    return {name for name, alike in fields.items() if any(field.type in types for field in alike)}


def _choices(at: Address, said: Any, fields: Fields) -> Iterator[Defect]:
    for name, values in said.items() if isinstance(said, dict) else ():
        if name not in _of_types(fields, CHOSEN):
            yield from _known("unknown_field", (*at, name), [name], _of_types(fields, CHOSEN))
            continue
        known = {value for field in fields[name] for value in (field.choices or ("yes", "no"))}
        for value in _words(values):
            if value not in known:
                yield defect("never_said", (*at, name), name=name, value=value, **nearest(value, known))


def _words(said: Any) -> tuple[str, ...]:
    if said in (None, ""):
        return ()
    return tuple(map(str, said)) if isinstance(said, list | tuple) else (str(said),)


def _known(kind: str, at: Address, said: Iterable[str], known: Collection[str]) -> Iterator[Defect]:
    for name in said:
        if name not in known:
            yield defect(kind, at, name=name, **nearest(name, known))
