"""What must be true of a council's result before it counts."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

import sqlalchemy as sa

from states.ballots import boxes
from states.councils import rule_sets, sittings
from states.councils.settling import attendance, misfits
from states.councils.sittings import Name, Sitting
from states.councils.votes import Count, Rule, Share, Verdict
from workflow.agenda import agenda_place
from workflow.case import case
from workflow.message import Message, joined
from workflow.registry import Context, Registry

BEGIN = "begin"  # what `quorum` may be asked for: a sitting may open before all are there that its last name needs
SHOWN = 3  # names a refusal speaks of
COUNTS = "agreed_count, present_count, members_count"
"""The numbers of a result, each at most the next; a plan with other names gives its own to the guard."""


def counts_fit(context: Context, names: str | None) -> Message | None:
    """No more agree than are present, no more are present than are members (Kế hoạch I.2: khách quan, minh bạch)."""
    against = [refusal for pair in pairwise(_numbers(names)) if (refusal := _exceeds(context, *pair)) is not None]
    return reduce(lambda first, then: Message("guard.both", {"first": first, "then": then}), against, None)


def _numbers(names: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (names or COUNTS).split(","))


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
    numbers = [context.fields[name] for name in _numbers(None) if context.fields.get(name) is not None]
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


def quorum(context: Context, arg: str | None) -> Message | None:
    """A sitting decides only with the members its rules ask for; `quorum: begin` is enough for one of its names."""
    sitting: Sitting = context.facts["sitting"]
    there = sitting.attendance(to_begin=arg == BEGIN)
    if there.chair_missing:
        return Message("vote.chair_missing", {"cite": sitting.rules.cite})
    if there.valid:
        return None
    told = {"present": there.present, "members": there.members, "needed": there.needed, "cite": sitting.rules.cite}
    short = [name.code for name in sitting.agenda if name.case_id in sitting.open and _is_short(sitting, name)]
    if len(short) == len(sitting.open):
        return Message("vote.no_quorum", told)
    return Message("vote.no_quorum_of", {**told, "codes": short[:SHOWN], "count": len(short)})


def _is_short(sitting: Sitting, name: Name) -> bool:
    return not attendance(sitting.rules, sitting.seats, [name.award]).valid


def _asked_of_quorum(arg: str | None) -> None:
    if arg not in (None, BEGIN):
        raise ValueError(arg)


def ballots_fit(context: Context, _arg: str | None) -> Message | None:
    """No name has more ballots than people who may vote on it."""
    sitting: Sitting = context.facts["sitting"]
    wrong = misfits(sitting.rules, sitting.seats, sitting.lines)
    codes = {name.case_id: name.code for name in sitting.agenda}
    if not wrong:
        return None
    told = [Message("vote.misfit_of", {**one.params, "code": codes[one.params["line"]]}) for one in wrong[:SHOWN]]
    return reduce(joined, told)


def counted_on_paper(context: Context, _arg: str | None) -> Message | None:
    """A count is taken again only of slips on paper, and while nobody has decided anything on top of it."""
    return None if context.facts["counted_on_paper"] else Message("vote.not_on_paper")


def on_paper(connection: sa.Connection, context: Context) -> bool:
    """Whether the last count was typed in from slips, and neither chair nor head decided between equals since."""
    last = set(context.fields.get("on_ballot") or [])
    said = {*(context.fields.get("chair_for") or ()), *(context.fields.get("head_for") or ())}
    number = int(context.fields.get("ballot_no") or 1)
    typed = last <= set(context.fields.get("agreed") or ())
    return bool(last) and typed and not last & said and (
        boxes.of_round(connection, context.agency_id, context.case_id, number) is None
    )  # fmt: skip


def tie_decided(context: Context, _arg: str | None) -> Message | None:
    """Between equals exactly as many are chosen as there are places: fewer or more decide nothing."""
    sitting: Sitting = context.facts["sitting"]
    equal = [one for one in sitting.settled().values() if one.verdict == "tied"]
    if not equal:
        return None
    return Message("vote.choose_as_many", {"places": sitting.places, "equal": len(equal), "cite": sitting.rules.cite})


def something_to_vote_on(context: Context, _arg: str | None) -> Message | None:
    """A ballot without a name decides nothing."""
    sitting: Sitting = context.facts["sitting"]
    return None if sitting.open else Message("vote.nothing_open")


def not_on_agenda(context: Context, _arg: str | None) -> Message | None:
    """What a sitting is about to decide is not typed in beside it."""
    code = context.facts["agenda_of"]
    return Message("vote.on_agenda", {"code": code}) if code else None


def agenda_of(connection: sa.Connection, context: Context) -> str | None:
    """The code of the sitting on whose agenda the case stands."""
    mine = (agenda_place.c.case_id == context.case_id) & (case.c.id == agenda_place.c.holder_id)
    code: str | None = connection.scalar(sa.select(case.c.code).join(agenda_place, mine))
    return code


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.votes = rule_sets.read
    registry.loader("sitting")(sittings.load)
    registry.loader("agenda_of")(agenda_of)
    registry.loader("counted_on_paper")(on_paper)
    registry.guard("counted_on_paper", facts=["counted_on_paper"], cite="Quy chế Hội đồng")(counted_on_paper)
    registry.guard("quorum", facts=["sitting"], cite="Quy chế Hội đồng", reads=_asked_of_quorum)(quorum)
    for of_sitting in (ballots_fit, tie_decided, something_to_vote_on):
        registry.guard(of_sitting.__name__, facts=["sitting"], cite="Quy chế Hội đồng")(of_sitting)
    registry.guard("not_on_agenda", facts=["agenda_of"], cite="Kế hoạch IV.2")(not_on_agenda)
    registry.guard("counts_fit", facts=["field_titles"], cite="Kế hoạch I.2", fields=_numbers)(counts_fit)
    for name, guard in (("vote_passes", vote_passes), ("vote_fails", vote_fails)):
        registry.guard(name, reads=Rule.read, cite="Kế hoạch I.2", fields=_numbers(None))(guard)
