"""A history that was touched says so, whatever was touched; one that was only erased or is being written does not."""

from __future__ import annotations

import random
import threading
from typing import Any

import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at, do
from tests.tampering import unguard
from workflow.case import case
from workflow.db import uuid7
from workflow.history import Break, erase_inputs, event, event_detail, link_hash, verify
from workflow.message import Conflict

MUTATIONS = 300


class Undone(Exception):
    """Takes a mutation back."""


def _pick(random_: random.Random, connection: sa.Connection, table: sa.Table) -> Any:
    key = table.c.id if "id" in table.c else table.c.event_id
    rows = connection.execute(sa.select(table).order_by(key)).all()
    return random_.choice(rows)


def _set(connection: sa.Connection, table: sa.Table, row: Any, values: dict[str, Any]) -> str:
    key = table.c.id if "id" in table.c else table.c.event_id
    ident = row.id if "id" in table.c else row.event_id
    connection.execute(sa.update(table).where(key == ident).values(**values))
    return f"{table.name} {ident} {values}"


def edit_event(random_: random.Random, connection: sa.Connection) -> str:
    """Another value in one column of an event."""
    row = _pick(random_, connection, event)
    others = [p for p in connection.scalars(sa.text("SELECT id FROM person ORDER BY id")) if p != row.actor_id]
    values: dict[str, Any] = {
        "id": uuid7(), "seq": row.seq + 1000, "at": row.at.replace(microsecond=(row.at.microsecond + 1) % 1_000_000),
        "kind": "other", "body": {**row.body, random_.choice(sorted(row.body)): "other"}, "hash": "f" * 64,
        "previous": "e" * 64, "actor_id": random_.choice(others),
    }  # fmt: skip
    name = random_.choice(sorted(values))
    return _set(connection, event, row, {name: values[name]})


def edit_and_hash_anew(random_: random.Random, connection: sa.Connection) -> str:
    """Another body whose own hash was made to fit."""
    row = _pick(random_, connection, event)
    body = {**row.body, "action": "other"}
    return _set(connection, event, row, {"body": body, "hash": link_hash(row.previous, body)})


def drop_from_body(random_: random.Random, connection: sa.Connection) -> str:
    """A key taken out of a body."""
    row = _pick(random_, connection, event)
    gone = random_.choice(sorted(row.body))
    return _set(connection, event, row, {"body": {k: v for k, v in row.body.items() if k != gone}})


def edit_detail(random_: random.Random, connection: sa.Connection) -> str:
    """What was submitted, its key, or where it hangs."""
    row = _pick(random_, connection, event_detail)
    elsewhere = connection.scalars(sa.select(case.c.id).where(case.c.id != row.case_id)).first()
    values: list[dict[str, Any]] = [
        {"inputs": {**row.inputs, "reason": "khác"}}, {"inputs": None}, {"inputs": {}}, {"key": "0" * 64},
        {"key": None}, {"key": None, "inputs": None}, {"key": None, "inputs": {"reason": "khác"}},
        {"case_id": elsewhere}, {"event_id": uuid7()},
    ]  # fmt: skip
    return _set(connection, event_detail, row, random_.choice(values))


def delete_event(random_: random.Random, connection: sa.Connection) -> str:
    """One event gone, from wherever."""
    row = _pick(random_, connection, event)
    connection.execute(sa.delete(event).where(event.c.id == row.id))
    return f"deleted {row.seq}"


def delete_detail(random_: random.Random, connection: sa.Connection) -> str:
    """What was submitted gone, row and all."""
    row = _pick(random_, connection, event_detail)
    connection.execute(sa.delete(event_detail).where(event_detail.c.event_id == row.event_id))
    return f"deleted detail {row.event_id}"


def cut_tail(random_: random.Random, connection: sa.Connection) -> str:
    """The last events of a case gone, as if they had never been."""
    row = _pick(random_, connection, event)
    connection.execute(sa.delete(event).where(event.c.case_id == row.case_id, event.c.seq >= row.seq))
    return f"cut {row.case_id} from {row.seq}"


def move_head(random_: random.Random, connection: sa.Connection) -> str:
    """The case says its chain ends elsewhere."""
    row = _pick(random_, connection, case)
    values = random_.choice([{"chain_seq": row.chain_seq - 1}, {"chain_head": "a" * 64}])
    return _set(connection, case, row, values)


def swap(random_: random.Random, connection: sa.Connection) -> str:
    """Two events in each other's place."""
    one, other = _pick(random_, connection, event), _pick(random_, connection, event)
    while other.id == one.id:
        other = _pick(random_, connection, event)
    columns = random_.choice([("body",), ("body", "hash"), ("body", "hash", "previous"), ("hash",)])
    _set(connection, event, one, {name: getattr(other, name) for name in columns})
    return _set(connection, event, other, {name: getattr(one, name) for name in columns})


