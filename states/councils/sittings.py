"""One sitting as its case holds it: who sits there and how, what each name on the agenda got, what that decides.

The process file asks for fields of these names; a plan words their titles. `present`: members in the room (a proxy sits
for the member who sent one). `attendance`: what each member answered to the invitation. `opinion`: what a member wrote
about each name. `agreed`, `against`, `blank`, `invalid`: the room's votes by name. `chair_for`, `head_for`: what was
decided between equals. `recommended`: the opinion of a body that only appraises. `put_off`: names taken off the agenda.
`verdict`: what each name has so far. `tellers`: who counts, and holds the key of a box whose slips are sealed.
`sealing`: whether they are; its word `sealed` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

import sqlalchemy as sa

from states.ballots import boxes
from states.ballots.boxes import Box
from states.councils.rule_sets import Preference, RuleSet, read
from states.councils.settling import Attendance, Line, Presence, Seat, Settled, attendance, settle
from states.subjects.model import subject
from workflow.agenda import on_the_lists_of
from workflow.case import ask, case, case_field, case_party
from workflow.identity import EXCLUDED, Organisation, load_organisation
from workflow.organisation import person
from workflow.registry import Context

COUNTED = ("agreed", "against", "blank", "invalid")
AWARD = "award"  # the field of a nominee's case that `pass: {per: item.award}` goes by
AGREES, OPPOSES, ABSTAINS = "agree", "against", "blank"
WOMEN_OF_A_COLLECTIVE = 70  # percent, NĐ 152/2025 Đ.4(6)


@dataclass(frozen=True)
class Name:
    """A case on the agenda as the vote sees it."""

    case_id: str
    code: str
    label: str
    unit_id: str | None
    subject_id: str
    award: str | None
    traits: frozenset[Preference]
    parties: frozenset[str]


@dataclass(frozen=True)
class Sitting:
    """Everything a ballot is settled from."""

    rules: RuleSet
    seats: tuple[Seat, ...]
    agenda: tuple[Name, ...]
    open: tuple[str, ...]  # ids still to be voted on
    fields: Mapping[str, Any]
    opinions: Mapping[str, Mapping[str, str]]  # member → name → what they wrote
    org: Organisation
    proxies: Mapping[str, str] = field(default_factory=dict)  # member → whom they sent
    replies: Mapping[str, str] = field(default_factory=dict)  # member → how they said they would attend
    box: Box | None = None  # of this ballot, when it is taken in the system

    @cached_property
    def decided(self) -> dict[str, str]:
        """What earlier ballots, and names put off, have already settled."""
        return dict(self.fields.get("verdict") or {})

    @cached_property
    def ballot(self) -> int:
        """Which ballot this is."""
        return int(self.fields.get("ballot_no") or 1)

    @cached_property
    def places(self) -> int | None:
        """Places left for the names of this ballot; None for no limit."""
        if self.rules.places is None:
            return None
        return max(0, self.rules.places - sum(one == "passed" for one in self.decided.values()))

    def recused(self, name: Name) -> frozenset[str]:
        """Who stands aside: whose own case it is, kin, declared, and the plan's role of the same unit.

        Of a ballot taken in the system it is as the box had it when each voted.
        """
        if self.box is not None and name.case_id in self.box.papers:
            number = self.box.papers.index(name.case_id) + 1
            return frozenset(one.member_id for one in self.box.electors if number in one.aside)
        aside = {one for one, about in self.org.conflicts if about == name.subject_id} | name.parties
        aside |= self.of_the_unit(name)
        return frozenset(aside & {seat.person_id for seat in self.seats})

    def of_the_unit(self, name: Name) -> set[str]:
        """Whom the rules keep out because of what they are in the name's unit, members or not."""
        if not self.rules.recuse or not name.unit_id:
            return set()
        return {one for one, unit in self.org.granted.get(self.rules.recuse, ()) if unit == name.unit_id}

    def line(self, name: Name) -> Line:
        """The room's votes and what absent members wrote, together."""
        aside = self.recused(name)
        counts, written = self._room(name), 0
        for seat in self.seats:
            if seat.presence == "written" and seat.person_id not in aside and self.hears_writing:
                said = self.opinions.get(seat.person_id, {}).get(name.case_id)
                kind = {AGREES: "agreed", OPPOSES: "against", ABSTAINS: "blank"}.get(said or "")
                if kind:
                    counts[kind] += 1
                    written += 1
        between, opinion = (self._said(field, name) for field in ("chair_for", "recommended"))
        return Line(
            name.case_id, counts["agreed"], counts["against"], counts["blank"], counts["invalid"], aside, name.award,
            name.traits, between, opinion, written,
        )  # fmt: skip

    def _room(self, name: Name) -> Counter[str]:
        """The votes of those there: what the box came to, else what was typed from the count on paper."""
        if self.box is not None:
            return Counter(self.box.counts.get(name.case_id) or {})
        return Counter({kind: int((self.fields.get(kind) or {}).get(name.case_id) or 0) for kind in COUNTED})

    @property
    def waits(self) -> bool:
        """Whether the box of this ballot is not counted yet: then nothing is settled, not even as a preview."""
        return self.box is not None and not self.box.is_counted

    def _said(self, field: str, name: Name) -> bool | None:
        """What was said of a name in words of a verdict; None while nothing was."""
        said = (self.fields.get(field) or {}).get(name.case_id)
        return None if said is None else said == "passed"

    @property
    def hears_writing(self) -> bool:
        """Whether what an absent member wrote counts."""
        return self.rules.absent == "written" or self.rules.mode == "papers"

    @property
    def lines(self) -> list[Line]:
        """The names of this ballot."""
        return [self.line(name) for name in self.agenda if name.case_id in self.open]

    def attendance(self, *, to_begin: bool = False) -> Attendance:
        """Whether enough are there for every name of this ballot; to begin, for one of them."""
        awards = {name.award for name in self.agenda if name.case_id in self.open}
        return attendance(self.rules, self.seats, awards, to_begin=to_begin)

    def settled(self) -> dict[str, Settled]:
        """What this ballot decides. Raises ValueError without a quorum or with counts that cannot be."""
        return settle(self.rules, self.seats, self.lines, ballot=self.ballot, places=self.places)


