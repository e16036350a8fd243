"""A mother process: it has imported what confined children need, and forks one whenever it is asked to.

A new interpreter takes a tenth of a second to import what reads a stranger's file, a fork of one that has it a few
milliseconds. The mother reads no file: a child's three pipes go from who asks straight to the child. A child's life
hangs on a line of its own, which ends with who asked. Only where the kernel is Linux: elsewhere a fork is not safe.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, NoReturn

AVAILABLE = sys.platform == "linux"
IDLE = 300.0  # seconds after which a mother whom nobody asks ends: what she has imported takes 60 MB and more
_PATIENCE = 5.0  # seconds in which she must say how a child ended that was killed
_MOST_FILES = 512  # open ones of a mother: a line for each child, four more while one is asked for
_STATUS = struct.Struct(">i")
_DIES_WITH_PARENT, _DUMPABLE = 1, 4  # prctl(2)
_FELL = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGABRT, signal.SIGFPE}


class Forked:
    """A child of the mother's, in `subprocess.Popen`'s words; `lost` when nobody can say how it ended."""

    def __init__(self, line: socket.socket, pipes: tuple[IO[bytes], IO[bytes], IO[bytes]]) -> None:
        self.stdin, self.stdout, self.stderr = pipes
        self.returncode: int | None = None
        self.lost = False
        self._line = line

    def kill(self) -> None:
        """It and what it started, soon; nothing if it ended."""
        with suppress(OSError):
            self._line.send(b"k")

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, negative for a signal; `timeout` in seconds. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._line.settimeout(_PATIENCE if timeout is None else max(timeout, 0.001))
            try:
                said = self._line.recv(_STATUS.size)
            except TimeoutError:
                if timeout is not None:
                    raise subprocess.TimeoutExpired("confined", timeout) from None
                said = b""
                end()  # she does not answer: her children end with her
            except OSError:
                said = b""
            self.lost = not said
            self.returncode = _STATUS.unpack(said)[0] if said else -signal.SIGKILL
            self._line.close()
        return self.returncode


class _Mother:
    """This process's own: its process and the line to it."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.line, hers = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with hers:
            self.process = subprocess.Popen(
                command, stdin=hers.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", env=env,
                start_new_session=True,
            )  # fmt: skip

    def ask(self, message: bytes) -> Forked:
        """Raises OSError when she is gone."""
        (its_in, into), (out, its_out), (errors, its_errors) = os.pipe(), os.pipe(), os.pipe()
        ours, its_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs = (its_in, its_out, its_errors)
        pipes = (os.fdopen(into, "wb"), os.fdopen(out, "rb"), os.fdopen(errors, "rb"))
        try:
            socket.send_fds(self.line, [message], [*theirs, its_line.fileno()])
        except OSError:
            ours.close()
            for pipe in pipes:
                pipe.close()
            raise
        finally:
            its_line.close()
            for pipe_end in theirs:
                os.close(pipe_end)
        return Forked(ours, pipes)


_lock = threading.Lock()
_mother: _Mother | None = None
_retired: list[subprocess.Popen[bytes]] = []


def child(message: bytes, command: Sequence[str], env: Mapping[str, str]) -> Forked:
    """A new child that was told `message`; `command` starts a mother where there is none. Raises OSError."""
    global _mother
    with _lock:
        if _mother is not None:
            with suppress(OSError):
                return _mother.ask(message)
            _mother.line.close()  # one that takes no more still ends what she began
            _retired[:] = [process for process in (*_retired, _mother.process) if process.poll() is None]
        _mother = _Mother(command, env)
        return _mother.ask(message)


def end() -> None:
    """This process's mother ends, and children with her; the next one asked for has a new one."""
    global _mother
    with _lock:
        if _mother is not None:
            _mother.line.close()
            _retired.append(_mother.process)
        _mother = None
        while _retired:
            process = _retired.pop()
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def mother_id() -> int | None:
    """The process id of this process's mother, if there is one."""
    return _mother.process.pid if _mother else None


def _forget() -> None:
    """A forked process (a Celery worker's) asks no mother of its parent's, nor keeps her alive."""
    global _lock, _mother
    _lock = threading.Lock()
    if _mother is not None:
        _mother.line.close()
        _retired.append(_mother.process)
        _mother = None
    while _retired:
        _retired.pop().returncode = 0  # not ours to wait for


if AVAILABLE:
    os.register_at_fork(after_in_child=_forget)
    atexit.register(end)


# --- the mother's side --------------------------------------------------------------------------------


def serve(prepare: Callable[[bytes], None], begin: Callable[[bytes], None]) -> NoReturn:
    """The mother: for each message `prepare` here, then `begin` in a child with its pipes as standard streams.

    She ends when who started her is gone, when nobody asks for a while, or when a child fell over something in native
    code: who tries again meets other addresses.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))
    ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)  # no child reads or changes her, or another child
    gc.disable()
    _Nursery(prepare, begin).run()
    os._exit(0)


def end_with_mother() -> None:
    """A child's: the kernel ends it when its mother ends."""
    mother = os.getppid()
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != mother or mother == 1:
        os._exit(1)


class _Nursery:
    def __init__(self, prepare: Callable[[bytes], None], begin: Callable[[bytes], None]) -> None:
        self.prepare, self.begin = prepare, begin
        self.asked = socket.socket(fileno=0)
        self.open = True
        self.lines: dict[int, socket.socket] = {}  # by child
        self.woken, self.waker = socket.socketpair()
        self.waker.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        while self.open or self.lines:
            watched = [self.woken, *self.lines.values(), *([self.asked] if self.open else [])]
            ready, _, _ = select.select(watched, [], [], None if self.lines else IDLE)
            if not ready:
                return
            for pid in [pid for pid, line in self.lines.items() if line in ready]:  # told to, or who asked is gone
                self.lines[pid].recv(1)
                _kill(pid)
            if self.woken in ready:
                self.woken.recv(4096)
                self._bury()
            if self.open and self.asked in ready:
                self._ask()

    def _bury(self) -> None:
        for pid in list(self.lines):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            _kill(pid)  # what it started; its number is still its own
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            if -code in _FELL:
                self.open = False
                self.asked.close()
            with self.lines.pop(pid) as line, suppress(OSError):
                line.send(_STATUS.pack(code))

    def _ask(self) -> None:
        message, given, _, _ = socket.recv_fds(self.asked, 65_536, 4)
        if not message:
            self.open = False
            return
        try:
            if len(given) == 4:
                with suppress(Exception):  # the child fails over it again and says so
                    self.prepare(message)
                gc.freeze()
                pid = os.fork()
                if pid == 0:
                    self._be_born(message, given)
                self.lines[pid] = socket.socket(fileno=given.pop())
        except OSError:  # too many: who asked hears that it is lost
            return
        finally:
            for file in given:
                os.close(file)

    def _be_born(self, message: bytes, given: Sequence[int]) -> NoReturn:
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for stream, file in enumerate(given[:3]):
                os.dup2(file, stream)
            os.closerange(3, _MOST_FILES)
            gc.enable()
            self.begin(message)
        except BaseException as error:
            os.write(2, f"{type(error).__name__}\n".encode())
            sys.__excepthook__(type(error), error, error.__traceback__)
        finally:
            os._exit(1)


def _kill(pid: int) -> None:
    for end_it in (os.killpg, os.kill):  # it may not lead its group yet
        with suppress(ProcessLookupError, PermissionError):
            end_it(pid, signal.SIGKILL)
