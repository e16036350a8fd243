"""The conditions where they decide: through the engine, on rows, on both databases."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from states.erasure import erase_subject
from states.subjects.records import Entry, add_record, dossier_record, records_of, spend_initiatives, withdraw_record
from tests.cast import Cast
from tests.roads import case_at
from workflow.folding import fold
from workflow.journal import journal
from workflow.message import Refused


def _record(cast: Cast, kind: str, **given: Any) -> str:
    ident = cast.app.database.new_id()
    subject_id = cast.subject()
    with cast.app.database.write() as connection:
        add_record(connection, Entry(cast.agency_id, subject_id, kind, given, cast.people["head"]), ident)
    return ident


def _refusal(cast: Cast, who: str, case_id: str, action: str, **inputs: Any) -> str:
    with pytest.raises(Refused) as refused:
        cast.act(who, case_id, action, **inputs)
    return " ".join(cast.app.texts.render(reason, "vi") for reason in refused.value.reasons)


def test_discipline_stops_recognition_until_its_last_day_is_over(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    cast.at("2025-11-03")
    _record(cast, "discipline", starts_on=date(2025, 1, 1), ends_on=date(2025, 11, 3), decision_number="9/QĐ-KL")
    said = _refusal(cast, "head", case_id, "recognize", unit_minutes=cast.upload("head"))
    assert "9/QĐ-KL" in said
    assert "Nghị định 152/2025/NĐ-CP, Đ.4(4)" in said
    cast.at("2025-11-04")
    said = _refusal(cast, "head", case_id, "recognize", unit_minutes=cast.upload("head"))
    assert "9/QĐ-KL" not in said
    assert "chưa ghi thành tích nào từ 04/11/2025" in said
    _record(cast, "result", year=2025, value="regular", title="Số hóa")
    cast.act("head", case_id, "recognize", unit_minutes=cast.upload("head"))


def test_a_withdrawn_record_counts_no_longer_and_both_are_in_the_journal(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    ident = _record(cast, "discipline", starts_on=date(2025, 1, 1), decision_number="9/QĐ-KL")
    assert "9/QĐ-KL" in _refusal(cast, "head", case_id, "recognize", unit_minutes=cast.upload("head"))
    by = Entry(cast.agency_id, cast.subject(), "", {}, cast.people["office"])
    with cast.app.database.write() as connection:
        withdraw_record(connection, by, ident, "Nhầm người")
    cast.act("head", case_id, "recognize", unit_minutes=cast.upload("head"))
    with cast.app.database.read() as connection:
        found = connection.execute(sa.select(journal).where(journal.c.row_id == ident).order_by(journal.c.id)).all()
    assert {row.verb for row in found} == {"insert", "update"}
    assert "Nhầm" not in str(found)
    assert "9/QĐ" not in str(found)
    assert {row.body["recorded_by"] for row in found} == {cast.people["head"]}


def test_a_chosen_ground_that_the_records_contradict_is_refused_with_its_source(cast: Cast) -> None:
    child = case_at(cast, "choosing_ground", process="merit_request")
    for year, value in ((2023, "htxsnv"), (2024, "httnv")):
        _record(cast, "rating", year=year, value=value, decision_number="1/QĐ", decided_on=date(2025, 1, 5))
    _record(cast, "title", year=2022, value="cstd_co_so", decision_number="2/QĐ", decided_on=date(2022, 12, 5))
    inputs = {"ground": "d", "initiatives": ["Số hóa", "Một cửa"], "ground_proof": [cast.upload("office")]}
    said = _refusal(cast, "office", child, "choose", **inputs)
    assert "Luật Thi đua, khen thưởng số 06/2022/QH15, Đ.74(1)" in said
    cast.act("office", child, "choose", ground="c", ground_proof=[cast.upload("office")])


def test_an_initiative_is_spent_once_whoever_comes_second(cast: Cast) -> None:
    """Two decisions at once over one initiative: the row lets one of them through, on either database."""
    subject_id, database = cast.subject(), cast.app.database
    for turn in range(10):
        _record(cast, "initiative", year=2024, title=f"Số hóa {turn}")
        key, lost, ready = fold(f"Số hóa {turn}"), [], threading.Barrier(2)

        def spend(code: str, key: str = key, lost: list[int] = lost, ready: threading.Barrier = ready) -> None:
            ready.wait()
            with database.write() as connection:
                lost.append(spend_initiatives(connection, cast.agency_id, subject_id, {key: code}))

        hands = [threading.Thread(target=spend, args=(f"BK-{number}",)) for number in (1, 2)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join(30)
        assert sorted(lost) == [0, 1], turn


def test_an_initiative_named_by_an_award_is_spent_in_the_dossier(cast: Cast) -> None:
    child = cast.row(case_at(cast, "choosing_ground", process="merit_request"))
    for title in ("Số hóa", "Một cửa"):
        _record(cast, "initiative", year=2024, title=title, decision_number="3/QĐ", decided_on=date(2024, 12, 1))
    named = {"ground": "d", "initiatives": ["SỐ HÓA", "Một cửa"], "ground_proof": [cast.upload("office")]}
    cast.act("office", child.id, "choose", **named)
    cast.act("office", child.id, "prepare")
    cast.act("director", child.id, "sign", signed_copy=cast.upload("director"))
    cast.act("clerk", child.id, "send", sent_on=cast.now().date().isoformat(), channel="post")
    award = {"decision_number": "7/QĐ", "decided_on": cast.now().date().isoformat()}
    cast.act("office", child.id, "award", decision_file=cast.upload("office"), **award)
    with cast.app.database.read() as connection:
        spent = {row["title"]: row["used_for"] for row in records_of(connection, cast.agency_id, child.subject_id)}
    assert spent == {"Số hóa": child.code, "Một cửa": child.code}


def test_the_dossier_goes_with_the_person(cast: Cast) -> None:
    case_id = case_at(cast, "withdrawn")
    _record(cast, "discipline", starts_on=date(2025, 1, 1), decision_number="9/QĐ-KL")
    subject_id = cast.row(case_id).subject_id
    with cast.app.database.write() as connection:
        erase_subject(connection, cast.agency_id, subject_id)
        assert connection.scalar(sa.select(sa.func.count()).select_from(dossier_record)) == 0