def load(connection: sa.Connection, context: Context) -> Sitting:
    """The sitting of this case, in a fixed number of statements however long its agenda is."""
    rules = rules_of(context)
    org = load_organisation(connection, context.agency_id, context.today)
    ids = list(context.fields.get(context.over or "agenda") or [])
    standing = on_the_lists_of(connection, context.case_id, ids)
    answers = _answers(connection, context)
    decided, put_off = context.fields.get("verdict") or {}, set(context.fields.get("put_off") or [])
    return Sitting(
        rules=rules, seats=_seats(rules, org, context, answers), agenda=_names(connection, context, ids), org=org,
        open=tuple(one for one in ids if one in standing and one not in put_off and one not in decided),
        fields=context.fields, opinions={who: dict(said.get("opinion") or {}) for who, said in answers.items()},
        proxies={who: said["proxy"] for who, said in answers.items() if said.get("proxy")},
        replies={who: said["attendance"] for who, said in answers.items() if said.get("attendance")},
        box=boxes.of_round(connection, context.agency_id, context.case_id, int(context.fields.get("ballot_no") or 1)),
    )  # fmt: skip


def rules_of(context: Context) -> RuleSet:
    """The rule set of the state; a value of the plan that checks never passed raises ValueError."""
    said = dict(context.rules or {})
    return read(str(said.pop("name", "")), said)


def members(rules: RuleSet, org: Organisation) -> tuple[str, ...]:
    """Whoever holds one of the electorate's roles today, each once."""
    held = (one for role in rules.electorate for one, _ in org.granted.get(role, ()))
    return tuple(dict.fromkeys(held))


