"""Merging units, long lists and twins in a real browser: readable on a phone, without a sideways scroll or a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from states.spreadsheet import as_xlsx
from tasks.run import run
from tests import demonstration
from tests.browser.axe import violations
from tests.browser.test_work import CLERK, overflow, sign_in
from tests.databases import SqliteDatabases
from tests.servers import served
from web.app import create_app
from workflow import runs
from workflow.organisation import unit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(sqlite_databases: SqliteDatabases) -> Iterator[tuple[str, object]]:
    with sqlite_databases.fresh(demonstration.build) as url:
        application = demonstration.connect(url)
        with served(create_app(application)) as port:
            yield f"http://127.0.0.1:{port}", application
        application.dispose()


def test_a_merge_and_a_long_list_on_a_wide_and_on_a_narrow_screen(
    browser: Browser, place: tuple[str, object], tmp_path: Path
) -> None:
    address, application = place
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    page = sign_in(context, address, CLERK)
    with application.database.read() as connection:  # type: ignore[attr-defined]
        ids = list(connection.scalars(sa.select(unit.c.id).order_by(unit.c.position.desc()).limit(2)))
    page.goto(f"{address}/don-vi/{ids[0]}/hop-nhat")
    page.get_by_label("Đơn vị tiếp nhận").select_option(ids[1])
    page.get_by_label("Ngày bắt đầu là một đơn vị").fill("01/01/2026")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_text("Hồ sơ đang mở")).to_be_visible()
    look(page, tmp_path, "merge")
    page.get_by_label("Số quyết định hợp nhất").fill("45/QĐ-STTTT")
    page.get_by_role("button", name="Hợp nhất theo quyết định").click()
    expect(page.get_by_text("Đang chờ")).to_be_visible()
    page.get_by_role("button", name="Dừng").click()
    expect(page.get_by_text("Đã dừng", exact=True)).to_be_visible()
    rows = [["Mã người", "Họ và tên", "Đơn vị"], *([f"L{n}", f"Nguyễn Văn Số {n}", "?"] for n in range(320))]
    (tmp_path / "dài.xlsx").write_bytes(as_xlsx("Người", rows))
    page.goto(f"{address}/nhap-danh-sach")
    look(page, tmp_path, "imports")
    page.get_by_label("Người", exact=True).check()
    page.get_by_label("Tệp Excel").set_input_files(tmp_path / "dài.xlsx")
    page.get_by_role("button", name="Tải lên và xem trước").click()
    expect(page.get_by_text("Đang chờ")).to_be_visible()
    look(page, tmp_path, "waiting")
    with application.database.read() as connection:  # type: ignore[attr-defined]
        due = runs.due_ids(connection)
    run(application, due)  # type: ignore[arg-type]
    page.get_by_role("link", name="Xem kết quả").click(timeout=15_000)
    expect(page.get_by_text("Không ghi gì")).to_be_visible()
    look(page, tmp_path, "run")
    for path in ("/chay-nen", "/nguoi-trung", "/don-vi"):
        page.goto(address + path)
        look(page, tmp_path, path.strip("/"))
    context.close()


def look(page: object, folder: Path, name: str) -> None:
    """No fault by axe, and no sideways scroll, on a wide and on a narrow screen."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})  # type: ignore[attr-defined]
        assert overflow(page) <= 0, f"{name} scrolls sideways at {width}"  # type: ignore[arg-type]
        assert violations(page) == [], name  # type: ignore[arg-type]
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)  # type: ignore[attr-defined]
    page.set_viewport_size({"width": 1280, "height": 900})  # type: ignore[attr-defined]
