"""What who sees a sitting, and does not run it, reads of its votes: counts, verdicts alone, or nothing.

In a council of nine a count tells much: that all were for a name, or that one alone was not. `publish: verdicts` keeps
counts back on pages, in the interface and in papers; chair, keeper and who owns the voting steps read them, as they
answer for them and sign. What each name came to is told to its own case in any case.
"""

from __future__ import annotations

import sqlalchemy as sa

from states.councils.rule_sets import Published, read
from states.councils.running import follows
from workflow.case import case
from workflow.catalogue import Catalogue
from workflow.definition import Definition, Plan
from workflow.identity import Organisation
from workflow.registry import Registry

COUNTS = frozenset({
    "agreed", "against", "blank", "invalid", "opinion", "tally", "tally_file", "signed_copy", "tied", "undecided",
    "chair_for", "head_for",
})  # fmt: skip
"""Fields of a sitting that hold counts, or scans of papers with them, or say who was equal."""
VERDICTS = frozenset({"verdict", "outcome"})
TOLD: tuple[Published, ...] = ("counts", "verdicts", "nothing")


def publication(plan: Plan, definition: Definition) -> Published:
    """How much a process tells: where its states vote by several rule sets, as little as any of them."""
    names = {state.vote.rule for state in definition.states.values() if state.vote is not None}
    said = (read(name, {key: value for key, value in plan.rules(name).items() if key != "name"}) for name in names)
    return max((rules.publish for rules in said), key=TOLD.index, default="counts")


def kept_back(plan: Plan, definition: Definition, org: Organisation, person_id: str) -> frozenset[str]:
    """The fields of a case that this person does not read; none of a case that votes on nothing."""
    told = publication(plan, definition)
    if told == "counts" or follows(plan, definition, org, person_id):
        return frozenset()
    return COUNTS if told == "verdicts" else COUNTS | VERDICTS


def reads_counts(
    connection: sa.Connection, catalogue: Catalogue, org: Organisation, case_id: str, person_id: str
) -> bool:
    """Whether this person reads the counts of a sitting: of its boxes, too."""
    life = catalogue.life(
        connection, connection.execute(sa.select(case.c.definition_id).where(case.c.id == case_id)).scalar_one()
    )
    return not kept_back(life.plan, life.definition, org, person_id)


def register(registry: Registry) -> None:
    """Every reading of a case goes by it."""
    registry.keeps_back = kept_back
