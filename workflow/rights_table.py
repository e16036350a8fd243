"""Who may take which action of a process, and from where: asked of the one function that answers it for everybody.

One imagined person holds each role, in the case's unit and in another one; each is asked about with `identity.may`. So
the table says what the program does, and not what somebody thought that it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from workflow.definition import Action, Definition, Plan, Role
from workflow.identity import Asked, Authority, Grant, Matter, Organisation, PersonRow, may
from workflow.message import Message
from workflow.registry import Party

HERE, THERE = "here", "there"
ABOUT = "about"
"""The imagined one whom the case is about."""


@dataclass(frozen=True)
class Holder:
    """Somebody imagined: the role they hold, and whether in the case's unit, in another one, or in no unit."""

    role: str
    place: str = ""

    @property
    def ident(self) -> str:
        """Their id."""
        return f"{self.role}@{self.place}"


@dataclass(frozen=True)
class Line:
    """One action in one state: who may, why, and after which other action of theirs they may not."""

    state: str
    state_title: str
    action: str
    title: str
    verb: str
    cite: str
    may: tuple[tuple[Holder, Message], ...]
    steps_in: tuple[str, ...]  # titles of roles asked where nobody of the first is there
    not_after: tuple[str, ...]  # titles of actions

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that may."""
        return tuple(dict.fromkeys(holder.role for holder, _ in self.may))


def lines(plan: Plan, definition: Definition) -> list[Line]:
    """Every action that a person may take in this process, in file order; those of a hold last."""
    org, matter = _imagined(plan, theirs=definition.own_case == "theirs")
    found = [
        _line(plan, definition, org, matter, (state.name, state.title), action, action.by or state.owner)
        for state in definition.states.values()
        for action in definition.actions_in(state.name).values()
        if not action.when
    ]
    hold = definition.held
    held = hold.actions.values() if hold else ()
    return found + [
        _line(plan, definition, org, matter, ("held", ""), one, one.by or (hold.owner if hold else ()))
        for one in held if not one.when
    ]  # fmt: skip


def _line(
    plan: Plan, definition: Definition, org: Organisation, matter: Matter, state: tuple[str, str], action: Action,
    roles: tuple[str, ...],
) -> Line:  # fmt: skip
    asked = Asked(roles, HERE)
    found = ((one, may(org, plan, matter, one.ident, asked)) for one in holders(plan))
    allowed = tuple((one, answer.why) for one, answer in found if isinstance(answer, Authority))
    known = [plan.roles[name] for name in roles if name in plan.roles]
    steps_in = [plan.roles[role.otherwise].title for role in known if role.otherwise in plan.roles and role.otherwise]
    titles = {one.name: one.title for other in definition.states.values() for one in other.actions.values()}
    not_after = [titles.get(name.rpartition(".")[2], name) for name in action.not_by]
    return Line(
        *state, action.name, action.title or action.name, action.verb, action.cite, allowed,
        tuple(dict.fromkeys(steps_in)), tuple(dict.fromkeys(not_after)),
    )  # fmt: skip


def holders(plan: Plan) -> Iterator[Holder]:
    """The imagined people of a plan: of each role one, of a unit's role one in another unit as well."""
    for role in plan.roles.values():
        if role.of == "unit":
            yield Holder(role.name, HERE)
            yield Holder(role.name, THERE)
        elif role.of != "outside":
            yield Holder(role.name, THERE if role.everyone else "")
    yield Holder(ABOUT, HERE)


def _imagined(plan: Plan, *, theirs: bool) -> tuple[Organisation, Matter]:
    people, grants = {}, {}
    for one in holders(plan):
        unit = one.place or None
        people[one.ident] = PersonRow(one.ident, one.ident, one.ident, unit, "", "", None, 0, True)
        grants[one.ident] = _grants(plan.roles.get(one.role), one)
    parties = [Party(f"{role.name}@", role.name) for role in plan.roles.values() if role.of == "case"]
    own = Party(Holder(ABOUT, HERE).ident, "subject")
    parties = [one for one in parties if one.relation != "nominee"] + ([] if theirs else [own])
    units = {name: {"id": name, "name": name, "ends_on": None} for name in (HERE, THERE)}
    org = Organisation("", 0, date.min, people, units, grants, {}, frozenset())
    return org, Matter("", HERE, tuple(parties))


def _grants(role: Role | None, one: Holder) -> tuple[Grant, ...]:
    if role is None or role.of == "case" or role.everyone:
        return ()
    return (Grant(role.name, one.place or None),)
