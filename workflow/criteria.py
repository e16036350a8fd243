"""Sets of criteria in their processes: which names must be right, and which set judges a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from workflow.defects import Defect, defect, nearest
from workflow.definition import CriteriaSet, Definition, Plan
from workflow.grammar import condition_texts
from workflow.registry import Registry
from workflow.scope import Address, Scope
from workflow.term_names import check_condition


def check_criteria(plan: Plan, definitions: Mapping[str, Definition]) -> Iterator[Defect]:
    """Every defect of the plan's table of criteria."""
    for one in plan.criteria.values():
        at: Address = ("criteria", one.name)
        yield from _known("unknown_process", (*at, "of"), [one.of], definitions)
        yield from _known("unknown_kind", (*at, "kinds"), one.kinds, plan.kinds)
        yield from _known("unknown_role", (*at, "by"), [one.by], plan.roles)
        total = sum(Fraction(each.weight) for each in one.criteria.values())
        if total != 1:
            yield defect("criteria_weights", (*at, "criteria"), name=one.name, sum=_percent(Fraction(total)))
        if one.of in definitions:
            yield from _in_process(at, one, Scope(definitions[one.of], plan, definitions))


def _in_process(at: Address, one: CriteriaSet, scope: Scope) -> Iterator[Defect]:
    states = scope.definition.states
    yield from _known("unknown_state", (*at, "in"), one.states, states)
    for name in one.states:
        if name in states and states[name].end:
            yield defect("criteria_in_end", (*at, "in"), name=one.name, state=name)
    for term, text in zip(one.conditions, condition_texts(one.conditions), strict=True):
        if term.kind != "is" or term.name not in scope.definition.fields:
            yield defect("criteria_condition", (*at, "if"), name=one.name, text=str(text))
        else:
            yield from check_condition((*at, "if"), (term,), scope, Registry(), {})


def _known(kind: str, at: Address, said: Iterable[str], known: Iterable[str]) -> Iterator[Defect]:
    right = set(known)
    return (defect(kind, at, name=name, **nearest(name, right)) for name in said if name not in right)


def _percent(part: Fraction) -> str:
    return f"{part * 100} %"


def set_for(plan: Plan, process: str, state: str, kind: str, fields: Mapping[str, object]) -> CriteriaSet | None:
    """What a case of this kind is judged by in a state; None where nobody scores."""
    fitting = (
        one for one in plan.criteria.values()
        if one.of == process and state in one.states and (not one.kinds or kind in one.kinds) and _fits(one, fields)
    )  # fmt: skip
    return next(fitting, None)


def sets_of(plan: Plan, row: Mapping[str, object], fields: Mapping[str, object]) -> list[CriteriaSet]:
    """Every set that judges a case in some state of its life, in the plan's order."""
    process, kind = str(row["process"]), str(row["subject_kind"])
    states = dict.fromkeys(state for one in plan.criteria.values() if one.of == process for state in one.states)
    found = [set_for(plan, process, state, kind, fields) for state in states]
    return list({one.name: one for one in found if one is not None}.values())


def _fits(one: CriteriaSet, fields: Mapping[str, object]) -> bool:
    return all((str(fields.get(term.name)) in term.values) != term.negated for term in one.conditions)
