"""A child process for what strangers wrote: little memory, little time, no network. Our own functions have no files
to write and no children either, which a program of another house needs."""

from __future__ import annotations

import importlib
import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import IO, Any

from workflow import forking

_ROOT = str(Path(__file__).resolve().parent.parent)
_START = "import sys; sys.path.insert(0, sys.argv[1]); from workflow.confinement import main; main()"
_MOTHER = "import sys; sys.path.insert(0, sys.argv[1]); from workflow.confinement import mother; mother()"
_BECOME = "import sys; sys.path.insert(0, sys.argv[1]); from workflow.confinement import become; become()"
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
_LENGTH = struct.Struct(">Q")
_MOST_ERRORS = 1_000_000
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_FORBIDDEN = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.kill",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate",
    "ctypes.", "shutil.", "ftplib.", "smtplib.", "urllib.",
)  # fmt: skip


@dataclass(frozen=True)
class Bounds:
    """Seconds of processor and of wall time, bytes of memory and of what may come back."""

    cpu: int = 5
    wall: float = 8.0
    memory: int = 768 * 1024 * 1024
    answer: int = 40_000_000


class Confined(Exception):
    """The child was stopped or broke: `why` is time, memory, answer (too long) or crash."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(f"{why}: {said}" if said else why)
        self.why, self.said = why, said


def run(target: str, said: Any, content: bytes = b"", bounds: Bounds = Bounds()) -> tuple[Any, bytes]:
    """`module:function` called with JSON and bytes in a child of its own; its JSON and bytes. Raises Confined."""
    child = _child(target, bounds)
    answer, errors = _heard(child, _packed(said, content), bounds)
    if isinstance(child, forking.Forked) and child.lost:  # its mother ended under it
        child = _fresh(target, bounds)
        answer, errors = _heard(child, _packed(said, content), bounds)
    if child.returncode:
        raise Confined(*_cause(child.returncode, errors.decode("utf-8", "replace").strip()))
    return _unpacked(answer)


def _child(target: str, bounds: Bounds) -> subprocess.Popen[bytes] | forking.Forked:
    """Forked from a mother that has its imports done, where that can be; else an interpreter of its own."""
    if forking.AVAILABLE:
        with suppress(OSError):
            message = json.dumps([target, vars(bounds)]).encode()
            return forking.child(message, [sys.executable, "-I", "-B", "-c", _MOTHER, _ROOT], _ENVIRONMENT)
    return _fresh(target, bounds)


def _fresh(target: str, bounds: Bounds) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _START, _ROOT, target, json.dumps(vars(bounds))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", start_new_session=True,
        env=_ENVIRONMENT,
    )  # fmt: skip


def program(command: Sequence[str], folder: Path, bounds: Bounds) -> None:
    """Another house's program within the same bounds, in a folder of its own; `answer` bounds each file it writes.

    What it started ends with it. Raises Confined.
    """
    became = [sys.executable, "-I", "-B", "-c", _BECOME, _ROOT, json.dumps(vars(bounds)), *command]
    child = subprocess.Popen(
        became, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        start_new_session=True,
        env={"HOME": str(folder), "TMPDIR": str(folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
    )  # fmt: skip
    try:
        if child.wait(bounds.wall) != 0:
            raise Confined(*_cause(child.returncode, ""))
    except subprocess.TimeoutExpired:
        raise Confined("time") from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def become() -> None:
    """The child of `program`: bounds first, then it is the program."""
    bounds = Bounds(**json.loads(sys.argv[2]))
    _no_network()
    _bound(bounds, written=bounds.answer)
    os.execvp(sys.argv[3], sys.argv[3:])


def _heard(child: subprocess.Popen[bytes] | forking.Forked, packed: bytes, bounds: Bounds) -> tuple[bytes, bytes]:
    """What the child wrote, never more than the bound of either pipe: whoever floods is ended, not listened to."""
    heard: dict[str, bytes] = {}
    flooded: list[str] = []

    def listen(name: str, pipe: IO[bytes], most: int) -> None:
        heard[name] = pipe.read(most + 1)
        if len(heard[name]) > most:
            flooded.append(name)
            child.kill()

    def tell(pipe: IO[bytes]) -> None:
        with suppress(OSError):  # it ended before it had read everything
            pipe.write(packed)
        with suppress(OSError):
            pipe.close()

    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    hands = [
        Thread(target=listen, args=("answer", child.stdout, bounds.answer), daemon=True),
        Thread(target=listen, args=("errors", child.stderr, _MOST_ERRORS), daemon=True),
        Thread(target=tell, args=(child.stdin,), daemon=True),
    ]
    for hand in hands:
        hand.start()
    until = monotonic() + bounds.wall
    try:
        for hand in hands[:2]:  # they end when it does, at once: to wait for the process itself is to look every 50 ms
            hand.join(max(0, until - monotonic()))
        child.wait(max(0, until - monotonic()))
    except subprocess.TimeoutExpired:
        raise Confined("time") from None
    finally:
        child.kill()
        child.wait()
        for hand in hands:
            hand.join(1)
        child.stdout.close()
        child.stderr.close()
    if flooded:
        raise Confined("answer")
    return heard.get("answer", b""), heard.get("errors", b"")


def _cause(code: int, errors: str) -> tuple[str, str]:
    last = errors.splitlines()[-1] if errors else ""
    if "MemoryError" in errors or "Cannot allocate memory" in errors:
        return "memory", ""
    if code in (-24, -9):  # SIGXCPU, or the kernel's own end of it
        return "time", ""
    return "crash", last[:300]


def main() -> None:
    """The child: bounds first, then the one function, its answer on standard output."""
    _answer(sys.argv[2], Bounds(**json.loads(sys.argv[3])))


def mother() -> None:
    """The process that children are forked from: the modules of their functions, and what those name in `FORKED`."""

    def prepare(message: bytes) -> None:
        for name in getattr(importlib.import_module(json.loads(message)[0].partition(":")[0]), "FORKED", ()):
            importlib.import_module(name)

    def begin(message: bytes) -> None:
        target, bounds = json.loads(message)
        _answer(target, Bounds(**bounds), forked=True)

    forking.serve(prepare, begin)


def _answer(target: str, bounds: Bounds, forked: bool = False) -> None:
    said, content = _unpacked(sys.stdin.buffer.read())
    answer, out = sys.stdout.buffer, sys.stdout
    sys.stdout = sys.stderr
    _no_network()
    if forked:
        forking.end_with_mother()  # after the last change of who it is: that would undo it
    module, _, name = target.partition(":")
    call: Callable[[Any, bytes], tuple[Any, bytes]] = getattr(importlib.import_module(module), name)
    _bound(bounds)
    sys.addaudithook(_forbid)
    answer.write(_packed(*call(said, content)))
    answer.flush()
    out.flush()
    os._exit(0)


def _bound(bounds: Bounds, written: int = 0) -> None:
    import resource

    limits = {
        resource.RLIMIT_CPU: bounds.cpu, resource.RLIMIT_AS: bounds.memory, resource.RLIMIT_FSIZE: written,
        resource.RLIMIT_CORE: 0,
    }  # fmt: skip
    for which, most in limits.items():
        with suppress(ValueError, OSError):  # macOS knows no bound of address space
            resource.setrlimit(which, (most, most))


def _no_network() -> None:
    """A network of its own with nothing in it, where the kernel gives one; the audit hook holds everywhere."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def _forbid(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"confined: {event}")
    if event == "open" and _writes(args):
        raise PermissionError("confined: open for writing")


def _writes(args: tuple[Any, ...]) -> bool:
    mode, flags = args[1], args[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _packed(said: Any, content: bytes) -> bytes:
    head = json.dumps(said, ensure_ascii=False).encode()
    return _LENGTH.pack(len(head)) + head + content


def _unpacked(packed: bytes) -> tuple[Any, bytes]:
    length = _LENGTH.unpack_from(packed)[0]
    end = _LENGTH.size + length
    return json.loads(packed[_LENGTH.size : end]), packed[end:]
