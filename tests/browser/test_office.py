"""The settings in a real browser: two people at one person, a number of the plan, many invited; readable on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from config.wiring import Application
from tasks.run import run
from tests import demonstration
from tests.browser.test_units import look
from tests.browser.test_work import CLERK, sign_in
from tests.databases import SqliteDatabases
from tests.servers import served
from web.app import create_app
from workflow import runs
from workflow.organisation import agency, person
from workflow.organisation_changes import add_person

pytestmark = pytest.mark.browser


@pytest.fixture
def place(sqlite_databases: SqliteDatabases) -> Iterator[tuple[str, Application]]:
    with sqlite_databases.fresh(demonstration.build) as url:
        application = demonstration.connect(url)
        with served(create_app(application)) as port:
            yield f"http://127.0.0.1:{port}", application
        application.dispose()


def test_settings_on_a_wide_and_on_a_narrow_screen(
    browser: Browser, place: tuple[str, Application], tmp_path: Path
) -> None:
    address, application = place
    with application.database.write() as connection:
        so = connection.scalar(sa.select(agency.c.id))
        head = connection.execute(sa.select(person.c.id).where(person.c.code == "CB033")).scalar_one()
        for number in range(2):
            add_person(connection, so, code=f"M{number}", name=f"Hồ Thị Mới {number}", starts_on=date(2024, 1, 2))
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    page = sign_in(context, address, CLERK)
    for path in ("/thiet-lap", "/thiet-lap/con-thieu", "/thiet-lap/con-so", f"/danh-ba/{head}/nghi"):
        page.goto(address + path)
        look(page, tmp_path, path.rpartition("/")[2])

    other = context.new_page()
    for one, post in ((page, "Phó Giám đốc Trung tâm"), (other, "Trưởng phòng, Bí thư Chi bộ")):
        one.goto(f"{address}/danh-ba/{head}/sua")
        one.get_by_label("Chức vụ").fill(post)
    other.get_by_role("button", name="Lưu").click()
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("nay là «Trưởng phòng, Bí thư Chi bộ»")).to_be_visible()
    expect(page.get_by_label("Chức vụ")).to_have_value("Phó Giám đốc Trung tâm")
    look(page, tmp_path, "moved")
    page.get_by_role("button", name="Lưu bản của tôi").click()
    expect(page.get_by_text("Đã lưu")).to_be_visible()

    page.goto(f"{address}/thiet-lap/con-so/values.accept_time")
    page.get_by_label("Con số mới").fill("7")
    page.get_by_label("Căn cứ").fill("Kế hoạch 12/KH-STTTT ngày 02/11/2025")
    page.get_by_role("button", name="Áp dụng từ ngày này").click()
    with application.database.read() as connection:
        due = runs.due_ids(connection)
    run(application, due)
    page.goto(f"{address}/thiet-lap/con-so")
    expect(page.get_by_role("cell", name="7 ngày làm việc")).to_be_visible()
    page.goto(f"{address}/thiet-lap/lich-su")
    expect(page.get_by_text("Kế hoạch 12/KH-STTTT ngày 02/11/2025")).to_be_visible()
    look(page, tmp_path, "history")

    page.goto(f"{address}/thiet-lap/moi-nguoi-dung")
    page.get_by_label("Hồ Thị Mới 0").check()
    page.get_by_label("Hồ Thị Mới 1").check()
    page.get_by_role("button", name="Xem trước", exact=True).click()
    look(page, tmp_path, "invite")
    page.get_by_role("button", name="Mời 2 người").click()
    expect(page.get_by_text("chỉ hiện lần này")).to_be_visible()
    assert page.locator("code.secret").count() == 2
    link = page.locator("code.secret").first.inner_text()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.get_by_role("button", name="Chép đường dẫn – Hồ Thị Mới 0").click()
    expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    expect(page.locator(".slip").first).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".slip")).to_have_count(2)
    expect(page.locator(".slip").first).to_contain_text(link)
    expect(page.locator(".slip").first).to_be_visible()
    context.close()
