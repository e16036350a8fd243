"""Ways to falsify an audit, from a clumsy UPDATE to an owner who chains and seals everything anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from workflow.anchors import anchor
from workflow.case import case
from workflow.clock import wall_now
from workflow.db import uuid7
from workflow.history import GENESIS, event, event_detail, link_hash
from workflow.journal import journal
from workflow.merkle import Tree
from workflow.outbox import delivery
from workflow.seal import SOURCES, delivery_key, id_floor, seal, seal_hash

OTHER = "0" * 64
Dice = random.Random


def some(dice: Dice, connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> Any:
    """Any row of a table."""
    return dice.choice(connection.execute(sa.select(table).where(*where).order_by(*table.primary_key.columns)).all())


def put(connection: sa.Connection, table: sa.Table, row: Any, **values: Any) -> str:
    """Other values in one row."""
    (key,) = table.primary_key.columns
    connection.execute(sa.update(table).where(key == getattr(row, key.name)).values(**values))
    return f"{table.name} {getattr(row, key.name)} {values}"


def drop(connection: sa.Connection, table: sa.Table, row: Any) -> str:
    """One row gone."""
    (key,) = table.primary_key.columns
    connection.execute(sa.delete(table).where(key == getattr(row, key.name)))
    return f"{table.name} {getattr(row, key.name)} gone"


def long_ago() -> str:
    """An id of an hour ago."""
    return id_floor(wall_now() - timedelta(hours=1))[:-12] + uuid7()[-12:]


# --- clumsy ------------------------------------------------------------------------------------------


def edit_seal(dice: Dice, connection: sa.Connection) -> str:
    """Another value in a seal."""
    row = some(dice, connection, seal)
    changes: list[dict[str, Any]] = [
        {"ref": uuid7()}, {"content": OTHER}, {"hash": OTHER}, {"at": row.at + timedelta(seconds=1)},
        {"source": "journal" if row.source == "event" else "event"}, {"detail": OTHER}, {"place": 1_000_000},
    ]  # fmt: skip
    return put(connection, seal, row, **dice.choice(changes))


def edit_delivery(dice: Dice, connection: sa.Connection) -> str:
    """Another value in a line of the delivery log, or its words taken away by hand."""
    row = some(dice, connection, delivery)
    changes: list[dict[str, Any]] = [
        {"id": uuid7()}, {"case_id": None if row.case_id else uuid7()}, {"item_id": uuid7()}, {"person_id": uuid7()},
        {"kind": "other"}, {"topic": "khác"}, {"at": row.at + timedelta(days=1)}, {"detail": {}},
        {"detail": {**row.detail, "reason": "khác"}}, {"detail": {"erased": True}},
    ]  # fmt: skip
    return put(connection, delivery, row, **dice.choice(changes))


def erase_unrecorded(dice: Dice, connection: sa.Connection) -> str:
    """Words and key taken away as erasing does, but by hand."""
    row = some(dice, connection, delivery)
    connection.execute(sa.update(delivery_key).where(delivery_key.c.delivery_id == row.id).values(key=None))
    return put(connection, delivery, row, detail={"erased": True})


def edit_key(dice: Dice, connection: sa.Connection) -> str:
    """Another key of a delivery's detail, or none."""
    row = some(dice, connection, delivery_key)
    if dice.random() < 0.3:
        return drop(connection, delivery_key, row)
    return put(connection, delivery_key, row, key=dice.choice([OTHER, None]))


def edit_journal(dice: Dice, connection: sa.Connection) -> str:
    """Another value in the journal of rights."""
    row = some(dice, connection, journal)
    changes: list[dict[str, Any]] = [
        {"id": uuid7()}, {"agency_id": uuid7()}, {"noun": "other"}, {"row_id": uuid7()}, {"verb": "other"},
        {"body": {**row.body, "role": "khác"}}, {"body": {}},
    ]  # fmt: skip
    return put(connection, journal, row, **dice.choice(changes))


def edit_anchor(dice: Dice, connection: sa.Connection) -> str:
    """Another value in an anchor of the database."""
    row = some(dice, connection, anchor)
    changes: list[dict[str, Any]] = [
        {"number": 99}, {"first": row.first + 1}, {"last": row.last + 1}, {"root": OTHER}, {"head": OTHER}
    ]  # fmt: skip
    return put(connection, anchor, row, **dice.choice(changes))


def delete_row(dice: Dice, connection: sa.Connection) -> str:
    """Any row of what is sealed, or its seal."""
    table = dice.choice([event, event_detail, delivery, journal, seal])
    return drop(connection, table, some(dice, connection, table))


def swap_seals(dice: Dice, connection: sa.Connection) -> str:
    """Two seals in each other's place."""
    one, other = dice.sample(connection.execute(sa.select(seal).order_by(seal.c.place)).all(), 2)
    names = dice.choice([("content",), ("hash",), ("ref", "content", "source"), ("ref", "content", "source", "hash")])
    put(connection, seal, other, ref="between", source="none")
    put(connection, seal, one, **{name: getattr(other, name) for name in names})
    back = {"ref": other.ref, "source": other.source} | {name: getattr(one, name) for name in names}
    return put(connection, seal, other, **back)


