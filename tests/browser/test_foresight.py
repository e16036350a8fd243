"""Trying a plan out in a real browser: the form and what came of it, both themes, phone and desk, no violation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from config.settings import Settings
from states.foresight.running import KIND
from tests.browser.axe import violations
from tests.browser.test_selection import context_of
from tests.browser.test_work import overflow
from tests.cast import open_cast, prepare_seed_cast
from tests.databases import SqliteDatabases
from tests.servers import served
from tests.web.desk import Desk, open_desk
from workflow import runs
from workflow.simulation.report import Blocked, Load, NearHoliday, Outcome, Paper, Report, Step

pytestmark = pytest.mark.browser

REPORT = Report(
    plan="so-tttt", title="Kế hoạch thực hiện Đề án “Tuyên truyền gương điển hình tiên tiến giai đoạn 2022 - 2025”",
    first=date(2025, 1, 1), last=date(2025, 12, 31), seed=7, units=12, people=110, nominees=2000, acts=11_480,
    events=14_102, letters=37_449, audit_head="a8e59df699502e38cd4e346a4710eaf2501205bc1bc5ab9f01f3e979c187b5e0",
    steps=(
        Step("nominee", "state", "Bình xét tại phòng, đơn vị", 812, 790, 22, 97, (693, 41, 38, 18, 0), 2.0, 7.0, 90),
        Step("nominee", "ask", "Ghi nhận theo dõi điển hình", 310, 301, 9, 12, (289, 7, 5, 0, 0), 1.0, 5.0, 12),
        Step("sitting", "state", "Chủ tịch ký biên bản", 21, 21, 0, 19, (2, 11, 6, 2, 0), 3.0, 8.0, 18),
    ),
    outcomes=(
        Outcome("nominee", "Xét công nhận điển hình tiên tiến", 2000, {"Chưa đưa vào bồi dưỡng": 171},
                {"Đang bồi dưỡng": 1201, "Điển hình cấp phòng": 500}),
        Outcome("sitting", "Phiên họp Hội đồng", 21, {"Đã có kết quả": 20}, {"Chuẩn bị phiên họp": 1}),
    ),
    loads=tuple(Load(f"Nguyễn Thị Phương Thảo {n}", "Phòng Công nghệ thông tin", 40 - n, 4, date(2025, 5, 6))
                for n in range(25)),
    days={f"2025-{month:02}-{day:02}": month + day for month in range(1, 13) for day in range(1, 28)},
    holidays=(NearHoliday("Bình xét tại phòng, đơn vị", "Tết Ất Tỵ", 0, 4, 9, 40),),
    papers=(Paper("recognition", "Quyết định công nhận", 120, 1),),
    blocked=(Blocked("DH-2025-0010", "nominee", "Đang bồi dưỡng", ("Cần ít nhất 3 đồng nghiệp suy tôn, hiện có 0.",)),),
    refused={"registration.register: Chọn «Phong trào».": 12}, seconds=58.4, cpu_seconds=57.9,
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    with sqlite_databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        one = open_desk(cast, tmp_path_factory.mktemp("files"))
        with served(one.app) as port:
            yield one, f"http://127.0.0.1:{port}"
        cast.app.dispose()


def _done(desk: Desk) -> str:
    """A run that is over, with two reports; its id."""
    cast, other = desk.cast, replace(REPORT, acts=11_000, letters=36_000)
    reports = [one.to_json() for one in (REPORT, other)]
    with cast.app.database.write() as connection:
        what = runs.Order(cast.agency_id, KIND, cast.people["office"], {}, "shown", "01/01/2025 – 31/12/2025")
        run_id = runs.order(connection, what)
        done = {"status": "done", "result": {"reports": reports}, "ended_at": cast.now(), "seen_at": cast.now()}
        connection.execute(sa.update(runs.run).where(runs.run.c.id == run_id).values(done))
    return run_id


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_form_and_the_report(browser: Browser, desk: tuple[Desk, str], theme: str, tmp_path: Path) -> None:
    context = context_of(browser, desk, "office", 1280)
    page = context.new_page()
    page.emulate_media(color_scheme=theme)
    for path in ("/chay-thu", f"/chay-thu/{_done(desk[0])}"):
        page.goto(desk[1] + path)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=tmp_path / f"{path[:10].strip('/')}-{len(path)}-{theme}-{width}.png", full_page=True)
            assert overflow(page) <= 0, (path, width)
        assert violations(page) == [], path
    context.close()
