"""Votes a plan asks for, against the members there are: a share that nobody can reach once a member stands aside."""

from __future__ import annotations

from collections.abc import Iterable

from states.councils.rule_sets import RuleSet, read
from states.councils.sittings import members
from workflow.definition import Definition, Plan
from workflow.identity import Organisation
from workflow.message import Message
from workflow.registry import BadRules
from workflow.staffing import Gap, taking_part


def short(org: Organisation, plan: Plan, definitions: Iterable[Definition]) -> list[Gap]:
    """Each set of rules by which a name could never pass: one member stands aside from a case of their own or of their
    kin's, and all who answer for its unit where the rules say so. A council of nobody is told as a role unheld."""
    found: dict[str, Gap] = {}
    for definition in definitions:
        for state in definition.states.values():
            if state.vote is None or state.vote.rule in found or state.vote.rule not in plan.votes:
                continue
            try:
                rules = read(state.vote.rule, plan.votes[state.vote.rule])
            except BadRules:
                continue  # told by the check of the plan itself
            for unit, aside in _aside(rules, org, plan):
                reason = _missing(rules, len(members(rules, org)), aside)
                if reason is not None:
                    found.setdefault(rules.name, Gap(definition.process, state.title, unit, reason))
    return list(found.values())


def _aside(rules: RuleSet, org: Organisation, plan: Plan) -> Iterable[tuple[str, int]]:
    """(unit, how many members at least stand aside from its names): one anywhere, then those a role keeps out."""
    yield "", 1
    seated = set(members(rules, org))
    for unit_id in taking_part(org, plan) if rules.recuse else ():
        out = {
            one
            for one in seated
            for held in org.grants.get(one, ())
            if (held.role, held.unit_id) == (rules.recuse, unit_id)
        }
        if len(out) > 1:
            yield str(org.units[unit_id]["name"]), len(out)


def _missing(rules: RuleSet, count: int, aside: int) -> Message | None:
    """What cannot be reached by those who are left, of the award that asks for most; None where it can."""
    left = count - aside
    base = count if rules.recused == "counted" else left
    needed = max(share.needed(base if share.of == "all" else left) for share in rules.passes.values())
    if not count or needed <= left:
        return None
    return Message("staffing.votes", {"needed": needed, "count": count, "aside": aside, "left": max(left, 0)})
