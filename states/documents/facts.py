"""What a paper says, worked out from its case as it stands: plain values under the tags a template may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.documents import figures
from states.documents.days import day_text
from states.documents.grounds import addressed, proposed
from states.documents.measures import HEAD_COLUMNS, balanced
from states.documents.model import document, number_entry
from states.documents.register import written
from states.documents.signing import BLANK, signatures
from workflow.case import case, case_field, case_party
from workflow.clock import local_date
from workflow.commands import Actor
from workflow.definition import Document, Field
from workflow.explain import CaseView
from workflow.folding import fold
from workflow.identity import Matter, Organisation
from workflow.organisation import agency
from workflow.registry import Party

LISTS = ("danh_sach", "de_nghi")
"""Tags that are rows of cases."""
BY_UNIT = "de_nghi"
"""The one that was put together out of units' reports: it is read unit by unit."""
See = Callable[[Actor, str], CaseView]
HEAD_SIZE = 13
DECISION = "Quyết định"
ROOM = "……………"
"""Left open for a pen where nothing is known yet and the paper must say it."""
NOTHING: Mapping[str, Any] = {
    "kinh_gui": [], "can_cu": [], "noi_nhan": ["Như trên"], "luu": "VT", "danh_sach": [], "ket_qua": [], "co_mat": [],
    "vang_mat": [], "khach_moi": [], "thao_luan": [], "to_kiem_phieu": [], "thanh_tich": "", "thanh_tich_ngan": "",
    "khen_thuong": "", "linh_vuc": "", "ly_do": "", "noi_dung": "", "quyet_dinh": "", "so_vang": "", "danh_hieu": "",
    "qr": "", "ma_xac_thuc": "", "bien_ban": "", "cua_bien_ban": "", "theo_de_nghi": "",
    "thi_hanh": "Chánh Văn phòng, Trưởng các phòng, đơn vị", "ben_moi": "", "kem_theo": "", "so_ngay_cua": "",
    "trich_yeu": "", "chu_toa": BLANK, "thu_ky": BLANK, "ky": BLANK, "noi_dung_doan": [], "thanh_tich_doan": [],
    "da_cong_nhan": [],
    "hop_ten": "", "hop_gio": ROOM, "hop_ngay": "", "hop_dia_diem": ROOM, "hop_hinh_thuc": "", "tong_so": "",
    "vong_phieu": "",
    "phieu_thu_ve": "", "don_vi_lap": "", "ton_tai": [], "phuong_huong": [], "de_nghi": [], "tong_ket": False,
    "bieu_do_theo_nam": "theo_nam", "bieu_do_theo_don_vi": "theo_don_vi", "so_lieu_den": "", "bieu_do": {},
    **figures.of_targets([], final=False, titles={}), **figures.of_units([]), **figures.of_verdicts([]),
}  # fmt: skip
"""Tags that a document of the plan need not fill."""


def gather(connection: sa.Connection, view: CaseView, made: Document, row: Mapping[str, Any]) -> dict[str, Any]:
    """Every tag with its value for one ordered paper."""
    issuer = dict(connection.execute(sa.select(agency).where(agency.c.id == view.org.agency_id)).mappings().one())
    values = {**NOTHING, **_issuer(issuer), **_numbered(connection, issuer, row), **_subject(connection, view)}
    values |= _people(connection, view, made)
    values["can_cu"] = _bases(view)
    values["trich_yeu"] = f"{made.title} {view.case['label']}".strip()
    values["quyet_dinh"] = _decided(connection, made, row)
    given = _Given(connection, view, made)
    values |= {tag: words(tag, said) for tag, said in made.given.items()}
    values |= {tag: given.value(tag, field) for tag, field in made.fills.items()}
    if "danh_sach" not in made.fills:
        values["danh_sach"] = given.rows([view.case["id"]])
    values |= given.counted(values)
    values["can_cu"] = [*values["can_cu"], *proposed(connection, view, made, values)]
    values |= given.figures()
    values["giai_doan"] = f"{view.plan.start.year} - {view.plan.end.year}"
    values["ke_hoach"] = _plan_named(view)
    values["thanh_tich_doan"] = values["thanh_tich_doan"] or paragraphs(values["thanh_tich"])
    values["noi_dung_doan"] = values["noi_dung_doan"] or paragraphs(values["noi_dung"])
    values["thanh_tich_ngan"] = values["thanh_tich_ngan"] or values["thanh_tich"]
    values["so_ngay_cua"] = _told(made, row, values)
    values["kem_theo"] = values["kem_theo"] or f"{made.title} {values['so_ngay_cua']}"
    return values


