"""What is committed is sealed, once, by whichever clock; the journal misses no way of changing who may what."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from scheduler import jobs
from scheduler.clock import Clock
from tests.audited import found, note_deliveries, sealed_past
from tests.cast import Cast
from tests.roads import case_at
from tests.workflow.test_stalls import until
from workflow import seal as sealing
from workflow.clock import wall_now
from workflow.history import event
from workflow.journal import journal
from workflow.organisation import account
from workflow.organisation_changes import add_account, grant_role, revoke_role
from workflow.outbox import delivery
from workflow.seal import SOURCES, Sealer, counts, delivery_key, seal


def count(cast: Cast, table: sa.Table) -> int:
    with cast.app.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_the_clock_seals_what_is_written(cast: Cast):
    table = [job for job in jobs.table(cast.app, lambda: 0) if job.name == "seal"]
    assert [job.seconds for job in table] == [1]
    clock = Clock(table)
    clock.start()
    try:
        case_at(cast, "unit_appraisal")
        note_deliveries(cast)
        rows = sum(count(cast, source.table) for source in SOURCES)
        until(lambda: count(cast, seal) == rows)
    finally:
        clock.stop()
    with cast.app.database.read() as connection:
        assert counts(connection) == {"sealed": rows, "unsealed": 0}
        places = connection.scalars(sa.select(seal.c.place).order_by(seal.c.place)).all()
        assert places == list(range(1, rows + 1))
        assert found(connection, []) == []


def test_several_clocks_seal_each_row_once(cast: Cast):
    database, stop = cast.app.database, threading.Event()
    failures: list[BaseException] = []

    def tick() -> None:
        sealer = Sealer(database)
        try:
            while not stop.is_set():
                sealer.run()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for who in ("candidate", "colleague1", "colleague2"):
        case_at(cast, "cultivating", who=who)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    Sealer(database).run()
    assert count(cast, seal) == sum(count(cast, source.table) for source in SOURCES)
    with database.read() as connection:
        assert found(connection, []) == []


def test_many_rows_take_several_transactions(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    case_at(cast, "cultivating")
    monkeypatch.setattr(sealing, "BATCH", 5)
    rows = sum(count(cast, source.table) for source in SOURCES)
    assert Sealer(cast.app.database).run() == rows > 15
    with cast.app.database.read() as connection:
        assert found(connection, []) == []


def test_a_past_that_is_still_being_sealed_is_no_alarm(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    old = sealing.id_floor(wall_now() - timedelta(days=2))[:-3]
    with cast.app.database.write() as connection:
        row = {"agency_id": cast.agency_id, "kind": "sent", "detail": {}, "at": wall_now()}
        connection.execute(sa.insert(delivery), [{"id": f"{old}{number:03}", **row} for number in range(30)])
    monkeypatch.setattr(sealing, "BATCH", 7)
    monkeypatch.setattr(sealing, "AT_MOST", 0.0001)  # a batch a run, as an upgrade's first minutes would be
    for _ in range(2):
        Sealer(cast.app.database).run()
    with cast.app.database.read() as connection:
        assert 0 < counts(connection)["sealed"] < 30
        assert found(connection, []) == []


def test_a_row_that_turns_up_late_is_sealed_and_not_missed(cast: Cast):
    sealer = Sealer(cast.app.database)
    case_at(cast, "identified")
    sealer.run()
    for minutes in (1, 60):  # its id was made before others were sealed, its transaction ended after
        ident = sealing.id_floor(wall_now() - timedelta(minutes=minutes))
        with cast.app.database.write() as connection:
            row = {"agency_id": cast.agency_id, "kind": "sent", "detail": {}, "at": wall_now()}
            connection.execute(sa.insert(delivery).values(id=ident, **row))
        assert sealer.run() == (1 if minutes == 1 else 0), "only the last minutes are looked at"
    assert Sealer(cast.app.database).run() == 1, "and once an hour, and at the start, everything"


def test_a_quiet_second_writes_nothing(cast: Cast):
    case_at(cast, "identified")
    sealer = Sealer(cast.app.database)
    assert sealer.run() > 0
    sent: list[Any] = []
    sa.event.listen(cast.app.database.engine, "before_cursor_execute", lambda *a: sent.append(a[2]))
    assert sealer.run() == 0
    assert sent
    assert not [one for one in sent if not one.startswith(("SELECT", "BEGIN"))]
    assert len(sent) <= 5


def test_erasing_keeps_the_seals_whole(cast: Cast):
    kept = sealed_past(cast)
    mine = delivery.c.person_id == cast.people["head"]
    with cast.app.database.write() as connection:
        erased = connection.execute(sa.update(delivery).where(mine).values(detail={"erased": True}))
        sealing.forget(connection, mine)
        assert erased.rowcount > 0
    with cast.app.database.read() as connection:
        assert found(connection, kept) == []
        gone = connection.scalars(sa.select(delivery_key.c.key).where(delivery_key.c.key.is_(None))).all()
        assert len(gone) == erased.rowcount
        noted = sa.select(sa.func.count()).where(journal.c.noun == "delivery_log", journal.c.verb == "erase")
        assert connection.scalar(noted) == erased.rowcount
    Sealer(cast.app.database).run()
    with cast.app.database.read() as connection:
        assert found(connection, kept) == [], "what was noted of the erasing is sealed too"


def test_what_was_erased_before_it_was_sealed_is_no_alarm(cast: Cast):
    case_at(cast, "identified")
    note_deliveries(cast)
    with cast.app.database.write() as connection:
        connection.execute(sa.update(delivery).values(detail={"erased": True}))
        sealing.forget(connection, sa.true())
    Sealer(cast.app.database).run()
    with cast.app.database.read() as connection:
        assert found(connection, []) == []


def noted(cast: Cast, noun: str) -> list[tuple[str, dict[str, Any]]]:
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(journal).where(journal.c.noun == noun).order_by(journal.c.id))
        return [(row.verb, row.body) for row in rows]


def test_the_journal_notes_roles_however_they_change(cast: Cast):
    before = noted(cast, "role_grant")
    assert len(before) >= 12, "those of the beginning too"
    with cast.app.database.write() as connection:
        ident = grant_role(
            connection, cast.agency_id, person_id=cast.people["clerk"], role="office", starts_on=date(2025, 3, 3),
            unit_id=None, new_id=cast.app.database.new_id,
        )  # fmt: skip
    with cast.app.database.write() as connection:
        revoke_role(connection, cast.agency_id, ident, last_day=date(2025, 3, 9))
    with cast.app.database.write() as connection:
        connection.execute(sa.text("UPDATE role_grant SET starts_on = starts_on"))
        connection.execute(sa.text(f"DELETE FROM role_grant WHERE id = '{ident}'"))
    new = noted(cast, "role_grant")[len(before) :]
    assert sorted(verb for verb, _ in new) == ["delete", "insert", "update"], "what changes nothing is no change"
    assert {body["person_id"] for _, body in new} == {cast.people["clerk"]}
    assert [body["ends_on"] for verb, body in new if verb == "update"] == ["2025-03-09"]


def test_the_journal_keeps_no_name_and_no_secret(cast: Cast):
    with cast.app.database.write() as connection:
        ident = add_account(connection, login="bi.mat", email="bi.mat@so.example", password_hash="băm")
        connection.execute(sa.update(account).where(account.c.id == ident).values(is_admin=True))
        connection.execute(sa.update(account).where(account.c.id == ident).values(password_hash="khác"))
    assert sorted(verb for verb, _ in noted(cast, "account")) == ["insert", "update"]
    with cast.app.database.read() as connection:
        bodies = str(connection.scalars(sa.select(journal.c.body)).all())
        plans = [body for _, body in noted(cast, "plan_version")]
    assert not [word for word in ("bi.mat", "băm", "Nguyễn", "so.example") if word in bodies]
    assert {body["code"] for body in plans} == {"so-tttt-2022-2025"}


def test_a_decision_writes_nothing_for_the_seal(cast: Cast):
    case_id = cast.nominate()
    sent: list[Any] = []
    sa.event.listen(cast.app.database.engine, "before_cursor_execute", lambda *a: sent.append(a[2]))
    cast.act("nominator", case_id, "withdraw", reason="Xin rút hồ sơ vì chuyển công tác")
    assert any(f"INSERT INTO {event.name}" in one for one in sent)
    assert not [one for one in sent if "seal" in one or "journal" in one or "anchor" in one]
