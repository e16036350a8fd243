"""The client: as its source says, patient where a request may be sent twice, loud where it was refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from dev import ROOT
from tests.roads import case_at
from tests.servers import served
from tests.web.desk import BOTH_DESKS, Desk
from tests.write_client import formatted
from web.api import shapes
from web.api.client_source import FOLDER, sources
from web.client import Client, Refusal, Unreachable, pages


def client(desk: Desk, name: str, port: int, *scopes: str) -> Client:
    token = desk.token(name, *scopes)["Authorization"].removeprefix("Bearer ")
    return Client(f"http://127.0.0.1:{port}", token, pauses=(0, 0), proxies={})


def test_every_operation_is_there_as_the_routes_have_it(desk: Desk) -> None:
    for name, text in sources(desk.app).items():
        assert (FOLDER / name).read_text("utf-8") == formatted(text), f"{name}: run python -m tests.write_client"


@BOTH_DESKS
def test_read_upload_decide_and_refused_in_words(desk: Desk) -> None:
    codes = [desk.code(case_at(desk.cast, "unit_appraisal", who=who)) for who in ("candidate", "mentor")]
    with served(desk.app) as port:
        head, office = client(desk, "head", port), client(desk, "office", port)
        listed = [one.code for page in pages(office.cases, limit="1") for one in page.cases]
        assert sorted(listed) == sorted(codes)
        minutes = head.upload("Biên bản họp.pdf", b"%PDF-1.7\nscan")
        assert office.download  # a method as any other
        seen = head.case(codes[0])
        done = head.act(codes[0], "recognize", shapes.ActIn(inputs={"unit_minutes": minutes.id}), seen.version, key="k")
        assert done.state != seen.state
        again = head.act(
            codes[0], "recognize", shapes.ActIn(inputs={"unit_minutes": minutes.id}), seen.version, key="k"
        )
        assert (again.repeated, again.event_seq) == (True, done.event_seq)
        with pytest.raises(Refusal, match=r"Hồ sơ|hồ sơ") as refused:
            head.act(codes[1], "recognize", shapes.ActIn(), 99)
        assert refused.value.status == 412
        with pytest.raises(Refusal) as nowhere:
            client(desk, "outsider", port).case(codes[0])
        assert nowhere.value.status == 404
        reader = client(desk, "head", port, "read")
        with pytest.raises(Refusal) as forbidden:
            reader.act(codes[1], "send_back", shapes.ActIn(), 1)
        assert forbidden.value.status == 403


class Moody(BaseHTTPRequestHandler):
    """Busy twice, then well; leads away where it is asked to."""

    seen: list[tuple[str, str]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.headers["Idempotency-Key"], self.path))
        busy = len(self.seen) < 3
        body = b'{"done": true}' if not busy else b"busy"
        self.send_response(503 if busy else 200)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def moody() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    seen: list[tuple[str, str]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Mine", (Moody,), {"seen": seen}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()
        server.server_close()


def test_a_busy_server_is_asked_again_under_the_same_key_and_only_then() -> None:
    waited: list[float] = []
    with moody() as (port, seen):
        mine = Client(f"http://127.0.0.1:{port}", "t", pauses=(0.5, 2.0), sleep=waited.append, proxies={})
        mine.told(shapes.Done, "POST", "/x", body=shapes.UndoIn(event_seq=1), key="mot")
        assert [key for key, _ in seen] == ["mot"] * 3
        assert waited == [1.0, 2.0], "as long as it asks for, or longer"
        seen.clear()
        with pytest.raises(Refusal) as busy:
            mine.call("POST", "/x", body=shapes.UndoIn(event_seq=1))
        assert (busy.value.status, len(seen)) == (503, 1), "what may not be done twice is sent once"
        with pytest.raises(Refusal) as led:
            mine.call("GET", "/x")
        assert led.value.status == 302, "a token is shown to nobody else"


def test_nobody_there_is_said_so() -> None:
    with pytest.raises(Unreachable):
        Client("http://127.0.0.1:1", "t", pauses=(0,), sleep=lambda seconds: None, proxies={}).call("GET", "/cases")


def test_the_example_of_the_docs_runs(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    code = desk.code(case_at(desk.cast, "unit_appraisal"))
    found = (ROOT / "docs" / "api.md").read_text("utf-8").split("```python\n")[1:]
    first, pages_ = [part.partition("```")[0] for part in found]
    with served(desk.app) as port:
        mine = client(desk, "head", port)
        given = f'"{mine.address}", "{mine.token}", proxies={{}}'
        text = first.replace('"https://neuguong.so.example", token="…"', given)
        exec(compile(text, "docs/api.md", "exec"), {})  # noqa: S102 - our own words
        exec(compile(pages_, "docs/api.md", "exec"), {"client": client(desk, "office", port)})  # noqa: S102
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [f"{code} Bình xét tại phòng, đơn vị 2025-03-10", "Điển hình cấp phòng"]
    assert said[2:] == ["['Đã thêm Phòng Mới.']", "['Đã thêm Phòng Hai.']"]
