"""A message and its effect are one; whatever goes wrong, the message is somebody's to see."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tasks.deliver import deliver, hand_over
from tests.tasks.workshop import Workshop
from workflow import incidents, outbox
from workflow.outbox import Undeliverable


def test_an_effect_is_written_once_however_often_the_wakeup_comes(workshop: Workshop):
    ids = workshop.put("một", "hai")
    assert deliver(workshop, [*ids, *ids]) == 2
    assert deliver(workshop, ids) == 0
    assert sorted(workshop.marks()) == ["hai", "một"]


def test_hands_that_lost_their_lease_leave_nothing(workshop: Workshop):
    workshop.put("một")
    [slow] = outbox.claim_due(workshop.database, 1)
    with workshop.database.write() as connection:
        connection.execute(sa.update(outbox.outbox).values(lease_until=slow.created_at))
    [quick] = outbox.claim_due(workshop.database, 1)
    assert hand_over(workshop, quick)
    assert not hand_over(workshop, slow)
    assert workshop.marks() == ["một"]


def test_a_failure_is_put_back_and_the_others_go_on(workshop: Workshop):
    [broken] = workshop.put("x", kind="breaks")
    whole = workshop.put("một", "hai")
    assert deliver(workshop, [broken, *whole]) == 3
    assert sorted(workshop.marks()) == ["hai", "một"]
    with workshop.database.read() as connection:
        row = connection.execute(sa.select(outbox.outbox).where(outbox.outbox.c.id == broken)).one()
    assert (row.status, row.attempts, row.last_error) == ("new", 1, "nobody listens")
    assert row.retry_at is not None


def test_what_cannot_be_delivered_is_an_incident_at_once(workshop: Workshop):
    def refuses(_claimed, _finish):
        raise Undeliverable("550 no such mailbox")

    workshop.handlers["refused"] = refuses
    ids = [*workshop.put("x", kind="refused"), *workshop.put("y", kind="unheard_of")]
    deliver(workshop, ids)
    assert {workshop.status(id_) for id_ in ids} == {"failed"}
    with workshop.database.read() as connection:
        errors = {incidents.reason(row).params["error"] for row in incidents.listed(connection, "a")}
    assert errors == {"550 no such mailbox", "nobody delivers 'unheard_of'"}


def test_a_batch_ends_in_time_and_leaves_the_rest_untouched(workshop: Workshop):
    ids = workshop.put("một", "hai")
    assert deliver(workshop, ids, seconds=0) == 0
    assert {workshop.status(id_) for id_ in ids} == {"new"}


def test_held_messages_are_not_delivered(workshop: Workshop):
    [held] = workshop.put("một", held=True)
    assert deliver(workshop, [held]) == 0
    assert workshop.marks() == []


def letters(workshop: Workshop, count: int) -> list[str]:
    return [id_ for n in range(count) for id_ in workshop.put(str(n), kind="notice", recipient=f"person:{n}")]


def test_more_mail_takes_its_place_in_the_queue_again(workshop: Workshop):
    first, *others = letters(workshop, 4)
    passed: list[str] = []
    assert deliver(workshop, [first], pass_on=passed.extend) == 1
    assert passed == others
    assert workshop.marks() == ["0"], "a hand is free for something else after each batch"
    assert deliver(workshop, passed, pass_on=lambda ids: pytest.fail(f"nothing is left: {ids}")) == 3


def test_mail_that_the_broker_does_not_take_back_goes_on_here(workshop: Workshop, caplog: pytest.LogCaptureFixture):
    def refuse(_ids: object) -> None:
        raise ConnectionRefusedError("no broker")

    first, *_ = letters(workshop, 4)
    assert deliver(workshop, [first], pass_on=refuse) == 4
    assert "going on with mail here" in caplog.text
