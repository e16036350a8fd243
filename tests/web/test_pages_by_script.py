"""Office work by script alone, page after page: each form read off its page, sent, and what came of it read again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from states.webhooks.deliver import Webhooks
from tests.ballots import box_at
from tests.receiver import receiver
from tests.roads import case_at
from tests.servers import served
from tests.web.conftest import PASSWORD, password_hash
from tests.web.desk import BOTH_DESKS, Desk
from tests.web.test_imports import book
from tests.web.test_plan_changes import edited, renamed
from web.api.page_shapes import PageForm, Sent
from web.client import Client, Refusal
from web.import_kinds import KINDS
from workflow.organisation import account, person, unit

REASON = "Một lý do đủ dài để ai cũng hiểu."


@dataclass
class Script:
    """One person's script."""

    client: Client

    def do(self, page: str, part: str, files: Any = (), **typed: Any) -> Sent:
        """Read a page, send its form that leads to an address ending so."""
        try:
            return self.client.send(self.form(page, part), files, **typed)
        except Refusal as refusal:
            print(page, part, refusal.problem)
            raise

    def form(self, page: str, part: str) -> PageForm:
        """The form of a page that leads to an address ending so."""
        forms = self.client.page(address=page).forms
        found = [one for one in forms if one.address.partition("?")[0].endswith(part)]
        assert found, f"{part!r} is not one of {[one.address for one in forms]} of {page}"
        return found[0]

    def sure(self, page: str, part: str, files: Any = (), **typed: Any) -> Sent:
        """The same with the password along."""
        return self.do(page, part, files, _proof=PASSWORD, **typed)

    def text(self, page: str) -> str:
        return self.client.page(address=page).text


@pytest.fixture
def office(desk: Desk) -> Iterator[Script]:
    token = desk.token("office")["Authorization"].removeprefix("Bearer ")
    with desk.cast.app.database.write() as connection:
        mine = account.c.login == "office"
        connection.execute(sa.update(account).where(mine).values(password_hash=password_hash(), is_admin=True))
    with served(desk.app) as port:
        yield Script(Client(f"http://127.0.0.1:{port}", token, pauses=(), proxies={}))


@BOTH_DESKS
def test_people_units_and_what_they_may(desk: Desk, office: Script) -> None:
    made = office.sure("/danh-ba/them", "/danh-ba/them", code="moi", name="Lê Thị Mới", email="moi@so.example")
    assert made.said == ["Đã thêm Lê Thị Mới."]
    assert office.do("/don-vi", "/don-vi", code="P-MOI", name="Phòng Mới").said
    offered = fields(office, f"{made.see}/vai-tro", "/vai-tro")
    assert {"clerk", "director"} <= {one.value for one in offered["role"].choices}
    given = office.sure(f"{made.see}/vai-tro", "/vai-tro", role="clerk", first="01/01/2030", ground=REASON)
    assert given.said == ["Lê Thị Mới giữ vai trò Văn thư từ 01/01/2030."]
    assert "Văn thư" in office.text(made.see)
    opened = office.sure(made.see, "/tai-khoan", login="moi.le")
    assert "/dat-mat-khau/" in opened.page.shown[0]
    assert office.do(made.see, "/khoa").said
    assert office.do(made.see, "/mo-khoa").said
    assert "/dat-mat-khau/" in office.sure(made.see, "/moi").page.shown[0]
    assert office.do(made.see, "/phien/ket-thuc").said
    with pytest.raises(Refusal) as wrong:
        office.do(made.see, "/moi")
    assert "_proof" in str(wrong.value)
    with pytest.raises(Refusal) as wrong:
        office.do(made.see, "/moi", _proof="không phải")
    assert set(wrong.value.problem.fields) == {"_proof"}
    with pytest.raises(Refusal) as wrong:
        office.do("/don-vi", "/don-vi", code="P-MOI", nhan="Phòng Mới")
    assert (wrong.value.status, set(wrong.value.problem.fields)) == (422, {"nhan"})


