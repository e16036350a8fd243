"""Timers that only tell go together: as if each were fired alone, for a fixed number of statements, moving no case."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast, open_cast
from tests.roads import do
from tests.statements import Access, accesses, sent_to
from tests.tampering import unguard
from workflow import reminding
from workflow.definition import Term
from workflow.outbox import delivery, outbox
from workflow.sweeping import sweep
from workflow.timers import timer

CAME, LATE = "2025-03-03", "2025-03-18T10:00:00"
FOUR = ("candidate", "mentor", "colleague1", "colleague2")


def nominated(cast: Cast, people: tuple[str, ...] = FOUR) -> list[str]:
    """Cases that wait for their unit's head, with four reminders and a deadline each."""
    cast.at(CAME)
    cases = [cast.nominate(who=who) for who in people]
    cast.settle()
    return cases


def written(cast: Cast) -> list[tuple[Any, ...]]:
    """What timers left behind, without ids and times."""
    timers = {row.id: (row.kind, row.case_id, str(row.detail)) for row in rows(cast, timer)}
    told = [
        (row.kind, row.recipient, row.case_id, row.payload["template"], row.payload.get("offset"),
         row.payload["event_seq"], row.payload["on_behalf_of"], row.status)
        for row in rows(cast, outbox) if row.topic.partition(":")[0] == "reminder"
    ]  # fmt: skip
    logged = [
        (
            row.kind,
            row.case_id,
            row.item_id,
            row.topic,
            str({**row.detail, "timer": timers.get(row.detail.get("timer"))}),
        )
        for row in rows(cast, delivery)
    ]
    ended = [(*timers[row.id], row.status, row.done_at is None) for row in rows(cast, timer)]
    return sorted(map(str, (*told, *logged, *ended)))


def rows(cast: Cast, table: sa.Table) -> list[Any]:
    """All of a table."""
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(table)))


def ripe(cast: Cast) -> list[str]:
    """Timers that only tell and are due."""
    return sorted(
        row.id for row in rows(cast, timer)
         if row.status == "armed" and row.kind in reminding.TELLING and row.due_at <= cast.now()
    )  # fmt: skip


def test_swept_or_fired_alone_leaves_the_same(cast: Cast):
    cases = nominated(cast)
    cast.absent("head", "colleague3", cast.now().date(), cast.now().date().replace(month=12))
    do(cast, "office", cases[0], "hold")
    cast.at(LATE)
    before = snapshot(cast)
    due = ripe(cast)
    assert len(due) == 15, "the held case's timers rest"
    assert sweep(cast.app.engine) == set(due)
    together = written(cast)
    restore(cast, before)
    assert [cast.app.engine.fire(one) for one in due] == [True] * len(due)
    assert written(cast) == together


def snapshot(cast: Cast) -> list[str]:
    return [row.id for row in rows(cast, timer) if row.status == "armed"]


def restore(cast: Cast, armed: list[str]) -> None:
    """As if no timer had fired yet."""
    with cast.app.database.write() as connection:
        unguard(connection)
        connection.execute(sa.update(timer).where(timer.c.id.in_(armed)).values(status="armed", done_at=None))
        connection.execute(sa.delete(outbox).where(outbox.c.topic.startswith("reminder:")))
        connection.execute(sa.delete(delivery).where(delivery.c.kind.in_(["overdue", "dropped"])))


def test_a_reminder_moves_no_version_so_that_who_read_before_it_decides_after_it(cast: Cast):
    (case_id,) = nominated(cast, FOUR[:1])
    read = cast.row(case_id)
    (item,) = cast.open_items(case_id)
    cast.at("2025-03-12T09:00:00")
    assert len(sweep(cast.app.engine)) == 2
    now = cast.row(case_id)
    assert (now.version, now.chain_seq) == (read.version, read.chain_seq)
    cast.app.engine.act(
        cast.actor("head"), case_id=case_id, action="decline", inputs={"reason": "Chưa đủ thành tích để đưa vào"},
        case_version=read.version, item_id=item.id, item_version=item.version,
    )  # fmt: skip


