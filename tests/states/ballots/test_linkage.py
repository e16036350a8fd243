"""Whoever reads the database afterwards, with any tool, finds no ballot that can be told from another.

Each attack is run on a box of eight voters who each vote differently, at both levels, and must find as little as the
counts tell; of sealed slips, nothing at all.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from states.ballots import boxes, casting, closing, store
from states.ballots.boxes import Box
from tests.ballots import again, ballot, box_at, closed, organisation
from tests.cast import Cast
from tests.databases import PostgresDatabases
from tests.sealing import Hand, kind_with, sealed_box, sealed_marks
from workflow import seal
from workflow.case_list import Filter, find_cases
from workflow.db import metadata
from workflow.history import event, event_detail

VOTERS = ("director", "deputy", "head_office", "head2", "press", "office2", "mentor", "outsider")
SAID = dict(zip(VOTERS, ("aaa", "ggg", "agb", "bga", "abx", "xag", "gba", "gab"), strict=True))
TALLY = {1: {"a": 3, "g": 3, "b": 1, "x": 1}, 2: {"a": 3, "g": 3, "b": 2, "x": 0}, 3: {"a": 3, "g": 2, "b": 2, "x": 1}}


LEVELS = ("plain", "sealed")
BOTH_LEVELS = pytest.mark.parametrize("level", LEVELS)


@pytest.fixture(params=LEVELS)
def filled(cast: Cast, request: pytest.FixtureRequest) -> Box:
    """A box in which all have voted, one after the other."""
    box = box_of(cast, request.param)
    for name, letters in SAID.items():
        put(cast, box, name, letters)
    return box


def box_of(cast: Cast, level: str, prefix: str = "cb") -> Box:
    """An open box of this level, with three names and eight seats."""
    if level == "sealed":
        return sealed_box(cast, names=3, voters=VOTERS, hands=("office", "clerk"), prefix=prefix)[0]
    return box_at(cast, names=3, voters=VOTERS, prefix=prefix)


def put(cast: Cast, box: Box, name: str, letters: str, *, code: str = "") -> None:
    """Cast a ballot as the box takes it."""
    ballot(cast, box, name, sealed_marks(box, letters) if box.is_sealed else letters, code=code)


def slips(cast: Cast, box: Box) -> list[store.Slip]:
    with cast.app.database.read() as connection:
        return store.slips(connection, box.id)


def test_the_box_holds_what_was_voted_and_nothing_beside(cast: Cast, filled: Box):
    found = slips(cast, filled)
    for number, marks in TALLY.items():
        mine = [one.mark for one in found if one.paper == number]
        assert len(set(mine)) == len(mine) == 8 if filled.is_sealed else Counter(mine) == Counter(marks)
    names = {column["name"] for column in sa.inspect(cast.app.database.engine).get_columns(_table(filled))}
    assert names == {"id", "paper", "mark"}, "no voter, no serial number, no time, no address, no receipt"
    assert len({len(f"{one.id}{one.mark}") for one in found}) == 1, "each row is as long as any other"
    assert {one.id[14] for one in found} == {"4"}, "random ids: a time-ordered one would tell the order"
    receipt_columns = sa.inspect(cast.app.database.engine).get_columns(_table(filled).replace("ballot", "receipt"))
    assert {column["name"] for column in receipt_columns} == {"id", "digest"}


def test_the_order_of_rows_says_nothing(cast: Cast):
    """The physical order against the order of voting: over many boxes the first voter's slip lies anywhere."""
    at = Counter[int]()
    for _ in range(30):
        box = box_at_once(cast)
        for name in VOTERS[:4]:
            ballot(cast, box, name, "a" if name == VOTERS[0] else "g")
        at[[one.mark for one in slips(cast, box)].index("a")] += 1
    assert sum(at.values()) == 30
    assert max(at.values()) < 22, f"at chance 7 or 8 of 30 at each of four places: {at}"  # p < 1e-7
    assert len(at) >= 3


def test_the_order_of_sealed_slips_says_nothing(sqlite_cast: Cast):
    """A voter's three slips lie side by side as often as chance has it: of 69 pairs about 6, in order 48."""
    together = 0
    for number in range(3):
        box, whose = box_of(sqlite_cast, "sealed", f"o{number}"), {}
        for name in VOTERS:
            marks = sealed_marks(box, "aga")
            ballot(sqlite_cast, box, name, marks)
            whose |= dict.fromkeys(marks.values(), name)
        order = [whose[one.mark] for one in slips(sqlite_cast, box)]
        together += sum(one == other for one, other in pairwise(order))
    assert together < 22  # p < 1e-6


