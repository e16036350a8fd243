"""Twins, a move and forgetting in a real browser: readable on a phone, without a sideways scroll or a fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from config.wiring import Application
from states import corrections, exports, retention
from states.subjects.model import subject
from tests import demonstration
from tests.browser.test_units import look
from tests.browser.test_work import CLERK, sign_in
from tests.databases import SqliteDatabases
from tests.servers import served
from web.app import create_app
from workflow.case import case
from workflow.db import uuid7
from workflow.organisation import account, person
from workflow.organisation_changes import add_person

pytestmark = pytest.mark.browser


@pytest.fixture
def place(sqlite_databases: SqliteDatabases) -> Iterator[tuple[str, Application]]:
    with sqlite_databases.fresh(demonstration.build) as url:
        application = demonstration.connect(url)
        with served(create_app(application)) as port:
            yield f"http://127.0.0.1:{port}", application
        application.dispose()


def personal(application: Application, agency_id: str, person_id: str) -> None:
    """Requests for correction open and answered, people due for erasure before an administrator, lists taken."""
    with application.database.write() as connection:
        clerk = connection.execute(
            sa.select(person.c.id, person.c.account_id).join(account).where(account.c.login == CLERK)
        ).one()
        connection.execute(sa.update(account).where(account.c.id == clerk.account_id).values(is_admin=True))
        calendar = application.catalogue.calendar(connection)
        for field in ("name", "other"):
            asked = corrections.Asking(agency_id, person_id, field, "Đỗ Thị Thu Hương " * 6, "Giấy khai sinh")
            made = corrections.ask(connection, asked, calendar)
        said = corrections.Answer(agency_id, made, "not_done", "Giấy tờ chưa đủ.", clerk.id)
        corrections.answer(connection, said, lambda *_: None)
        for number in range(3):
            add_person(
                connection, agency_id, code=f"CU0{number}", name=f"Người đã nghỉ {number}", unit_id=None,
                starts_on=date(2001, 1, 2), ends_on=date(2009, 1, number + 1),
            )  # fmt: skip
        retention.set_rule(connection, agency_id, "left", 120, "Quy chế lưu trữ của Sở, điều 12", clerk.id)
        retention.propose(connection, agency_id)
        chosen = {"thang": "2025-11", "don-vi": "x" * 36}
        exports.record(
            connection,
            exports.Export(uuid7(), agency_id, clerk.id, "deadlines.file", "lich-han-2025-11.xlsx", 42, chosen),
        )


def test_twins_a_move_and_forgetting_on_a_wide_and_on_a_narrow_screen(
    browser: Browser, place: tuple[str, Application], tmp_path: Path
) -> None:
    address, application = place
    with application.database.write() as connection:
        known = sa.select(person).join(subject, subject.c.person_id == person.c.id)
        with_case = known.join(case, case.c.subject_id == subject.c.id).where(case.c.ended_at.is_(None))
        one = connection.execute(with_case.order_by(person.c.code).limit(1)).one()
        again = add_person(
            connection, one.agency_id, code="TRUNG01", name=one.name, unit_id=one.unit_id, starts_on=date(2024, 1, 2)
        )
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    page = sign_in(context, address, CLERK)
    page.goto(f"{address}/nguoi-trung")
    look(page, tmp_path, "twins")
    page.goto(f"{address}/nguoi-trung/nhap-mot?noun=person&gone={one.id}&into={again}")
    expect(page.get_by_role("heading", name="Hồ sơ sẽ mang tên")).to_be_visible()
    look(page, tmp_path, "joining")
    page.get_by_label("Lý do").fill("Nhập trùng khi chuyển danh sách.")
    page.get_by_role("button", name="Nhập hai người làm một").click()
    expect(page.get_by_text("Đang chờ")).to_be_visible()
    page.goto(f"{address}/danh-ba/{one.id}/chuyen-don-vi")
    page.get_by_label("Đơn vị mới").select_option(index=1)
    page.get_by_label("Từ ngày").fill("05/11/2025")
    page.get_by_role("button", name="Xem trước").click()
    look(page, tmp_path, "moving")
    personal(application, one.agency_id, again)
    last = ("/dinh-chinh", "/thoi-han-luu", "/nhat-ky-xuat")
    for path in (f"/xoa-thong-tin/nguoi/{again}", "/quyen", "/quyen/du-lieu-ca-nhan", *last):
        page.goto(address + path)
        look(page, tmp_path, path.strip("/").replace("/", "-")[:20])
    context.close()
