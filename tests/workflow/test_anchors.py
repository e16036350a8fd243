"""Anchors are made once a day, carried outside, read back from any paste, and give a rewritten past away."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.audited import note_deliveries, sealed_past
from tests.cast import Cast
from tests.forgery import cut_tail, rechain_everything
from tests.roads import case_at
from tests.tampering import unguard
from workflow import anchors, incidents
from workflow.anchors import Anchor, Unreadable, anchor, keep, make_due, read_anchors, read_file, stored, write_down
from workflow.incidents import incident
from workflow.outbox import outbox
from workflow.seal import Sealer, seal
from workflow.verification import verify_seals

NOON = datetime(2026, 11, 27, 5, tzinfo=UTC)
ONE = Anchor(12, NOON.date(), 1, 2345, "ab" * 32, "cd" * 32)
TWO = Anchor(13, NOON.date() + timedelta(days=1), 2346, 2345, "ef" * 32, "cd" * 32)


def sealed(cast: Cast, who: str = "candidate") -> int:
    case_at(cast, "identified", who=who)
    return Sealer(cast.app.database).run()


def test_nothing_sealed_is_nothing_to_anchor(cast: Cast):
    assert make_due(cast.app.database, now=NOON) is None


def test_one_a_day_over_what_was_sealed_since_the_last(cast: Cast):
    database, first = cast.app.database, sealed(cast)
    made = [make_due(database, now=NOON), make_due(database, now=NOON + timedelta(hours=11))]
    second = sealed(cast, "mentor")
    midnight = NOON.replace(hour=17)  # in Việt Nam
    made += [make_due(database, now=midnight), make_due(database, now=midnight + timedelta(days=3))]
    spans = [(one.number, one.first, one.last) if one else None for one in made]
    assert spans == [(1, 1, first), None, (2, first + 1, first + second), (3, first + second + 1, first + second)]
    with database.read() as connection:
        assert stored(connection) == [one for one in made if one]
        report = verify_seals(connection, stored(connection))
    assert (report.faults, report.covered, report.sealed) == ([], first + second, first + second)


def test_of_several_clocks_one_makes_it(cast: Cast):
    sealed(cast)
    made: list[Anchor | None] = []
    threads = [threading.Thread(target=lambda: made.append(make_due(cast.app.database, now=NOON))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in made if one]) == 1


def test_letters_are_messages_of_the_same_transaction(cast: Cast):
    sealed(cast)
    make_due(cast.app.database, ["thanh.tra@tinh.example", "giam.doc@so.example"], now=NOON)
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.recipient.startswith("address:"))).all()
        (made,) = stored(connection)
    assert sorted(row.recipient for row in rows) == ["address:giam.doc@so.example", "address:thanh.tra@tinh.example"]
    assert {row.payload["line"] for row in rows} == {made.line}


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE.line}\n{TWO.line}\n",
        "\r\n".join(ONE.line.split()) + "\r\n\r\nKính gửi,\r\n" + TWO.line,
        "> " + "\n> ".join(f"Xin giữ thư này: {ONE.line} . {TWO.line} hết".split()),
        f"> > {ONE.line}\n-- \n>>{TWO.line}",
    ],
)
def test_read_from_a_file_or_a_pasted_mail(text: str):
    assert read_anchors(text) == [ONE, TWO]


@pytest.mark.parametrize(
    "text",
    ["", "không có gì", ONE.line.replace("2345", "2344"), ONE.line[:-9], ONE.line.replace("2026-11-27", "2026-13-27")],
)
def test_a_slip_of_the_pen_is_no_alarm_but_unreadable(text: str):
    with pytest.raises(Unreadable):
        read_anchors(text)


def test_the_file_is_appended_to_and_never_changed(tmp_path: Path):
    path = tmp_path / "xa" / "anchors.txt"
    assert write_down(path, [ONE]) == 1
    assert write_down(path, [ONE, TWO]) == 1
    assert path.stat().st_mode & 0o077 == 0
    path.write_text(path.read_text().rstrip("\n"))  # an editor that leaves the last line open
    other = Anchor(13, TWO.day, 1, 2, "0" * 64, "1" * 64)
    assert write_down(path, [TWO, other]) == 1
    assert read_file(path) == [ONE, TWO, other]


def test_a_line_torn_by_a_power_cut_is_written_again(tmp_path: Path):
    path = tmp_path / "anchors.txt"
    path.write_text(f"{ONE.line}\n{TWO.line[:70]}")
    assert write_down(path, [ONE, TWO]) == 1
    assert read_file(path) == [ONE, TWO]


def test_many_write_the_file_at_once(tmp_path: Path):
    path = tmp_path / "anchors.txt"
    threads = [threading.Thread(target=write_down, args=(path, [ONE, TWO])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_file(path) == [ONE, TWO]


def keys(cast: Cast, outside: list[Anchor]) -> set[str]:
    with cast.app.database.read() as connection:
        return {one.reason.key for one in verify_seals(connection, outside).faults}


def test_an_older_backup_is_told_by_the_clock_and_by_verify(unchecked_cast: Cast, tmp_path: Path):
    cast, path = unchecked_cast, tmp_path / "anchors.txt"
    kept = sealed_past(cast)
    assert keep(cast.app.database, path) == 0
    assert read_file(path) == kept
    with cast.app.database.write() as connection:  # what a restored database looks like: whole, and shorter
        unguard(connection)

        class Early:
            @staticmethod
            def choice(rows):  # type: ignore[no-untyped-def]
                return next(row for row in rows if row.place == kept[1].first + 1)

        cut_tail(Early, connection)  # type: ignore[arg-type]
    assert keys(cast, []) == set(), "in itself it is whole"
    assert keys(cast, read_file(path)) == {"seal.broken.cut"}
    assert keep(cast.app.database, path) == 2
    with cast.app.database.read() as connection:
        (told, *more) = incidents.listed(connection, cast.agency_id)
    assert (told["kind"], len(more)) == ("anchor", 1)
    with cast.app.database.write() as connection:
        for row in (told, *more):
            incidents.repair(connection, cast.agency_id, row["id"], cast.people["office"])
    assert keep(cast.app.database, path) == 2
    with cast.app.database.read() as connection:
        assert incidents.listed(connection, cast.agency_id) == [], "an explained restore is not asked about again"
    assert "seal.broken.cut" in keys(cast, read_file(path)), "but verify goes on saying it"


def test_what_comes_after_a_restore_does_not_hide_it(unchecked_cast: Cast):
    cast = unchecked_cast
    kept = sealed_past(cast)
    with cast.app.database.write() as connection:
        unguard(connection)
        cut_tail(random.Random(3), connection)
    for _ in range(20):
        note_deliveries(cast)
    Sealer(cast.app.database).run()
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.max(seal.c.place))) > kept[-1].last
    assert keys(cast, kept) == {"seal.broken.anchor"}


def test_only_the_outside_anchor_tells_a_past_rewritten_whole(unchecked_cast: Cast):
    kept = sealed_past(unchecked_cast)
    with unchecked_cast.app.database.write() as connection:
        unguard(connection)
        rechain_everything(random.Random(1), connection)
    assert keys(unchecked_cast, []) == set()
    assert keys(unchecked_cast, kept) == {"seal.broken.anchor"}


def test_a_quick_look_asks_one_question(cast: Cast, tmp_path: Path):
    sealed(cast)
    keep(cast.app.database, tmp_path / "a.txt")
    with cast.app.database.read() as connection:
        assert anchors.misfits(connection, stored(connection)) == []
        assert connection.scalar(sa.select(sa.func.count()).select_from(anchor)) == 1
        assert connection.scalar(sa.select(sa.func.count()).select_from(incident)) == 0
