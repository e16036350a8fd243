"""What a confined child does wrong ends with the child, in bounded time, and the caller is told why."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from workflow import confinement, forking
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


def held(said: Any, content: bytes) -> tuple[Any, bytes]:
    """What it has of the machine: open files, bounds, its network, its session, who its parent is."""
    files = []
    for number in range(1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        files.append(number)
    bounds = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in ("CPU", "AS", "FSIZE", "CORE")]
    return {
        "files": files, "bounds": bounds, "network": os.readlink("/proc/self/ns/net"),
        "leads": os.getsid(0) == os.getpid() == os.getpgrp(), "folder": os.getcwd(), "parent": os.getppid(),
    }, b""  # fmt: skip


@pytest.fixture(params=["forked", "fresh"])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the child comes to be: a mother's, or an interpreter of its own where there is no mother."""
    monkeypatch.setattr(forking, "AVAILABLE", request.param == "forked")
    return str(request.param)


@pytest.mark.usefixtures("form")
def test_bytes_and_json_go_in_and_out() -> None:
    assert confinement.run(f"{HERE}:echo", {"tên": ["Hạnh", 1]}, b"abc") == ({"tên": ["Hạnh", 1]}, b"cba")


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize(
    "what, said, why",
    [("spin", None, "time"), ("swallow", None, "memory"), ("flood", 1, "answer"), ("flood", 2, "answer"),
     ("fork", None, "crash"), ("fall", None, "crash"), ("write", None, "crash")],
)  # fmt: skip
def test_what_a_child_does_wrong_ends_with_it(what: str, said: Any, why: str) -> None:
    bounds = Bounds(cpu=1, wall=6) if why == "time" else Bounds(cpu=4, wall=30)  # to fill memory on a busy machine
    began = time.monotonic()
    with pytest.raises(Confined) as caught:
        confinement.run(f"{HERE}:{what}", said, bounds=bounds)
    assert caught.value.why == why, caught.value
    assert time.monotonic() - began < bounds.wall + 3


def test_both_kinds_of_children_hold_the_same(form: str) -> None:
    found, _ = confinement.run(f"{HERE}:held", None, bounds=Bounds(cpu=3, memory=700_000_000))
    assert found["files"] == [0, 1, 2]
    assert found["bounds"] == [[3, 3], [700_000_000, 700_000_000], [0, 0], [0, 0]]
    assert (found["network"] != os.readlink("/proc/self/ns/net")) == own_network()
    assert found["leads"]
    assert found["folder"] == "/"
    assert found["parent"] == (forking.mother_id() if form == "forked" else os.getpid())


@pytest.mark.usefixtures("form")
def test_the_environment_holds_nothing_of_the_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUGUONG_SECRET_KEY", "x")
    assert "NEUGUONG_SECRET_KEY" not in confinement.run(f"{HERE}:secrets_seen", None)[0]


@pytest.mark.usefixtures("form")
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


# --- the mother ---


def mother_of_now() -> int:
    """A mother that has just answered."""
    assert confinement.run(f"{HERE}:echo", 1) == (1, b"")
    known = forking.mother_id()
    assert known is not None
    return known


def test_one_mother_has_all_children_and_one_thread_and_no_variable_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    forking.end()
    monkeypatch.setenv("NEUGUONG_SECRET_KEY", "x")
    mother = mother_of_now()
    assert [confinement.run(f"{HERE}:held", None)[0]["parent"] for _ in range(3)] == [mother] * 3
    assert len(os.listdir(f"/proc/{mother}/task")) == 1
    if os.geteuid() == 0:  # nobody else may look
        assert b"NEUGUONG" not in Path(f"/proc/{mother}/environ").read_bytes()


def test_a_mother_that_was_killed_has_a_successor_and_her_children_end_with_her() -> None:
    mother = mother_of_now()
    found: list[Any] = []
    asking = threading.Thread(target=lambda: found.append(confinement.run(f"{HERE}:slowly", 1, b"", Bounds(wall=30))))
    asking.start()
    child = wait_for(lambda: children(mother))[0]
    os.kill(mother, signal.SIGKILL)
    wait_for(lambda: gone(child))
    asking.join(30)
    assert found == [("done", b"")]  # asked again, of an interpreter of its own
    assert mother_of_now() != mother


def test_a_child_that_fell_over_in_native_code_had_the_last_try_at_these_addresses() -> None:
    mother = mother_of_now()
    with pytest.raises(Confined, match="crash"):
        confinement.run(f"{HERE}:fall", None)
    assert mother_of_now() != mother
    wait_for(lambda: gone(mother))


def test_a_child_stopped_in_time_leaves_its_mother() -> None:
    mother = mother_of_now()
    with pytest.raises(Confined, match="time"):
        confinement.run(f"{HERE}:slowly", 60, bounds=Bounds(wall=0.5))
    assert mother_of_now() == mother
    wait_for(lambda: not children(mother))


def test_a_mother_who_does_not_answer_is_ended() -> None:
    mother = mother_of_now()
    os.kill(mother, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(Confined, match="time"):
        confinement.run(f"{HERE}:echo", 1, bounds=Bounds(wall=0.5))
    assert time.monotonic() - began < 15
    assert gone(mother)
    assert mother_of_now() != mother


KILLED = f"""
import sys, threading, time
sys.path.insert(0, sys.argv[1])
from workflow import confinement, forking
confinement.run("{HERE}:echo", 1)
threading.Thread(target=confinement.run, args=("{HERE}:slowly", 60)).start()
print(forking.mother_id(), flush=True)
"""


def test_mother_and_child_end_with_who_asked_also_by_kill_9() -> None:
    command = [sys.executable, "-c", KILLED, str(Path.cwd())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        mother = int(asking.stdout.readline())
        child = wait_for(lambda: children(mother))[0]
        asking.kill()
    wait_for(lambda: gone(child) and gone(mother))


FORKED = f"""
import os, sys
sys.path.insert(0, sys.argv[1])
from workflow import confinement, forking
def mother():
    assert confinement.run("{HERE}:echo", 1) == (1, b"")
    return forking.mother_id()
first = mother()
with forking._lock:  # as if another thread asked at this moment
    worker = os.fork()
if worker == 0:
    os._exit(0 if forking.mother_id() is None and mother() != first else 1)
assert os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) == 0
assert mother() == first
"""


def test_a_forked_worker_has_a_mother_of_its_own() -> None:
    """Celery's workers are forked from a process that may have had one, whose threads are not there any more."""
    subprocess.run([sys.executable, "-W", "error", "-c", FORKED, str(Path.cwd())], check=True, timeout=60)


def test_a_mother_nobody_asks_ends() -> None:
    forking.end()
    started = (
        f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); from workflow import confinement, forking;"
        "forking.IDLE = 0.1; confinement.mother()"
    )
    asked = forking.child(b'["os:getpid", {}]', [sys.executable, "-I", "-c", started], {})
    for pipe in (asked.stdin, asked.stdout, asked.stderr):
        pipe.close()
    assert asked.wait(30) == 1  # it was told nothing
    mother = forking.mother_id()
    assert mother is not None
    wait_for(lambda: gone(mother))
    assert mother_of_now() != mother


def slowly(said: Any, content: bytes) -> tuple[Any, bytes]:
    time.sleep(said)
    return "done", b""


def children(pid: int) -> list[int]:
    """The living ones of a process."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if not gone(int(one))]


def wait_for(asked: Any) -> Any:
    """What is asked, once there is something; ten seconds at most."""
    until = time.monotonic() + 10
    while not (found := asked()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


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
