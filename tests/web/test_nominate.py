"""A nomination: whoever works here may bring somebody forward; nothing typed or sent is lost on an error."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
import sqlalchemy as sa

from states.subjects.model import subject
from tests.web.desk import BOTH_DESKS, SCAN, Desk, Forms
from web.field_views import MOST_LISTED
from workflow.organisation import person
from workflow.organisation_changes import add_person

WAY = "/gioi-thieu/nominee/nominate"
GOOD = {"life_field": "work", "merit": "Sáng kiến rút ngắn một nửa thời gian", "evidence": ("Ảnh.pdf", SCAN)}


def names(desk: Desk) -> list[str]:
    with desk.cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(subject.c.name).order_by(subject.c.name)))


def test_a_colleague_is_nominated_from_the_form(desk: Desk) -> None:
    browser = desk.browser("nominator")
    page = browser.get("/gioi-thieu")
    answer = browser.send(page, WAY, _who="staff", _person=desk.cast.people["candidate"], **GOOD)
    assert answer.status_code == 303
    [case] = desk.cast.cases("nominee")
    assert (case.label, case.state) == ("Candidate Nguyễn", "identified")
    assert "Đã gửi DH-2025-0001" in browser.get(answer.location).text


@BOTH_DESKS
@pytest.mark.parametrize(
    "who, label, kind",
    [
        ({"_who": "unit", "_unit": "cntt"}, "Phòng Công nghệ thông tin", "collective"),
        (
            {"_who": "other", "_kind": "collective", "_name": "Tổ số hóa phường 3", "_other_unit": "cntt"},
            "Tổ số hóa phường 3", "collective",
        ),
        (
            {"_who": "other", "_kind": "person", "_name": " Cụ  Đặng Văn Bảy ", "_other_unit": "bcvt",
             "_born": "02/09/1945"},
            "Cụ Đặng Văn Bảy", "person",
        ),
    ],
)  # fmt: skip
def test_a_unit_or_somebody_else_may_be_nominated(desk: Desk, who: dict[str, str], label: str, kind: str) -> None:
    who = {key: desk.cast.units.get(value, value) for key, value in who.items()}
    browser = desk.browser("nominator")
    assert browser.send(browser.get("/gioi-thieu"), WAY, **who, **GOOD).status_code == 303
    [case] = desk.cast.cases("nominee")
    assert (case.label, case.subject_kind) == (label, kind)


@pytest.mark.parametrize(
    "given, sentences",
    [
        ({"_who": "staff"}, ["Chọn cán bộ được giới thiệu."]),
        ({"_who": "unit"}, ["Chọn phòng, đơn vị."]),
        (
            {"_who": "other"},
            ["Chọn cá nhân hoặc tập thể.", "Nhập họ tên hoặc tên tập thể.", "Chọn phòng, đơn vị của người"],
        ),
        ({"_who": "other", "_kind": "person", "_name": "A", "_born": "hôm qua"}, ["Nhập «Ngày sinh» theo dạng"]),
        ({"_who": "sai"}, ["Chọn người hoặc tập thể được giới thiệu."]),
        ({"_who": "staff", "_person": "không-có"}, ["Không có ai công tác tại đây mà họ tên hoặc mã là «không-có»."]),
    ],
)
def test_what_is_missing_about_whom_is_told(desk: Desk, given: dict[str, str], sentences: list[str]) -> None:
    browser = desk.browser("nominator")
    answer = browser.send(browser.get("/gioi-thieu"), WAY, **given, **GOOD)
    assert answer.status_code == 422
    for sentence in sentences:
        assert sentence in answer.text
    assert desk.cast.cases("nominee") == []
    assert names(desk) == []


def test_somebody_else_belongs_to_a_unit_too(desk: Desk) -> None:
    browser = desk.browser("nominator")
    whom = {**somebody(desk, "Tổ số hóa phường 3"), "_other_unit": ""}
    answer = browser.send(browser.get("/gioi-thieu"), WAY, **whom, **GOOD)
    assert answer.status_code == 422
    place = answer.text.partition('for="f-nominate-_other_unit"')[2].partition("</select>")[0]
    assert "Chọn phòng, đơn vị của người (tập thể) này." in place, "beside the field"
    assert desk.cast.cases("nominee") == []


@BOTH_DESKS
def test_an_error_loses_neither_words_nor_files(desk: Desk) -> None:
    browser = desk.browser("nominator")
    sent = {**GOOD, "merit": "", "_who": "other", "_kind": "collective", "_name": "Tổ số hóa phường 3"}
    wrong = browser.send(browser.get("/gioi-thieu"), WAY, **sent)
    assert wrong.status_code == 422
    kept = Forms(wrong.text).to(WAY).fields
    assert (kept["_name"], kept["_kind"], kept["life_field"]) == (["Tổ số hóa phường 3"], ["collective"], ["work"])
    assert len(kept["evidence"]) == 1
    assert names(desk) == []  # who is not nominated after all leaves no trace
    again = browser.send(wrong, WAY, merit="Số hóa 12.000 hồ sơ", _other_unit=desk.cast.units["cntt"])
    assert again.status_code == 303, again.text
    assert names(desk) == ["Tổ số hóa phường 3"]


@BOTH_DESKS
def test_the_same_form_sent_twice_is_one_case(desk: Desk) -> None:
    browser = desk.browser("nominator")
    page = browser.get("/gioi-thieu")
    answers = [browser.send(page, WAY, _who="staff", _person=desk.cast.people["candidate"], **GOOD) for _ in range(2)]
    assert {answer.location for answer in answers} == {"/ho-so/DH-2025-0001"}


def somebody(desk: Desk, name: str) -> dict[str, str]:
    return {"_who": "other", "_kind": "collective", "_name": name, "_other_unit": desk.cast.units["cntt"]}


@BOTH_DESKS
def test_a_new_subjects_form_sent_twice_is_one_case_too(desk: Desk) -> None:
    browser = desk.browser("nominator")
    page = browser.get("/gioi-thieu")
    answers = [browser.send(page, WAY, **somebody(desk, "Tổ số hóa phường 3"), **GOOD) for _ in range(2)]
    assert {answer.location for answer in answers} == {"/ho-so/DH-2025-0001"}
    assert names(desk) == ["Tổ số hóa phường 3"]


@BOTH_DESKS
def test_a_form_gone_back_to_and_changed_is_no_longer_the_first(desk: Desk) -> None:
    browser = desk.browser("nominator")
    page = browser.get("/gioi-thieu")
    assert browser.send(page, WAY, **somebody(desk, "Tổ số hóa phường 3"), **GOOD).status_code == 303
    other = browser.send(page, WAY, **somebody(desk, "Tổ số hóa phường 4"), **GOOD)
    assert other.status_code == 422
    assert "Biểu mẫu này đã được gửi một lần" in other.text
    assert names(desk) == ["Tổ số hóa phường 3"]
    kept = Forms(other.text).to(WAY).fields
    assert (kept["_name"], kept["merit"]) == (["Tổ số hóa phường 4"], [GOOD["merit"]])
    again = browser.send(other, WAY, evidence=GOOD["evidence"])
    assert (again.status_code, again.location) == (303, "/ho-so/DH-2025-0002"), again.text


def test_a_second_open_case_is_refused_with_its_code_to_who_may_see_it(desk: Desk) -> None:
    desk.cast.nominate()
    browser = desk.browser("colleague1")
    page = browser.get("/gioi-thieu")
    answer = browser.send(page, WAY, _who="staff", _person=desk.cast.people["candidate"], **GOOD)
    assert answer.status_code == 403
    assert "DH-2025-0001" in answer.text
    apart = desk.browser("outsider")  # may nominate and does not see the case
    answer = apart.send(apart.get("/gioi-thieu"), WAY, _who="staff", _person=desk.cast.people["candidate"], **GOOD)
    assert answer.status_code == 403
    assert "DH-2025-0001" not in answer.text
    assert "đang có một hồ sơ chưa kết thúc" in answer.text


def test_only_the_office_begins_what_the_plan_gives_the_office(desk: Desk) -> None:
    office = desk.browser("office").get("/gioi-thieu")
    assert "Nhập điển hình đã công nhận" in office.text
    browser = desk.browser("nominator")
    assert "Nhập điển hình đã công nhận" not in browser.get("/gioi-thieu").text
    assert browser.get("/gioi-thieu/nominee/brought_in").status_code == 404


def test_a_recognised_exemplar_is_brought_in(desk: Desk) -> None:
    office = desk.browser("office")
    answer = office.send(
        office.get("/gioi-thieu/nominee/brought_in"), "/gioi-thieu/nominee/brought_in", _who="staff",
        _person=desk.cast.people["candidate"], held_level="department", decision_number="15/QĐ-STTTT",
        decided_on="20/12/2023", decision_file=("QĐ.pdf", SCAN),
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    assert desk.cast.cases("nominee")[0].top_level == "department"


def crowded(desk: Desk) -> None:
    """So many colleagues that no list of them is given; two of one name."""
    with desk.cast.app.database.write() as connection:
        for number in range(MOST_LISTED):
            name = "Đỗ Thị Hạnh" if number < 2 else f"Nguyễn Văn {number}"
            add_person(
                connection, desk.cast.agency_id, code=f"NV{number:03}", name=name, starts_on=date(2020, 1, 1),
                unit_id=desk.cast.units["cntt"],
            )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "label"),
    [("NV007", "Nguyễn Văn 7"), ("candidate nguyễn", "Candidate Nguyễn"), ("Đỗ Thị Hạnh (NV001)", "Đỗ Thị Hạnh")],
)
def test_among_many_a_colleague_is_named_by_code_or_name(desk: Desk, words: str, label: str) -> None:
    crowded(desk)
    browser = desk.browser("nominator")
    page = browser.get("/gioi-thieu")
    assert '<select id="f-nominate-_person"' not in page.text
    assert 'data-near="/danh-ba/goi-y"' in page.text
    assert browser.send(page, WAY, _who="staff", _person=words, **GOOD).status_code == 303
    [case] = desk.cast.cases("nominee")
    assert case.label == label


@pytest.mark.parametrize(
    ("words", "offered", "said"),
    [
        ("Đỗ Thị Hạnh", 2, "«Đỗ Thị Hạnh» có thể là 2 người; chọn một người trong danh sách."),
        ("hanh", 2, "«hanh» có thể là 2 người"), ("ai đó", 0, "Không có ai công tác tại đây"),
        ("nguyễn", 0, "gõ thêm họ tên hoặc mã"),
    ],
)  # fmt: skip
def test_words_that_name_nobody_alone_become_a_choice_where_some_are_near(
    desk: Desk, words: str, offered: int, said: str
) -> None:
    crowded(desk)
    browser = desk.browser("nominator")
    answer = browser.send(browser.get("/gioi-thieu"), WAY, _who="staff", _person=words, **GOOD)
    assert answer.status_code == 422
    assert answer.text.count(said) == 2, "above the form and at the field"
    assert desk.cast.cases("nominee") == []
    choice = re.search(r'<select id="f-nominate-_person".*?</select>', answer.text, re.DOTALL)
    if not offered:
        assert f'name="_person" value="{words}"' in answer.text, "what was typed is kept"
        return
    assert choice
    ids = re.findall(r'<option value="([^"]+)">Đỗ Thị Hạnh \(NV00[01]\)', choice[0])
    assert len(ids) == offered
    assert browser.send(answer, WAY, _person=ids[0]).status_code == 303, "with all that was typed and sent"
    assert [one.label for one in desk.cast.cases("nominee")] == ["Đỗ Thị Hạnh"]


def test_a_decisions_form_takes_names_too_in_fields_and_in_tables(desk: Desk) -> None:
    crowded(desk)
    case_id = desk.cast.nominate()
    head = desk.browser("head")
    page = head.get("/viec")
    given = {
        "strengths": "Chịu khó", "shortcomings": "Nói nhỏ", "support": "Giao việc mới", "measures.0.what": "Kèm cặp",
        "measures.0.who": "nv003", "measures.0.due": "01/12/2025", "mentor": "Đỗ Thị Hạnh",
    }  # fmt: skip
    refused = head.send(page, "/lam/take_up", **given)
    assert refused.status_code == 422
    assert "trong danh sách cán bộ của cơ quan" in refused.text
    assert 'value="Nguyễn Văn 3 (NV003)"' in refused.text
    done = head.send(refused, "/lam/take_up", mentor="Đỗ Thị Hạnh (NV000)")
    assert done.status_code == 303, done.text
    fields = desk.cast.app.engine.view(desk.cast.actor("head"), case_id).fields
    people = {one["code"]: one["id"] for one in known_people(desk)}
    assert fields["mentor"] == people["NV000"]
    assert [row["who"] for row in fields["measures"]] == [people["NV003"]]


def known_people(desk: Desk) -> list[sa.RowMapping]:
    with desk.cast.app.database.read() as connection:
        return list(connection.execute(sa.select(person.c.id, person.c.code)).mappings())


def test_of_several_files_the_bad_one_is_named(desk: Desk) -> None:
    browser = desk.browser("nominator")
    files = [(io.BytesIO(SCAN), "Biên bản.pdf"), (io.BytesIO(b"MZ\x90"), "Ảnh lạ.exe")]
    wrong = browser.send(browser.get("/gioi-thieu"), WAY, **{**GOOD, "evidence": files})
    assert wrong.status_code == 422
    assert "Tệp «Ảnh lạ.exe»: " in wrong.text
    assert "Tệp «Biên bản.pdf»" not in wrong.text