def test_who_sees_each_sealed_slip_come_and_holds_one_key_reads_none(sqlite_cast: Cast):
    """What level 1 says it does not protect: snapshots while people vote tell whose a slip is. Here it says nothing."""
    cast = sqlite_cast
    box, held = sealed_box(cast, names=1, voters=VOTERS, hands=("office", "clerk"))
    before: set[str] = set()
    for name in VOTERS:
        put(cast, box, name, SAID[name][0])
        now = {one.mark for one in slips(cast, box)}
        (his,) = now - before
        before = now
        for other in (held["office"], Hand("clerk")):  # the missing secret from the same key, or from any other
            assert kind_with(box, held["office"], other, his) == 4, "it does not open"
    assert kind_with(box, held["office"], held["clerk"], his) == "agb".index(SAID[VOTERS[-1]][0]), "with both it does"


_boxes: dict[str, int] = {}


def box_at_once(cast: Cast) -> Box:
    """Another box, of one name, of a sitting and a nominee made for it."""
    _boxes[cast.agency_id] = _boxes.get(cast.agency_id, 0) + 1
    return box_at(cast, names=1, voters=VOTERS[:4], prefix=f"t{_boxes[cast.agency_id]}x")


@BOTH_LEVELS
def test_all_rows_are_of_one_transaction_and_none_is_dead(
    postgres_databases: PostgresDatabases, unchecked_cast: Cast, level: str
):
    """pageinspect reads the pages themselves: every tuple in them is live and of the last transaction."""
    cast = unchecked_cast
    if cast.app.database.is_sqlite:
        return
    box = box_of(cast, level)
    owner = sa.create_engine(cast.app.settings.database_url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pageinspect"))
        try:
            for number, (name, letters) in enumerate(SAID.items(), 1):
                put(cast, box, name, letters)
                for table, rows in ((_table(box), 3 * number), (_table(box).replace("ballot", "receipt"), number)):
                    tuples = list(connection.execute(sa.text(
                        f"SELECT t_xmin::text, t_xmax::text, lp_len FROM generate_series(0, "
                        f"pg_relation_size('{table}') / 8192 - 1) AS page, "
                        f"heap_page_items(get_raw_page('{table}', page::int))")))  # fmt: skip
                    assert len(tuples) == rows, "what was there before is in no page"
                    assert len({row.t_xmin for row in tuples}) == 1, "one transaction wrote them all"
                    assert {row.t_xmax for row in tuples} == {"0"}
                    assert len({row.lp_len for row in tuples}) == 1, "one length"
        finally:
            connection.execute(sa.text("DROP EXTENSION pageinspect"))
    owner.dispose()


@BOTH_LEVELS
def test_a_server_that_logs_everything_logs_no_ballot(unchecked_cast: Cast, level: str):
    """Every statement, every parameter, every duration: what is cast travels by COPY, which no log writes down."""
    cast, told = unchecked_cast, []
    if cast.app.database.is_sqlite:
        return
    box, code = box_of(cast, level), casting.new_code()

    @sa.event.listens_for(cast.app.database.engine, "connect")
    def all_of_it(dbapi: Any, _record: Any) -> None:
        dbapi.add_notice_handler(lambda one: told.append(f"{one.message_primary} {one.message_detail}"))
        for setting in ("log_statement = 'all'", "log_min_duration_statement = 0", "log_parameter_max_length = -1",
                        "client_min_messages = 'log'"):  # fmt: skip
            dbapi.execute(f"SET {setting}")
        dbapi.commit()

    cast.app.database.dispose()
    put(cast, box, "director", "agb", code=code)
    log = "\n".join(told)
    assert cast.people["director"] in log, "the attack reads parameters"
    assert f"COPY {_table(box)}" in log
    with cast.app.database.read() as connection:
        kept = {one.id for one in store.slips(connection, box.id)} | set(store.receipts(connection, box.id))
        kept |= {one.mark for one in store.slips(connection, box.id) if box.is_sealed}
    assert len(kept) == (7 if box.is_sealed else 4)
    assert not [one for one in (*kept, code) if one in log]


@BOTH_LEVELS
def test_neither_the_file_nor_the_log_of_sqlite_keeps_what_was(sqlite_cast: Cast, level: str):
    """While voting the WAL holds earlier states (the page says so); after the close only the last one is anywhere."""
    cast = sqlite_cast
    box, states = box_of(cast, level), []
    for name, letters in SAID.items():
        put(cast, box, name, letters)
        states.append({one.id for one in slips(cast, box)})
    path = Path(str(cast.app.database.url.database))
    earlier = [ident.encode() for ids in states[:-1] for ident in ids]
    assert any(one in _everything(path) for one in earlier), "the attack finds them while the box is open"
    closed(cast, box)
    bytes_now = _everything(path)
    assert not [one for one in earlier if one in bytes_now]
    assert all(one.encode() in bytes_now for one in states[-1])


@BOTH_LEVELS
def test_a_box_that_is_given_up_leaves_nothing_in_the_file(sqlite_cast: Cast, level: str):
    """Nor does one that is certified: both drop the tables alike."""
    box = box_of(sqlite_cast, level)
    for name, letters in SAID.items():
        put(sqlite_cast, box, name, letters)
    last, path = slips(sqlite_cast, box), Path(str(sqlite_cast.app.database.url.database))
    with sqlite_cast.app.database.write() as connection:
        boxes.void(connection, box.agency_id, box.case_id)
    emptied = sqlite3.connect(path)
    emptied.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    emptied.close()
    assert not [one for one in last if one.id.encode() in _everything(path)]


def _everything(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))


