"""The commands that keep running, as real processes: they start, do their part, and stop when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError

import pytest
import sqlalchemy as sa
from celery import Celery

from config.settings import Settings
from dev import ROOT
from states.notices import queries
from tasks.attach import publisher
from tasks.queues import TIMERS
from tests.cast import Cast, make_cast
from tests.config.test_readiness import spoil
from tests.servers import die_with_parent, free_port
from workflow import pulse
from workflow.db import Database
from workflow.timers import timer

Run = Callable[..., subprocess.Popen]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NEUGUONG_")}
    return {**clean, "NEUGUONG_VAR": str(tmp_path / "var"), "NEUGUONG_PORT": str(free_port())}


@pytest.fixture
def run(environment: dict[str, str]) -> Iterator[Run]:
    """Starts `neuguong …`; ends what is left, with all it started."""
    begun: list[subprocess.Popen] = []

    def start(*arguments: str, **more: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", *arguments], cwd=ROOT, env={**environment, **more}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=die_with_parent(),
        )  # fmt: skip
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        process.stdout.close()


def line_with(process: subprocess.Popen, words: str) -> str:
    """The first line of its output that says so; an assertion error with all of it when it ends before."""
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return line
    raise AssertionError("".join(seen))


def told_to_stop(process: subprocess.Popen, how: int = signal.SIGTERM) -> int:
    process.send_signal(how)
    return process.wait(15)


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "not in time"
        time.sleep(0.1)


def status(port: str, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.status


def kept(database: Database, agency_id: str) -> list[str]:
    with database.read() as connection:
        return [letter.to for letter in queries.outbox_page(connection, agency_id)]


@pytest.fixture
def cast(database_url: str, environment: dict[str, str], tmp_path: Path) -> Iterator[Cast]:
    """An agency in the processes' database, with one nominee whose letter is due."""
    environment.update(NEUGUONG_DATABASE_URL=database_url, NEUGUONG_REHEARSAL="1")
    cast = make_cast(Settings(database_url=database_url, files=tmp_path))
    cast.nominate()
    cast.later(seconds=31)
    yield cast
    cast.app.dispose()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_up_needs_nothing_serves_and_stops_cleanly(run: Run, environment, how):
    began = time.monotonic()
    process = run("up")
    line = line_with(process, "http://")
    to_start = time.monotonic() - began
    port = environment["NEUGUONG_PORT"]
    assert f"http://127.0.0.1:{port} " in line
    assert status(port, "/readyz") == 200
    assert Path(environment["NEUGUONG_VAR"], "neuguong.db").exists()
    started = time.monotonic()
    assert told_to_stop(process, how) == 0
    assert time.monotonic() - started < max(6, to_start), (
        "longer than six seconds, or than a start beside the same load"
    )
    assert "Đã dừng, không còn việc dở dang." in process.stdout.read()


def test_up_does_what_is_due(run: Run, cast: Cast):
    line_with(run("up"), "http://")
    until(lambda: kept(cast.app.database, cast.agency_id) == ["Head Nguyễn"])


def test_up_continues_after_a_power_cut(run: Run, cast: Cast):
    process = run("up")
    line_with(process, "http://")
    process.kill()
    process.wait(10)
    line_with(run("up"), "http://")
    until(lambda: kept(cast.app.database, cast.agency_id) == ["Head Nguyễn"])


def test_a_taken_port_is_one_clear_line(run: Run, environment):
    with socket.create_server(("127.0.0.1", int(environment["NEUGUONG_PORT"]))):
        process = run("up")
        assert process.wait(30) == 1
    lines = process.stdout.read().splitlines()
    assert lines[-1].startswith("Lỗi: Không lắng nghe được tại 127.0.0.1:")
    assert not [line for line in lines if "Traceback" in line]


