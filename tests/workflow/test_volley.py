"""Timers of many cases fire together: as if each were fired alone, for as many statements however many they are."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tasks.fire import fire
from tests.cast import Cast
from tests.statements import sent_to
from workflow import firing, incidents, timers, volley
from workflow.case import case
from workflow.history import event, verify
from workflow.outbox import outbox
from workflow.timers import timer
from workflow.worklist import candidate

CAME, LATE, VERY_LATE = "2025-03-03", "2025-03-18T10:00:00", "2025-03-24T10:00:00"
SIX = ("candidate", "mentor", "colleague1", "colleague2", "colleague3", "outsider")


def late(cast: Cast, moment: str = LATE, people: tuple[str, ...] = SIX) -> list[str]:
    """Cases whose heads are late; what only tells is swept already."""
    cast.at(CAME)
    cases = [cast.nominate(who=who) for who in people]
    cast.settle()
    cast.at(moment)
    cast.app.engine.sweep_timers()
    return cases


def ripe(cast: Cast, *cases: str) -> list[str]:
    """Timers that are due (of these cases), in the clock's order."""
    with cast.app.database.read() as connection:
        return [one for one, of_case in timers.due(connection, 500) if not cases or of_case in cases]


def left(cast: Cast, case_id: str) -> list[tuple[Any, ...]]:
    """What a case's rows say, without ids and times."""
    with cast.app.database.read() as connection:

        def of(table: sa.Table, *names: str) -> list[Any]:
            chosen = sa.select(*(table.c[name] for name in names)).where(table.c.case_id == case_id)
            return sorted((table.name, *map(str, row)) for row in connection.execute(chosen))

        told = connection.execute(sa.select(outbox.c.recipient, outbox.c.payload).where(outbox.c.case_id == case_id))
        letters = sorted((who, str(payload.get("template")), str(payload.get("event_seq"))) for who, payload in told)
        return [
            *of(event, "seq", "kind", "actor_id"), *of(timer, "kind", "name", "status"), *letters,
            *of(candidate, "role", "why", "is_open", "person_id"),
        ]  # fmt: skip


def test_together_or_alone_leaves_the_same(cast: Cast):
    cases = late(cast, VERY_LATE)
    together, alone = [*cases[:2], cases[5]], cases[2:5]
    due = ripe(cast, *together)
    assert len(due) == 6, "the office is added, then the Director is told"
    assert cast.app.engine.fire_together(due) == set(due)
    assert [cast.app.engine.fire(one) for one in ripe(cast, *alone)] == [True] * 6
    assert len({str(left(cast, one)) for one in cases[:5]}) == 1, "the sixth is another unit's"
    assert [row[2] for row in left(cast, together[0]) if row[0] == "event"][-1] == "escalated"
    with cast.app.database.read() as connection:
        assert verify(connection) == []
    assert cast.app.engine.fire_together(due) == set(), "once each"


def test_what_only_tells_is_swept_among_those_that_were_named(cast: Cast):
    cast.at(CAME)
    cases = [cast.nominate(who=who) for who in SIX[:2]]
    cast.settle()
    cast.at(LATE)
    with cast.app.database.read() as connection:
        mine = sa.select(timer.c.id).where(timer.c.case_id == cases[0], timer.c.kind.in_(["remind", "due"]))
        named = set(connection.scalars(mine))
    assert cast.app.engine.sweep_timers(sorted(named)) == named
    assert cast.app.engine.sweep_timers() & named == set()


def test_a_batch_costs_the_same_however_many_are_in_it(cast: Cast):
    late(cast)
    first, *others = ripe(cast)
    cast.app.engine.fire_together([first])
    with sent_to(cast.app.database) as heard:
        assert len(cast.app.engine.fire_together(others)) == 5
    alone = 5 * 7 if cast.app.database.is_sqlite else 1  # what is written: there the writer asks nobody in between
    assert len(heard) <= 3 + alone, [one[:60] for one, _ in heard.sent]


def test_one_that_cannot_fire_stops_no_other_and_is_an_incident(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    cases = late(cast)
    due = ripe(cast)
    offer = firing.offer

    def broken(draft: Any, *args: Any, **more: Any) -> Any:
        if draft.case["id"] == cases[2]:
            raise ZeroDivisionError
        return offer(draft, *args, **more)

    monkeypatch.setattr(firing, "offer", broken)
    assert fire(cast.app, due) == 5
    assert ripe(cast) == ripe(cast, cases[2]) != []
    with cast.app.database.read() as connection:
        assert [one.case_id for one in incidents.listed(connection, cast.agency_id)] == [cases[2]]
    monkeypatch.undo()
    assert fire(cast.app, due) == 1


def test_rows_the_database_refuses_take_no_other_down(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    cases = late(cast)
    due = ripe(cast)
    recorded = volley.recorded

    def unfit(draft: Any, guard: Any) -> Any:
        records = recorded(draft, guard)
        if draft.case["id"] == cases[0]:
            records.inserted[event][0]["seq"] = 1  # there already
        return records

    monkeypatch.setattr(volley, "recorded", unfit)
    assert cast.app.engine.fire_together(due) == set()
    assert ripe(cast) == due, "nothing of it was written"
    assert fire(cast.app, due) == 6, "each alone"


def test_a_case_that_moved_meanwhile_is_left_and_the_others_fire(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    cases = late(cast)
    due = ripe(cast)
    write = volley.write_many

    def moved_before(connection: sa.Connection, changes: Any) -> Any:
        connection.execute(sa.update(case).where(case.c.id == cases[1]).values(version=case.c.version + 1))
        cancelled = sa.update(timer).where(timer.c.case_id == cases[4], timer.c.status == "armed")
        connection.execute(cancelled.values(status="cancelled"))
        return write(connection, changes)

    monkeypatch.setattr(volley, "write_many", moved_before)
    assert len(cast.app.engine.fire_together(due)) == 4
    assert ripe(cast) == ripe(cast, cases[1]) != []
    monkeypatch.undo()
    assert fire(cast.app, due) == 1


def test_what_other_hands_hold_is_left_to_them(cast: Cast):
    if cast.app.database.is_sqlite:
        return  # there the writer is alone
    cases = late(cast)
    due = ripe(cast)
    with cast.app.database.write() as connection:
        connection.execute(sa.select(case.c.id).where(case.c.id == cases[0]).with_for_update())
        connection.execute(sa.update(timer).where(timer.c.id == ripe(cast, cases[3])[0]).values(name="elsewhere"))
        assert len(cast.app.engine.fire_together(due)) == 4, "and nobody waits"
    assert len(cast.app.engine.fire_together(due)) == 2


def test_a_later_timer_of_a_case_waits_for_one_that_is_left(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    cases = late(cast, VERY_LATE, SIX[:2])
    added, told = ripe(cast, cases[0])
    ring = firing.ring

    def broken(draft: Any, timer_id: str) -> bool:
        if timer_id == added:
            raise ZeroDivisionError
        return ring(draft, timer_id)

    monkeypatch.setattr(firing, "ring", broken)
    others = set(ripe(cast, cases[1]))
    assert cast.app.engine.fire_together(ripe(cast)) == others
    assert ripe(cast, cases[0]) == [added, told]
    assert ripe(cast, cases[1]) == []


def test_what_has_effects_is_fired_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    late(cast)
    due = ripe(cast)
    monkeypatch.setattr(volley, "is_one_statement", lambda _draft: False)
    assert cast.app.engine.fire_together(due) == set()
    assert fire(cast.app, due) == 6
