"""What a confined child does wrong ends with the child, in bounded time, and the caller is told why."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
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
        confinement.run(f"{HERE}:{what}", said, bounds=Bounds(cpu=1 if why == "time" else 4, wall=6))
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


# --- another house's program, which LibreOffice is ---


def script(folder: Path, body: str) -> list[str]:
    """A Python program that knows nothing of us."""
    path = folder / "program.py"
    path.write_text("import os, sys, time\n" + body, encoding="utf-8")
    return [sys.executable, "-I", str(path)]


def test_a_program_writes_in_its_folder_and_sees_no_secret(tmp_path: Path) -> None:
    body = "open('out', 'w').write(' '.join(sorted(os.environ)) + '|' + os.getcwd())"
    confinement.program(script(tmp_path, body), tmp_path, Bounds(answer=1000))
    names, _, where = (tmp_path / "out").read_text().partition("|")
    assert set(names.split()) <= {"HOME", "LANG", "LC_CTYPE", "PATH", "TMPDIR"}
    assert where == str(tmp_path)


@pytest.mark.parametrize(
    ("body", "bounds", "why"),
    [
        ("time.sleep(60)", Bounds(wall=1.0), "time"),
        ("while True: pass", Bounds(cpu=1, wall=20.0), "time"),
        ("x = [bytearray(50_000_000) for _ in range(100)]", Bounds(), "crash"),
        ("open('out', 'wb').write(bytes(2_000_000))", Bounds(answer=1_000_000), "crash"),
        ("sys.exit(3)", Bounds(), "crash"),
    ],
)
def test_a_program_that_takes_too_much_is_ended(tmp_path: Path, body: str, bounds: Bounds, why: str) -> None:
    started = time.monotonic()
    with pytest.raises(Confined) as stopped:
        confinement.program(script(tmp_path, body), tmp_path, bounds)
    assert stopped.value.why == why
    assert time.monotonic() - started < 15
    assert not (tmp_path / "out").exists() or (tmp_path / "out").stat().st_size <= 1_000_000


def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    body = "import subprocess\nchild = subprocess.Popen(['sleep', '300'])\nopen('out', 'w').write(str(child.pid))\n"
    confinement.program(script(tmp_path, body), tmp_path, Bounds(answer=100))
    pid = int((tmp_path / "out").read_text())
    for _ in range(100):
        if gone(pid):
            break
        time.sleep(0.02)
    assert gone(pid)


def gone(pid: int) -> bool:
    """No such process, or one that is dead and only not yet buried."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_a_program_reaches_no_network_where_the_kernel_gives_it_one_of_its_own(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        body = (
            "import socket\n"
            f"try: socket.create_connection(('127.0.0.1', {port}), 2); said = 'reached'\n"
            "except OSError: said = 'nothing there'\n"
            "open('out', 'w').write(said)\n"
        )
        confinement.program(script(tmp_path, body), tmp_path, Bounds(answer=100))
    said = (tmp_path / "out").read_text()
    assert said == ("nothing there" if own_network() else "reached")


def own_network() -> bool:
    """Whether this kernel lets an ordinary process have a network of its own."""
    trial = "import ctypes; print(ctypes.CDLL(None).unshare(0x50000000))"
    return (
        subprocess.run([sys.executable, "-c", trial], capture_output=True, text=True, check=True).stdout.strip() == "0"
    )
