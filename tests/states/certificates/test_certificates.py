"""Certificates: issued with the decision, numbered in the golden book, standing and falling with the recognition."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from states.certificates import codes, looking
from states.certificates.model import certificate, certificate_look
from states.documents import register
from states.documents.model import document, number_entry
from tests.cast import Cast
from tests.papers import with_papers as with_strangers
from tests.roads import case_at, do
from tests.states.documents.test_deliver import shown, with_papers, words


def recognised(cast: Cast, who: str = "candidate", **inputs: object) -> str:
    """A case the Director has just recognised."""
    case_id = case_at(cast, "director_decision", who=who)
    do(cast, "director", case_id, "recognize", **inputs)
    return case_id


def codes_of(cast: Cast, case_id: str) -> dict[str, str]:
    """The codes of a case's certificates, by the paper's name."""
    found = sa.select(document.c.name, certificate.c.code).join(document, document.c.id == certificate.c.document_id)
    with cast.app.database.read() as connection:
        rows = connection.execute(found.where(certificate.c.case_id == case_id)).all()
    return {row.name: row.code for row in rows}


def told(cast: Cast, typed: str) -> looking.Look:
    with cast.app.database.read() as connection:
        return looking.look_up(connection, typed)[0]


def test_the_directors_decision_makes_both_papers_and_each_holds(cast: Cast, tmp_path: Path) -> None:
    with_papers(cast, tmp_path)
    case_id = recognised(cast, reward="certificate")
    cast.settle()
    found = {one.row["name"]: one for one in shown(cast, case_id)}
    assert {name: found[name].status for name in ("recognition", "certificate", "praise")} == dict.fromkeys(
        ("recognition", "certificate", "praise"), "made"
    )
    assert sorted(found[name].row["given"] for name in ("certificate", "praise")) == [1, 2], "one golden book"
    assert not found["certificate"].lacks_pdf, "without a LibreOffice, too"
    said = words(cast, found["certificate"])
    assert "Số sổ vàng: 01" in said
    assert "Quyết định số 01/QĐ-STTTT ngày" in said
    known = codes_of(cast, case_id)
    assert codes.grouped(known["certificate"]) in said
    assert told(cast, known["praise"]) == looking.Look("valid", "Sở Thông tin và Truyền thông", "Giấy khen", "02", 2025)


def test_without_the_reward_there_is_no_giay_khen(sqlite_cast: Cast, tmp_path: Path) -> None:
    with_papers(sqlite_cast, tmp_path)
    case_id = recognised(sqlite_cast)
    assert set(codes_of(sqlite_cast, case_id)) == {"certificate"}


def test_a_revocation_is_told_at_once_and_nothing_else_changes(cast: Cast) -> None:
    with_strangers(cast)
    case_id = recognised(cast, reward="certificate")
    other = recognised(cast, who="Người khác")
    do(cast, "director", case_id, "revoke")
    assert {told(cast, code).outcome for code in codes_of(cast, case_id).values()} == {"revoked"}
    assert [told(cast, code).outcome for code in codes_of(cast, other).values()] == ["valid"]


def test_the_revocation_names_the_decision_it_undoes(sqlite_cast: Cast, tmp_path: Path) -> None:
    cast = sqlite_cast
    case_id = recognised(cast)
    do(cast, "director", case_id, "revoke")
    with_papers(cast, tmp_path)
    cast.settle()
    revoked = next(one for one in shown(cast, case_id) if one.row["name"] == "revocation")
    assert "tại Quyết định số 01/QĐ-STTTT" in words(cast, revoked)


def test_who_is_recognised_again_gets_a_new_certificate_and_the_old_one_stays_revoked(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    case_id = recognised(cast)
    first = codes_of(cast, case_id)["certificate"]
    do(cast, "director", case_id, "revoke")
    for who, action in (
        ("head", "climb"), ("office", "forward"), ("office", "record_passed"), ("director", "recognize"),
    ):  # fmt: skip
        do(cast, who, case_id, action)
    assert told(cast, first).outcome == "revoked"
    with cast.app.database.read() as connection:
        all_codes = set(connection.scalars(sa.select(certificate.c.code).where(certificate.c.case_id == case_id)))
    assert [told(cast, one).outcome for one in all_codes - {first}] == ["valid"]


def test_a_number_made_void_takes_its_certificate_along(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    code = codes_of(cast, recognised(cast))["certificate"]
    with cast.app.database.write() as connection:
        entry = connection.scalar(sa.select(number_entry.c.id).where(number_entry.c.series == "so_vang"))
        register.void(connection, cast.agency_id, entry, "In hỏng", cast.people["office"])
    assert told(cast, code).outcome == "revoked"


def test_looks_are_counted_by_the_minute_and_name_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = recognised(cast)
    with cast.app.database.read() as connection:
        _, document_id = looking.look_up(connection, codes_of(cast, case_id)["certificate"])
    start = looking.wall_now()
    for moment in (start.replace(second=10), start.replace(second=40)):
        monkeypatch.setattr(looking, "wall_now", lambda at=moment: at)
        with cast.app.database.write() as connection:
            looking.note(connection, document_id, "valid")
    do(cast, "director", case_id, "revoke")
    with cast.app.database.write() as connection:
        looking.note(connection, document_id, "revoked")
    with cast.app.database.read() as connection:
        found = looking.of_papers(connection, [document_id])[document_id]
    assert found.times == 3
    assert sorted((outcome, times) for _, outcome, times in found.looks) == [("revoked", 1), ("valid", 2)]
    assert set(certificate_look.c.keys()) == {"document_id", "minute", "outcome", "agency_id", "times"}


def test_a_code_has_at_least_128_bits_and_is_read_however_it_is_typed() -> None:
    made = {codes.new_code() for _ in range(200)}
    assert len(made) == 200
    assert len(codes.ALPHABET) == 32
    assert codes.LENGTH * 5 >= 128
    code = "0123456789ABCDEFGHJKMNPQRS"
    for typed in (
        code,
        code.lower(),
        codes.grouped(code),
        codes.grouped(code).replace("-", " "),
        "o" + code[1:],
        code.replace("1", "l"),
    ):
        assert codes.tidy(typed) == code
    for nonsense in ("", code[:-1], code + "0", "U" * 26, "é" * 26, "%00" * 9, "0" * 10_000, "' OR 1=1 --"):
        assert codes.tidy(nonsense) == ""


@pytest.mark.parametrize("typed", ["", "x", "0123456789ABCDEFGHJKMNPQRS", "' OR 1=1 --", "%", "0" * 5000])
def test_unknown_and_malformed_are_told_the_same(sqlite_cast: Cast, typed: str) -> None:
    recognised(sqlite_cast)
    assert told(sqlite_cast, typed) == looking.UNKNOWN
