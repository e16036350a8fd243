"""Eligibility and completeness, as a process definition asks for them."""

from __future__ import annotations

from functools import reduce
from itertools import chain

from states.eligibility.case_facts import LOADED, facts_of
from states.eligibility.conditions import FACTS, findings
from states.eligibility.judging import Table, judge
from states.eligibility.requirement import read_all
from states.eligibility.rules import RULES
from workflow.eligibility_names import PURPOSE, purposes_of
from workflow.message import Message, joined
from workflow.registry import Among, Context, Registry

ANY_PROOF = "evidence|ground_proof|report|decision_file"
"""What `dossier_complete` asks for when the plan names nothing: some proof at all."""


def eligible(context: Context, _arg: str | None) -> Message | None:
    """Every named condition is met; otherwise all that are not, in one sentence."""
    against = [finding.refusal for finding in findings(context) if finding.refusal is not None]
    if not against:
        return None
    return reduce(joined, against)


def eligible_for(context: Context, purpose: str | None) -> Message | None:
    """Every condition the plan asks for this purpose is met and proven; otherwise all that are not, with sources.

    A purpose that no condition of the plan is for is refused: nobody is eligible by a misspelt word.
    """
    table: Table = context.facts["requirements"]
    if not any(purpose in one.asked_for for one in table.requirements.values()):
        return Message("guard.no_conditions", {"purpose": purpose or ""})
    against = [one.refusal for one in judge(table, facts_of(context), purpose or "") if one.stands_in_the_way]
    if not against:
        return None
    return reduce(joined, against)


def _purpose(text: str | None) -> str:
    if not text or not text.isidentifier():
        raise ValueError(text)
    return text


def dossier_complete(context: Context, parts: str | None) -> Message | None:
    """Every part is there: `report, evidence|decision_file` asks for the first, and for one of the other two.

    Which parts a dossier has is the plan's to say (Luật 06/2022 Đ.84(1) for titles).
    """
    titles = context.facts["field_titles"]
    missing = [
        reduce(_or, [titles.get(name, name) for name in choices])
        for choices in _parts(parts or ANY_PROOF)
        if not any(context.fields.get(name) for name in choices)
    ]
    return Message("guard.dossier_complete", {"missing": missing}) if missing else None


def _or(first: str | Message, then: str) -> Message:
    return Message("guard.either", {"first": first, "then": then})


def _parts(text: str) -> list[list[str]]:
    return [[name.strip() for name in part.split("|")] for part in text.split(",")]


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.guard("eligible", facts=FACTS, cite="NĐ 152/2025 Đ.4")(eligible)
    registry.guard(
        "eligible_for", facts=LOADED, cite="NĐ 152/2025 Đ.4", reads=_purpose, private=True,
        among=Among(purposes_of, PURPOSE),
    )(eligible_for)  # fmt: skip
    registry.eligibility = lambda table, bases: read_all(table, RULES, bases)
    registry.guard(
        "dossier_complete", facts=["field_titles"], cite="Luật 06/2022 Đ.84(1)",
        fields=lambda parts: chain(*_parts(parts or ANY_PROOF)),
    )(dossier_complete)  # fmt: skip