def swap_rows(dice: Dice, connection: sa.Connection) -> str:
    """Two deliveries, or two lines of the journal, in each other's place."""
    table, names = dice.choice([(delivery, ("case_id", "at", "detail", "topic", "item_id")), (journal, ("row_id",))])
    one, other = some(dice, connection, table), some(dice, connection, table)
    while all(getattr(one, name) == getattr(other, name) for name in names):
        other = some(dice, connection, table)
    put(connection, table, one, **{name: getattr(other, name) for name in names})
    return put(connection, table, other, **{name: getattr(one, name) for name in names})


def insert_row(dice: Dice, connection: sa.Connection) -> str:
    """A line that was never written, dated back; or a forged event at the end of its case, the case moved on."""
    table = dice.choice([delivery, journal, event])
    row, ident = some(dice, connection, table), long_ago()
    if table is not event:
        connection.execute(sa.insert(table).values({**row._asdict(), "id": ident}))
        return f"{table.name} {ident} inserted"
    last = connection.execute(
        sa.select(event).where(event.c.case_id == row.case_id).order_by(event.c.seq.desc()).limit(1)
    ).one()
    body = {**last.body, "id": ident, "seq": last.seq + 1, "input_digest": None}
    new = {**last._asdict(), "id": ident, "seq": last.seq + 1, "previous": last.hash, "body": body}
    new["hash"] = link_hash(last.hash, body)
    connection.execute(sa.insert(event).values(new))
    moved = {"chain_seq": new["seq"], "chain_head": new["hash"]}
    connection.execute(sa.update(case).where(case.c.id == row.case_id).values(**moved))
    return f"event {ident} forged at the end of {row.case_id}"


# --- skilled -----------------------------------------------------------------------------------------


def rechain_case(dice: Dice, connection: sa.Connection) -> str:
    """An event edited and its case chained anew, head and all: only the seals tell."""
    row = some(dice, connection, event)
    body = {**row.body, "action": "other"}
    put(connection, event, row, body=body)
    previous = GENESIS
    for one in connection.execute(sa.select(event).where(event.c.case_id == row.case_id).order_by(event.c.seq)).all():
        hashed = link_hash(previous, one.body)
        put(connection, event, one, previous=previous, hash=hashed)
        previous = hashed
    connection.execute(sa.update(case).where(case.c.id == row.case_id).values(chain_head=previous))
    return f"case {row.case_id} chained anew from {row.seq}"


def reseal(connection: sa.Connection) -> None:
    """Every seal and every anchor of the database made to fit what stands there now."""
    contents = {
        (source.name, row.id): source.content(row)
        for source in SOURCES
        for row in connection.execute(sa.select(*source.columns))
    }
    previous, hashes = GENESIS, {0: GENESIS}
    for row in connection.execute(sa.select(seal).order_by(seal.c.place)).all():
        content = contents.get((row.source, row.ref), row.content)
        put(connection, seal, row, content=content)
        fresh = connection.execute(sa.select(seal).where(seal.c.place == row.place)).one()
        previous = hashes[row.place] = seal_hash(previous, fresh)
        put(connection, seal, row, hash=previous)
    for row in connection.execute(sa.select(anchor).order_by(anchor.c.number)).all():
        tree = Tree()
        for place in range(row.first, row.last + 1):
            tree.add(bytes.fromhex(hashes[place]))
        put(connection, anchor, row, root=tree.root(), head=hashes[row.last])


def rechain_everything(dice: Dice, connection: sa.Connection) -> str:
    """The same, sealed anew and anchored anew: only an anchor kept outside tells."""
    what = rechain_case(dice, connection)
    reseal(connection)
    return f"{what}, all sealed anew"


def rewrite_journal(dice: Dice, connection: sa.Connection) -> str:
    """A line of the journal changed, and all sealed anew."""
    row = some(dice, connection, journal)
    what = put(connection, journal, row, row_id=uuid7())
    reseal(connection)
    return f"{what}, all sealed anew"


def cut_tail(dice: Dice, connection: sa.Connection) -> str:
    """Everything after some moment gone without a trace, as in an older backup: only an anchor outside tells."""
    place = some(dice, connection, seal).place
    gone = connection.execute(sa.select(seal).where(seal.c.place >= place)).all()
    tables = {source.name: source.table for source in SOURCES}
    for row in gone:
        connection.execute(sa.delete(tables[row.source]).where(tables[row.source].c.id == row.ref))
        connection.execute(sa.delete(delivery_key).where(delivery_key.c.delivery_id == row.ref))
        connection.execute(sa.delete(event_detail).where(event_detail.c.event_id == row.ref))
    connection.execute(sa.delete(seal).where(seal.c.place >= place))
    connection.execute(sa.delete(anchor).where(anchor.c.last >= place))
    for one in connection.execute(sa.select(case.c.id)).all():
        of_case = sa.select(event).where(event.c.case_id == one.id).order_by(event.c.seq.desc()).limit(1)
        last = connection.execute(of_case).one_or_none()
        ends = {"chain_seq": last.seq, "chain_head": last.hash} if last else {"chain_seq": 0, "chain_head": GENESIS}
        connection.execute(sa.update(case).where(case.c.id == one.id).values(**ends))
    return f"cut from {place}"


KINDS: tuple[Callable[[Dice, sa.Connection], str], ...] = (
    edit_seal, edit_delivery, erase_unrecorded, edit_key, edit_journal, edit_anchor, delete_row, swap_seals, swap_rows,
    insert_row, rechain_case, rechain_everything, rewrite_journal, cut_tail,
)  # fmt: skip