def test_a_reader_that_does_not_pause_keeps_the_box_closed_to_all(sqlite_cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """An old reader keeps the WAL alive: closing fails, tells no number, and goes on once the reader is gone."""
    cast = sqlite_cast
    monkeypatch.setattr(closing, "PATIENCE", 0.3)
    box, org = box_at(cast, names=1, voters=VOTERS[:2]), organisation(cast)
    ballot(cast, box, "director", "a")
    reader = sqlite3.connect(str(cast.app.database.url.database), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM case_").fetchall()
    ballot(cast, box, "deputy", "g")
    closing.close(cast.app.engine, cast.actor("director"), box.id, org)
    with pytest.raises(closing.Refused, match="readers"):
        closing.close(cast.app.engine, cast.actor("office"), box.id, org)
    assert (again(cast, box).status, again(cast, box).counts) == ("locked", {})
    reader.close()
    assert closing.close(cast.app.engine, cast.actor("director"), box.id, org) is True
    assert again(cast, box).counts[box.papers[0]] == {"agreed": 1, "against": 1, "blank": 0, "invalid": 0}


def test_no_other_row_of_the_database_knows_a_ballot_a_receipt_or_an_hour(cast: Cast, filled: Box):
    """History, idempotency, outbox, deliveries, sign-ins: every table of the product is read for slips and codes."""
    ids = {one.id for one in slips(cast, filled)} | {one.mark for one in slips(cast, filled) if filled.is_sealed}
    with cast.app.database.read() as connection:
        digests = set(store.receipts(connection, filled.id))
        for table in metadata.tables.values():
            for row in connection.execute(sa.select(table)):
                text = str(tuple(row))
                assert not [one for one in ids | digests if one in text], table.name
        columns = {column.name for name in ("ballot_elector", "ballot_voted") for column in metadata.tables[name].c}
        assert not [name for name in columns if name.endswith(("_at", "_on", "time"))], "nobody's hour is kept"


def test_the_chain_says_who_voted_in_the_order_of_their_ids(cast: Cast, filled: Box):
    with cast.app.database.read() as connection:
        before = connection.scalar(
            sa.select(sa.func.count()).select_from(event).where(event.c.case_id == filled.case_id)
        )
    keys = len(filled.tellers)
    assert before == 1 + keys, "it was convened, keys were given; eight have voted and its history does not know"
    tally = closed(cast, filled)
    with cast.app.database.read() as connection:
        last = connection.execute(
            sa.select(event).where(event.c.case_id == filled.case_id).order_by(event.c.seq.desc()).limit(1)
        ).one()
        private = connection.scalar(sa.select(event_detail.c.inputs).where(event_detail.c.event_id == last.id))
    said = ("box_sealed", tally.root, None) if filled.is_sealed else ("box_closed", tally.root, tally.counts)
    assert (last.kind, last.body["root"], last.body.get("counts")) == said
    assert last.body["voted"] == sorted(cast.people[name] for name in VOTERS)
    assert not private
    cast.app.seal()
    with cast.app.database.read() as connection:
        sealed = connection.scalar(sa.select(seal.seal.c.content).where(seal.seal.c.ref == last.id))
    assert sealed == last.hash


def test_who_voted_lies_in_no_order_of_voting_once_it_is_closed(cast: Cast, filled: Box):
    closed(cast, filled)
    table = metadata.tables["ballot_voted"]
    with cast.app.database.read() as connection:
        rows = list(connection.scalars(sa.select(table.c.member_id).where(table.c.box_id == filled.id)))
        stored = [row[0] for row in connection.exec_driver_sql("SELECT member_id FROM ballot_voted")]
    assert sorted(rows) == rows or sorted(stored) == stored


def test_search_finds_no_box(cast: Cast, filled: Box):
    with cast.app.database.read() as connection:
        found = find_cases(connection, sa.true(), Filter(search=slips(cast, filled)[0].id), now=cast.now())
    assert not found.rows


@BOTH_LEVELS
def test_a_receipt_is_the_same_bytes_whatever_was_voted(cast: Cast, level: str):
    """It is drawn before the vote; what the box keeps of it stands in the other list, in another order."""
    box = box_of(cast, level)
    codes = {name: casting.new_code() for name in VOTERS}
    for name, letters in SAID.items():
        put(cast, box, name, letters, code=codes[name])
    assert {len(code) for code in codes.values()} == {20}
    with cast.app.database.read() as connection:
        found = store.receipts(connection, box.id)
    assert sorted(found) == sorted(casting.digest_of(code) for code in codes.values())
    assert found != [casting.digest_of(codes[name]) for name in VOTERS], "one of 40320 by chance"


def _table(box: Box) -> str:
    return f"ballot_{box.id.replace('-', '')}"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    _boxes.clear()
