"""A file is whole on disk under its hash before anyone may name it, and goes only when nobody does."""

from __future__ import annotations

import hashlib
import io
import os
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.file_store import LONGEST_NAME, ORPHAN_AGE, FileStore, display_name
from workflow.file_types import DOCX, PDF, Limits
from workflow.message import NotFound, Refused

AGENCY = "0190-agency"
SCAN = b"%PDF-1.7\nbody"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def put(store: FileStore, content: bytes = SCAN, name: str = "Biên bản.pdf", limits: Limits | None = None):
    return store.put(io.BytesIO(content), AGENCY, name, limits)


def on_disk(store: FileStore) -> list[str]:
    return sorted(path.name for path in store.root.rglob("*") if path.is_file())


def age(store: FileStore, digest: str) -> None:
    old = time.time() - 2 * ORPHAN_AGE
    os.utime(store.path(AGENCY, digest), (old, old))


def test_a_file_lies_under_the_hash_of_its_bytes(store: FileStore) -> None:
    stored = put(store)
    assert stored.digest == hashlib.sha256(SCAN).hexdigest()
    assert (stored.name, stored.media_type, stored.size) == ("Biên bản.pdf", PDF, len(SCAN))
    with store.open(AGENCY, stored.digest) as file:
        assert file.read() == SCAN
    assert on_disk(store) == [stored.digest]


def test_the_same_bytes_lie_once(store: FileStore) -> None:
    assert put(store).digest == put(store, name="khác.pdf").digest
    assert len(on_disk(store)) == 1


@pytest.mark.parametrize(
    "content, name, limits, key",
    [
        (b"", "a.pdf", None, "file.empty"),
        (SCAN, "a.pdf", Limits(size=5), "file.too_big"),
        (b"MZ", "a.pdf", None, "file.only_named"),
        (b"MZ", "a.exe", None, "file.type"),
        (SCAN, "a.docx", None, "file.extension"),
    ],
)
def test_what_is_refused_leaves_nothing(
    store: FileStore, content: bytes, name: str, limits: Limits | None, key: str
) -> None:
    with pytest.raises(Refused) as caught:
        put(store, content, name, limits)
    assert caught.value.reasons[0].key == key
    assert on_disk(store) == []


