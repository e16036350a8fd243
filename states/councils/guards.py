"""What must be true of a council's result before it counts."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from states.councils.votes import Count, Rule, Share, Verdict
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


def vote_passes(context: Context, rule: str | None) -> Message | None:
    """Recorded as passed only what reaches the plan's quorum and its share of votes."""
    return _against(context, rule, "passed")


def vote_fails(context: Context, rule: str | None) -> Message | None:
    """Recorded as failed only what a sitting with a quorum did not pass."""
    return _against(context, rule, "failed")


def _against(context: Context, text: str | None, recorded: Verdict) -> Message | None:
    numbers = [context.fields[name] for name in COUNTS.split(", ") if context.fields.get(name) is not None]
    if len(numbers) < 3 or numbers != sorted(numbers):  # the form asks for each, `counts_fit` for the right order
        return None
    rule, count = Rule.read(text), Count(*numbers)
    verdict = rule.verdict(count)
    if verdict == recorded:
        return None
    if verdict == "no_quorum":
        return Message("guard.no_quorum", {"present": count.present, **_told(rule.quorum, count)})
    key = "guard.vote_passes" if recorded == "passed" else "guard.vote_fails"
    return Message(key, {"agreed": count.agreed, **_told(rule.passes, count)})


def _told(share: Share, count: Count) -> dict[str, object]:
    base = count.base(share.of)
    of = Message("share.all") if share.of == "all" else Message("share.present")
    written = Message("share.more_than" if share.strict else "share.at_least", {"part": share.written, "of": of})
    return {"needed": share.needed(base), "base": base, "share": written}


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.guard("counts_fit", facts=["field_titles"], cite="Kế hoạch I.2")(counts_fit)
    for name, guard in (("vote_passes", vote_passes), ("vote_fails", vote_fails)):
        registry.guard(name, reads=Rule.read, cite="Kế hoạch I.2")(guard)
