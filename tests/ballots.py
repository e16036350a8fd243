"""A secret ballot of the cast: a box with names in it, who votes how, and its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from states.ballots import boxes, casting, closing
from states.ballots.boxes import Box, Elector, Opening
from states.ballots.counting import Tally
from tests.cast import BEGIN, Cast
from tests.sittings import convene
from workflow.case import case
from workflow.identity import Organisation, load_organisation
from workflow.organisation_changes import add_person, declare_conflict

VOTERS = ("director", "deputy")


def box_at(
    cast: Cast, *, names: int, voters: Collection[str] = VOTERS, aside: Mapping[str, set[int]] | None = None,
    proxies: Mapping[str, str] | None = None, most: int | None = None, prefix: str = "cb",
    tellers: Sequence[str] = (),
) -> Box:  # fmt: skip
    """An open box of a convened sitting with so many nominees on paper; chair and secretary as in the plan."""
    cases = [cast.nominate(who=who) for who in _staff(cast, names, prefix)]
    sitting, people = convene(cast, []), cast.people
    electors = [
        Elector(people[one], people[(proxies or {}).get(one, one)], frozenset((aside or {}).get(one, ())))
        for one in voters
    ]
    keepers = [people[one] for one in tellers]
    opening = Opening(cases, electors, "council_chair", "council_secretary", most, tellers=keepers)
    with cast.app.database.write() as connection:
        box_id = boxes.open_box(connection, cast.app.database.new_id, cast.agency_id, sitting, 1, opening)
        return boxes.find(connection, cast.agency_id, box_id)


def _staff(cast: Cast, count: int, prefix: str) -> list[str]:
    names = [f"{prefix}{number:02d}" for number in range(count)]
    with cast.app.database.write() as connection:
        for name in names:
            cast.people[name] = add_person(
                connection, cast.agency_id, code=name, name=f"Cán bộ {name}", starts_on=BEGIN,
                new_id=cast.app.database.new_id, unit_id=cast.units["cntt"],
            )  # fmt: skip
    return names


def again(cast: Cast, box: Box) -> Box:
    """The box as it stands now."""
    with cast.app.database.read() as connection:
        return boxes.find(connection, box.agency_id, box.id)


def marks_for(cast: Cast, box: Box, member: str, letters: str) -> dict[int, str]:
    """A letter for each paper this member votes on."""
    with cast.app.database.read() as connection:
        now = boxes.refreshed(connection, again(cast, box))
    return dict(zip(sorted(now.may_vote(now.seat(cast.people[member]))), letters, strict=False))


def ballot(
    cast: Cast, box: Box, member: str, letters: str | Mapping[int, str], *, by: str = "", code: str = ""
) -> bool:
    """Cast it: a letter a paper (a for, g against, b blank, x spoilt), or the marks themselves."""
    seat = cast.people[member]
    if isinstance(letters, Mapping):
        marks = dict(letters)
    elif len(letters) == len(box.papers):
        marks = dict(enumerate(letters, 1))
    else:
        marks = marks_for(cast, box, member, letters)
    actor = cast.actor(by or member)
    return casting.cast(cast.app.database, actor, box.id, seat, marks, code or casting.new_code())


def organisation(cast: Cast) -> Organisation:
    """The agency today."""
    with cast.app.database.read() as connection:
        return load_organisation(connection, cast.agency_id, cast.now().date())


def closed(cast: Cast, box: Box) -> Tally:
    """Chair and secretary end the voting; what it came to."""
    org = organisation(cast)
    assert closing.close(cast.app.engine, cast.actor("director"), box.id, org) is False
    assert closing.close(cast.app.engine, cast.actor("office"), box.id, org) is True
    with cast.app.database.read() as connection:
        return closing.counted(connection, boxes.find(connection, box.agency_id, box.id))


def close_to(cast: Cast, who: str, case_id: str) -> None:
    """Somebody declares a conflict with whom a case is about."""
    with cast.app.database.write() as connection:
        subject_id = connection.scalar(sa.select(case.c.subject_id).where(case.c.id == case_id))
        assert subject_id is not None
        declare_conflict(connection, cast.agency_id, person_id=cast.people[who], subject_id=subject_id, kind="declared")
