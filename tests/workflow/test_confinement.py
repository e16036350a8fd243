"""What a confined child does wrong ends with the child, in bounded time, and the caller is told why."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest

from workflow import confinement
from workflow.confinement import Bounds, Confined

HERE = "tests.workflow.test_confinement"


def echo(said: Any, content: bytes) -> tuple[Any, bytes]:
    return said, content[::-1]


def spin(said: Any, content: bytes) -> tuple[Any, bytes]:
    while True:
        pass


def swallow(said: Any, content: bytes) -> tuple[Any, bytes]:
    return len([bytearray(50_000_000) for _ in range(100)]), b""


def flood(said: Any, content: bytes) -> tuple[Any, bytes]:
    while True:
        os.write(int(said), b"x" * 100_000)


def fork(said: Any, content: bytes) -> tuple[Any, bytes]:
    while True:
        os.fork()


def fall(said: Any, content: bytes) -> tuple[Any, bytes]:
    import faulthandler

    faulthandler._sigsegv()  # type: ignore[attr-defined]
    return None, b""


def secrets_seen(said: Any, content: bytes) -> tuple[Any, bytes]:
    return sorted(os.environ), b""


def write(said: Any, content: bytes) -> tuple[Any, bytes]:
    with open("/tmp/never-written-by-a-child", "w") as file:
        file.write("x")
    return None, b""


def test_bytes_and_json_go_in_and_out() -> None:
    assert confinement.run(f"{HERE}:echo", {"tên": ["Hạnh", 1]}, b"abc") == ({"tên": ["Hạnh", 1]}, b"cba")


@pytest.mark.parametrize(
    "what, said, why",
    [("spin", None, "time"), ("swallow", None, "memory"), ("flood", 1, "answer"), ("flood", 2, "answer"),
     ("fork", None, "crash"), ("fall", None, "crash"), ("write", None, "crash")],
)  # fmt: skip
def test_what_a_child_does_wrong_ends_with_it(what: str, said: Any, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(Confined) as caught:
        confinement.run(f"{HERE}:{what}", said, bounds=Bounds(cpu=1, wall=6))
    assert caught.value.why == why, caught.value
    assert time.monotonic() - began < 9


def test_the_environment_holds_nothing_of_the_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUGUONG_SECRET_KEY", "x")
    assert "NEUGUONG_SECRET_KEY" not in confinement.run(f"{HERE}:secrets_seen", None)[0]


def test_threads_may_run_children_side_by_side() -> None:
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(confinement.run(f"{HERE}:echo", 1, b"x" * 3_000_000)[1]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"x" * 3_000_000] * 4
