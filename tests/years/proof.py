"""What each review says beside what the history says up to the moment it was submitted."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import sqlalchemy as sa

from tests.years import recount
from tests.years.agency import FIRST, LAST

FIELDS = sa.text(
    "SELECT f.name, f.value FROM case_field f WHERE f.case_id = :id AND f.name IN ('targets', 'units', 'verdicts')"
)
BY_UNIT_OF_PERSON = "trained"
"""Counted by where people work today, which no event of a course tells."""


def reviews(connection: sa.Connection) -> list[Any]:
    """The agency's reviews, by year."""
    found = "SELECT id, code, year, state FROM case_ WHERE process = 'annual_review' ORDER BY year, code"
    return list(connection.execute(sa.text(found)))


def differences(connection: sa.Connection) -> list[str]:
    """Each number of a report that is not that of the history; empty when all are equal."""
    return [wrong for row in reviews(connection) for wrong in _of(connection, row)]


def said(connection: sa.Connection) -> list[list[int]]:
    """The numbers that were compared, of each review in order."""
    forms = [held(connection, row.id) for row in reviews(connection)]
    return [
        [value for name in sorted(form) for line in form[name] for _, _, value in line.get("columns", ())]
        for form in forms
    ]


def _of(connection: sa.Connection, row: Any) -> list[str]:
    said_there = held(connection, row.id)
    stories = recount.stories(connection, _submitted(connection, row.id))
    final = row.year == LAST
    years = list(range(FIRST, LAST + 1)) if final else [row.year - 1, row.year]
    counted = {year: recount.count(stories, year) for year in years}
    wrong = []
    for line in said_there["targets"]:
        name, said = line["name"], [value for _, _, value in line["columns"]]
        expected = [counted[year][name] for year in years]
        if final:
            expected.append(sum(expected))
        if said[: len(expected)] != expected or line["value"] != counted[row.year][name]:
            wrong.append(f"{row.code} {name}: the report says {said}, the history {expected}")
    return [
        *wrong,
        *_units(row, said_there, stories, years if final else [row.year]),
        *_verdicts(row, said_there, stories),
    ]


def _units(row: Any, forms: Any, stories: Any, years: list[int]) -> list[str]:
    counted: dict[str | None, Counter[str]] = {}
    for year in years:
        for unit, numbers_of in recount.count_units(stories, year).items():
            counted.setdefault(unit, Counter()).update(numbers_of)
    wrong = []
    for line in forms["units"]:
        unit = line["name"].removeprefix("unit.") or None
        for name, (_, _, said) in zip(line["names"], line["columns"], strict=True):
            if name in (BY_UNIT_OF_PERSON, "followed"):
                continue
            expected = counted.get(unit, Counter())[name]
            if said != expected:
                where = line["params"].get("unit", "of no unit")
                wrong.append(f"{row.code} {where} {name}: the report says {said}, the history {expected}")
    return [*wrong, *_sums(row, forms)]


def _sums(row: Any, forms: Any) -> list[str]:
    """What the units' lines add up to is what the agency's line says: a Director adds them up."""
    summed = Counter[str]()
    for line in forms["units"]:
        summed.update({name: value for name, (_, _, value) in zip(line["names"], line["columns"], strict=True)})
    whole = {
        line["name"]: next((value for key, _, value in line["columns"] if key == "counted.whole"), line["value"])
        for line in forms["targets"]
    }
    return [
        f"{row.code} {name}: the units add up to {summed[name]}, the agency says {said}"
        for name, said in whole.items() if summed[name] != said
    ]  # fmt: skip


def _verdicts(row: Any, forms: Any, stories: Any) -> list[str]:
    """What units answered in the reports of this year, as last handed in."""
    given = Counter(
        answer for story in stories.values()
        if story.process == "unit_report" and story.began.year == row.year
        for answer in (story.said("verdict") or {}).values()
    )  # fmt: skip
    said = {line["name"]: line["value"] for line in forms["verdicts"]}
    return [
        f"{row.code} {name}: the report says {value}, the history {given[name]}"
        for name, value in said.items() if value != given[name]
    ]  # fmt: skip


def held(connection: sa.Connection, case_id: str) -> dict[str, Any]:
    """The forms of a review as it was submitted."""
    rows = connection.execute(FIELDS, {"id": case_id})
    return {row.name: json.loads(row.value) if isinstance(row.value, str) else row.value for row in rows}


def _submitted(connection: sa.Connection, case_id: str) -> Any:
    """When the report was sent to the Director for the last time."""
    return max(
        at for story_id, story in recount.stories(connection, recount.NEVER).items() if story_id == case_id
        for at, body, _ in story.events if body["action"] == "submit"
    )  # fmt: skip