def _told(made: Document, row: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """How an annex names its paper by NĐ 30: số 09/BC-STTTT ngày 16 tháng 12 năm 2025 của Sở …; a draft: no number."""
    number = values["so_ky_hieu"].removeprefix("Số:").strip()
    named = f"số {number} " if number else ""
    return f"{named}{day_text(row['dated_on'])} của {made.behalf or values['co_quan_ten']}"


def words(tag: str, said: str) -> Any:
    """The plan's own words; several, with a semicolon between them, for a tag that is a list."""
    return [part.strip() for part in said.split(";")] if isinstance(NOTHING.get(tag), list) else said


def paragraphs(text: str) -> list[str]:
    """A text's own paragraphs."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _issuer(row: Mapping[str, Any]) -> dict[str, Any]:
    parent, own = row["parent_name"].upper(), row["name"].upper()
    return {
        "co_quan_chu_quan": balanced(parent, HEAD_SIZE, HEAD_COLUMNS[0]), "co_quan_ten": row["name"],
        "co_quan": balanced(own, HEAD_SIZE, HEAD_COLUMNS[0]), "viet_tat": row["short_name"],
        "tham_quyen": f"GIÁM ĐỐC {own}",
    }  # fmt: skip


def _numbered(connection: sa.Connection, issuer: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    found = sa.select(number_entry.c.number).where(number_entry.c.id == (row["number_id"] or ""))
    number = connection.scalar(found)
    typed = str(row["typed_number"])
    said = written(number, row["symbol"]) if row["symbol"] else ""
    if typed:
        said = f"Số: {typed}" if "/" in typed or not row["symbol"] else f"Số: {typed}/{row['symbol']}"
    place = f"{issuer['place']}, " if issuer["place"] else ""
    return {"so_ky_hieu": said, "dia_danh_ngay": place + day_text(row["dated_on"])}


def _decided(connection: sa.Connection, made: Document, paper: Mapping[str, Any]) -> str:
    """The decision a certificate rests on, or a revocation undoes: the newest of that name before the paper's own."""
    until = document.c.event_seq <= paper["event_seq"]
    mine = (document.c.case_id == paper["case_id"], document.c.name == made.decided_by, until)
    newest = sa.select(document, number_entry.c.number.label("given")).outerjoin(
        number_entry, number_entry.c.id == document.c.number_id
    )
    row = connection.execute(newest.where(*mine).order_by(document.c.event_seq.desc()).limit(1)).mappings().first()
    if row is None:
        return ""
    typed, symbol = str(row["typed_number"]), row["symbol"]
    number = (typed if "/" in typed else f"{typed}/{symbol}") if typed else written(row["given"], symbol)
    return f"{DECISION} số {number.removeprefix('Số: ')} {day_text(row['dated_on'])}"


def _subject(connection: sa.Connection, view: CaseView) -> dict[str, Any]:
    about = view.case
    unit_name = _unit(view.org, about["unit_id"])
    subject = next((one.person_id for one in _parties(connection, view) if one.relation == "subject"), "")
    post = view.org.people[subject].post if subject in view.org.people else ""
    who = {
        "ten": about["label"], "chuc_vu": post, "don_vi": unit_name, "loai": "",
        "tap_the": not post and bool(unit_name),
        "chuc_vu_don_vi": ", ".join(filter(None, (post, unit_name))),
        "xung_ho": addressed(connection, about["subject_kind"], subject),
    }  # fmt: skip
    level = view.plan.levels.get(view.case["top_level"], "")
    earned = [
        f"Điển hình {figures.small(view.plan.levels[one])}" for one in view.case["levels"] if one in view.plan.levels
    ]
    return {
        "nguoi": who, "da_cong_nhan": earned, "don_vi_lap": unit_name,
        "danh_hieu": f"điển hình tiên tiến {figures.small(level)}".strip(),
    }  # fmt: skip


def _people(connection: sa.Connection, view: CaseView, made: Document) -> dict[str, Any]:
    matter = Matter(view.case["subject_id"], view.case["unit_id"], _parties(connection, view), {})
    signed = signatures(made, view.plan, view.org, matter, view.case["unit_id"])
    first = signed[0] if signed else BLANK
    second = signed[1] if len(signed) > 1 else BLANK
    return {"ky": first, "chu_toa": first, "thu_ky": second}


def _parties(connection: sa.Connection, view: CaseView) -> tuple[Party, ...]:
    mine = case_party.c.case_id == view.case["id"]
    rows = connection.execute(sa.select(case_party.c.person_id, case_party.c.relation).where(mine))
    return tuple(Party(row.person_id, row.relation) for row in rows)


def _plan_named(view: CaseView) -> str:
    return f"{view.plan.title} (số {view.plan.number})" if view.plan.number else view.plan.title


def _bases(view: CaseView) -> list[str]:
    day = view.org.today
    in_force = [one for one in view.plan.bases.values() if one.start <= day and (one.end is None or day <= one.end)]
    plan = f"Kế hoạch số {view.plan.number}" if view.plan.number else view.plan.title
    return [f"Căn cứ {title}" for title in (*(one.title for one in in_force), plan)]


def _unit(org: Organisation, unit_id: str | None) -> str:
    found = org.units.get(unit_id or "")
    return str(found["name"]) if found else ""


class _Given:
    """`fills:` of a document: fields of the case as people read them."""

    def __init__(self, connection: sa.Connection, view: CaseView, made: Document) -> None:
        self._connection, self._view, self._made = connection, view, made

    def value(self, tag: str, name: str) -> Any:
        """What the tag is filled with: a text, a list of texts, or rows."""
        field, value = self._view.definition.fields.get(name), self._view.fields.get(name)
        if field is None or value in (None, "", [], {}):
            return NOTHING.get(tag, "")
        if tag == "ket_qua":
            return []
        if tag in LISTS:
            return self._answered(value) if field.type == "form" else self.rows(value, by_unit=tag == BY_UNIT)
        if field.type == "yes_no":
            return bool(value)
        if field.type == "form":
            return NOTHING.get(tag, "")
        shown = self._shown(field, value)
        return shown if not isinstance(NOTHING.get(tag, ""), list) or isinstance(shown, list) else paragraphs(shown)

    def _shown(self, field: Field, value: Any) -> Any:
        if field.type in ("people", "list"):
            return [self._view.org.name(one) if field.type == "people" else str(one) for one in value]
        if field.type == "person":
            return self._view.org.name(value)
        if field.type == "unit":
            return _unit(self._view.org, value)
        if field.type == "choice":
            return field.choices.get(str(value), str(value))
        if field.type == "date":
            return day_text(date.fromisoformat(str(value)[:10]))
        return str(value)

    def _answered(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The cases of a form's rows, each with the row's answer as its note."""
        said = {one: figures.WORDS.get(str(row["name"]), "") for row in rows for one in row.get("cases", ())}
        return [{**line, "ghi_chu": said[line["id"]]} for line in self.rows(list(said))]

    def figures(self) -> dict[str, Any]:
        """A review's numbers, from the forms as they were when it was submitted."""
        held: dict[str, Any] = {tag: self._view.fields.get(name) for tag, name in self._made.fills.items()}
        found: dict[str, Any] = {}
        if held.get("so_lieu") is not None:
            final = bool(held.get("tong_ket"))
            found |= figures.of_targets(held["so_lieu"], final=final, titles=self._view.plan.levels)
            found["so_lieu_den"] = figures.day_of(self._said_on(self._made.fills["so_lieu"]))
        charts = found.get("bieu_do", {})
        if held.get("theo_don_vi") is not None:
            found |= figures.of_units(held["theo_don_vi"])
        if held.get("danh_gia") is not None:
            found |= figures.of_verdicts(held["danh_gia"])
        return {**found, "bieu_do": {**charts, **found.get("bieu_do", {})}}

    def _said_on(self, name: str) -> date:
        """The day on which a form was last sent in."""
        moments = [event.at for event in self._view.history if any(field.name == name for field, _ in event.inputs)]
        return local_date(max(moments)) if moments else self._view.org.today

    def rows(self, ids: Sequence[str], *, by_unit: bool = False) -> list[dict[str, Any]]:
        """The cases of a list, in its order or unit by unit, each with what the document fills `thanh_tich` with."""
        found = sa.select(case.c.id, case.c.code, case.c.label, case.c.unit_id).where(case.c.id.in_(list(ids)))
        known = {row.id: row for row in self._connection.execute(found)}
        if by_unit:
            places = {unit_id: place for place, unit_id in enumerate(self._view.org.units)}
            ids = sorted(known, key=lambda one: (places.get(known[one].unit_id, -1), fold(known[one].label)))
        deed = self._made.fills.get("thanh_tich", "")
        of_these = (case_field.c.case_id.in_(list(ids)), case_field.c.name == deed)
        deeds = self._connection.execute(sa.select(case_field.c.case_id, case_field.c.value).where(*of_these))
        said = {row.case_id: row.value for row in deeds}
        posts = self._posts(list(ids))
        return [
            {
                "stt": number, "id": one, "ma": known[one].code, "ten": known[one].label,
                "chuc_vu": posts.get(one, ""),
                "don_vi": _unit(self._view.org, known[one].unit_id), "loai": "", "thanh_tich": str(said.get(one) or ""),
                "ghi_chu": "",
            }
            for number, one in enumerate((one for one in ids if one in known), 1)
        ]  # fmt: skip

    def _posts(self, ids: Sequence[str]) -> dict[str, str]:
        """What whoever a case is about is here, by the case's id; a collective has no post."""
        about = sa.select(case_party.c.case_id, case_party.c.person_id).where(
            case_party.c.case_id.in_(ids), case_party.c.relation == "subject"
        )
        people = self._view.org.people
        return {
            row.case_id: people[row.person_id].post
            for row in self._connection.execute(about)
            if row.person_id in people
        }

    def counted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What follows from the lists: who was away, how many there are, the count of each name as last taken."""
        found: dict[str, Any] = {}
        field = self._field("co_mat")
        if field is not None and field.holders:
            everybody = {one: None for role in field.holders for one, _ in self._view.org.granted.get(role, ())}
            there = set(self._view.fields.get(field.name) or [])
            found["tong_so"] = len(everybody)
            found["vang_mat"] = [self._view.org.name(one) for one in everybody if one not in there]
        if (tally := self._field("ket_qua")) is not None:
            found["ket_qua"] = results(self._counts(tally.name), values["danh_sach"], self._verdicts())
            found["phieu_thu_ve"] = max((one["thu_ve"] for one in found["ket_qua"] if one["thu_ve"] != ""), default="")
        return found

    def _field(self, tag: str) -> Field | None:
        return self._view.definition.fields.get(self._made.fills.get(tag, ""))

    def _counts(self, name: str) -> dict[str, Mapping[str, Any]]:
        """The last count of each name, by its case's code: a sitting may have several ballots."""
        taken = [value for event in self._view.history for field, value in event.inputs if field.name == name]
        return {line["params"]["code"]: line for tally in taken for line in tally or ()}

    def _verdicts(self) -> dict[str, str]:
        """What each case of the list got in the end, by its id, in words."""
        field = next((one for one in self._view.definition.fields.values() if one.says), None)
        said = self._view.fields.get(field.name) if field is not None else None
        if field is None or not isinstance(said, dict):
            return {}
        return {str(one): field.choices.get(str(value), str(value)) for one, value in said.items()}


def results(
    counts: Mapping[str, Mapping[str, Any]], listed: Sequence[Mapping[str, Any]], verdicts: Mapping[str, str]
) -> list[dict[str, Any]]:
    """A line for each name of the list: its last count as the system made it, and what it got in the end."""
    lines = []
    for row in listed:
        line = counts.get(row["ma"], {})
        said = line.get("params", {})
        lines.append({
            "stt": row["stt"], "ten": row["ten"], "don_vi": row["don_vi"], "thu_ve": said.get("cast", ""),
            "dong_y": line.get("value", ""), "khong_dong_y": said.get("against", ""), "trang": said.get("blank", ""),
            "hong": said.get("invalid", ""), "can_co": said.get("needed", ""), "tinh_tren": said.get("base", ""),
            "ket_luan": verdicts.get(row["id"], ""),
        })  # fmt: skip
    return lines
