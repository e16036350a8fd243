"""A sitting of the council come to any of its states, by its own moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from config.settings import Settings
from tests.cast import BEGIN, Cast, open_cast, prepare_seed_cast
from tests.roads import case_at, do
from workflow.organisation_changes import add_person, grant_role

SITS_ON = "2025-03-20"
Moves = tuple[tuple[str, str, dict[str, Any]], ...]
PRESENT = ("director", "deputy")
QUORATE = ("director", "press", "outsider")  # without the deputy, where these belong to the council
MEMBERS = ("deputy", "head_office", "head2", "press", "office2", "mentor", "outsider", "clerk")  # and the chair: nine
NAMES = 20


def grant_members(cast: Cast, names: Sequence[str] = MEMBERS) -> None:
    """The eight who sit with the chair, or some of them."""
    with cast.app.database.write() as connection:
        for name in names:
            if name != "deputy":
                grant_role(
                    connection, cast.agency_id, person_id=cast.people[name], role="council_member", starts_on=BEGIN,
                    new_id=cast.app.database.new_id,
                )  # fmt: skip


def staff(cast: Cast, count: int) -> list[str]:
    """More people of the unit, to be nominated."""
    names = [f"cb{number:02d}" for number in range(count)]
    with cast.app.database.write() as connection:
        for name in names:
            cast.people[name] = add_person(
                connection, cast.agency_id, code=name, name=f"Cán bộ {name}", starts_on=BEGIN,
                new_id=cast.app.database.new_id, unit_id=cast.units["cntt"],
            )  # fmt: skip
    return names


def prepare_council(database_url: str) -> None:
    """The seed's cast with a council of nine and twenty nominees before it: made once, copied for each test."""
    prepare_seed_cast(database_url)
    cast = open_cast(Settings(database_url=database_url))
    grant_members(cast)
    for name in staff(cast, NAMES):
        case_at(cast, "council_review", who=name)
    cast.settle()
    cast.app.dispose()


def waiting(cast: Cast, count: int = NAMES) -> list[str]:
    """The first of the nominees before a prepared council."""
    return [row.id for row in cast.cases("nominee")][:count]


def convene(cast: Cast, cases: list[str], *, form: str = "meeting", sits_on: str = SITS_ON) -> str:
    """A sitting with these names on its agenda."""
    given = {"sits_on": sits_on, "place": "Phòng họp số 1", "form": form}
    receipt = cast.app.engine.start(
        cast.actor("office"), process="sitting", action="convene", subject_type="agency", subject_id=cast.agency_id,
        inputs=given,
    )  # fmt: skip
    if cases:
        do(cast, "office", receipt.case_id, "set_agenda", agenda=cases)
    return receipt.case_id


def rules(cast: Cast, name: str = "recognition") -> dict[str, Any]:
    """A rule set of the living plan as this process holds it: to be changed for one test."""
    with cast.app.database.read() as connection:
        life = cast.app.catalogue.living(connection, cast.agency_id, "sitting")
    assert life is not None
    return life.plan.votes[name]


def sitting_at(cast: Cast, state: str, now: Callable[[], object] = lambda: None) -> str:
    """A sitting of two members; `now` runs before the move that leads into the state. In session four belong to it, and
    one is away: somebody must be asked to write."""
    if state == "convening":
        now()
        return convene(cast, [])
    equal = state in ("between_equals", "decided_by_head")
    if equal:
        last = {"tie": "chair"} if state == "between_equals" else {"tie": "head", "undecided": "director"}
        rules(cast).update(places="1", ballots="1", **last)
    if state == "in_session":
        grant_members(cast, QUORATE[1:])
    names = ("candidate", "mentor") if equal else ("candidate",)
    sitting = convene(cast, [case_at(cast, "council_review", who=who) for who in names], form=_form(state))
    *before, last_move = _moves(cast, state)
    for who, action, given in before:
        do(cast, who, sitting, action, **given)
    now()
    who, action, given = last_move
    do(cast, who, sitting, action, **given)
    assert cast.row(sitting).state == state
    return sitting


def _form(state: str) -> str:
    return "papers" if state == "circulating" else "meeting"


def _moves(cast: Cast, state: str) -> Moves:
    invite, circulate = ("office", "invite", {}), ("office", "circulate", {})
    there = QUORATE if state == "in_session" else PRESENT
    opened = ("office", "open", {"present": [cast.people[name] for name in there]})
    call, count = ("office", "call_vote", {}), ("office", "count", {})
    roads: dict[str, Moves] = {
        "invited": (invite,), "circulating": (circulate,), "in_session": (invite, opened),
        "balloting": (invite, opened, call), "at_the_box": (invite, opened, ("office", "call_ballot", {})),
    }  # fmt: skip
    counted = (*roads["balloting"], count)
    roads |= dict.fromkeys(("between_equals", "decided_by_head", "drafting"), counted)
    return (*counted, ("office", "write", {})) if state == "signing" else roads[state]
