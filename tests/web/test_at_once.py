"""Everybody decides the same item at once, over a real server: one is taken, the others are told who was first."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from tests.roads import case_at
from tests.servers import served
from tests.web.desk import BOTH_DESKS, Desk, Forms
from web.sign_in.cookie import cookie_name
from workflow.db import uuid7
from workflow.history import event

CROWD = 200
REASON = "Trả lại để bổ sung minh chứng"
WAYS = (("office", "send_back"), ("office2", "refuse"), ("office2", "send_back"), ("office", "refuse"))
PATIENCE = 60.0  # seconds for one answer: a busy machine is no finding


@dataclass
class Client:
    """One browser or script, with a connection and cookies of its own."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, content: str = "", **headers: str) -> tuple[int, str]:
        """Status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        every = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        every["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, content.encode(), every)
            answer = connection.getresponse()
            for given in answer.headers.get_all("Set-Cookie", []):
                name, _, value = given.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    """Where the desk's pages are served."""
    desk.app.testing = False
    with served(desk.app) as port:
        yield port


Press = Callable[[], tuple[int, str]]


def by_page(desk: Desk, port: int, code: str, who: str, action: str) -> Press:
    """Signed in, the case open in the browser, the reason typed."""
    signed_in = desk.browser(who).client
    with desk.app.app_context():
        name = cookie_name()
    client = Client(port, cookies={name: signed_in.get_cookie(name).value})
    status, page = client.call("GET", f"/ho-so/{code}")
    assert status == 200
    form = Forms(page).to(f"/lam/{action}")
    assert form.fields["_item"] != [""]
    typed = urlencode({**form.fields, "reason": REASON}, doseq=True)
    return lambda: client.call("POST", form.action, typed, Content_Type="application/x-www-form-urlencoded")


def by_script(desk: Desk, port: int, code: str, who: str, action: str, *, names_item: bool) -> Press:
    """The case read with a token; the item named, or only the version seen."""
    client = Client(port, headers=desk.token(who))
    seen = json.loads(client.call("GET", f"/api/v1/cases/{code}")[1])
    body: dict[str, object] = {"inputs": {"reason": REASON}}
    if names_item:
        [body["item"]] = [{"id": one["id"], "version": one["version"]} for one in seen["items"]]
    match, path = f'"{seen["version"]}"', f"/api/v1/cases/{code}/actions/{action}"
    return lambda: client.call(
        "POST", path, json.dumps(body), If_Match=match, Idempotency_Key=uuid7(), Content_Type="application/json"
    )


def together(presses: list[Press]) -> list[tuple[int, str]]:
    """Everybody at the same moment; what each was answered."""
    barrier = threading.Barrier(len(presses))

    def press(one: Press) -> tuple[int, str]:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(presses)) as crowd:
        return list(crowd.map(press, presses))


@BOTH_DESKS
def test_200_decide_the_same_item_by_page_and_by_script_and_one_wins(desk: Desk, port: int) -> None:
    case_id = case_at(desk.cast, "office_check")
    code, events = desk.code(case_id), desk.cast.row(case_id).chain_seq

    def ready(number: int) -> Press:
        who, action = WAYS[number // 4 % len(WAYS)]
        if number % 2:
            return by_page(desk, port, code, who, action)
        return by_script(desk, port, code, who, action, names_item=number % 4 == 0)

    for who, _ in WAYS:
        desk.token(who)  # an account each, before many hands would make it at once
    began = time.perf_counter()
    with ThreadPoolExecutor(8) as hands:
        presses = list(hands.map(ready, range(CROWD)))
    opened = time.perf_counter()
    answers = together(presses)
    database = desk.cast.app.database.url.get_backend_name()
    print(f"{CROWD} over HTTP on {database}: opened in {opened - began:.1f} s, {time.perf_counter() - opened:.1f} s")

    statuses = [Counter(status for status, _ in answers[half::2]) for half in (0, 1)]
    won = [(number % 2, status) for number, (status, _) in enumerate(answers) if status != 409]
    assert won in ([(0, 200)], [(1, 303)]), statuses
    row = desk.cast.row(case_id)
    assert row.chain_seq == events + 1
    [decided] = _events_after(desk, case_id, events)
    assert (decided.kind, decided.body["from"], decided.body["to"]) == ("action", "office_check", row.state)
    first = "Office Nguyễn" if decided.actor_id == desk.cast.people["office"] else "Office2 Nguyễn"
    assert all(f"{first} đã «" in text for status, text in answers if status == 409), "all are told of the same one"


def _events_after(desk: Desk, case_id: str, seq: int) -> list[sa.Row]:
    with desk.cast.app.database.read() as connection:
        mine = sa.select(event).where(event.c.case_id == case_id, event.c.seq > seq)
        return list(connection.execute(mine.order_by(event.c.seq)))