@pytest.mark.parametrize("host", ["nosuch.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_ours_is_one_clear_line(run: Run, host: str):
    process = run("up", "--host", host)
    assert process.wait(30) == 2
    assert process.stdout.read().splitlines()[-1] == f"Lỗi: NEUGUONG_HOST: máy này không có địa chỉ {host}."


def test_a_worker_without_a_broker_is_refused(run: Run):
    process = run("worker")
    assert process.wait(30) == 2
    assert "NEUGUONG_BROKER_URL" in process.stdout.read()


def test_a_bad_setting_is_one_clear_line(run: Run):
    process = run("up", NEUGUONG_SMTP_URL="nowhere")
    assert process.wait(30) == 2
    said = process.stdout.read()
    assert "NEUGUONG_SMTP_URL: " in said
    assert "Traceback" not in said


def test_web_over_a_database_that_is_away_says_so_to_whoever_comes(run: Run, environment):
    line_with(run("web", NEUGUONG_DATABASE_URL="postgresql+psycopg://u@127.0.0.1:1/x"), "http://")
    with pytest.raises(HTTPError, match="503"):
        status(environment["NEUGUONG_PORT"], "/dang-nhap")


def refusals(run: Run, **more: str) -> list[str]:
    """The one line that each command ends with."""
    commands = (("up",), ("web",), ("worker",), ("clock",))
    processes = [run(*command, NEUGUONG_BROKER_URL="redis://127.0.0.1:1/0", **more) for command in commands]
    said = []
    for process in processes:
        assert process.wait(60) == 2
        lines = process.stdout.read().splitlines()
        assert not [line for line in lines if "Traceback" in line]
        said += [line for line in lines if line.startswith("Lỗi: ")]
    assert len(said) == len(commands)
    return said


ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@ON_SQLITE
def test_a_moved_clock_is_refused_outside_demos_and_rehearsals(run: Run, cast: Cast):
    for line in refusals(run, NEUGUONG_REHEARSAL=""):
        assert line.startswith("Lỗi: Đồng hồ của cơ sở dữ liệu này chỉ ")
        assert "03/03/2025" in line
        assert "NEUGUONG_REHEARSAL=1" in line


@ON_SQLITE
def test_a_folder_that_cannot_be_made_is_refused_by_each(run: Run, cast: Cast):
    for line in refusals(run, NEUGUONG_VAR="/proc/none"):
        assert line.startswith("Lỗi: NEUGUONG_VAR: /proc/none không phải thư mục")


@ON_SQLITE
def test_a_plan_in_force_that_names_what_is_not_there_is_refused(run: Run, cast: Cast):
    with cast.app.database.write() as connection:
        spoil(connection, "counts_fit")
    for line in refusals(run):
        assert "«counts_fit_no_more» (kế hoạch so-tttt-2022-2025, quy trình nominee)" in line


def test_web_worker_and_clock_apart(run: Run, cast: Cast, environment, redis_url: str):
    environment["NEUGUONG_BROKER_URL"] = redis_url
    processes = [run("web"), run("worker", "--concurrency", "2"), run("clock")]
    line_with(processes[0], "http://")
    until(lambda: kept(cast.app.database, cast.agency_id) == ["Head Nguyễn"])
    assert status(environment["NEUGUONG_PORT"], "/readyz") == 200
    assert [told_to_stop(process) for process in processes] == [0, 0, 0]


def figures(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("databases", ["postgres"], indirect=True)
def test_worker_and_clock_show_what_they_count_and_the_worker_shows_itself(run: Run, cast: Cast, redis_url: str):
    cast.later(days=10)  # reminders are due, which the clock tells
    ports = free_port(), free_port()
    broker = {"NEUGUONG_BROKER_URL": redis_url, "NEUGUONG_LOG": "json"}
    clock = run("clock", NEUGUONG_METRICS_PORT=str(ports[1]), **broker)
    line_with(clock, "counters on")
    until(lambda: 'neuguong_timer_late_seconds_count{kind="remind"}' in figures(ports[1]))
    assert "neuguong_repeats_absorbed_total" in figures(ports[1])
    assert told_to_stop(clock) == 0
    cast.later(days=30)  # and an escalation, which a worker's child is asked for while no clock fires it
    worker = run("worker", "--concurrency", "2", NEUGUONG_METRICS_PORT=str(ports[0]), **broker)
    assert json.loads(line_with(worker, "counters on"))["level"] == "info"
    escalations = sa.select(timer.c.id).where(timer.c.kind == "escalate").order_by(timer.c.due_at)
    with cast.app.database.read() as connection:
        late = list(connection.scalars(escalations))
    publisher(Celery(broker=redis_url, set_as_current=False))(TIMERS, late)
    until(lambda: 'neuguong_timer_late_seconds_count{kind="escalate"}' in figures(ports[0]))

    def beats() -> list[datetime | None]:
        with cast.app.database.read() as connection:
            return [pulse.last(connection, one) for one in (pulse.CLOCK, pulse.WORKER)]

    [before, _] = beats()
    clock = run("clock", NEUGUONG_METRICS_PORT=str(ports[1]), **broker)

    def shown() -> bool:
        ticked, worked = beats()
        return ticked != before and worked is not None

    until(shown)
    assert [told_to_stop(process) for process in (clock, worker)] == [0, 0]


def test_a_clock_alone_does_the_work_itself(run: Run, cast: Cast):
    process = run("clock")
    until(lambda: kept(cast.app.database, cast.agency_id) == ["Head Nguyễn"])
    assert told_to_stop(process) == 0


def test_a_clock_with_a_dead_broker_does_the_work_and_says_so(run: Run, cast: Cast):
    process = run("clock", NEUGUONG_BROKER_URL="redis://127.0.0.1:1/0")
    line_with(process, "working here instead")
    until(lambda: kept(cast.app.database, cast.agency_id) == ["Head Nguyễn"])
    assert told_to_stop(process) == 0
