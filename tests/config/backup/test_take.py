"""A backup is whole, private, made in one moment, and never in the place of another."""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from config.backup import BackupError, rows, take
from config.backup.archive import Reader
from states.ballots import boxes, tellers
from tests.ballots import again, ballot, box_at, closed
from tests.cast import Cast
from tests.config.backup.conftest import installation
from tests.databases import Databases
from tests.papers import paper, with_papers
from tests.sealing import counts_of, sealed_box, shared, slips, vote
from workflow.case import case
from workflow.history import event


def test_it_is_one_private_file_and_nothing_else(small: Cast, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    taken = take(small.app.database, small.app.files, folder / "a.ngb", left_behind=("sign_in",))
    assert [path.name for path in folder.iterdir()] == ["a.ngb"]
    assert (folder / "a.ngb").stat().st_mode & 0o777 == 0o600
    assert taken.size == (folder / "a.ngb").stat().st_size
    with Reader(folder / "a.ngb") as reader:
        assert reader.manifest == taken.manifest
        assert reader.manifest.fingerprint == taken.manifest.fingerprint
    assert "sign_in" not in taken.manifest.tables
    assert taken.manifest.missing == []


def test_it_never_takes_the_place_of_another(small: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.ngb"
    path.write_bytes(b"another")
    with pytest.raises(BackupError, match="exists"):
        take(small.app.database, small.app.files, path)
    assert path.read_bytes() == b"another"
    with pytest.raises(BackupError, match="cannot_write"):
        take(small.app.database, small.app.files, tmp_path / "nowhere" / "a.ngb")


def test_a_full_disk_leaves_nothing(small: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupError, match=r"cannot_write.*No space"):
        take(small.app.database, small.app.files, folder / "a.ngb")
    assert list(folder.iterdir()) == []


def test_files_that_are_not_there_are_named(small: Cast, tmp_path: Path) -> None:
    lost, changed = (paper(small, "nominator", text) for text in ("sẽ mất", "sẽ hỏng"))
    with small.app.database.read() as connection:
        digests = dict(connection.execute(sa.text("SELECT id, digest FROM file")).all())
    small.app.files.path(small.agency_id, digests[lost]).unlink()
    small.app.files.path(small.agency_id, digests[changed]).write_bytes(b"%PDF-1.7 something else")
    taken = take(small.app.database, small.app.files, tmp_path / "a.ngb")
    assert taken.manifest.missing == sorted(f"{small.agency_id}/{digests[one]}" for one in (lost, changed))
    assert taken.manifest.files == len(digests) - 2


def test_while_people_work_it_holds_one_moment(databases: Databases, tmp_path: Path) -> None:
    """Cases and their histories are written together: a backup of two moments would have one without the other."""
    with installation(databases, tmp_path) as cast:
        with_papers(cast)
        stop = threading.Event()

        def work() -> None:
            for number in itertools.count():
                if stop.is_set():
                    return
                cast.nominate(who=f"Người thứ {number}")

        worker = threading.Thread(target=work)
        worker.start()
        try:
            made = [take(cast.app.database, cast.app.files, tmp_path / f"{number}.ngb") for number in range(4)]
        finally:
            stop.set()
            worker.join()
        assert made[-1].manifest.tables["case_"].rows > made[0].manifest.tables["case_"].rows, "nobody worked"
        for number, taken in enumerate(made):
            assert taken.manifest.missing == []
            assert heads_and_events(tmp_path / f"{number}.ngb") == set()


def heads_and_events(path: Path) -> set[str]:
    """Cases whose last event is not the one their row names."""
    with Reader(path) as reader:
        cases, events = ({}, {})
        for table, found, key, value in (("case_", cases, "id", "chain_seq"), ("event", events, "case_id", "seq")):
            columns = reader.manifest.tables[table].columns
            at = [columns.index(key), columns.index(value)]
            for line in b"".join(reader.lines(table)).decode().splitlines():
                one, number = (line.split("\t")[index] for index in at)
                found[one] = max(found.get(one, 0), int(number))
    return {one for one in cases.keys() | events.keys() if cases.get(one) != events.get(one)}


def test_the_lines_are_those_of_the_tables(small: Cast) -> None:
    with small.app.database.read() as connection:
        known = {table.name: table for table in rows.tables(connection)}
        assert rows.count(connection, known["event"]) == connection.scalar(
            sa.select(sa.func.count()).select_from(event)
        )
        assert known["case_"].names == [column.name for column in case.c]


def test_a_sealed_box_is_not_copied_before_its_tellers_have_counted(busy: Cast, tmp_path: Path) -> None:
    """Not while keys are given, not under seal; and then without slips and without the tellers' parts."""
    waits = box_at(busy, names=1, tellers=("office", "press"), prefix="k")
    with pytest.raises(BackupError, match="ballot_open"):
        take(busy.app.database, busy.app.files, tmp_path / "keys.zip")
    with busy.app.database.write() as connection:
        boxes.void(connection, waits.agency_id, waits.case_id)
    box, held = sealed_box(busy, names=1)
    vote(busy, box, "deputy", "a")
    mark = slips(busy, shared(busy, box, held), "office")["slips"][0][2]
    with pytest.raises(BackupError, match="ballot_open"):
        take(busy.app.database, busy.app.files, tmp_path / "sealed.zip")
    for name, hand in held.items():
        tellers.report(busy.app.engine, busy.actor(name), box.id, counts_of(busy, box, hand))
    taken = take(busy.app.database, busy.app.files, tmp_path / "after.zip")
    assert not [name for name in taken.manifest.tables if box.id.replace("-", "") in name]
    with ZipFile(tmp_path / "after.zip") as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    assert (str(again(busy, box).root).encode() in inside, mark.encode() in inside) == (True, False)


def test_while_a_secret_ballot_is_open_none_is_made_and_none_ever_holds_a_ballot(busy: Cast, tmp_path: Path) -> None:
    box = box_at(busy, names=1)
    ballot(busy, box, "deputy", "a")
    with pytest.raises(BackupError, match="ballot_open"):
        take(busy.app.database, busy.app.files, tmp_path / "while.zip")
    assert list(tmp_path.glob("while*")) == []
    closed(busy, box)
    taken = take(busy.app.database, busy.app.files, tmp_path / "after.zip")
    assert "ballot_box" in taken.manifest.tables
    assert not [name for name in taken.manifest.tables if box.id.replace("-", "") in name]
