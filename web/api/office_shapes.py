"""What the interface of an office takes and gives: days as yyyy-MM-dd or dd/MM/yyyy, units by their codes."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from web.api.shapes import Given, Told


class PersonPatch(Given):
    """What is to be corrected of a person; what is left out stays."""

    name: str | None = Field(None, max_length=200)
    post: str | None = Field(None, max_length=200)
    gender: str | None = Field(None, max_length=16)
    born_on: str | None = Field(None, max_length=10)
    email: str | None = Field(None, max_length=254)
    ground: str = Field("", max_length=300)


class PersonIn(Given):
    """A new person, by the columns of the list of people."""

    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    unit: str = Field("", max_length=300)
    post: str = Field("", max_length=200)
    gender: str = Field("", max_length=16)
    born_on: str = Field("", max_length=10)
    email: str = Field("", max_length=254)
    starts_on: str = Field("", max_length=10)
    ground: str = Field("", max_length=300)


class PersonKept(Told):
    """A person as the office keeps them; `version` is the ETag."""

    id: str
    version: int
    code: str
    name: str
    unit: str
    post: str
    gender: str
    born_on: date | None
    email: str
    starts_on: date
    ends_on: date | None


class People(Told):
    """A page of people; `next` goes into `after`."""

    people: list[PersonKept]
    next: str


class UnitIn(Given):
    """A new unit, by the columns of the list of units."""

    code: str = Field(max_length=64)
    name: str = Field(max_length=300)
    type: str = Field("", max_length=64)
    position: str = Field("", max_length=6)
    starts_on: str = Field("", max_length=10)
    ground: str = Field("", max_length=300)


class UnitPatch(Given):
    """What is to be corrected of a unit."""

    name: str | None = Field(None, max_length=300)
    type: str | None = Field(None, max_length=64)
    position: str | None = Field(None, max_length=6)
    ground: str = Field("", max_length=300)


class UnitKept(Told):
    """A unit of the agency."""

    id: str
    code: str
    name: str
    type: str
    position: int
    starts_on: date
    ends_on: date | None


class Units(Told):
    """Every unit, in the agency's order."""

    units: list[UnitKept]


class RoleGrant(Told):
    """Who holds a role, by codes; no unit: in the whole agency."""

    person: str
    role: str
    unit: str
    starts_on: date
    ends_on: date | None


class Grants(Told):
    """What is held today or will be."""

    grants: list[RoleGrant]


class Amendment(Told):
    """One edit: name of a value → [before, after]."""

    id: str
    noun: str
    row_id: str
    verb: str
    changes: dict[str, list[str]]
    ground: str
    by: str
    made_at: datetime


class Amendments(Told):
    """A page of edits; `next` goes into `after`."""

    amendments: list[Amendment]
    next: str


class Number(Told):
    """A number of the plan: its address, as it is written, and where it is used."""

    name: str
    text: str
    used: list[str]


class Numbers(Told):
    """Every number that has a name."""

    numbers: list[Number]