def insert(random_: random.Random, connection: sa.Connection) -> str:
    """An event that never was, well hashed, after the last; or what nobody submitted."""
    row = _pick(random_, connection, event)
    if random_.random() < 0.3:
        stray = {"agency_id": row.agency_id, "case_id": row.case_id, "key": None, "inputs": None}
        connection.execute(sa.insert(event_detail).values(event_id=uuid7(), **stray))
        return "stray detail"
    of_case = sa.select(event).where(event.c.case_id == row.case_id).order_by(event.c.seq.desc()).limit(1)
    last = connection.execute(of_case).one()
    new = {**last._asdict(), "id": uuid7(), "seq": last.seq + 1, "previous": last.hash}
    body = {**last.body, "id": new["id"], "seq": new["seq"], "input_digest": None}
    connection.execute(sa.insert(event).values({**new, "body": body, "hash": link_hash(last.hash, body)}))
    return f"inserted after {last.seq}"


KINDS = (
    edit_event, edit_and_hash_anew, drop_from_body, edit_detail, delete_event, delete_detail, cut_tail, move_head, swap,
    insert,
)  # fmt: skip


def some_life(cast: Cast) -> list[str]:
    """Three cases with a past."""
    first = case_at(cast, "recognized_department", held=["complaint"])
    second = case_at(cast, "cultivating", who="colleague1")
    return [first, second, case_at(cast, "identified", who="mentor")]


def _after(cast: Cast, seed: int) -> tuple[str, list[Break]]:
    random_ = random.Random(seed)
    what, found = "", []
    try:
        with cast.app.database.write() as connection:
            unguard(connection)
            what = KINDS[seed % len(KINDS)](random_, connection)
            found = verify(connection)
            raise Undone
    except Undone:
        return what, found


def test_300_mutations_are_all_found(unchecked_cast: Cast):
    some_life(unchecked_cast)
    missed = []
    for seed in range(MUTATIONS):
        what, found = _after(unchecked_cast, seed)
        if not found:
            missed.append((seed, KINDS[seed % len(KINDS)].__name__, what))
    assert missed == []
    with unchecked_cast.app.database.read() as connection:
        assert verify(connection) == [], "each was taken back: what was found was the mutation"


def test_a_break_names_the_case_and_the_place(unchecked_cast: Cast):
    ids = some_life(unchecked_cast)
    with unchecked_cast.app.database.write() as connection:
        unguard(connection)
        third = (event.c.case_id == ids[1]) & (event.c.seq == 2)
        connection.execute(sa.update(event).where(third).values(actor_id=unchecked_cast.people["outsider"]))
        found = verify(connection)
    assert [(one.case_id, one.seq) for one in found] == [(ids[1], 2)]
    assert found[0].code == unchecked_cast.row(ids[1]).code


def test_erasing_keeps_every_chain_whole(cast: Cast):
    ids = some_life(cast)
    with cast.app.database.write() as connection:
        assert erase_inputs(connection, case_ids=ids[:2]) > 5
    with cast.app.database.read() as connection:
        left = connection.execute(sa.select(event_detail.c.case_id).where(event_detail.c.key.is_not(None))).all()
        assert {row.case_id for row in left} == {ids[2]}
        assert verify(connection) == []
    do(cast, "office", ids[0], "add_ground", hold_ground="press")


def test_an_erased_case_is_still_guarded(unchecked_cast: Cast):
    ids = some_life(unchecked_cast)
    with unchecked_cast.app.database.write() as connection:
        erase_inputs(connection, case_ids=ids)
        unguard(connection)
        connection.execute(sa.update(event).where(event.c.case_id == ids[0], event.c.seq == 2).values(kind="other"))
        assert [one.seq for one in verify(connection)] == [2]


def test_verify_of_one_agency_looks_at_that_agency(unchecked_cast: Cast):
    ids = some_life(unchecked_cast)
    with unchecked_cast.app.database.write() as connection:
        connection.execute(sa.update(case).where(case.c.id == ids[0]).values(chain_head="b" * 64))
        assert verify(connection, uuid7()) == []
        assert len(verify(connection, unchecked_cast.agency_id)) == 1


def test_writers_at_work_give_no_false_alarm(cast: Cast):
    case_id = cast.nominate()
    done = threading.Event()
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for _ in range(12):
                try:
                    cast.act(name, case_id, "add_proof", evidence=[cast.upload(name)])
                except Conflict:
                    continue  # the other was faster
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("nominator", "colleague1", "colleague2")]
    waiter = threading.Thread(target=lambda: ([t.join() for t in threads], done.set()))
    for thread in (*threads, waiter):
        thread.start()
    looked = 0
    while not done.is_set() or not looked:
        with cast.app.database.read() as connection:
            assert verify(connection) == []
        looked += 1
    waiter.join()
    assert failures == []
    assert cast.row(case_id).chain_seq > 3
