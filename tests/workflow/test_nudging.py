"""A reminder by hand: said like any other, at most once a day, and not of what is over or held."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at, do
from workflow.message import Message, NotFound, Refused
from workflow.nudging import nudge
from workflow.timers import timer


def nudges(cast: Cast) -> list[str]:
    """How each reminder by hand ended."""
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(timer.c.status).where(timer.c.name == "nudge").order_by(timer.c.id)))


def asked(cast: Cast, item_id: str) -> list[str]:
    """Who was reminded of an item."""
    told = [one for one in cast.told.letters if one["template"] == "reminder" and one["item_id"] == item_id]
    return [next(name for name, one in cast.people.items() if one == letter["person_id"]) for letter in told]


def test_whoever_has_it_is_reminded_once_in_a_day(cast: Cast):
    [item] = cast.open_items(case_at(cast, "identified"))
    cast.settle()
    nudge(cast.app.database, cast.agency_id, item.id, cast.people["office"])
    with pytest.raises(Refused, check=lambda refused: refused.reasons[0].key == "nudge.too_soon"):
        nudge(cast.app.database, cast.agency_id, item.id, cast.people["office"])
    cast.settle()
    assert asked(cast, item.id) == ["head"]
    cast.later(hours=23)
    with pytest.raises(Refused):
        nudge(cast.app.database, cast.agency_id, item.id, cast.people["office"])
    cast.later(hours=1)
    nudge(cast.app.database, cast.agency_id, item.id, cast.people["office"])
    cast.settle()
    assert asked(cast, item.id) == ["head", "head"]
    assert nudges(cast) == ["fired", "fired"]


def test_what_is_over_is_not_reminded_of(cast: Cast):
    case_id = case_at(cast, "identified")
    [item] = cast.open_items(case_id)
    do(cast, "head", case_id, "decline")
    with pytest.raises(Refused, check=lambda refused: refused.reasons == (Message("nudge.not_open"),)):
        nudge(cast.app.database, cast.agency_id, item.id, cast.people["office"])
    with pytest.raises(NotFound):
        nudge(cast.app.database, "another", item.id, cast.people["office"])
    assert nudges(cast) == []


def test_what_is_decided_before_it_is_said_is_not_said(cast: Cast):
    case_id = case_at(cast, "identified")
    cast.settle()
    [item] = cast.open_items(case_id)
    nudge(cast.app.database, cast.agency_id, item.id, cast.people["office"])
    do(cast, "head", case_id, "decline")
    cast.settle()
    assert asked(cast, item.id) == []


def test_of_eight_who_ask_at_once_one_does(cast: Cast):
    [item] = cast.open_items(case_at(cast, "identified"))
    cast.settle()
    done: list[bool] = []

    def ask() -> None:
        try:
            nudge(cast.app.database, cast.agency_id, item.id, cast.people["office"])
        except Refused:
            done.append(False)
        else:
            done.append(True)

    hands = [threading.Thread(target=ask) for _ in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(done) == [False] * 7 + [True]
    cast.settle()
    assert asked(cast, item.id) == ["head"]
