"""What an agency still lacks before the first nomination: all at once, each thing with the place to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from states.councils import reach as council_reach
from states.endorsements import reach as endorsement_reach
from states.office.issuer import LONGEST, head_of, lacks
from workflow.definition import Definition, Plan
from workflow.identity import Organisation
from workflow.message import Message
from workflow.organisation import account
from workflow.staffing import Gap, gaps

ALONE = {"staffing.four_eyes": ("action", "missing.four_eyes"), "staffing.own_case": ("place", "missing.own_case")}
"""Reasons why one person is not enough, the most urgent first → what of them names the place, and what tells all."""


@dataclass(frozen=True)
class Step:
    """One thing that must be there. `lacks` is what is missing of it, `hints` what would be better; `way` names the
    page where it is mended."""

    name: str  # plan | papers | units | people | roles | council | sign_ins | mail
    there: int
    lacks: tuple[Message, ...] = ()
    hints: tuple[Message, ...] = ()
    way: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing is missing of it."""
        return not self.lacks


def unmet(org: Organisation, plan: Plan, definitions: Iterable[Definition]) -> list[Gap]:
    """Where today's people are not enough: nobody to act, too few to endorse, too few to vote."""
    known = list(definitions)
    return [*gaps(org, plan, known), *endorsement_reach.short(org, plan, known), *council_reach.short(org, plan, known)]


def steps(
    connection: sa.Connection, org: Organisation, plan: Plan | None, definitions: Iterable[Definition], *, mail: bool
) -> list[Step]:
    """Everything, in the order in which it is set up."""
    if plan is None:
        return [Step("plan", 0, (Message("missing.plan"),))]
    definitions = list(definitions)
    found = gaps(org, plan, definitions)
    unsaid = lacks(head_of(connection, org.agency_id))
    few = tuple(gap.reason for gap in endorsement_reach.short(org, plan, definitions))
    units = [one for one in org.units.values() if _takes_part(org, plan, one)]
    people = [one for one in org.people.values() if one.active]
    held = {one for one, grants in org.grants.items() if grants and org.active(one)}
    council = _council(org, plan, council_reach.short(org, plan, definitions))
    own = {title for lack in council.lacks for title in lack.params["roles"]}
    return [
        Step("plan", 1, _over(org, plan), way="new_plan"),
        Step("papers", len(LONGEST) - len(unsaid), hints=unsaid, way="head"),
        Step("units", len(units), (Message("missing.units", {"types": list(plan.unit_types)}),) if not units else (),
             tuple(gap.reason for gap in found if not gap.process and units and people), "units"),
        Step("people", len(people), few if people else (Message("missing.people"),), way="people"),
        Step("roles", len(held), tuple(_unheld(found, own)), tuple(_others(found)), "roles"),
        council,
        _sign_ins(connection, org, held),
        Step("mail", int(mail), (), () if mail else (Message("missing.mail"),), "guide"),
    ]  # fmt: skip


def _over(org: Organisation, plan: Plan) -> tuple[Message, ...]:
    """A plan whose last day has passed still runs, but nobody should begin anything under it unaware."""
    return (Message("missing.plan_over", {"day": plan.end, "title": plan.title}),) if plan.end < org.today else ()


def _takes_part(org: Organisation, plan: Plan, unit: Mapping[str, object]) -> bool:
    last = unit["ends_on"]
    return (not plan.unit_types or unit["type"] in plan.unit_types) and (last is None or last >= org.today)  # type: ignore[operator]


def _unheld(found: Iterable[Gap], told: set[str]) -> Iterable[Message]:
    """Roles nobody holds: each once, with the units where; those `told` already are not told again."""
    where: dict[tuple[str, ...], list[str]] = {}
    for gap in found:
        if gap.reason.key == "staffing.unheld":
            names = where.setdefault(tuple(gap.reason.params["roles"]), [])
            if gap.unit and gap.unit not in names:
                names.append(gap.unit)
    for roles, units in ((roles, units) for roles, units in where.items() if not told >= set(roles)):
        key = "missing.role_in" if units else "missing.role"
        yield Message(key, {"roles": list(roles), "units": units})


def _others(found: Iterable[Gap]) -> Iterable[Message]:
    """Where one person is not enough: a second pair of eyes first, which stops every case, then a case about who
    decides. A sentence for all whom the same things wait for in vain, those with most of them first."""
    waiting: dict[tuple[str, str], dict[str, None]] = {}
    for gap in found:
        if gap.process and gap.reason.key in ALONE:
            what, key = ALONE[gap.reason.key]
            told = waiting.setdefault((key, str(gap.reason.params["name"])), {})
            told[str(gap.reason.params[what])] = None
    people: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (key, name), told in waiting.items():
        people.setdefault((key, tuple(told)), []).append(name)
    order = [key for _, key in ALONE.values()]
    for key, places in sorted(people, key=lambda one: (order.index(one[0]), -len(one[1]))):
        yield Message(key, {"names": people[key, places], "places": list(places)})


def _council(org: Organisation, plan: Plan, few: Iterable[Gap]) -> Step:
    """Who votes: every body the plan names must have somebody, its chair too; `few`: where votes cannot suffice."""
    asked: dict[str, None] = {}
    for rule in plan.votes.values():
        named = [rule.get("electorate") or (), rule.get("chair") or ()]
        asked |= dict.fromkeys(one for part in named for one in ([part] if isinstance(part, str) else part))
    roles = [plan.roles[one] for one in asked if one in plan.roles and plan.roles[one].of == "agency"]
    empty = [role.title for role in roles if not any(org.active(one) for one, _ in org.granted.get(role.name, ()))]
    there = {one for role in roles for one, _ in org.granted.get(role.name, ())}
    lacks = (Message("missing.role", {"roles": [title], "units": []}) for title in empty)
    return Step("council", len(there), tuple(lacks), tuple(gap.reason for gap in few), "roles")


def _sign_ins(connection: sa.Connection, org: Organisation, held: set[str]) -> Step:
    """Whoever holds a role must be able to sign in; whoever has no address gets no mail."""
    usable = (account.c.password_hash != "") & account.c.disabled_at.is_(None)
    ready = set(connection.scalars(sa.select(account.c.id).where(usable)))
    without = sorted(org.name(one) for one in held if org.people[one].account_id not in ready)
    no_mail = sorted(org.name(one) for one in held if not org.people[one].email)
    lacks = (Message("missing.sign_ins", {"count": len(without), "names": without[:10]}),) if without else ()
    hints = (Message("missing.addresses", {"count": len(no_mail), "names": no_mail[:10]}),) if no_mail else ()
    return Step("sign_ins", len(held) - len(without), lacks, hints, "invitations")
