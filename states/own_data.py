"""Everything the system holds of one person, as they may see it, in one workbook: for whoever asks for their own.

Cases are those they may see themselves: nobody reads here how their own undecided case is talked about, nor what
others were asked to say of them. Secret ballots and complaints are in no export.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from states import exports
from states.amendments.model import amendment
from states.endorsements.model import endorsement
from states.honours.model import honour
from states.spreadsheet import Cell, open_book, put, sheet_name
from states.subjects.model import award, recognition, subject, unit_stay
from states.subjects.records import dossier_record
from states.subjects.visibility import visible
from states.training.model import training
from workflow import files, runs
from workflow.case import case, case_field, case_party
from workflow.catalogue import Catalogue
from workflow.clock import ZONE, business_now, local_date
from workflow.db import Database
from workflow.file_store import FileStore
from workflow.history import event
from workflow.identity import Organisation, load_organisation
from workflow.message import NotFound
from workflow.organisation import absence, account, person, role_grant, unit
from workflow.outbox import delivery
from workflow.permission import action_title
from workflow.runs import Work

KIND = "own_data"
OF_OTHERS = ("comment", "clearance")
"""Kinds of records that are what others said, in confidence, of somebody."""

Rows = Sequence[Sequence[Any]]


class OwnData:
    """The doer of runs of the kind `own_data`: the file waits for who asked."""

    def __init__(self, database: Database, store: FileStore, catalogue: Catalogue) -> None:
        self._database, self._store, self._catalogue = database, store, catalogue

    def __call__(self, work: Work) -> None:
        """Make the file; its row and the end of the run are one transaction. Raises NotFound."""
        taken, name = work.taken, "Dữ liệu cá nhân.xlsx"
        file_id, export_id = self._database.new_id(), self._database.new_id()
        with self._database.read() as connection:
            sheets = list(Told(connection, self._catalogue, taken.agency_id, taken.wanted["person_id"]).sheets())
            stamp = exports.stamp(connection, taken.agency_id, taken.asked_by, export_id)
        stored = self._store.put(BytesIO(_written(sheets, stamp)), taken.agency_id, name)
        with self._database.write() as connection:
            files.record(connection, stored, file_id=file_id, agency_id=taken.agency_id, person_id=taken.asked_by)
            lines = sum(len(rows) for _, _, rows in sheets)
            exports.record(connection, exports.of_run(export_id, taken, name, lines))
            work.finish(connection, file_id=file_id, result={"lines": lines})


def order(connection: sa.Connection, agency_id: str, person_id: str, by: str, key: str) -> str:
    """Ask for the file of one person; the run's id. The same form sent twice is one. Raises NotFound."""
    mine = sa.select(person.c.code).where(person.c.agency_id == agency_id, person.c.id == person_id)
    code = connection.scalar(mine)
    if code is None:
        raise NotFound("person")
    return runs.order(connection, runs.Order(agency_id, KIND, by, {"person_id": person_id}, f"{KIND}:{key}", code))


def _written(sheets: Sequence[tuple[str, Sequence[str], Rows]], stamp: str) -> bytes:
    buffer = BytesIO()
    with open_book(buffer, stamp) as book:
        bold = book.add_format({"bold": True})
        for title, headings, rows in sheets:
            page = book.add_worksheet(sheet_name(title))
            page.set_column(0, len(headings) - 1, 28)
            for number, row in enumerate([headings, *rows]):
                for column, value in enumerate(row):
                    put(page, number, column, _text(value), None if number else bold)
    return buffer.getvalue()


def _text(value: Any) -> Cell:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False)


