"""What a ballot decided, name by name: quorum, shares, places, equals at the last place. Numbers in, verdicts out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from states.councils.rule_sets import Preference, RuleSet, TieRule
from states.councils.votes import Base, Share
from workflow.message import Message

Presence = Literal["present", "proxy", "written", "absent"]
Office = Literal["chair", "vice_chair", "secretary", "member"]
Verdict = Literal["passed", "failed", "tied", "again", "undecided"]


NOBODYS = (-1_000_000,)
"""A claim that none is as good as: where there is no place."""


@dataclass(frozen=True)
class Seat:
    """A member as this sitting has them; a proxy sits in the member's place."""

    person_id: str
    presence: Presence
    office: Office = "member"


@dataclass(frozen=True)
class Line:
    """One name on the agenda and its ballot. `recused` are members who stand aside; `chair_for` what the chair said
    when asked to decide between equals. `recommended` is the opinion of a body that only appraises. `written` of the
    votes counted are those of absent members."""

    id: str
    agreed: int = 0
    against: int = 0
    blank: int = 0
    invalid: int = 0
    recused: frozenset[str] = frozenset()
    award: str | None = None
    traits: frozenset[Preference] = frozenset()
    chair_for: bool | None = None
    recommended: bool | None = None
    written: int = 0

    @property
    def cast(self) -> int:
        """Ballots in the box for this name."""
        return self.agreed + self.against + self.blank + self.invalid


@dataclass(frozen=True)
class Settled:
    """A line's verdict and the sentences that explain it, each naming its source."""

    id: str
    verdict: Verdict
    needed: int
    base: int
    why: tuple[Message, ...]


@dataclass(frozen=True)
class Attendance:
    """Whether the sitting may decide: so many there of so many, so many needed."""

    present: int
    members: int
    needed: int
    chair_missing: bool = False

    @property
    def valid(self) -> bool:
        """A quorum, with the chair where the rules ask for it; nobody is never a sitting."""
        return self.present >= max(1, self.needed) and not self.chair_missing


def attendance(
    rules: RuleSet, seats: Sequence[Seat], awards: Collection[str | None] = (None,), *, to_begin: bool = False
) -> Attendance:
    """A proxy attends; who only wrote does not (NĐ 98/2023 Đ.30(7): the opinion goes into the minutes).

    Of several awards the one that asks for most members counts; to begin, the one that asks for fewest.
    """
    there = [seat for seat in seats if seat.presence in ("present", "proxy")]
    if rules.mode == "papers":  # nobody meets: who answers on paper is who takes part
        there = [seat for seat in seats if seat.presence != "absent"]
    chair = any(seat.office == "chair" for seat in there)
    asked = [needed(rules, seats, award) for award in awards or (None,)]
    return Attendance(
        len(there), len(seats), min(asked) if to_begin else max(asked), rules.chair_must_attend and not chair
    )


def needed(rules: RuleSet, seats: Sequence[Seat], award: str | None) -> int:
    """How many members must be there for a proposal for this award; somebody always."""
    share = rules.quorum(award)
    return share.needed(len(seats)) if share else 1


def voters(rules: RuleSet, seats: Sequence[Seat], line: Line) -> tuple[Seat, ...]:
    """Who may vote on a name: those there, those heard in writing where the rules hear them, less who stands aside."""
    heard = {"present", "proxy"} | ({"written"} if rules.absent == "written" or rules.mode == "papers" else set())
    return tuple(seat for seat in seats if seat.presence in heard and seat.person_id not in line.recused)


def base(rules: RuleSet, seats: Sequence[Seat], line: Line, of: Base) -> int:
    """The number a share is of, for this name."""
    if of == "cast":
        return line.cast
    heard = {
        "all": {"present", "proxy", "written", "absent"}, "present": {"present", "proxy"},
        "consulted": {"present", "proxy", "written"},
    }[of]  # fmt: skip
    if of == "present" and rules.mode == "papers":  # nobody meets: who answers is who is there
        heard = heard | {"written"}
    counted = [seat for seat in seats if seat.presence in heard]
    if rules.recused == "out":
        counted = [seat for seat in counted if seat.person_id not in line.recused]
    return len(counted)


def misfits(rules: RuleSet, seats: Sequence[Seat], lines: Collection[Line]) -> list[Message]:
    """Counts that cannot be: below nothing, or more ballots than people who may vote. Empty when all fit."""
    found = []
    for line in lines:
        most = len(voters(rules, seats, line))
        if min(line.agreed, line.against, line.blank, line.invalid) < 0 or line.cast > most:
            found.append(Message("vote.misfit", {"line": line.id, "cast": line.cast, "most": most}))
    return found


def early(rules: RuleSet, seats: Sequence[Seat], line: Line) -> Literal["passed", "failed"] | None:
    """The verdict no vote still to come can change; never of a secret ballot, where it would tell how some voted,
    nor of an opinion. A name that may still stand on the bar may still be the chair's to decide."""
    share = rules.share(line.award)
    if rules.mode in ("secret", "appraise") or rules.places is not None or share.of == "cast":
        return None
    of = base(rules, seats, line, share.of)
    needed, most = share.needed(of), line.agreed + len(voters(rules, seats, line)) - line.cast
    if line.agreed >= needed:
        return "passed"
    lost = most < needed and not share.touches(most, of) and rules.unreached == "fails"
    return "failed" if lost else None


