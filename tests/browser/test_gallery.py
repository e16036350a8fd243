"""Every page in a real browser, in both themes, on a phone and at a desk: full, empty, gone wrong.

The list is made of the routes: a page that is new is looked at, and one that cannot be reached here is named with the
test that does. `NEUGUONG_SHOTS=1` leaves a picture of each in var/gallery.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from config import wiring
from config.installation import install
from config.settings import SHIPPED_PLANS
from tasks.run import run
from tests import demonstration
from tests.browser.gallery import STATUSES, Gallery, Shown, faults
from tests.databases import SqliteDatabases
from tests.servers import served
from tests.web.conftest import Browser as Town
from tests.web.conftest import settings_for, settle
from tests.web.desk import Browser as Desk
from tests.web.test_plan_changes import HOME as RULES
from tests.web.test_plan_changes import bring, edited, renamed, step
from web.app import create_app
from workflow import clock, runs

pytestmark = pytest.mark.browser

ELSEWHERE = {
    "ballots.box": "test_ballots", "ballots.paper": "test_ballots", "sealed.teller": "test_sealed",
    "sealed.slips": "test_sealed", "sittings.sitting": "test_sitting", "sittings.fresh": "test_sitting",
    "quotas.export": "test_selection", "scores.export": "test_selection", "security.app": "test_passkeys",
    "sign_in.second": "test_passkeys", "sign_in.password": "test_passkeys", "lost_password.email": "test_passkeys",
    "sso.go": "test_passkeys", "sso.back": "test_passkeys", "work_calendar.one": "test_deadlines",
    "invitations.result": "test_office",
    "twins.choose": "test_people", "twins.part": "test_people", "honours.exemplar": "test_board",
    "honours.photo": "test_board", "honours.image": "test_board", "complaints.complaint": "test_work",
    "comments.posting": "test_plan_work", "comments.look_over": "test_plan_work", "plan_work.proof": "test_plan_work",
    "webhooks.one": "test_webhooks",
    "overview.file": "test_board", "why.refusal": "test_deadlines", "guides.guide": "test_shell",
}  # fmt: skip
"""Routes of which the demonstration shows nothing, and the file whose tests look at them."""
NO_PAGE = {
    "people.suggested",
    "work_calendar.weekday",
    "home.index",
    "guides.index",
    "honours.index",
    "tray.arrived",
    "documents.draft",
}
"""These lead on to another page, have nothing to say, or are a file."""
KINDS = ("DH-2025-0008", "DH-2025-0009", "HD-2025-0001", "BK-2025-0004", "SK-2024", "BCN-2024-0007", "PT-2025-0001")
"""A case of each kind, beside the first of all."""


@pytest.fixture(scope="module")
def full(sqlite_databases: SqliteDatabases) -> Iterator[Gallery]:
    with sqlite_databases.fresh(demonstration.build) as url:
        application = demonstration.connect(url)
        gallery = Gallery(application, create_app(application))
        _furnish(gallery)
        with served(gallery.app) as port:
            gallery.address = f"http://127.0.0.1:{port}"
            yield gallery
        application.dispose()


def _furnish(gallery: Gallery) -> None:
    """What the demonstration lacks and forms give: a list taken out, a week of the plan lived through, its rules
    changed and tried."""
    office = Desk(gallery.client(gallery.people[0]))
    changing = Town(gallery.client(gallery.people[0]))
    rules = edited(changing.get(f"{RULES}/dang-ap-dung.zip").data, renamed)
    change = bring(changing, ("ke-hoach.zip", rules)).location
    _run_due(gallery)
    step(changing, f"{change}/ho-so", f"{change}/ho-so")
    gallery.ids["change_id"] = change.rpartition("/")[2]
    office.send(office.get("/ho-so"), "/ho-so/xuat")
    sent = office.send(office.get("/chay-thu"), "/chay-thu", first="03/11/2025", last="07/11/2025", nominees="1")
    _run_due(gallery)
    gallery.ids["run_id"] = sent.location.rpartition("/")[2]


def _run_due(gallery: Gallery) -> None:
    """All of them: never more than two are taken at once."""
    while True:
        with gallery.application.database.read() as connection:
            due = runs.due_ids(connection)
        if not due:
            return
        run(gallery.application, due)


@pytest.fixture
def empty(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Gallery]:
    """An agency on its first morning: a plan, four people, not one case."""
    with sqlite_databases.fresh() as url:
        application = wiring.build(settings_for(url, tmp_path))
        install(application, SHIPPED_PLANS / "so-tttt-2022-2025", by="test", name="Sở Thông tin và Truyền thông")
        settle(application.database, "so-tttt-2", "Sở Thông tin và Truyền thông")
        with application.database.write() as connection:
            clock.move_to(connection, datetime(2025, 11, 3, 9, 0, tzinfo=clock.ZONE))
        gallery = Gallery(application, create_app(application))
        with served(gallery.app) as port:
            gallery.address = f"http://127.0.0.1:{port}"
            yield gallery
        application.dispose()


def looked_at(gallery: Gallery, browser: Browser, pages: list[Shown], name: str) -> list[str]:
    """What is wrong with the pages, each opened by whoever may."""
    troubles: list[str] = []
    for who in dict.fromkeys(one.who for one in pages):
        context = gallery.context(browser, who)
        page = context.new_page()
        page.on("pageerror", partial(_note, troubles, name))
        for one in pages:
            if one.who == who:
                page.goto(gallery.address + one.path)
                troubles += faults(page, one.path, menus=one is pages[-1])
                _keep(page, f"{name}-{one.endpoint}")
        context.close()
    return troubles


def _note(troubles: list[str], name: str, error: Exception) -> None:
    troubles.append(f"{name}: {error}")


def _keep(page: Page, name: str) -> None:
    if os.environ.get("NEUGUONG_SHOTS"):
        folder = Path(__file__).parents[2] / "var" / "gallery"
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_every_page_of_a_full_agency_is_accessible_and_fits(full: Gallery, browser: Browser) -> None:
    pages, missing = full.shown()
    assert missing.keys() - NO_PAGE == ELSEWHERE.keys(), missing
    files = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    assert set(ELSEWHERE.values()) <= files
    office = full.people[0]
    pages += [Shown(code, f"/ho-so/{code}", office) for code in KINDS]
    troubles = looked_at(full, browser, pages, "full")
    assert not troubles, "\n".join(troubles)


def test_every_page_of_an_empty_agency_is_accessible_and_says_what_to_do(empty: Gallery, browser: Browser) -> None:
    pages, _ = empty.shown()
    told = [one for one in pages if one.endpoint in LISTS]
    assert {one.endpoint for one in told} == LISTS
    troubles = looked_at(empty, browser, told, "empty")
    client = empty.client(empty.people[0])
    for one in told:
        if 'class="empty"' not in (text := client.get(one.path).text) or "empty__title" not in text:
            troubles.append(f"{one.path}: nothing is said where nothing is")
    assert not troubles, "\n".join(troubles)


LISTS = {
    "inbox.index", "cases.index", "outbox.index", "desk.index", "incidents.index", "runs.index",
    "quotas.index", "scores.index", "ballots.index", "plan_work.movements", "plan_work.publicity",
    "plan_work.dissemination", "documents.numbers", "deadlines.index", "consents.index", "duplicates.index",
    "forgetting.index", "fence.index", "tray.choose", "webhooks.index",
}  # fmt: skip
"""Pages that are lists; where there is nothing yet, they say what will be there and what to do."""


WORDED = (403, 409, 429, 500)
"""Of one template: with a way on, with reasons, without a sign-in's help, with a mark of the log."""