def test_a_stream_that_breaks_leaves_nothing(store: FileStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionError
            return super().read(4)

    with pytest.raises(ConnectionError):
        store.put(Broken(SCAN), AGENCY, "a.pdf")
    assert on_disk(store) == []


@pytest.mark.parametrize(
    "agency, digest", [("../x", "0" * 64), ("a", "../../etc/passwd"), ("a", "A" * 64), ("a", "0" * 64)]
)
def test_only_a_hash_of_an_agency_names_a_file(store: FileStore, agency: str, digest: str) -> None:
    put(store)
    with pytest.raises(NotFound):
        store.open(agency, digest)


def test_another_agency_has_its_own_files(store: FileStore) -> None:
    stored = put(store)
    with pytest.raises(NotFound):
        store.open("0190-other", stored.digest)


def test_the_sweep_takes_only_old_files_that_no_row_names(store: FileStore) -> None:
    named, orphan, fresh = (put(store, SCAN + extra).digest for extra in (b"1", b"2", b"3"))
    age(store, named)
    age(store, orphan)
    assert store.sweep(AGENCY, {named}.__contains__) == 1
    assert on_disk(store) == sorted([named, fresh])


def test_what_a_killed_sweep_set_aside_comes_back_when_a_row_names_it(store: FileStore) -> None:
    kept, orphan = (put(store, SCAN + extra).digest for extra in (b"1", b"2"))
    for digest in (kept, orphan):
        age(store, digest)
        path = next(store.root.rglob(digest))
        path.rename(path.with_name(f"{digest}.0123abcd"))
    assert store.sweep(AGENCY, {kept}.__contains__) == 1
    assert on_disk(store) == [kept]


def test_two_sweeps_at_once_stumble_over_nothing(store: FileStore) -> None:
    for number in range(30):
        age(store, put(store, SCAN + bytes([number])).digest)

    def meanwhile(_digest: str) -> bool:
        for path in list(store.root.rglob("*"))[:3]:
            if path.is_file():
                path.unlink()
        return False

    store.sweep(AGENCY, meanwhile)
    store.sweep(AGENCY, lambda _digest: False)
    assert on_disk(store) == []


def test_bytes_sent_again_are_young_again(store: FileStore) -> None:
    stored = put(store)
    age(store, stored.digest)
    put(store)
    assert store.sweep(AGENCY, lambda _digest: False) == 0
    assert on_disk(store) == [stored.digest]


def test_bytes_sent_again_between_the_sweeps_two_looks_stay(store: FileStore) -> None:
    stored = put(store)
    age(store, stored.digest)

    def asked_while_it_arrives(_digest: str) -> bool:
        put(store)
        return False

    assert store.sweep(AGENCY, asked_while_it_arrives) == 0
    assert on_disk(store) == [stored.digest]


@pytest.mark.parametrize(
    "given_name, kind, shown",
    [
        ("Quyết định.pdf", PDF, "Quyết định.pdf"),
        (unicodedata.normalize("NFD", "Quyết định.PDF"), PDF, "Quyết định.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Hồ sơ\\a.pdf", PDF, "a.pdf"),
        ("\u202egnp.pdf", PDF, "gnp.pdf"),
        ("nul\x00l\r\nSet-Cookie: x.pdf", PDF, "nul l Set-Cookie_ x.pdf"),
        ("setup.exe", PDF, "setup.exe.pdf"),
        ("", DOCX, "tep.docx"),
        (".pdf", PDF, "pdf.pdf"),
        ("a" * 4000 + ".pdf", PDF, "a" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_is_shown_harmlessly(given_name: str, kind: str, shown: str) -> None:
    assert display_name(given_name, kind) == shown


@given(st.text())
def test_any_name_becomes_a_harmless_one(name: str) -> None:
    try:
        shown = display_name(name, PDF)
    except Refused:
        return
    assert 4 < len(shown) <= LONGEST_NAME
    assert shown.lower().endswith(".pdf")
    assert shown.isprintable()
    assert not set('/\\<>"') & set(shown)
    assert shown.encode()


def test_a_file_comes_back_once_and_whole_or_not_at_all(store: FileStore) -> None:
    digest = hashlib.sha256(SCAN).hexdigest()

    def torn():
        yield SCAN[:3]
        raise EOFError

    with pytest.raises(EOFError):
        store.put_back(torn(), AGENCY, digest)
    assert on_disk(store) == []
    assert store.put_back([SCAN[:3], SCAN[3:]], AGENCY, digest)
    assert not store.put_back(torn(), AGENCY, digest), "it lies there"
    store.path(AGENCY, digest).write_bytes(b"spoilt")
    assert store.put_back([SCAN], AGENCY, digest)
    assert store.path(AGENCY, digest).read_bytes() == SCAN
    with pytest.raises(NotFound):
        store.put_back([SCAN], AGENCY, "../../stray")


@pytest.mark.parametrize(
    "name, key",
    [
        ("bao-cao.docx", "file.only_named"), ("bang.XLSX", "file.only_named"), ("quet.pdf", "file.only_named"),
        ("bao-cao.docm", "file.macro"), ("bang.xlsm", "file.macro"), ("ghi-chep.txt", "file.type"),
        ("khong-duoi", "file.type"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_in_the_words_of_its_name(store: FileStore, name: str, key: str) -> None:
    with pytest.raises(Refused) as refused:
        put(store, b"plain words, whatever the name says", name)
    assert refused.value.reasons[0].key == key
    assert on_disk(store) == []