def settle(
    rules: RuleSet, seats: Sequence[Seat], lines: Sequence[Line], *, ballot: int = 1, places: int | None = None
) -> dict[str, Settled]:
    """The verdicts of one ballot by line. `places` left for these names, None for no limit. Raises ValueError for
    counts that cannot be or a sitting without the quorum of each of them: nothing is settled then."""
    if misfits(rules, seats, lines) or not attendance(rules, seats, [line.award for line in lines]).valid:
        raise ValueError("no ballot")
    found = {line.id: _alone(rules, seats, line, ballot) for line in lines}
    if places is not None:
        _cut(rules, lines, found, places, ballot)
    return found


def _alone(rules: RuleSet, seats: Sequence[Seat], line: Line, ballot: int) -> Settled:
    """A name against its share, as if it were the only one."""
    if rules.mode == "appraise" and line.recommended is None:  # no opinion is no refusal
        return Settled(line.id, "undecided", 0, 0, (Message("vote.ask_head", {"places": 0, **_source(rules)}),))
    if rules.mode == "appraise":
        key = "vote.recommended" if line.recommended else "vote.not_recommended"
        return Settled(line.id, "passed" if line.recommended else "failed", 0, 0, (Message(key, _source(rules)),))
    share = rules.share(line.award)
    of = base(rules, seats, line, share.of)
    needed = share.needed(of)
    told = Message("vote.reached" if line.agreed >= needed else "vote.short", {
        "agreed": line.agreed, "needed": needed, "base": of, "share": said(share), **_source(rules),
    })  # fmt: skip
    settled = Settled(line.id, "passed" if line.agreed >= needed else "failed", needed, of, (told,))
    if settled.verdict == "passed":
        return settled
    if share.touches(line.agreed, of):
        return _between(rules, line, settled, ballot)
    if rules.unreached == "again" and ballot < rules.ballots:
        return replace(settled, verdict="again")
    return settled


def _cut(rules: RuleSet, lines: Sequence[Line], found: dict[str, Settled], places: int, ballot: int) -> None:
    """More reached the share than there are places: from the top, the plan's preferences between equal votes."""
    reached = sorted((line for line in lines if found[line.id].verdict == "passed"), key=partial(_claim, rules))
    if len(reached) > places:
        last = _claim(rules, reached[places - 1]) if places else NOBODYS
        above = [line for line in reached if _claim(rules, line) < last]
        equal = [line for line in reached if _claim(rules, line) == last]
        for line in reached:
            found[line.id] = _ranked(rules, line, found[line.id], last, places)
        _among(rules, equal, found, places - len(above), places, ballot)
    if sum(one.verdict == "passed" for one in found.values()) >= places:
        for line_id, settled in found.items():
            if settled.verdict == "again":
                found[line_id] = _refused(settled, places, rules)


def _claim(rules: RuleSet, line: Line) -> tuple[int, ...]:
    """How good a name's claim to a place is, the least the best: its votes, then the preferences in their order."""
    return (-line.agreed, *(trait not in line.traits for trait in rules.prefer))


def _ranked(rules: RuleSet, line: Line, settled: Settled, last: tuple[int, ...], places: int) -> Settled:
    claim = _claim(rules, line)
    if claim > last:
        return _refused(settled, places, rules)
    if claim < last and claim[0] == last[0]:
        return replace(settled, why=(*settled.why, Message("vote.preferred", _source(rules))))
    return settled


def _among(
    rules: RuleSet, equal: Sequence[Line], found: dict[str, Settled], left: int, places: int, ballot: int
) -> None:
    """Names with equal claims and fewer places: the chair's word counts when it names exactly as many as there are."""
    if len(equal) <= left:
        return
    said_yes = [line for line in equal if line.chair_for]
    spoke = len(said_yes) == left and all(line.chair_for is not None for line in equal)
    rule = _next_rule(rules, ballot)
    for line in equal:
        settled = found[line.id]
        if rule == "chair" and spoke:
            why = (*settled.why, Message("vote.chair", _source(rules)))
            found[line.id] = replace(settled, verdict="passed" if line in said_yes else "failed", why=why)
        else:
            found[line.id] = _open(settled, rule, rules, places)


def _between(rules: RuleSet, line: Line, settled: Settled, ballot: int) -> Settled:
    """Half against half: the same rules as between equals, the chair's side deciding."""
    rule = _next_rule(rules, ballot)
    if rule == "chair" and line.chair_for is not None:
        why = (*settled.why, Message("vote.chair", _source(rules)))
        return replace(settled, verdict="passed" if line.chair_for else "failed", why=why)
    return _open(settled, rule, rules, None)


def _next_rule(rules: RuleSet, ballot: int) -> TieRule:
    """The first way of the plan's that is still open: there is no further ballot after the last."""
    open_ways = (way for way in rules.tie if way != "again" or ballot < rules.ballots)
    return next(open_ways, "head" if rules.undecided else "fails")


def _open(settled: Settled, rule: TieRule, rules: RuleSet, places: int | None) -> Settled:
    verdicts: Mapping[TieRule, Verdict] = {"again": "again", "chair": "tied", "head": "undecided", "fails": "failed"}
    key = {"again": "vote.again", "chair": "vote.ask_chair", "head": "vote.ask_head", "fails": "vote.tie_fails"}[rule]
    told = Message(key, {"places": places or 0, **_source(rules)})
    return replace(settled, verdict=verdicts[rule], why=(*settled.why, told))


def _refused(settled: Settled, places: int, rules: RuleSet) -> Settled:
    told = Message("vote.no_place", {"places": places, **_source(rules)})
    return replace(settled, verdict="failed", why=(*settled.why, told))


def said(share: Share) -> Message:
    """A share in words."""
    of = Message(f"share.{share.of}")
    return Message("share.more_than" if share.strict else "share.at_least", {"part": share.written, "of": of})


def _source(rules: RuleSet) -> dict[str, str]:
    return {"cite": rules.cite}