def test_what_went_wrong_is_said_on_a_page_that_is_one(full: Gallery, browser: Browser) -> None:
    context = full.context(browser, full.people[0])
    page, troubles = context.new_page(), []
    for status in STATUSES:
        answer = page.goto(f"{full.address}/sai/{status}")
        assert answer is not None
        assert answer.status == status
        assert page.locator("h1").inner_text()
        if status in WORDED:
            troubles += faults(page, str(status))
            _keep(page, f"error-{status}")
    context.close()
    assert not troubles, "\n".join(troubles)


def test_forms_with_errors_take_the_focus_to_what_is_wrong(full: Gallery, browser: Browser) -> None:
    context = full.context(browser, full.people[0])
    page, troubles = context.new_page(), []
    for seen, path, fields in (
        ("/gioi-thieu/nominee/nominate", "/gioi-thieu/nominee/nominate", {"_who": ["known"], "_kind": ["person"]}),
        ("/ca-nhan", "/ca-nhan/mat-khau", {"present": ["x"], "password": ["ngắn"], "repeated": ["khác"]}),
        ("/ca-nhan", "/ca-nhan/ma-truy-cap", {"name": [""], "days": ["x"]}),
        ("/van-ban/so", "/van-ban/so/mo-tiep", {"so": ["agency"], "nam": ["2025"], "last": ["x"]}),
        ("/xac-thuc", "", {}),
    ):
        page.goto(full.address + seen)
        if path:
            full.send(page, path, fields)
        else:
            page.goto(full.address + "/xac-thuc?ma=")
        assert page.title().startswith("Lỗi:"), (path, page.title())
        assert page.evaluate("document.activeElement.className") == "summary", path
        troubles += faults(page, path or seen)
        _keep(page, "errors" + (path or seen).replace("/", "-"))
    context.close()
    assert not troubles, "\n".join(troubles)