def test_absences_moves_merges_and_ends(desk: Desk, office: Script) -> None:
    cast = desk.cast
    away, deputy, gone, into = (cast.people[name] for name in ("outsider", "head2", "colleague3", "colleague2"))
    one, moving = f"/danh-ba/{away}", f"/danh-ba/{away}/chuyen-don-vi"
    with cast.app.database.read() as connection:
        units = list(connection.scalars(sa.select(unit.c.id).where(unit.c.agency_id == cast.agency_id)))
        at = connection.scalar(sa.select(person.c.unit_id).where(person.c.id == away))
    other = next(found for found in units if found != at)
    assert office.do(one, "/vang-mat", deputy=deputy, first="01/01/2030", last="02/01/2030", reason=REASON).said
    assert office.do(one, "/ket-thuc").said
    moved = office.do(f"{moving}?unit={other}&day=01/01/2030", moving, number="1/QĐ")
    assert "/chay-nen/" in moved.see
    assert office.do(moved.see, "/dung").said
    assert office.sure(f"{one}/nghi", "/nghi", ends_on="01/01/2031", ground=REASON).said
    assert office.sure(f"{one}/sua", "/sua", post="Chuyên viên chính").said
    merged = office.do(f"/don-vi/{at}/hop-nhat?into={other}&day=01/01/2030", "/hop-nhat", number="2/QĐ")
    assert "/chay-nen/" in merged.see
    assert office.do(f"/don-vi/{other}", f"/{other}", name="Phòng Tên khác").said
    office.do("/don-vi", "/don-vi", code="P-HET", name="Phòng Sắp hết")
    with cast.app.database.read() as connection:
        ours = connection.scalar(sa.select(unit.c.id).where(unit.c.code == "P-HET"))
    assert office.do(f"/don-vi/{ours}", "/ket-thuc", ends_on="01/01/2031", ground=REASON).said
    joined = office.do(f"/nguoi-trung/nhap-mot?noun=person&gone={gone}&into={into}", "/nhap-mot", reason=REASON)
    assert "/chay-nen/" in joined.see


def test_the_working_calendar_from_draft_to_its_being_agreed(desk: Desk, office: Script) -> None:
    page = "/lich-lam-viec"
    assert office.do(page, "/ngay-nghi", first="05/10/2026", label="Nghỉ bão", source=REASON).said
    swap = {"off": "12/10/2026", "worked": "17/10/2026", "swap_label": "Làm bù", "swap_source": REASON}
    assert office.do(page, "/lam-bu", **swap).said
    assert "Nghỉ bão" in office.text(page)
    put = office.do(page, "/trinh", reason=REASON).see
    desk.cast.run_due()
    assert office.do(put, "/rut").see
    put = office.do(page, "/trinh", reason=REASON).see
    desk.cast.run_due()
    assert office.do(put, "/duyet").see
    desk.cast.run_due()
    assert "Đã áp dụng" in office.text(page)


def test_systems_that_are_told(desk: Desk, office: Script) -> None:
    page, app = "/he-thong-nhan", desk.cast.app
    with receiver() as to:
        app.webhooks = Webhooks(app.database, app.identities, to.door)
        added = office.sure(page, page, name="Cổng tỉnh", address=to.address, kinds=["case.moved"])
        assert added.page.shown[0].startswith("whsec_")
        one = next(found.address for found in added.page.forms if found.address.endswith("/gui-thu")).removesuffix(
            "/gui-thu"
        )
        assert office.do(one, "/gui-thu").said
        assert office.do(one, "/tam-dung").said
        assert office.do(one, "/tiep-tuc").said
        assert office.sure(one, "/doi-khoa").page.shown[0] != added.page.shown[0]
        assert office.sure(one, one, name="Cổng khác", kinds=["case.moved"]).said
        assert office.sure(one, "/ket-thuc").said


@BOTH_DESKS
def test_lists_come_in_and_go_out(desk: Desk, office: Script) -> None:
    page = "/nhap-danh-sach"
    tried = office.do(
        page, page, [("file", "don-vi.xlsx", book(KINDS["units"].sheet, *UNITS).getvalue())], kind="units"
    )
    assert "Phòng Từ Excel" in tried.page.text
    write = next(one for one in tried.page.forms if one.address.endswith("/ghi"))
    assert office.client.send(write).said
    assert "Phòng Từ Excel" in office.text("/don-vi")
    assert b"Ph\xc3\xb2ng" in office.client.page_file(address="/don-vi?tep=csv&bang=1")
    assert office.do(page, "/xuat").file.content.startswith(b"PK")


