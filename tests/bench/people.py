"""A whole agency for the load: people with sign-ins and tokens in units of twenty, cases to look at and to endorse."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.settings import Settings
from states.subjects.enrol import enrol_other
from tests.cast import SEED_CAST, UNITS, Cast, make_cast
from web.sign_in import sessions, tokens
from workflow.clock import wall_now
from workflow.organisation_changes import add_account, change_person

IN_A_UNIT = 20
CASES_OF_A_UNIT = 12


@dataclass
class Person:
    """Who sits at one desk."""

    unit: str
    cookie: str
    token: str


@dataclass
class People:
    """Everyone, and the cases of each unit by code."""

    all: list[Person] = field(default_factory=list)
    cases: dict[str, list[str]] = field(default_factory=dict)


def settle(settings: Settings, users: int) -> People:
    """Install the seed's plan and people it."""
    units = {f"p{n}": f"Phòng số {n}" for n in range(max(users // IN_A_UNIT, 1))}
    staff = {f"u{n}": (f"p{n // IN_A_UNIT % len(units)}", ("unit_head",) if n % IN_A_UNIT == 0 else ())
             for n in range(users)}  # fmt: skip
    cast = make_cast(settings, cast={**SEED_CAST, **staff}, units={**UNITS, **units})
    people = People()
    for name, (unit, _) in staff.items():
        people.all.append(desk_of(cast, name, unit))
    for unit in units:
        nominator = next(name for name, (where, roles) in staff.items() if where == unit and not roles)
        ids = [nominate(cast, unit, number, by=nominator) for number in range(CASES_OF_A_UNIT)]
        people.cases[unit] = [str(cast.row(case_id).code) for case_id in ids]
    cast.app.dispose()
    return people


def desk_of(cast: Cast, name: str, unit: str) -> Person:
    database = cast.app.database
    with database.write() as connection:
        account = add_account(connection, login=name)
        change_person(connection, cast.agency_id, cast.people[name], {"account_id": account})
        cookie = sessions.begin(connection, database.new_id(), account, wall_now())
        owner = tokens.Owner(cast.agency_id, cast.people[name], account)
        token = tokens.create(connection, database.new_id(), owner, "máy", tokens.SCOPES, 7, wall_now())
    return Person(unit, cookie, token)


def nominate(cast: Cast, unit: str, number: int, *, by: str = "nominator") -> str:
    """The case of one more nominee of a unit."""
    with cast.app.database.write() as connection:
        subject = enrol_other(
            connection, cast.agency_id, kind="person", name=f"Người {unit} {number}", unit_id=cast.units[unit],
            new_id=cast.app.database.new_id,
        )  # fmt: skip
    return cast.nominate(by, subject=subject)
