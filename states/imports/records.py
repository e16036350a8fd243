"""The list of ratings, titles, initiatives, discipline … an office keeps: each line a record of somebody's dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from states.imports.people import known_people
from states.imports.table import Column, Known, Line, Sorting
from states.imports.tally import Tally
from states.imports.units import known_units
from states.subjects.enrol import COLLECTIVE, PERSON, enrol_person, enrol_unit
from states.subjects.records import CONTENT, DOSSIER, KINDS, Entry, add_record
from workflow.db import uuid7
from workflow.message import Refused

SHEET = "Thành tích"

COLUMNS = (
    Column("whom", "Loại", required=True, also=("Cá nhân hay tập thể",), hint="Cá nhân"),
    Column("subject", "Họ và tên hoặc tên tập thể", required=True, also=("Mã người", "Họ và tên", "Tên"), longest=300,
           hint="CB017"),
    Column("kind", "Loại bản ghi", required=True, also=("Nội dung ghi",), hint="Xếp loại năm"),
    Column("year", "Năm", kind="number", hint="2024"),
    Column("value", "Xếp loại, danh hiệu hoặc loại", also=("Xếp loại", "Danh hiệu"), hint="Chiến sĩ thi đua cơ sở"),
    Column("title", "Tên hoặc nội dung", also=("Tên sáng kiến",), longest=300, hint="Số hóa hồ sơ một cửa"),
    Column("scope", "Phạm vi", hint="Sở"),
    Column("starts_on", "Từ ngày", kind="date"),
    Column("ends_on", "Đến hết ngày", kind="date", also=("Đến ngày",)),
    Column("used_for", "Đã dùng cho", longest=300, hint="CSTĐ cơ sở 2023"),
    Column("decision_number", "Số quyết định", also=("Số quyết định, văn bản",), longest=120, hint="12/QĐ-STTTT"),
    Column("decided_on", "Ngày quyết định", kind="date", also=("Ngày quyết định, văn bản",), hint="20/12/2024"),
)  # fmt: skip

NAMES = {
    "rating": ("rating", "Xếp loại năm", "Xếp loại"), "title": ("title", "Danh hiệu thi đua", "Danh hiệu"),
    "initiative": ("initiative", "Sáng kiến, đề tài", "Sáng kiến", "Đề tài"),
    "result": ("result", "Thành tích, kết quả phong trào", "Thành tích", "Kết quả phong trào"),
    "contribution": ("contribution", "Đóng góp"), "discipline": ("discipline", "Kỷ luật"),
    "leave": ("leave", "Nghỉ dài ngày"), "secondment": ("secondment", "Biệt phái"),
    "comment": ("comment", "Nhận xét của đơn vị khác", "Nhận xét"),
    "clearance": ("clearance", "Trả lời hiệp y", "Hiệp y"),
}  # fmt: skip
"""What a list may call each kind of record; lists are in Vietnamese, as their headings are."""

WHOM = {PERSON: ("person", "Cá nhân"), COLLECTIVE: ("collective", "Tập thể")}


def apply(
    connection: sa.Connection, agency_id: str, lines: Sequence[Line], sorting: Sorting, values: Mapping[str, Any]
) -> Tally:
    """Every line not there yet becomes a record; the caller rolls back when there are problems."""
    tally = Tally()
    known = {PERSON: known_people(connection, agency_id), COLLECTIVE: known_units(connection, agency_id)}
    kinds, whom = Known(NAMES.items()), Known(WHOM.items())
    words = values.get(DOSSIER) or {}
    for line in lines:
        if any(line.values.get(column.name) is None for column in COLUMNS if column.required):
            continue  # said when the line was read
        before = len(sorting.problems)
        kind, who = sorting.find(line, "kind", kinds), sorting.find(line, "whom", whom)
        found = sorting.find(line, "subject", known[who]) if who else None
        given = _given(line, kind, sorting, words) if kind else {}
        if len(sorting.problems) > before or not kind or not found:
            continue
        enrol = enrol_person if who == PERSON else enrol_unit
        try:
            with connection.begin_nested():
                entry = Entry(agency_id, enrol(connection, agency_id, found), kind, given)
                tally.count("added" if add_record(connection, entry, uuid7()) else "same", line)
        except Refused as refused:
            for reason in refused.reasons:
                sorting.complain(line, "", "refused", why=reason)
    return tally


def _given(line: Line, kind: str, sorting: Sorting, words: Mapping[str, Any]) -> dict[str, Any]:
    """What a line says, its words those of the plan where the plan lists them."""
    given = {name: line.values.get(name) for name in CONTENT}
    for name, listed in (("value", words.get(kind)), ("scope", words.get("scope"))):
        if given[name] and isinstance(listed, dict) and name in KINDS[kind].asks:
            known = Known((word, (word, str(title))) for word, title in listed.items())
            given[name] = sorting.find(line, name, known)
    return given