def test_a_batch_costs_the_same_however_many_are_in_it(cast: Cast):
    nominated(cast)
    cast.at("2025-03-06T08:00:01")
    first = ripe(cast)[:1]
    with sent_to(cast.app.database) as few:
        assert len(sweep(cast.app.engine, among=first)) == 1
    nominated(cast, ("colleague3", "office", "press"))
    cast.at(LATE)
    with sent_to(cast.app.database) as many:
        assert len(sweep(cast.app.engine)) > 20
    assert len(many) <= len(few) + (3 if cast.app.database.is_sqlite else 0)
    assert len(few) <= 16, "five of them read the organisation, once"
    writes = [one for one, _ in many.sent if not one.startswith("SELECT")]
    assert len(writes) <= (4 if cast.app.database.is_sqlite else 1)


def test_batches_are_bounded_and_none_is_left_behind(cast: Cast):
    nominated(cast)
    cast.at(LATE)
    due = ripe(cast)
    assert len(due) == 20
    assert sweep(cast.app.engine, batch=3) == set(due)
    assert ripe(cast) == []


def test_what_may_move_the_case_is_left_to_the_engine_and_goes_first(cast: Cast):
    (case_id,) = nominated(cast, FOUR[:1])
    cast.at(LATE)
    with cast.app.database.write() as connection:
        first = sa.select(timer.c.id).where(timer.c.case_id == case_id, timer.c.kind == "remind").limit(1)
        soon = sa.update(timer).where(timer.c.id == first.scalar_subquery())
        connection.execute(soon.values(kind="after", due_at=cast.now().replace(year=2024)))
    assert sweep(cast.app.engine) == set()
    cast.run_due()
    assert ripe(cast) == []


def test_two_pairs_of_hands_never_both_tell(cast: Cast):
    nominated(cast)
    cast.at(LATE)
    other = open_cast(cast.app.settings, start=LATE[:10])
    cast.at(LATE)
    swept = [sweep(app.engine, batch=7) for app in (cast.app, other.app)]
    other.app.dispose()
    assert len(swept[0]) == 20
    assert swept[1] == set()


def test_what_other_hands_hold_is_left_to_them(cast: Cast):
    nominated(cast)
    cast.at(LATE)
    if cast.app.database.is_sqlite:
        return  # there the writer is alone
    held, *free = ripe(cast)
    with cast.app.database.write() as connection:
        connection.execute(sa.update(timer).where(timer.c.id == held).values(name="elsewhere"))
        assert sweep(cast.app.engine) == set(free)
    assert sweep(cast.app.engine) == {held}


def test_one_that_fails_stops_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    cases = nominated(cast)
    cast.at(LATE)
    told = reminding.tell_person

    def broken(draft: Any, *args: Any, **more: Any) -> None:
        if draft.case["id"] == cases[0]:
            raise ZeroDivisionError
        told(draft, *args, **more)

    monkeypatch.setattr(reminding, "tell_person", broken)
    assert len(sweep(cast.app.engine)) == 19
    monkeypatch.undo()
    left = ripe(cast)
    assert sweep(cast.app.engine) == set(left)
    assert len(left) == 1


def test_an_action_that_waits_for_lateness_is_the_engines():
    word = reminding._by_itself
    overdue, answered = Term(kind="overdue", text="overdue"), Term(kind="is", text="x is y", name="x")
    assert word(overdue, "due")
    assert not word(overdue, "remind")
    assert not word(answered, "due")
    assert word(Term(kind="is", text="phase is p", name="phase"), "remind")
    assert word(Term(kind="guard", text="g", name="g"), "remind")


def test_due_timers_are_found_by_an_index_that_holds_nothing_else(cast: Cast):
    nominated(cast)
    cast.at(LATE)
    with sent_to(cast.app.database) as heard:
        assert len(sweep(cast.app.engine)) == 20
    found = heard.of("FROM timer", "ORDER BY timer.due_at")
    assert found
    for statement, parameters in found:
        ways = accesses(cast.app.database, statement, parameters)
        assert ways[0] == Access("timer", "ix_timer_due", sought=True)
        assert all(way.sought or way.table == "fence" for way in ways), ways


def test_the_sweep_reads_no_table_whole(cast: Cast):
    nominated(cast)
    cast.at(LATE)
    with sent_to(cast.app.database) as heard:
        sweep(cast.app.engine)
    small = {"agency", "setting", "calendar_version", "person", "unit", "role_grant", "absence", "conflict",
             "definition_version", "plan_version", "fence", "unit_merge", "twin", "CONSTANT"}  # fmt: skip
    for statement, parameters in heard.sent:
        if not statement.startswith("SELECT") or "clock_timestamp" in statement:
            continue
        for way in accesses(cast.app.database, statement, parameters):
            assert way.sought or way.table in small, (way, statement)
