"""Rows of files: uploaded by one person, carried once, forgotten when nobody sends them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from workflow import files
from workflow.clock import wall_now
from workflow.db import Database
from workflow.files import FileStore
from workflow.message import Conflict, NotFound, Refused
from workflow.organisation import agency


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    with database.write() as connection:
        for name in ("mine", "other"):
            row = {"id": name, "code": name, "name": name, "created_at": wall_now()}
            connection.execute(sa.insert(agency).values(row))
    yield database
    database.dispose()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def upload(database: Database, store: FileStore, person: str = "an", content: bytes = b"%PDF-1") -> str:
    stored = store.put(io.BytesIO(content), "mine", "scan.pdf")
    with database.write() as connection:
        row = files.record(connection, stored, file_id=database.new_id(), agency_id="mine", person_id=person)
    return str(row["id"])


def test_a_file_waits_for_its_uploader_only(database: Database, store: FileStore) -> None:
    file_id = upload(database, store)
    with database.read() as connection:
        assert files.unclaimed(connection, "mine", "an") == {file_id: "scan.pdf"}
        assert files.unclaimed(connection, "mine", "binh") == {}
        assert files.unclaimed(connection, "other", "an") == {}
        with pytest.raises(NotFound):
            files.find(connection, "other", file_id)


def test_a_file_is_carried_once(database: Database, store: FileStore) -> None:
    file_id = upload(database, store)
    with database.write() as connection:
        files.claim(connection, [file_id, file_id], "case-1")
        assert files.unclaimed(connection, "mine", "an") == {}
    with pytest.raises(Conflict), database.write() as connection:
        files.claim(connection, [file_id], "case-2")
    with database.read() as connection:
        assert files.find(connection, "mine", file_id)["case_id"] == "case-1"


def test_one_person_cannot_fill_the_disk_with_drafts(
    database: Database, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_DRAFTS", 1)
    upload(database, store)
    with pytest.raises(Refused) as caught:
        upload(database, store)
    assert caught.value.reasons[0].key == "file.too_many_drafts"
    upload(database, store, person="binh")


def test_the_sweep_forgets_old_uploads_and_their_bytes(database: Database, store: FileStore) -> None:
    kept, dropped = (
        upload(database, store, content=b"%PDF-kept"),
        upload(database, store, content=b"%PDF-drop"),
    )
    with database.write() as connection:
        files.claim(connection, [kept], "case-1")
        long_ago = wall_now() - files.DRAFT_AGE - timedelta(minutes=1)
        connection.execute(sa.update(files.file).values(uploaded_at=long_ago))
    for path in store.root.rglob("*"):
        os.utime(path, (0, 0))
    assert files.sweep(database, store) == 1
    with database.read() as connection:
        assert connection.scalars(sa.select(files.file.c.id)).all() == [kept]
        with pytest.raises(NotFound):
            files.find(connection, "mine", dropped)
