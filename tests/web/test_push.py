"""A person's devices on their own page: shown only where the installation calls anybody, each its owner's alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.push import Push
from states.push import devices
from states.push.deliver import PUSH, Pushes
from states.push.reach import Reach
from states.push.sealed_push import Signer, new_key
from tests.states.push.browser import Opener, PushServer, push_server
from tests.web.desk import Browser, Desk

PAGE = "/ca-nhan"


@pytest.fixture
def server(desk: Desk, tmp_path: Path) -> Iterator[PushServer]:
    """The desk's installation calls devices, by this server."""
    with push_server() as found:
        app = desk.cast.app
        told = Push("mailto:it@so.example", (found.origin,), tmp_path)
        app.settings = replace(app.settings, push=told)
        app.pushes = Pushes(
            app.database, Signer(new_key(), told.contact), Reach(told.servers), app.texts.render, "vi"
        )  # fmt: skip
        app.handlers[PUSH] = app.pushes
        yield found


def offer(browser: Browser, server: PushServer, opener: Opener, **changed: str) -> str:
    """What the page's script sends; what the page says then."""
    page = browser.get(PAGE)
    given = {"endpoint": f"{server.origin}/x", "public_key": opener.public_key, "secret": opener.secret}
    answer = browser.send(page, "/thiet-bi", **{**given, "name": "Chrome, Linux", **changed})
    assert answer.status_code == 303
    return browser.get(PAGE).text


def device_of(desk: Desk, name: str) -> str:
    with desk.cast.app.database.read() as connection:
        [one] = devices.of_account(connection, desk._account(name))
    return str(one["id"])


def test_where_nobody_is_called_there_is_nothing_to_see(desk: Desk) -> None:
    head = desk.browser("head")
    page = head.get(PAGE)
    assert "thiet-bi" not in page.text
    assert "push/add" not in page.text
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert head.client.post("/ca-nhan/thiet-bi", data={"csrf_token": token}).status_code == 404


def test_a_device_is_added_tried_and_taken_away(desk: Desk, server: PushServer) -> None:
    head, opener = desk.browser("head"), Opener()
    assert f'data-push="{desk.cast.app.pushes.public_key}"' in head.get(PAGE).text
    page = offer(head, server, opener)
    assert "Thiết bị này sẽ được báo khi có việc." in page
    assert "Chrome, Linux" in page
    head.send(head.get(PAGE), "/thu")
    desk.cast.settle()
    [(_, _, body)] = server.got
    assert "Đây là thông báo thử." in opener.open(body).decode()
    assert "Thiết bị ấy không còn được báo." in head.get(head.send(head.get(PAGE), "/tat").location).text
    assert "Chrome, Linux" not in head.get(PAGE).text


def test_another_persons_device_is_nobodys(desk: Desk, server: PushServer) -> None:
    offer(desk.browser("head"), server, Opener())
    mine, office = device_of(desk, "head"), desk.browser("office")
    token = office.get(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    for way in ("tat", "thu"):
        assert office.client.post(f"/ca-nhan/thiet-bi/{mine}/{way}", data={"csrf_token": token}).status_code == 404
    assert device_of(desk, "head") == mine
    desk.cast.settle()
    assert server.got == []


@pytest.mark.parametrize(
    "changed", [{"endpoint": "http://169.254.169.254/"}, {"secret": "x"}, {"public_key": "A" * 87}]
)
def test_what_no_browser_of_ours_sends_is_refused_in_words(
    desk: Desk, server: PushServer, changed: dict[str, str]
) -> None:
    page = offer(desk.browser("head"), server, Opener(), **changed)
    assert "NEUGUONG_PUSH_SERVERS" in page or "khóa không đọc được" in page
    assert "/tat" not in page


def test_the_worker_stands_at_the_root_and_is_a_script(desk: Desk) -> None:
    answer = desk.app.test_client().get("/thong-bao.js")
    assert answer.content_type.startswith("text/javascript")
    assert "showNotification" in answer.text
