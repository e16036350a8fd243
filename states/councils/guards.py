"""What must be true of a council's result before it counts."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from workflow.message import Message
from workflow.registry import Context, Registry

COUNTS = "agreed_count, present_count, members_count"
"""The numbers of a result, each at most the next; a plan with other names gives its own to the guard."""


def counts_fit(context: Context, names: str | None) -> Message | None:
    """No more agree than are present, no more are present than are members (Kế hoạch I.2: khách quan, minh bạch)."""
    numbers = [name.strip() for name in (names or COUNTS).split(",")]
    against = [refusal for pair in pairwise(numbers) if (refusal := _exceeds(context, *pair)) is not None]
    return reduce(lambda first, then: Message("guard.both", {"first": first, "then": then}), against, None)


def _exceeds(context: Context, name: str, limit: str) -> Message | None:
    count, most = context.fields.get(name), context.fields.get(limit)
    if count is None or most is None or count <= most:
        return None
    titles = context.facts["field_titles"]
    told = {"field": titles.get(name, name), "count": count, "limit": titles.get(limit, limit), "most": most}
    return Message("guard.counts_fit", told)


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.guard("counts_fit", facts=["field_titles"], cite="Kế hoạch I.2")(counts_fit)