def _seats(
    rules: RuleSet, org: Organisation, context: Context, answers: Mapping[str, Mapping[str, Any]]
) -> tuple[Seat, ...]:
    there = set(context.fields.get("present") or [])
    chairs = {one for one, _ in org.granted.get(rules.chair or "", ())}
    return tuple(
        Seat(one, _presence(one in there, answers.get(one, {})), "chair" if one in chairs else "member")
        for one in members(rules, org)
    )


def _presence(there: bool, said: Mapping[str, Any]) -> Presence:
    if there:
        return "proxy" if said.get("attendance") == "proxy" else "present"
    return "written" if said.get("opinion") else "absent"


def _answers(connection: sa.Connection, context: Context) -> dict[str, dict[str, Any]]:
    """What each member answered in this sitting, later answers over earlier ones."""
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(_ANSWERS, {"case": context.case_id}):
        found.setdefault(row.element.partition(":")[2], {}).update(row.answer or {})
    return found


def _names(connection: sa.Connection, context: Context, ids: Sequence[str]) -> tuple[Name, ...]:
    which = {"agency": context.agency_id, "ids": list(ids)}
    rows = {row.id: row for row in connection.execute(_LISTED, which)}
    women = _mostly_women(connection, context, {row.whole_unit_id for row in rows.values() if row.whole_unit_id})
    parties: dict[str, set[str]] = {}
    for case_id, person_id in connection.execute(_PARTIES, {"ids": list(ids)}):
        parties.setdefault(case_id, set()).add(person_id)
    return tuple(
        Name(one, row.code, row.label, row.unit_id, row.subject_id, row.award, _traits(row, women),
             frozenset(parties.get(one, ())))
        for one in ids if (row := rows.get(one)) is not None
    )  # fmt: skip


_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
_ANSWERS = (
    sa.select(ask.c.element, ask.c.answer)
    .where(ask.c.case_id == sa.bindparam("case"), ask.c.status == "answered", ask.c.element.like("person:%"))
    .order_by(ask.c.answered_at, ask.c.id)
)
_LISTED = (
    sa.select(case.c.id, case.c.code, case.c.label, case.c.unit_id, case.c.subject_id, person.c.gender,
              case_field.c.value.label("award"), subject.c.gender.label("own_gender"), subject.c.whole_unit_id)
    .outerjoin(case_field, (case_field.c.case_id == case.c.id) & (case_field.c.name == AWARD))
    .outerjoin(subject, (subject.c.agency_id == case.c.agency_id) & (subject.c.id == case.c.subject_id))
    .outerjoin(person, (person.c.agency_id == subject.c.agency_id) & (person.c.id == subject.c.person_id))
    .where(case.c.agency_id == sa.bindparam("agency"), case.c.id.in_(_IDS))
)  # fmt: skip
_PARTIES = sa.select(case_party.c.case_id, case_party.c.person_id).where(
    case_party.c.case_id.in_(_IDS), case_party.c.relation.in_(EXCLUDED)
)


def _traits(row: Any, women: Iterable[str]) -> frozenset[Preference]:
    known = {
        "woman": (row.gender or row.own_gender) == "female",
        "collective_70_percent_women": row.whole_unit_id in women,
    }
    return frozenset(trait for trait in get_args(Preference) if known.get(trait))


def _mostly_women(connection: sa.Connection, context: Context, units: set[str]) -> set[str]:
    """Units of whose people of today at least 70 % are women."""
    if not units:
        return set()
    of_woman = sa.case((person.c.gender == "female", 100), else_=0)
    share = (
        sa.select(person.c.unit_id)
        .where(person.c.agency_id == context.agency_id, person.c.unit_id.in_(units), person.c.ends_on.is_(None))
        .group_by(person.c.unit_id)
        .having(sa.func.sum(of_woman) >= WOMEN_OF_A_COLLECTIVE * sa.func.count())
    )
    return set(connection.scalars(share))
