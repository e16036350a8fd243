"""A web process that has enough to do says so at once, and whoever watches it is still answered."""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from config.settings import WebLimits
from tests.servers import stop_serving
from tests.web.conftest import Town, settings_for
from web import admission, serving
from web.access import for_machines
from web.admission import BURST, Door, Doorkeeper, Rates

keepers: list[Doorkeeper] = []
inside: list[int] = []  # threads that are at it
OPEN = WebLimits(client_rate=0, address_rate=0)


def test_a_caller_has_so_many_at_once_and_so_many_a_second():
    now = [0.0]
    rates = Rates(2, lambda: now[0])
    assert [rates.take(b"a") for _ in range(2 * BURST + 1)] == [True] * 2 * BURST + [False]
    assert rates.take(b"b"), "each caller has an own bucket"
    now[0] = 1.0
    assert [rates.take(b"a") for _ in range(3)] == [True, True, False]


def test_what_comes_in_and_what_does_not():
    door = Door(WebLimits(queue=3, client_rate=1, address_rate=2), "neuguong")
    assert door.refuses("/", {}, "10.0.0.1", waiting=3) == 503
    mine = {"COOKIE": "language=vi; neuguong=secret"}
    assert [door.refuses("/", mine, f"10.0.1.{n}", 0) for n in range(BURST + 1)] == [0] * BURST + [429]
    tokens = [door.refuses("/", {"AUTHORIZATION": "Bearer t"}, f"10.0.2.{n}", 0) for n in range(BURST + 1)]
    assert tokens[-1] == 429
    forged = [door.refuses("/", {"COOKIE": f"neuguong={n}"}, "10.0.0.9", 0) for n in range(2 * BURST + 1)]
    assert (forged[0], forged[-1]) == (0, 429), "whoever makes up sign-ins is counted by address"
    assert door.refuses("/static/app.js", mine, "10.0.0.9", 0) == 0


def test_an_address_is_the_proxys_word_only_when_it_is_the_proxy():
    door = Door(WebLimits(client_rate=0, address_rate=1), "neuguong", proxy="127.0.0.1")
    said = [door.refuses("/", {"X_FORWARDED_FOR": f"6.6.6.6, 10.0.0.{n}"}, "127.0.0.1", 0) for n in range(20)]
    assert set(said) == {0}
    liars = [door.refuses("/", {"X_FORWARDED_FOR": f"10.0.1.{n}"}, "10.9.9.9", 0) for n in range(BURST + 1)]
    assert liars[-1] == 429


@contextlib.contextmanager
def served(town: Town, limits: WebLimits) -> Iterator[tuple[int, threading.Event]]:
    """A real server whose page /slow lasts until the event is set; its port."""
    go_on = threading.Event()
    inside.clear()

    @for_machines
    def slow() -> str:
        inside.append(threading.get_ident())
        go_on.wait(20)
        return "done"

    town.app.add_url_rule("/slow", "slow", slow)
    settings = replace(settings_for(str(town.database.url), town.app.extensions["neuguong"].settings.var), web=limits)
    server = serving.listen(town.app, replace(settings, port=0))
    keepers.append(server.task_dispatcher)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port), go_on
    finally:
        go_on.set()
        stop_serving(server, thread)


def ask(port: int, path: str, **headers: str) -> tuple[int, float, http.client.HTTPMessage, str]:
    begin = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    told = answer.status, time.monotonic() - begin, answer.headers, answer.read().decode()
    connection.close()
    return told


def until(condition: Callable[[], bool]) -> None:
    stop = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < stop
        time.sleep(0.02)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is sent away for having waited: a crowded machine may make everybody wait."""
    monkeypatch.setattr(admission, "LONGEST_WAIT", 30.0)


def test_who_waited_too_long_is_told_so_instead_of_served_late(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(admission, "LONGEST_WAIT", 0.2)
    with served(town, replace(OPEN, threads=1)) as (port, go_on), ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, port, "/slow")
        until(lambda: len(inside) == 1)
        second = pool.submit(ask, port, "/slow")
        until(lambda: len(keepers[-1].queue) == 1)
        time.sleep(0.3)
        go_on.set()
        assert (first.result()[0], second.result()[0]) == (200, 503)
        assert len(inside) == 1, "its work was never begun"


@pytest.mark.usefixtures("patient")
def test_beyond_the_queue_there_is_a_quick_no_and_the_watchers_are_answered(town: Town):
    with served(town, replace(OPEN, threads=2, queue=3)) as (port, go_on), ThreadPoolExecutor(30) as pool:
        waiting = [pool.submit(ask, port, "/slow") for _ in range(2)]
        until(lambda: len(inside) == 2)
        waiting += [pool.submit(ask, port, "/slow") for _ in range(3)]
        until(lambda: len(keepers[-1].queue) == 3)
        refused = list(pool.map(lambda _: ask(port, "/slow"), range(20)))
        assert {status for status, *_ in refused} == {503}
        assert max(took for _, took, *_ in refused) < 5, "who waits, waits 20 s here"
        _, _, headers, body = refused[0]
        assert headers["Retry-After"] == "2"
        assert "Hệ thống tạm thời chưa trả lời được" in body
        assert ask(port, "/api/v1/cases")[2]["Content-Type"] == "application/problem+json"
        assert ask(port, "/healthz")[0] == ask(port, "/readyz")[0] == 200
        watched = ask(port, "/metrics")[3]
        assert 'neuguong_requests_refused_total{status="503"}' in watched
        go_on.set()
        assert Counter(one.result()[0] for one in waiting) == {200: 5}, "what was let in is served"


@pytest.mark.usefixtures("patient")
def test_what_was_let_in_is_answered_before_the_end(town: Town):
    with served(town, replace(OPEN, threads=1, queue=9)) as (port, go_on), ThreadPoolExecutor(9) as pool:
        asked = [pool.submit(ask, port, "/slow") for _ in range(8)]
        until(lambda: len(keepers[-1].queue) == 7)
        assert re.search(r"^neuguong_requests_waiting 7.0$", ask(port, "/metrics")[3], re.MULTILINE)
        threading.Timer(0.3, go_on.set).start()
        keepers[-1].shutdown()
        assert Counter(one.result()[0] for one in asked) == {200: 8}


def test_more_connections_than_waitress_would_take_are_answered(town: Town):
    with served(town, OPEN) as (port, _), contextlib.ExitStack() as kept:
        idle = [http.client.HTTPConnection("127.0.0.1", port, timeout=15) for _ in range(150)]
        for connection in idle:
            kept.callback(connection.close)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
        assert ask(port, "/healthz")[0] == 200


def test_a_flood_of_one_caller_is_told_to_wait_and_others_are_served(town: Town):
    with served(town, WebLimits(client_rate=2, address_rate=0)) as (port, _):
        flood = Counter(ask(port, "/dang-nhap", Authorization="Bearer x")[0] for _ in range(2 * BURST + 10))
        assert flood[429] >= 5
        assert flood[200] >= 2 * BURST
        status, _, headers, _ = ask(port, "/dang-nhap", Authorization="Bearer x")
        assert (status, headers["Retry-After"]) == (429, "5")
        assert ask(port, "/dang-nhap")[0] == 200


@pytest.mark.parametrize("word", ["X-Forwarded-For", "Forwarded", "Via"])
def test_figures_are_for_this_machine_only(town: Town, word: str):
    with served(town, OPEN) as (port, _):
        assert ask(port, "/metrics")[0] == 200
        assert ask(port, "/metrics", **{word: "203.0.113.5"})[0] == 404, "a proxy's visitor is not this machine"
