"""Messages are taken once, in order, given back when their hands die, given up only in sight of a person."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.statements import Access, accesses, sent_to
from workflow import clock, incidents, outbox
from workflow.db import Database, uuid7
from workflow.organisation import agency
from workflow.outbox import Draft

EARLY = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    with database.write() as connection:
        for id_ in ("a", "b"):
            connection.execute(sa.insert(agency).values(id=id_, code=id_, name=id_, created_at=EARLY))
    yield database
    database.dispose()


def draft(key, *, case="c1", recipient="case:c2", kind="answer", not_before=EARLY, topic="", of="a"):
    return Draft(of, kind, recipient, {"n": key}, key, not_before, case, topic)


def put(database, *drafts):
    ids = []
    with database.write() as connection:
        for one in drafts:
            ids += outbox.enqueue(connection, [one])
    return ids


def rows(database):
    with database.read() as connection:
        return {row.id: row for row in connection.execute(sa.select(outbox.outbox))}


def change(database, id_, **values):
    with database.write() as connection:
        connection.execute(sa.update(outbox.outbox).where(outbox.outbox.c.id == id_).values(**values))


def end_lease(database, id_):
    change(database, id_, lease_until=clock.wall_now() - timedelta(seconds=1))


def done(database, claimed):
    with database.write() as connection:
        return outbox.finish(connection, claimed)


def test_a_dedupe_key_is_once_in_each_agency(database):
    assert len(put(database, draft("k"))) == 1
    assert put(database, draft("k")) == []
    assert len(put(database, draft("k", of="b"))) == 1


def test_a_message_is_taken_once_finished_once_and_then_gone(database):
    [id_] = put(database, draft("k"))
    [claimed] = outbox.claim_due(database, 10)
    assert (claimed.id, claimed.payload, claimed.attempts) == (id_, {"n": "k"}, 1)
    assert outbox.claim_due(database, 10) == []
    assert done(database, claimed)
    assert not done(database, claimed)
    assert outbox.claim_due(database, 10) == []
    assert rows(database)[id_].status == "done"


def test_many_hands_never_take_the_same(database):
    ids = put(database, *(draft(f"k{n}", case=f"c{n}") for n in range(40)))
    taken, start = [], threading.Barrier(8)

    def hands():
        start.wait()
        for _ in range(20):
            taken.extend(claimed.id for claimed in outbox.claim(database, ids))

    threads = [threading.Thread(target=hands) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(taken) == Counter(ids)


def test_a_held_message_waits_for_business_time(database):
    with database.read() as connection:
        later = clock.business_now(connection) + timedelta(seconds=30)
    put(database, draft("k", not_before=later))
    assert outbox.claim_due(database, 10) == []
    with database.write() as connection:
        clock.move_to(connection, later + timedelta(seconds=1))
    assert len(outbox.claim_due(database, 10)) == 1


def test_an_older_message_of_the_same_case_and_recipient_goes_first(database):
    first, second = put(database, draft("1"), draft("2"))
    [other] = put(database, draft("3", recipient="case:c9"))
    taken = {claimed.id: claimed for claimed in outbox.claim_due(database, 10)}
    assert set(taken) == {first, other}
    assert outbox.claim(database, [second]) == []
    done(database, taken[first])
    assert [claimed.id for claimed in outbox.claim_due(database, 10)] == [second]


def test_messages_of_one_transaction_keep_the_order_they_were_written_in(database):
    with database.write() as connection:
        ids = outbox.enqueue(connection, [draft(str(n)) for n in range(30)])
    order = []
    while taken := outbox.claim_due(database, 5):
        assert len(taken) == 1
        order.append(taken[0].id)
        done(database, taken[0])
    assert order == ids


def test_dead_hands_lose_the_message_and_may_not_finish_it(database):
    [id_] = put(database, draft("k"))
    [dead] = outbox.claim_due(database, 10)
    end_lease(database, id_)
    [alive] = outbox.claim_due(database, 10)
    assert alive.fence == dead.fence + 1
    with database.write() as connection:
        assert not outbox.finish(connection, dead)
        assert not outbox.fail(connection, dead, "late", permanent=True)
    assert done(database, alive)


def test_failures_wait_longer_each_time_and_the_fifth_opens_one_incident(database):
    [id_] = put(database, draft("k"))
    pauses = []
    for _ in range(5):
        change(database, id_, retry_at=None)
        [claimed] = outbox.claim_due(database, 10)
        with database.write() as connection:
            outbox.fail(connection, claimed, "451 later")
        if (row := rows(database)[id_]).status == "new":
            pauses.append((row.retry_at - clock.wall_now()).total_seconds())
            assert outbox.claim_due(database, 10) == [], "not before its time"
    assert len(pauses) == 4
    assert pauses == sorted(pauses)
    assert rows(database)[id_].status == "failed"
    with database.read() as connection:
        [trouble] = incidents.listed(connection, "a")
    assert (trouble.message_id, trouble.kind) == (id_, "delivery")
    assert incidents.reason(trouble).params["error"] == "451 later"


def test_pauses_are_spread_so_that_a_crowd_does_not_come_back_together(database):
    put(database, *(draft(f"k{n}", case=f"c{n}") for n in range(10)))
    for claimed in outbox.claim_due(database, 10):
        with database.write() as connection:
            outbox.fail(connection, claimed, "x")
    assert len({row.retry_at for row in rows(database).values()}) > 5
    assert all((row.retry_at - row.created_at).total_seconds() > 1.5 for row in rows(database).values())


def test_a_permanent_error_is_an_incident_at_once_and_a_person_may_try_again(database):
    [id_] = put(database, draft("k"))
    [claimed] = outbox.claim_due(database, 10)
    with database.write() as connection:
        assert outbox.fail(connection, claimed, "550 nobody", permanent=True)
    assert outbox.claim_due(database, 10) == []
    with database.write() as connection:
        assert outbox.retry(connection, id_, "somebody")
        assert not outbox.retry(connection, id_, "somebody")
        assert incidents.listed(connection, "a") == []
        [repaired] = incidents.listed(connection, "a", status="repaired")
        assert repaired.repaired_by == "somebody"
    [again] = outbox.claim_due(database, 10)
    assert again.attempts == 1
    with database.write() as connection:
        outbox.fail(connection, again, "550 nobody", permanent=True)
        assert len(incidents.listed(connection, "a")) == 1, "the same incident, open again"
        assert incidents.listed(connection, "b") == []


def test_what_kills_five_processes_is_given_up(database):
    [id_] = put(database, draft("k"))
    for _ in range(outbox.MOST_ATTEMPTS):
        assert len(outbox.claim_due(database, 10)) == 1
        end_lease(database, id_)
    assert outbox.claim_due(database, 10) == []
    assert rows(database)[id_].status == "failed"
    with database.read() as connection:
        assert len(incidents.listed(connection, "a")) == 1


def test_withdrawing_takes_back_only_what_nobody_holds(database):
    first, second = put(database, draft("1"), draft("2", case="c9"))
    [claimed] = outbox.claim(database, [first])
    with database.write() as connection:
        assert outbox.withdraw(connection, [first, second]) == 1
    assert done(database, claimed)
    assert rows(database)[second].status == "withdrawn"


def test_a_new_message_on_a_topic_replaces_the_held_one_only(database):
    with database.read() as connection:
        later = clock.business_now(connection) + timedelta(seconds=30)
    [sent] = put(database, draft("1", topic="due"))
    held, other = put(database, draft("2", topic="due", not_before=later), draft("3", not_before=later))
    put(database, draft("4", topic="due", not_before=later))
    statuses = {id_: row.status for id_, row in rows(database).items()}
    assert (statuses[sent], statuses[held], statuses[other]) == ("new", "withdrawn", "new")


def notice(key, **changed):
    return draft(key, **{"kind": "notice", "recipient": "person:p", **changed})


def test_a_slow_mail_server_holds_two_hands_at_most_and_nothing_else_waits(database):
    put(database, *(notice(f"m{n}", recipient=f"person:{n}") for n in range(5)), draft("k"))
    taken = outbox.claim_due(database, 10)
    assert Counter(claimed.kind for claimed in taken) == {"notice": outbox.NOTICES_AT_ONCE, "answer": 1}
    assert outbox.claim_due(database, 10) == []


def test_one_message_of_a_recipient_is_offered_and_the_waiting_join_it(database):
    with database.read() as connection:
        later = clock.business_now(connection) + timedelta(seconds=30)
        assert outbox.due_ids(connection, 10) == []
    put(database, notice("held", case="c8", not_before=later))
    first, second, third = put(database, notice("1"), notice("2", case="c9"), notice("3"))
    put(database, notice("4", recipient="person:q"), notice("5", of="b", case="cb"))
    with database.read() as connection:
        assert len(outbox.due_ids(connection, 10)) == 3
    [claimed] = outbox.claim(database, [first])
    assert [sibling.id for sibling in outbox.claim_with(database, claimed)] == [second, third]
    assert outbox.claim_with(database, claimed) == []


def test_what_dead_hands_held_goes_together_again(database):
    head, other = put(database, notice("1"), notice("2"))
    [claimed] = outbox.claim(database, [head])
    outbox.claim_with(database, claimed)
    for one in (head, other):
        end_lease(database, one)
    [again] = outbox.claim(database, [head])
    assert [row.id for row in outbox.claim_with(database, again)] == [other]


def test_one_letter_holds_only_so_much(database):
    ids = put(database, *(notice(str(number)) for number in range(outbox.MOST_TOGETHER + 5)))
    [claimed] = outbox.claim(database, ids[:1])
    assert [row.id for row in outbox.claim_with(database, claimed)] == ids[1 : outbox.MOST_TOGETHER]


def test_mail_and_the_rest_are_asked_for_apart(database):
    mail, rest = put(database, notice("m"), draft("k"))
    with database.read() as connection:
        assert outbox.due_ids(connection, 10, notices=True) == [mail]
        assert outbox.due_ids(connection, 10, notices=False) == [rest]
        assert outbox.due_ids(connection, 10, among=[mail]) == [mail]


def test_a_postponed_message_lost_no_attempt(database):
    [id_] = put(database, draft("k"))
    [claimed] = outbox.claim_due(database, 10)
    with database.write() as connection:
        assert outbox.postpone(connection, claimed, 60)
    row = rows(database)[id_]
    assert (row.status, row.attempts) == ("new", 0)
    assert outbox.claim_due(database, 10) == []


def test_ids_of_one_process_sort_as_they_were_made():
    ids = [uuid7() for _ in range(5000)]
    assert ids == sorted(set(ids))


def test_what_waits_is_found_in_indexes_of_what_waits(database):
    with database.read() as connection:
        later = clock.business_now(connection) + timedelta(seconds=30)
    put(database, *(notice(str(n), recipient=f"person:{n}") for n in range(20)), draft("k"))
    held = draft("h", topic="x", not_before=later)
    with sent_to(database) as heard:
        put(database, held)
        claimed = outbox.claim_due(database, 3)
        outbox.claim_with(database, claimed[0])
    asked = [one for one in heard.sent if one[0].startswith("SELECT") and "FROM outbox_message" in one[0]]
    assert len(asked) == 5, "what is held, what is due, the claim, the places, what else waits"
    waiting = {"ix_outbox_waiting", "ix_outbox_recipient", "ix_outbox_case", "ix_outbox_leased"}
    for statement, parameters in asked:
        ways = [way for way in accesses(database, statement, parameters) if way.table in ("outbox_message", "older")]
        assert ways
        assert {way.by for way in ways} <= waiting | {"pk_outbox_message", "sqlite_autoindex_outbox_message_1"}, ways
    if (
        database.is_sqlite
    ):  # PostgreSQL chooses among these indexes by what it has counted: tests/workflow/test_crowds.py
        due = accesses(database, *asked[1])
        assert Access("outbox_message", "ix_outbox_waiting", sought=False) in due, "in their order"
