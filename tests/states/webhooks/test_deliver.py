"""From a decision to another system: by the outbox, signed, at least once, in order, whatever it answers."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from states.reaching import Answer
from states.webhooks import queue, subscribing
from states.webhooks.deliver import Webhooks
from states.webhooks.model import ASIDE, DONE, KINDS, PAUSED, WAITING, telling, webhook
from tests.receiver import drips, is_ours, receiver
from tests.roads import case_at
from tests.statements import accesses, sent_to
from tests.states.webhooks.conftest import Hooked
from workflow import incidents
from workflow.announcing import KIND
from workflow.clock import wall_now
from workflow.commands import Actor
from workflow.fence import lower, raise_everywhere, raised
from workflow.outbox import outbox

KNOWN = {"case", "case_id", "process", "seq", "action", "from", "state", "stage", "level", "number", "agency", "also"}


def test_a_decision_is_told_after_its_time_to_be_taken_back_and_only_in_ids_and_words_of_the_plan(
    hooked: Hooked,
) -> None:
    ident, secret = hooked.add()
    case_id = hooked.cast.nominate()
    hooked.cast.run_due()
    assert hooked.bring() == 0, "it may still be taken back"
    hooked.settle()
    [got] = hooked.to.got
    assert is_ours(secret, got.headers, got.body)
    assert got.headers["Content-Type"] == "application/json"
    said = json.loads(got.body)
    row = hooked.cast.row(case_id)
    assert said["type"] == "case.moved"
    assert set(said["data"]) == KNOWN
    assert (said["data"]["case"], said["data"]["state"], said["data"]["number"]) == (row.code, row.state, 1)
    words = got.body.decode()
    for name in ("candidate", "nominator", "Nguyễn", "Sáng kiến", *hooked.cast.people.values()):
        assert name not in words, "who and whom about is told to nobody"
    hooked.settle()
    assert len(hooked.to.got) == 1, "once"
    [line] = hooked.rows()
    assert (line.id, line.status, line.last_status, line.webhook_id) == (got.id, DONE, 204, ident)


def test_a_decision_taken_back_is_never_told(hooked: Hooked) -> None:
    case_id = case_at(hooked.cast, "unit_appraisal")
    hooked.cast.settle()
    hooked.add()
    cast = hooked.cast
    done = cast.act("head", case_id, "send_back", reason="Một lý do đủ dài để ai cũng hiểu.")
    cast.app.engine.undo(Actor(cast.people["head"], cast.agency_id, "page"), case_id, done.event_seq)
    hooked.settle()
    assert hooked.kinds() == []


def test_every_kind_is_told_by_its_most_particular_name_and_a_receiver_gets_what_it_asked_for(hooked: Hooked) -> None:
    hooked.add()
    with receiver() as other:
        hooked.cast.app.webhooks.door.__dict__["ports"] = (hooked.to.port, other.port)
        hooked.add(other, ("case.recognized",))
        case_at(hooked.cast, "recognized_unit")
        hooked.settle()
        assert hooked.kinds(other) == ["case.recognized"]
    assert set(hooked.kinds()) >= {"case.moved", "case.decided", "case.recognized"}
    assert set(hooked.kinds()) <= set(KINDS)
    numbers = [json.loads(one.body)["data"]["number"] for one in hooked.to.got]
    assert numbers == list(range(1, len(numbers) + 1)), "in order, none missing"


def test_a_deadline_that_is_missed_is_told(hooked: Hooked) -> None:
    hooked.add(kinds=("deadline.missed",))
    hooked.cast.nominate()
    hooked.cast.settle()
    hooked.cast.later(days=60)
    hooked.settle()
    assert set(hooked.kinds()) == {"deadline.missed"}


def test_where_nobody_listens_nothing_is_written(hooked: Hooked) -> None:
    hooked.cast.nominate()
    hooked.settle()
    assert [one for one in hooked.rows(outbox) if one.kind == KIND] == []


def test_a_receiver_away_for_long_delays_nobody_and_gets_everything_in_order_when_it_is_back(hooked: Hooked) -> None:
    cast = hooked.cast
    with receiver() as other:
        cast.app.webhooks.door.__dict__["ports"] = (hooked.to.port, other.port)
        hooked.add()
        hooked.add(other, name="Khác")
    # `other` is closed: it was there when it was added
    for who in ("candidate", "colleague1", "colleague2"):
        cast.nominate(who=who)
    mails = len(cast.told.letters)
    hooked.settle()
    assert len(hooked.to.got) == 3
    assert len(cast.told.letters) > mails, "mails left"
    away = next(one for one in hooked.rows(webhook) if one.name == "Khác")
    assert away.failures == 1
    assert [one.attempts for one in hooked.rows() if one.webhook_id == away.id] == [1, 0, 0], "asked with one only"
    for _ in range(6):
        hooked.bring(at_once=True)
    with receiver(port=other.port) as back:
        with hooked.database.write() as connection:
            long_ago = wall_now() - timedelta(hours=1)
            connection.execute(sa.update(webhook).values(failing_since=long_ago, retry_at=None).where(
                webhook.c.id == away.id))  # fmt: skip
            connection.execute(sa.update(telling).where(telling.c.attempts > 0).values(
                retry_at=wall_now() + timedelta(hours=1)))  # fmt: skip
            connection.execute(sa.update(telling).where(telling.c.number == 3).values(retry_at=None))
        hooked.bring()
        assert len(back.got) == 3, "what was tried meanwhile needs not wait for its pause"
        assert {one.status for one in hooked.rows()} == {DONE}
    assert len(hooked.to.got) == 3


def test_one_refused_telling_stops_no_other_but_those_of_its_case_that_are_newer(hooked: Hooked) -> None:
    hooked.add()
    cast = hooked.cast
    first = cast.nominate()
    cast.settle()
    hooked.to.answers = [500]
    hooked.bring()
    cast.nominate(who="colleague1")
    cast.settle()
    hooked.to.answers = [204]
    with hooked.database.write() as connection:
        connection.execute(sa.update(webhook).values(retry_at=None))
    hooked.bring()
    assert [(one.number, one.status) for one in hooked.rows()] == [(1, WAITING), (2, DONE)]
    with hooked.database.write() as connection:
        connection.execute(sa.update(telling).where(telling.c.number == 2).values(case_id=first, status=WAITING))
    hooked.bring()
    assert [one.status for one in hooked.rows()] == [WAITING, WAITING], "never before an older of its case"
    hooked.bring(at_once=True)
    assert [one.id for one in hooked.to.got[2:]] == [one.id for one in hooked.rows()]


def test_pauses_grow_with_chance_and_an_answer_may_ask_for_one(hooked: Hooked) -> None:
    assert [queue._pause(n) / pause for n, pause in enumerate(queue.PAUSES)] == pytest.approx([1] * 6, abs=0.21)
    assert queue._pause(500) <= 1.2 * queue.PAUSES[-1]
    hooked.add()
    hooked.cast.nominate()
    hooked.cast.settle()
    hooked.cast.app.webhooks.door.__dict__["post"] = lambda *_, **__: Answer(429, "", 1, pause=3000)
    hooked.bring()
    [row] = hooked.rows(webhook)
    assert row.retry_at - wall_now() > timedelta(seconds=2900)


def test_after_its_days_it_is_put_aside_the_office_is_told_and_sends_it_again(hooked: Hooked) -> None:
    cast = hooked.cast
    ident, _ = hooked.add()
    cast.nominate()
    cast.settle()
    hooked.to.answers = [500]
    hooked.bring()
    with hooked.database.write() as connection:
        since = wall_now() - timedelta(hours=7)
        connection.execute(sa.update(webhook).values(failing_since=since))
    hooked.bring(at_once=True)
    assert _reasons(hooked) == ["incident.webhook_failing"]
    with hooked.database.write() as connection:
        connection.execute(sa.update(telling).values(give_up_at=wall_now()))
    hooked.bring(at_once=True)
    assert [one.status for one in hooked.rows()] == [ASIDE]
    assert _reasons(hooked) == ["incident.webhook_aside", "incident.webhook_failing"]
    assert hooked.bring(at_once=True) == 0
    hooked.to.answers = [200]
    assert hooked.by_hand(subscribing.send_again, cast.agency_id, ident) == 1
    hooked.bring()
    assert [one.status for one in hooked.rows()] == [DONE]
    assert _reasons(hooked) == []
    assert len({one.id for one in hooked.to.got}) == 1, "the same id each time"


def test_whoever_is_gone_is_asked_no_more_until_somebody_resumes_it(hooked: Hooked) -> None:
    ident, _ = hooked.add()
    hooked.cast.nominate()
    hooked.to.answers = [410]
    hooked.settle()
    [row] = hooked.rows(webhook)
    assert (row.status, row.why) == (PAUSED, "gone")
    assert _reasons(hooked) == ["incident.webhook_gone"]
    hooked.bring(at_once=True)
    assert len(hooked.to.got) == 1
    hooked.to.answers = [204]
    hooked.by_hand(subscribing.resume, hooked.cast.agency_id, ident)
    assert hooked.bring() == 1


def test_while_paused_it_waits_and_goes_when_resumed(hooked: Hooked) -> None:
    ident, _ = hooked.add()
    hooked.by_hand(subscribing.pause, hooked.cast.agency_id, ident)
    hooked.cast.nominate()
    assert hooked.settle() == 0
    hooked.by_hand(subscribing.resume, hooked.cast.agency_id, ident)
    assert hooked.bring() == 1


def test_a_slow_receiver_is_left_and_pauses(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    post = type(hooked.cast.app.webhooks.door).post
    monkeypatch.setattr(type(hooked.cast.app.webhooks.door), "post", lambda *a: post(*a, seconds=0.3))
    hooked.add()
    hooked.to.answers = [drips]
    hooked.cast.nominate()
    began = time.monotonic()
    hooked.settle()
    assert time.monotonic() - began < 10
    [line] = hooked.rows()
    assert (line.status, line.last_status, line.last_words) == (WAITING, 0, "slow")


def test_a_new_secret_signs_beside_the_one_before_for_a_day(hooked: Hooked) -> None:
    ident, first = hooked.add()
    cast = hooked.cast
    second = hooked.by_hand(subscribing.renew, cast.app.identities, cast.agency_id, ident)
    cast.nominate()
    hooked.settle()
    got = hooked.to.got[-1]
    assert is_ours(first, got.headers, got.body)
    assert is_ours(second, got.headers, got.body)
    with hooked.database.write() as connection:
        connection.execute(sa.update(webhook).values(both_until=wall_now()))
    cast.nominate(who="colleague1")
    hooked.settle()
    got = hooked.to.got[-1]
    assert not is_ours(first, got.headers, got.body), "a secret that is over signs nothing"
    assert is_ours(second, got.headers, got.body)
    assert not is_ours(second, got.headers, got.body + b" ")
    assert not is_ours(second, got.headers, got.body, now=time.time() + 400)


@pytest.mark.parametrize("dies", ["before", "after"])
def test_killed_between_the_answer_and_the_commit_the_same_goes_again(hooked: Hooked, dies: str) -> None:
    """A process of its own that is killed there (`before`: with nothing written of the answer)."""
    hooked.add()
    hooked.cast.nominate()
    hooked.cast.settle()
    with hooked.database.read() as connection:
        [due] = hooked.cast.app.webhooks.due(connection)
    hooked.database.dispose()
    child = os.fork()
    if child == 0:
        name = "brought" if dies == "before" else "release"
        setattr(queue, name, lambda *_: os.kill(os.getpid(), 9))
        hooked.cast.app.webhooks.bring(due)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 9
    assert hooked.bring() == 0, "in hands that are dead, for its lease"
    with hooked.database.write() as connection:
        connection.execute(sa.update(webhook).values(lease_until=wall_now()))
    again = hooked.bring()
    assert again == (1 if dies == "before" else 0)
    assert len({one.id for one in hooked.to.got}) == 1, "whoever knows it drops the repeat"
    assert len({one.body for one in hooked.to.got}) == 1
    assert [one.status for one in hooked.rows()] == [DONE]


def test_of_two_pairs_of_hands_one_brings_and_late_ones_write_nothing(hooked: Hooked) -> None:
    hooked.add()
    hooked.cast.nominate()
    hooked.cast.settle()
    with hooked.database.read() as connection:
        [due] = queue.due(connection)
    first = queue.take(hooked.database, due)
    assert first is not None
    assert queue.take(hooked.database, due) is None
    with hooked.database.write() as connection:
        connection.execute(sa.update(webhook).values(lease_until=wall_now()))
    assert hooked.bring() == 1
    [row] = hooked.rows()
    with pytest.raises(queue.Lost), hooked.database.write() as connection:
        queue.failed(connection, first, row._mapping, Answer(500, "", 1))
    assert [one.status for one in hooked.rows()] == [DONE]


def test_behind_a_fence_nobody_is_told(hooked: Hooked) -> None:
    hooked.add()
    hooked.cast.nominate()
    hooked.cast.settle()
    with hooked.database.write() as connection:
        raise_everywhere(connection, cut_at=wall_now(), origin={})
    assert hooked.bring() == 0
    with hooked.database.write() as connection:
        found = raised(connection, hooked.cast.agency_id)
        assert found is not None
        lower(connection, found.id, by=None, decided={})
    assert hooked.bring() == 1


def test_nothing_leaves_for_an_address_that_became_an_inner_one(hooked: Hooked) -> None:
    hooked.add()
    app = hooked.cast.app
    app.webhooks = Webhooks(app.database, app.identities, type(app.webhooks.door)(ports=(hooked.to.port,)))
    hooked.cast.nominate()
    hooked.settle()
    assert hooked.to.got == []
    assert [one.last_words for one in hooked.rows()] == ["inner"]


def test_what_is_over_long_ago_is_in_no_log(hooked: Hooked) -> None:
    ident, _ = hooked.add()
    hooked.cast.nominate()
    hooked.settle()
    with hooked.database.write() as connection:
        assert queue.forget_old(connection) == 0
        connection.execute(sa.update(telling).values(over_at=wall_now() - queue.KEPT - timedelta(seconds=1)))
        assert queue.forget_old(connection) == 1
        subscribing.end(
            connection, hooked.cast.app.identities, hooked.cast.agency_id, ident, hooked.cast.people["office"]
        )
        connection.execute(sa.update(webhook).values(tried_at=None))
        queue.forget_old(connection)
    assert hooked.rows(webhook) == []


def test_however_much_waits_it_is_found_by_index(hooked: Hooked) -> None:
    hooked.add()
    hooked.cast.nominate()
    hooked.cast.settle()
    with sent_to(hooked.database) as asked:
        hooked.bring()
    for statement, parameters in asked.of("webhook_telling", "SELECT"):
        for way in accesses(hooked.database, statement, parameters):
            assert way.sought or way.table in ("webhook", "fence"), (way, statement)


def _reasons(hooked: Hooked) -> list[str]:
    with hooked.database.read() as connection:
        return sorted(one["reason"]["key"] for one in incidents.listed(connection, hooked.cast.agency_id))
