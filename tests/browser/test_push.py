"""A device in a real browser: it offers itself, is called, and says no more than that there is work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from config.push import Push
from config.settings import Settings
from tests.browser.axe import violations
from tests.cast import open_cast, prepare_seed_cast
from tests.databases import SqliteDatabases
from tests.servers import served
from tests.states.push.browser import Opener, PushServer, push_server
from tests.web.desk import Desk, open_desk
from web.sign_in.cookie import cookie_name

pytestmark = pytest.mark.browser

# What a push service of the internet answers a browser with; none is asked from this machine.
SUBSCRIBED = """([endpoint, publicKey, secret]) => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0)).buffer;
  PushManager.prototype.subscribe = async (options) => ({
    endpoint, getKey: (name) => bytes(name === "auth" ? secret : publicKey), options,
  });
  Notification.requestPermission = async () => "granted";
}"""


@pytest.fixture
def place(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[tuple[Desk, str, PushServer]]:
    with push_server() as server, sqlite_databases.fresh(prepare_seed_cast) as url:
        push = Push("mailto:it@so.example", (server.origin,), tmp_path)
        cast = open_cast(Settings(database_url=url, strict_texts=True, var=tmp_path, push=push), writes=True)
        desk = open_desk(cast, tmp_path)
        with served(desk.app) as port:
            yield desk, f"http://127.0.0.1:{port}", server
        cast.app.dispose()


def test_a_browser_offers_itself_is_called_and_tells(place: tuple[Desk, str, PushServer], browser: Browser) -> None:
    desk, address, server = place
    client = desk.browser("head").client
    with desk.app.app_context():
        cookie = client.get_cookie(cookie_name())
    assert cookie is not None
    context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
    context.grant_permissions(["notifications"], origin=address)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    page, opener = context.new_page(), Opener()
    page.goto(address + "/ca-nhan")
    page.evaluate(SUBSCRIBED, [server.origin + "/this-browser", opener.public_key, opener.secret])
    page.get_by_role("button", name="Bật thông báo trên thiết bị này").click()
    expect(page.locator("#status").first).to_contain_text("Thiết bị này sẽ được báo khi có việc.")
    expect(page.locator("#thiet-bi")).to_contain_text("Bật từ")
    assert violations(page, menus=False) == []
    desk.cast.nominate()
    desk.cast.settle()
    [(path, _, body)] = server.got
    assert path == "/this-browser"
    said = opener.open(body).decode()
    assert said == json.dumps(
        {"title": "Nêu Gương", "body": "Có 1 việc cần bạn xem.", "url": "/viec"}, ensure_ascii=False
    )
    assert told_by_the_worker(page, address, said) == [["Nêu Gương", "Có 1 việc cần bạn xem.", "viec", "/viec"]]
    context.close()


def told_by_the_worker(page: Page, address: str, said: str) -> list[list[str]]:
    """What the page's real service worker shows when the browser hands it these words."""
    devtools, known = page.context.new_cdp_session(page), []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    while not known:
        page.wait_for_timeout(50)
    worker = page.context.service_workers[0]
    worker.evaluate(NOTED)  # a browser without windows keeps no notices: what it is asked to show is noted on the way
    order = {"origin": address, "registrationId": known[0]["registrationId"], "data": said}
    devtools.send("ServiceWorker.deliverPushMessage", order)
    while not (found := worker.evaluate("self.noted")):
        page.wait_for_timeout(50)
    shown: list[list[str]] = found
    return shown


NOTED = """() => {
  self.noted = [];
  const show = self.registration.showNotification.bind(self.registration);
  self.registration.showNotification = (title, options) => {
    self.noted.push([title, options.body, options.tag, options.data]);
    return show(title, options);
  };
}"""


def test_where_a_browser_cannot_be_called_the_page_says_so(
    place: tuple[Desk, str, PushServer], browser: Browser
) -> None:
    desk, address, _ = place
    client = desk.browser("head").client
    with desk.app.app_context():
        cookie = client.get_cookie(cookie_name())
    assert cookie is not None
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    page = context.new_page()
    page.goto(address + "/ca-nhan")
    expect(page.get_by_text("Việc vẫn được báo bằng thư.")).to_be_visible()
    expect(page.get_by_role("button", name="Bật thông báo")).to_have_count(0)
    context.close()
