"""`dev.py run --full` comes up, survives killed processes, goes on where it was, leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator

import psutil
import psycopg
import pytest

from dev import ROOT
from tests.servers import free_port, temporary_folder

pytestmark = pytest.mark.fault

SERVERS = ("valkey-server", "redis-server")  # the wheel's, a distribution's


@contextlib.contextmanager
def full_run(folder: pathlib.Path, port: int) -> Iterator[psutil.Process]:
    """The whole system on its own data; ended as by `kill`, and it must end well."""
    environment = {**os.environ, "NEUGUONG_PORT": str(port)}
    command = [sys.executable, "-m", "tests.full", "--folder", str(folder)]
    with (folder / "full.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(lambda: signs_in(port) or process.poll() is not None, 300)
        assert process.poll() is None, (folder / "full.log").read_text()
        yield psutil.Process(process.pid)
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    assert (code, [left for left in family if left.is_running()]) == (0, [])


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    """Return once the condition holds; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)


def signs_in(port: int) -> bool:
    """Whether the sign-in page is served, in Vietnamese."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return "Đăng nhập" in answer.read().decode()
    except OSError:
        return False


def role(supervisor: psutil.Process, name: str) -> psutil.Process | None:
    """The supervisor's child that is `neuguong <name>`."""
    for child in supervisor.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it died since it was listed
            titled = name == "worker" and "celeryd" in " ".join(child.cmdline())  # where its library can set a title
            if titled or child.cmdline()[2:4] == ["web.cli", name]:
                return child
    return None


def cases(supervisor: psutil.Process) -> set[str]:
    """Ids of all cases in the run's own PostgreSQL."""
    server = next(child for child in supervisor.children() if child.name() == "postgres")
    port = server.cmdline()[server.cmdline().index("-p") + 1]
    with psycopg.connect(f"postgresql://app@127.0.0.1:{port}/postgres") as connection:
        return {row[0] for row in connection.execute("SELECT id FROM case_")}


def test_full_run_survives_a_kill_continues_and_leaves_nothing() -> None:
    port = free_port()
    with temporary_folder("ng-full-") as folder:
        with full_run(folder, port) as supervisor:
            before = cases(supervisor)
            assert before
            worker = role(supervisor, "worker")
            assert worker is not None
            worker.kill()
            wait_for(lambda: (now := role(supervisor, "worker")) and now.pid != worker.pid, 20)
            server = next(child for child in supervisor.children() if child.name() in SERVERS)
            server.kill()
            wait_for(lambda: "valkey ended" in (folder / "full.log").read_text(), 10)
        with full_run(folder, port) as supervisor:
            assert cases(supervisor) >= before  # ids are random: a second demo would have others