def test_a_change_of_rules_from_its_files_to_the_way_back(desk: Desk, office: Script) -> None:
    cast, page = desk.cast, "/doi-quy-dinh"
    stuck = case_at(cast, "unit_appraisal")
    archive = edited(office.client.page_file(address="/doi-quy-dinh/dang-ap-dung.zip"), renamed)
    here = office.do(page, page, [("files", "ke-hoach.zip", archive)]).see
    cast.run_due()
    assert "Không có chỗ nào sai" in office.text(here)
    tries = f"{here}/ho-so"
    office.do(tries, tries, **{"state.nominee.unit_appraisal": "unit_review"})
    cast.run_due()
    force, day = f"{here}/ap-dung", f"{cast.now():%d/%m/%Y}"
    office.do(force, force, starts_on=day, moves="move", reason=REASON)
    office.do(force, "/rut")
    office.do(force, force, starts_on=day, moves="move", reason=REASON)
    office.sure(force, "/duyet")
    cast.run_due()
    assert cast.row(stuck).state == "unit_review"
    office.do(f"{here}/ket-qua", tries)
    cast.run_due()
    office.sure(tries, "/chuyen")
    cast.run_due()
    assert cast.row(stuck).state == "unit_appraisal"
    again = office.do(page, page, [("files", "ke-hoach.zip", archive)]).see
    cast.run_due()
    assert office.do(again, "/bo").see


def test_what_is_kept_of_people_and_for_how_long(desk: Desk, office: Script) -> None:
    code = desk.code(case_at(desk.cast, "unit_appraisal"))
    assert office.sure("/thoi-han-luu", "/left", years="5", source=REASON).said
    rating = f"/ho-so/{code}/thanh-tich?loai=rating"
    assert office.do(rating, "/thanh-tich", kind="rating", year="2024", value="htxsnv").said
    record = fields(office, f"/ho-so/{code}/thanh-tich", "/rut")["record"].values[0]
    assert office.do(f"/ho-so/{code}/thanh-tich", "/rut", record=record, why=REASON).said
    gone = desk.cast.people["colleague3"]
    with pytest.raises(Refusal):
        office.do(f"/xoa-thong-tin/nguoi/{gone}", f"/{gone}", ground=REASON, typed="không phải mã")
    assert office.do("/chay-thu", "/chay-thu", first="01/04/2025", last="30/04/2025", nominees="3", seed="1").see
    assert office.do(f"/danh-ba/{gone}", "/du-lieu").see


def test_pages_a_script_may_not_read_and_what_it_may_not_send(desk: Desk, office: Script) -> None:
    for address in ("/dang-nhap", "/khong-co", "https://khac.example/viec", "/api/v1/work-items"):
        with pytest.raises(Refusal) as refused:
            office.text(address)
        assert refused.value.status in (400, 404)
    token = desk.token("head", "read")["Authorization"].removeprefix("Bearer ")
    reader = Script(Client(office.client.address, token, pauses=(), proxies={}))
    assert reader.client.page(address="/viec").title
    for address in ("/he-thong-nhan", "/thoi-han-luu"):
        with pytest.raises(Refusal) as refused:
            reader.text(address)
        assert refused.value.status == 403
    with pytest.raises(Refusal) as refused:
        reader.client.calendars_pace({"pace": "daily"})
    assert refused.value.status == 403
    with pytest.raises(Refusal) as refused:
        office.client.call("POST", "/pages/ca-nhan/mat-khau", body={"password": "x"})
    assert refused.value.status == 404


UNITS = (("Mã đơn vị", "Tên đơn vị"), ("P-EXCEL", "Phòng Từ Excel"))


def fields(office: Script, page: str, part: str) -> dict[str, Any]:
    return {one.name: one for one in office.form(page, part or page).fields}


def test_of_a_secret_ballot_nothing_is_told_apart(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    box, client = box_at(desk.cast, names=1), desk.app.test_client()
    header = desk.token("office")
    with caplog.at_level(logging.INFO, "neuguong.request"):
        answer = client.post(f"/api/v1/pages/bo-phieu/{box.id}/phieu.json", json={}, headers=header)
        assert (answer.status_code, "X-Request-ID" in answer.headers) == (403, False)
        assert client.get(f"/api/v1/page?address=/bo-phieu/{box.id}", headers=header).status_code == 404
    said = [one.getMessage() for one in caplog.records if one.name == "neuguong.request"]
    assert said == ["ballots 403", "GET /api/v1/page 404"]
    assert not [one for one in caplog.records if box.id in one.getMessage()]