class Told:
    """What is told of one person, sheet by sheet."""

    def __init__(self, connection: sa.Connection, catalogue: Catalogue, agency_id: str, person_id: str) -> None:
        self._connection, self._catalogue = connection, catalogue
        self._agency_id, self._person_id = agency_id, person_id
        self._org: Organisation = load_organisation(connection, agency_id, local_date(business_now(connection)))
        self._ids = self._org.once(person_id)
        ours = sa.select(subject.c.id).where(subject.c.agency_id == agency_id, subject.c.person_id.in_(self._ids))
        self._subjects = list(connection.scalars(ours))

    def sheets(self) -> Iterator[tuple[str, Sequence[str], Rows]]:
        """(title, headings, rows)."""
        yield "Thông tin", ("Mục", "Nội dung"), self._about()
        yield "Vai trò", ("Vai trò", "Đơn vị", "Từ ngày", "Đến ngày"), self._roles()
        yield "Vắng mặt", ("Từ ngày", "Đến ngày", "Người thay", "Lý do"), self._absences()
        seen = self._cases()
        yield "Hồ sơ", ("Mã", "Loại", "Phần của tôi", "Bước", "Bắt đầu", "Kết thúc"), [row for _, row in seen.values()]
        yield (
            "Nội dung hồ sơ về tôi",
            ("Mã", "Mục", "Nội dung"),
            self._fields({one: own for one, (own, _) in seen.items()}),
        )
        yield "Tôi đã làm", ("Lúc", "Mã hồ sơ", "Việc"), self._events()
        yield "Thành tích", ("Loại", "Năm", "Giá trị", "Tên", "Quyết định", "Ngày"), self._records()
        yield "Thời gian ở đơn vị", ("Đơn vị", "Từ ngày", "Đến ngày"), self._stays()
        yield (
            "Tập huấn",
            ("Lớp", "Nội dung", "Ngày", "Kết quả"),
            self._rows(
                sa.select(training.c.course, training.c.topic, training.c.held_on, training.c.result),
                training.c.person_id,
            ),
        )
        yield (
            "Vinh danh",
            ("Lời giới thiệu", "Câu chuyện", "Đồng ý ngày", "Gỡ lúc"),
            self._rows(
                sa.select(honour.c.sentence, honour.c.story, honour.c.given_on, honour.c.taken_down_at),
                honour.c.subject_id,
            ),
        )
        yield (
            "Tôi suy tôn",
            ("Mã hồ sơ", "Lời", "Lúc"),
            self._rows(
                sa.select(case.c.code, endorsement.c.words, endorsement.c.at).join(
                    case, case.c.id == endorsement.c.case_id
                ),
                endorsement.c.person_id,
            ),
        )
        yield "Văn phòng đã sửa", ("Lúc", "Việc", "Từ, thành", "Căn cứ"), self._amended()
        yield (
            "Thư gửi tôi",
            ("Lúc", "Loại"),
            self._rows(sa.select(delivery.c.at, delivery.c.kind).order_by(delivery.c.at), delivery.c.person_id),
        )

    def _rows(self, wanted: sa.Select[Any], owner: sa.Column[Any]) -> Rows:
        whose = self._subjects if owner.name == "subject_id" else self._ids
        mine = wanted.where(owner.table.c.agency_id == self._agency_id, owner.in_(whose))
        return [tuple(row) for row in self._connection.execute(mine)]

    def _about(self) -> Rows:
        columns = (person.c.code, person.c.name, person.c.post, person.c.gender, person.c.born_on, person.c.email,
                   person.c.starts_on, person.c.ends_on, unit.c.name.label("unit"), account.c.login, account.c.language,
                   account.c.created_at)  # fmt: skip
        titles = ("Mã", "Họ tên", "Chức vụ", "Giới tính", "Ngày sinh", "Thư điện tử", "Từ ngày", "Đến ngày", "Đơn vị",
                  "Tên đăng nhập", "Ngôn ngữ", "Mở tài khoản")  # fmt: skip
        joined = sa.select(*columns).outerjoin(unit, unit.c.id == person.c.unit_id)
        joined = joined.outerjoin(account, account.c.id == person.c.account_id)
        found = self._rows(joined.order_by(person.c.ends_on.is_not(None), person.c.code), person.c.id)
        return [pair for row in found for pair in zip(titles, row, strict=True)]

    def _roles(self) -> Rows:
        held = sa.select(role_grant.c.role, unit.c.name, role_grant.c.starts_on, role_grant.c.ends_on)
        return self._rows(held.outerjoin(unit, unit.c.id == role_grant.c.unit_id), role_grant.c.person_id)

    def _amended(self) -> Rows:
        columns = (amendment.c.made_at, amendment.c.verb, amendment.c.changes, amendment.c.ground)
        return self._rows(sa.select(*columns).order_by(amendment.c.id), amendment.c.row_id)

    def _absences(self) -> Rows:
        away = sa.select(absence.c.starts_on, absence.c.ends_on, absence.c.deputy_id, absence.c.reason)
        return [
            (first, last, self._org.name(deputy), why)
            for first, last, deputy, why in self._rows(away, absence.c.person_id)
        ]

    def _cases(self) -> Mapping[str, tuple[bool, Sequence[Any]]]:
        """Case → whether it is about me, and its line: those I have a part in, as far as I may see them."""
        part = sa.select(case_party.c.case_id, case_party.c.relation).where(
            case_party.c.agency_id == self._agency_id, case_party.c.person_id.in_(self._ids)
        )
        mine: dict[str, list[str]] = {}
        for row in self._connection.execute(part.order_by(case_party.c.relation)):
            mine.setdefault(row.case_id, []).append(row.relation)
        seen = sa.select(case).where(visible(self._org, self._person_id), case.c.id.in_(mine)).order_by(case.c.code)
        return {
            row.id: (row.subject_id in self._subjects, self._line(row, mine[row.id]))
            for row in self._connection.execute(seen)
        }

    def _line(self, row: Any, relations: Sequence[str]) -> Sequence[Any]:
        definition = self._catalogue.life(self._connection, row.definition_id).definition
        state = definition.states[row.state].title
        return row.code, definition.title, ", ".join(relations), state, row.started_at, row.ended_at

    def _fields(self, about_me: Mapping[str, bool]) -> Rows:
        own = [case_id for case_id, is_mine in about_me.items() if is_mine]
        found = sa.select(case.c.code, case.c.definition_id, case_field.c.name, case_field.c.value)
        joined = found.join(case, case.c.id == case_field.c.case_id).where(case.c.id.in_(own))
        rows = self._connection.execute(joined.order_by(case.c.code, case_field.c.name)).all()
        kept = sa.select(files.file.c.id, files.file.c.name).where(files.file.c.case_id.in_(own))
        names = {row.id: row.name for row in self._connection.execute(kept)}
        names |= {one: known.name for one, known in self._org.people.items()}
        names |= {one: str(known["name"]) for one, known in self._org.units.items()}
        return [
            (row.code, self._titles(row.definition_id).get(row.name, row.name), self._named(row.value, names))
            for row in rows
        ]

    def _named(self, value: Any, names: Mapping[str, str]) -> Any:
        """A stored value with names for the ids of people, units and files."""
        if isinstance(value, dict):
            return {key: self._named(one, names) for key, one in value.items()}
        if isinstance(value, list):
            return [self._named(one, names) for one in value]
        return names.get(value, value) if isinstance(value, str) else value

    def _titles(self, definition_id: str) -> Mapping[str, str]:
        return self._catalogue.life(self._connection, definition_id).definition.field_titles()

    def _events(self) -> Rows:
        did = sa.select(event.c.at, case.c.code, event.c.body, case.c.definition_id).join(
            case, case.c.id == event.c.case_id
        )
        return [
            (at, code, self._title(definition_id, body))
            for at, code, body, definition_id in self._rows(did.order_by(event.c.at, event.c.seq), event.c.actor_id)
        ]

    def _title(self, definition_id: str, body: Mapping[str, Any]) -> str:
        definition = self._catalogue.life(self._connection, definition_id).definition
        return action_title(definition, body) or str(body["kind"])

    def _records(self) -> Rows:
        kept = sa.select(
            dossier_record.c.kind, dossier_record.c.year, dossier_record.c.value, dossier_record.c.title,
            dossier_record.c.decision_number, dossier_record.c.decided_on,
        ).where(dossier_record.c.kind.not_in(OF_OTHERS), dossier_record.c.withdrawn_at.is_(None))  # fmt: skip
        of_each = [(recognition, recognition.c.level), (award, award.c.form)]
        return [
            *self._rows(kept, dossier_record.c.subject_id),
            *(row for table, name in of_each for row in self._rows(_decided(table, name), table.c.subject_id)),
        ]

    def _stays(self) -> Rows:
        stays = sa.select(unit.c.name, unit_stay.c.starts_on, unit_stay.c.ends_on)
        return self._rows(stays.join(unit, unit.c.id == unit_stay.c.unit_id), unit_stay.c.subject_id)


def _decided(table: sa.Table, name: sa.Column[Any]) -> sa.Select[Any]:
    """A recognition or an award as a line beside the dossier's."""
    kind = sa.literal(table.name)
    return sa.select(kind, sa.null(), name, sa.literal(""), table.c.decision_number, table.c.decided_on)
