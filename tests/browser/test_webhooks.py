"""Telling other systems in a real browser: added, its secret seen, what it answered; in both themes and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from config.settings import Settings
from states.webhooks.model import webhook
from tests.browser.gallery import faults
from tests.cast import open_cast, prepare_seed_cast
from tests.databases import SqliteDatabases
from tests.receiver import Receiver, receiver
from tests.servers import served
from tests.web.desk import Desk, open_desk
from web.sign_in.cookie import cookie_name
from workflow.organisation import account

pytestmark = pytest.mark.browser


@pytest.fixture
def place(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[tuple[Desk, str, Receiver]]:
    with receiver() as to, sqlite_databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True, var=tmp_path, webhooks=to.door))
        desk = open_desk(cast, tmp_path)
        with served(desk.app) as port:
            yield desk, f"http://127.0.0.1:{port}", to
        cast.app.dispose()


def test_added_tried_and_refused(place: tuple[Desk, str, Receiver], browser: Browser) -> None:
    desk, address, to = place
    client = desk.browser("office").client
    with desk.cast.app.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.login == "office").values(is_admin=True))
    with desk.app.app_context():
        cookie = client.get_cookie(cookie_name())
    assert cookie is not None
    context = browser.new_context(locale="vi-VN", reduced_motion="reduce", viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    page = context.new_page()
    page.goto(address + "/he-thong-nhan")
    page.get_by_label("Tên hệ thống").fill("Cổng thông tin tỉnh")
    page.get_by_label("Địa chỉ nhận (https)").fill("https://169.254.169.254/latest/meta-data")
    page.get_by_label("Hồ sơ chuyển bước").check()
    page.get_by_role("button", name="Thêm hệ thống nhận tin").click()
    expect(page.locator("main")).to_contain_text("địa chỉ mạng nội bộ")
    assert faults(page, "refused") == []
    page.get_by_label("Địa chỉ nhận (https)").fill(to.address)
    page.get_by_role("button", name="Thêm hệ thống nhận tin").click()
    expect(page.locator("code.secret")).to_contain_text("whsec_")
    assert faults(page, "secret") == []
    desk.cast.nominate()
    desk.cast.settle()
    app = desk.cast.app
    to.answers = [500, 204]
    for _ in range(2):
        with app.database.write() as connection:
            connection.execute(sa.update(webhook).values(retry_at=None))
        with app.database.read() as connection:
            due = app.webhooks.due(connection)
        for one in due:
            app.webhooks.bring(one)
    with app.database.read() as connection:
        ident = connection.scalar(sa.select(webhook.c.id))
    page.goto(f"{address}/he-thong-nhan/{ident}")
    expect(page.locator("main")).to_contain_text("Không gửi được từ")
    assert faults(page, "log") == []
    _keep(page, "webhook")
    page.goto(f"{address}/he-thong-nhan")
    assert faults(page, "list") == []
    _keep(page, "webhooks")
    context.close()


def _keep(page, name: str) -> None:
    import os

    if os.environ.get("NEUGUONG_SHOTS"):
        folder = Path(__file__).parents[2] / "var" / "gallery"
        folder.mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": 1200, "height": 900})
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        page.set_viewport_size({"width": 360, "height": 740})
        page.screenshot(path=folder / f"{name}-360.png", full_page=True)
