"""The names inside a condition: guards, asks, and every value that a fact is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflow.defects import Defect, defect, nearest
from workflow.definition import Ask, Condition, Term
from workflow.scope import Address, Names, Scope

COMPARABLE = ("choice", "yes_no")


def check_condition(
    at: Address, condition: Condition, scope: Scope, registry: Names, asks: Mapping[str, Ask]
) -> Iterator[Defect]:
    """Each term's name, and for `is` and `are` each value, must be one that can occur."""
    for term in condition:
        match term.kind:
            case "guard":
                yield from _guard(at, term, scope, registry)
            case "is":
                yield from _is(at, term, scope)
            case "all" | "some":
                yield from _asked(at, term, scope, asks)


def _guard(at: Address, term: Term, scope: Scope, registry: Names) -> Iterator[Defect]:
    entry = registry.guards.get(term.name)
    if entry is None:
        yield defect("unknown_guard", at, name=term.name, **nearest(term.name, registry.guards))
        return
    known = entry.among.names(scope.plan) if entry.among else ()
    if entry.among and term.arg not in known:
        yield defect(entry.among.unknown, at, name=term.arg or "", **nearest(term.arg or "", known))
    elif entry.reads is not None:
        try:
            entry.reads(term.arg)
        except ValueError:
            yield defect("unread_argument", at, name=term.name, value=term.arg or "")
            return
    if term.arg is not None and not entry.takes_argument:
        yield defect("unread_argument", at, name=term.name, value=term.arg)
    fields = scope.definition.fields
    written = {*fields, *(f"{one.name}.{column}" for one in fields.values() for column in one.columns)}
    for name in entry.fields_of(term.arg):
        if name not in written:
            yield defect("unknown_field", at, name=name, **nearest(name, written))
    process = term.arg or entry.process if entry.process else None
    if process and process not in scope.definitions:
        yield defect("unknown_process", at, name=process, **nearest(process, scope.definitions))


def _is(at: Address, term: Term, scope: Scope) -> Iterator[Defect]:
    field = scope.definition.fields.get(term.name)
    if field and field.type not in COMPARABLE:
        yield defect("not_comparable", at, name=term.name, type=field.type)
        return
    values = scope.values_of(term.name)
    if values is None:
        yield defect("unknown_fact", at, name=term.name, **nearest(term.name, scope.facts()))
        return
    yield from _said(at, term, values)


def _asked(at: Address, term: Term, scope: Scope, asks: Mapping[str, Ask]) -> Iterator[Defect]:
    ask = asks.get(term.name)
    if ask is None:
        yield defect("unknown_ask", at, name=term.name, **nearest(term.name, asks))
        return
    if not term.values:
        return
    if ask.process:
        child = scope.definitions.get(ask.process)
        yield from _said(at, term, set(child.states) if child else set())
    else:
        field = scope.definition.fields.get(ask.says or "")
        yield from _said(at, term, set(field.choices) if field else set())


def _said(at: Address, term: Term, values: set[str]) -> Iterator[Defect]:
    for value in term.values:
        if value not in values:
            yield defect("never_said", at, name=term.name, value=value, **nearest(value, values))
