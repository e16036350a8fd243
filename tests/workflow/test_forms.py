"""Anything may arrive in a form; only what the plan's fields ask for leaves it."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.definition import Field, Term
from workflow.forms import Facts, validate
from workflow.message import Invalid

FIELDS = (
    Field(name="merit", type="line", title="Thành tích"),
    Field(name="story", type="text", title="Câu chuyện"),
    Field(name="life", type="choice", title="Lĩnh vực", choices={"học tập": "Học tập", "d": "Bốn"}),
    Field(name="on", type="date", title="Ngày"),
    Field(name="done_on", type="date", title="Ngày gửi", latest="today"),
    Field(name="due_on", type="date", title="Hạn", earliest="today"),
    Field(name="count", type="number", title="Số người", maximum=50),
    Field(name="final", type="yes_no", title="Tổng kết"),
    Field(name="minutes", type="file", title="Biên bản"),
    Field(name="evidence", type="files", title="Minh chứng"),
    Field(name="shortcomings", type="list", title="Hạn chế"),
    Field(name="guests", type="list", title="Khách mời", minimum=0),
    Field(
        name="measures", type="table", title="Việc làm",
        columns={"what": "line", "who": "person", "due": "date", "done": "yes_no"},
    ),
    Field(name="mentor", type="person", title="Người giúp đỡ"),
    Field(name="new_unit", type="unit", title="Đơn vị mới"),
    Field(name="subject", type="subject", title="Người được giới thiệu"),
    Field(name="exemplars", type="cases", title="Điển hình"),
    Field(name="targets", type="form", title="Số liệu"),
    Field(
        name="progress", type="choice", title="Mức khắc phục", each="shortcomings",
        choices={"no": "Chưa", "yes": "Rồi"},
    ),
    Field(name="verdict", type="choice", title="Đánh giá", each="exemplars", choices={"keep": "Tiếp tục"}),
    Field(
        name="initiatives", type="list", title="Sáng kiến",
        conditions=(Term(kind="is", text="life is d", name="life", values=("d",)),),
    ),
)  # fmt: skip
FACTS = Facts(
    people={"p1", "p2"}, units={"u1"}, subjects={"s1"}, cases={"exemplars": {"c1", "c2"}}, files={"f1", "f2"},
    fields={"shortcomings": ["Ngại nói", "Ít đọc"], "exemplars": ["c1", "c2"]}, today=date(2025, 11, 3),
)  # fmt: skip


def take(name: str, value: Any, facts: Facts = FACTS) -> Any:
    return validate(FIELDS, {name: value}, needs={name}, facts=facts)[name]


def refuse(name: str, value: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        take(name, value)
    return {at: message.key for at, message in caught.value.fields.items()}


@pytest.mark.parametrize(
    "name, given_value, kept",
    [
        ("merit", "  Cứu  người\tđuối nước ", "Cứu người đuối nước"),
        ("merit", unicodedata.normalize("NFD", "Nguyễn Đức"), "Nguyễn Đức"),
        ("merit", "a\nb", "a b"),
        ("merit", "zero\u200bwidth\ufeff", "zerowidth"),
        ("merit", "b\x07e\x00l\x9fl", "bell"),
        ("merit", "\u202egnp.exe\u200e", "gnp.exe"),
        ("story", "một\x01\v\x1fhai\x85ba\tbốn", "một\nhai\nba bốn"),
        ("story", "một \r\nhai\n", "một\nhai"),
        ("life", unicodedata.normalize("NFD", "học tập"), "học tập"),
        ("on", "03/11/2025", "2025-11-03"),
        ("on", "3/1/2025", "2025-01-03"),
        ("on", "3.1.25", "2025-01-03"),
        ("on", "2024-02-29", "2024-02-29"),
        ("done_on", "03/11/2025", "2025-11-03"),
        ("done_on", "01/01/1990", "1990-01-01"),
        ("due_on", "2025-11-03", "2025-11-03"),
        ("count", "7", 7),
        ("count", 7.0, 7),
        ("count", 0, 0),
        ("final", "có", True),
        ("final", False, False),
        ("minutes", "f1", "f1"),
        ("minutes", ["f1"], "f1"),
        ("evidence", ["f1", "f2", "f1"], ["f1", "f2"]),
        ("evidence", "f2", ["f2"]),
        ("shortcomings", "Ngại nói\n\n  Ít đọc ", ["Ngại nói", "Ít đọc"]),
        ("shortcomings", ["Ngại nói", ""], ["Ngại nói"]),
        ("guests", [], []),
        ("guests", None, []),
        ("mentor", "p1", "p1"),
        ("new_unit", "u1", "u1"),
        ("subject", "s1", "s1"),
        ("exemplars", ["c2"], ["c2"]),
        ("progress", ["no", "yes"], ["no", "yes"]),
        ("verdict", {"c1": "keep", "c2": "keep"}, {"c1": "keep", "c2": "keep"}),
    ],
)
def test_a_value_is_kept_in_its_plain_form(name: str, given_value: Any, kept: Any) -> None:
    assert take(name, given_value) == kept


@pytest.mark.parametrize(
    "name, given_value, errors",
    [
        ("merit", "", {"merit": "form.missing"}),
        ("merit", None, {"merit": "form.missing"}),
        ("merit", ["x"], {"merit": "form.not_text"}),
        ("merit", "x" * 201, {"merit": "form.too_long"}),
        ("merit", "\x00\u200e", {"merit": "form.missing"}),
        ("merit", "\ud800", {"merit": "form.unreadable"}),
        ("story", "x" * 10_001, {"story": "form.too_long"}),
        ("life", "khác", {"life": "form.choice"}),
        ("life", "", {"life": "form.missing_choice"}),
        ("on", "hôm nay", {"on": "form.date_form"}),
        ("on", "01/01/85", {"on": "form.date_form"}),
        ("on", "01/01/0025", {"on": "form.date_range"}),
        ("on", "29/02/2023", {"on": "form.date_unknown"}),
        ("on", "01/01/0202", {"on": "form.date_range"}),
        ("on", "", {"on": "form.missing_date"}),
        ("done_on", "04/11/2025", {"done_on": "form.date_ahead"}),
        ("due_on", "02/11/2025", {"due_on": "form.date_past"}),
        ("count", "1,5", {"count": "form.number_form"}),
        ("count", "٣", {"count": "form.number_form"}),
        ("count", True, {"count": "form.number_form"}),
        ("count", float("nan"), {"count": "form.number_form"}),
        ("count", float("inf"), {"count": "form.number_form"}),
        ("count", "-1", {"count": "form.number_low"}),
        ("count", 10**400, {"count": "form.number_high"}),
        ("final", "maybe", {"final": "form.yes_no"}),
        ("final", None, {"final": "form.missing_choice"}),
        ("minutes", "other-agency", {"minutes": "form.file"}),
        ("minutes", "", {"minutes": "form.missing_file"}),
        ("minutes", ["f1", "f2"], {"minutes": "form.file"}),
        ("evidence", ["f1", "stolen"], {"evidence": "form.file"}),
        ("shortcomings", {"a": 1}, {"shortcomings": "form.list"}),
        ("shortcomings", ["ok", 3], {"shortcomings": "form.in_row"}),
        ("shortcomings", ["x"] * 201, {"shortcomings": "form.too_many"}),
        ("mentor", "p9", {"mentor": "form.person"}),
        ("new_unit", "u9", {"new_unit": "form.unit"}),
        ("subject", "s9", {"subject": "form.subject"}),
        ("exemplars", ["c9"], {"exemplars": "form.case"}),
        ("progress", ["no"], {"progress.1": "form.in_row"}),
        ("progress", ["no", "yes", "no"], {"progress": "form.each"}),
        ("verdict", {"c1": "keep"}, {"verdict.c2": "form.in_row"}),
        ("verdict", {"c1": "keep", "c2": "keep", "c9": "keep"}, {"verdict": "form.each"}),
        ("measures", "text", {"measures": "form.table"}),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named_with_what_to_enter(
    name: str, given_value: Any, errors: dict[str, str]
) -> None:
    assert refuse(name, given_value) == errors


def test_a_table_drops_empty_rows_and_types_its_columns() -> None:
    rows = [
        {"what": "Học ngoại ngữ", "who": "p1", "due": "01/12/2025", "done": ""},
        {"what": " ", "who": "", "due": None, "done": "no"},
        {"what": "Đọc", "who": "p2", "due": "2025-12-02", "done": "yes"},
    ]
    assert take("measures", rows) == [
        {"what": "Học ngoại ngữ", "who": "p1", "due": "2025-12-01", "done": False},
        {"what": "Đọc", "who": "p2", "due": "2025-12-02", "done": True},
    ]


def test_a_table_names_the_cell_that_is_wrong() -> None:
    assert refuse("measures", [{"what": "x", "who": "p9", "due": "", "done": True, "id": "7"}]) == {
        "measures.0.who": "form.in_row", "measures.0.due": "form.in_row", "measures.0.id": "form.unasked",
    }  # fmt: skip


def test_a_key_nobody_asked_for_is_refused_and_shown_harmlessly() -> None:
    with pytest.raises(Invalid) as caught:
        validate(FIELDS, {"state": "recognized", "x\x00\u202e": 1}, needs=set(), facts=FACTS)
    assert {at: message.key for at, message in caught.value.fields.items()} == {
        "state": "form.unasked", "x": "form.unasked",
    }  # fmt: skip


def test_a_computed_form_is_never_submitted() -> None:
    assert validate(FIELDS, {}, needs={"targets"}, facts=FACTS) == {}
    with pytest.raises(Invalid):
        validate(FIELDS, {"targets": []}, needs={"targets"}, facts=FACTS)


def test_what_may_be_left_out_is_left_out() -> None:
    assert validate(FIELDS, {"merit": ""}, needs=(), takes=("merit", "story"), facts=FACTS) == {}


@pytest.mark.parametrize("given_reason, fits", [("chưa rõ", False), ("..........…", False), ("Thiếu minh chứng", True)])
def test_a_reason_has_ten_letters(given_reason: str, fits: bool) -> None:
    if fits:
        assert validate((), {"reason": given_reason}, needs={"reason"}) == {"reason": given_reason}
        return
    with pytest.raises(Invalid) as caught:
        validate((), {"reason": given_reason}, needs={"reason"})
    assert caught.value.fields["reason"].params == {"field": "Lý do", "letters": 10}


@pytest.mark.parametrize("life, asked", [("d", True), ("học tập", False), ("", False)])
def test_a_field_with_a_condition_is_asked_only_when_it_holds(life: str, asked: bool) -> None:
    given_values = {"life": life} if life else {}
    if asked:
        with pytest.raises(Invalid) as caught:
            validate(FIELDS, given_values, needs={"initiatives"}, takes={"life"}, facts=FACTS)
        assert set(caught.value.fields) == {"initiatives"}
    else:
        submitted = {**given_values, "initiatives": ["Một"]}
        assert "initiatives" not in validate(FIELDS, submitted, needs={"initiatives"}, takes={"life"}, facts=FACTS)


def test_values_for_each_line_follow_the_list_of_the_same_submission() -> None:
    given_values = {"shortcomings": ["Chỉ một"], "progress": ["yes"]}
    assert validate(FIELDS, given_values, needs=given_values.keys(), facts=FACTS)["progress"] == ["yes"]


# --- anything at all --------------------------------------------------------------------------------------

ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["p1", "f1", "c1", "no", "d"])
)
ANYTHING = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from([field.name for field in FIELDS] + ["reason"])


@given(
    raw=st.dictionaries(NAMES | st.text(), ANYTHING, max_size=6),
    needs=st.sets(NAMES, max_size=6),
    takes=st.sets(NAMES, max_size=6),
)
def test_whatever_arrives_is_taken_or_named(raw: dict[str, Any], needs: set[str], takes: set[str]) -> None:
    try:
        values = validate(FIELDS, raw, needs=needs, takes=takes, facts=FACTS)
    except Invalid as invalid:
        assert invalid.fields  # noqa: PT017 - either outcome is right, an empty one is not
        return
    assert set(values) <= needs | takes
    stored = json.dumps(values, ensure_ascii=False, allow_nan=False)
    assert stored.encode()  # no lone surrogate reaches the database
    assert validate(FIELDS, values, needs=needs, takes=takes, facts=FACTS) == values


def test_a_very_deep_value_is_named_too() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert refuse("measures", deep) == {"measures": "form.table"}
