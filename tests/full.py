"""`dev.py run --full`: PostgreSQL, Valkey, web, worker and clock apart, started anew when one dies."""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from dev import ROOT
from tests.servers import Postgres, ServerFailed, Valkey, die_with_parent, reachable_folder

ROLES = ("web", "worker", "clock")
GRACE = 20  # seconds for a worker to finish what it holds
TOO_OFTEN, WITHIN = 5, 60  # deaths of one process in so many seconds: something is wrong with it


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(f"[full] {text}", flush=True)


@dataclass
class Role:
    """One of our own processes: `neuguong web`, `worker` or `clock`."""

    name: str
    environment: dict[str, str]
    arguments: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C is for the supervisor alone."""
        self._end_what_it_started()
        command = [sys.executable, "-m", "web.cli", self.name, *self.arguments]
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, start_new_session=True, preexec_fn=die_with_parent()
        )

    def ask_to_stop(self) -> None:
        """Begin the end; `stop` waits for it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait for the end; after the grace period, end it and what it started."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._end_what_it_started()

    def _end_what_it_started(self) -> None:
        """A worker that was killed may leave its pool behind."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


Part = Postgres | Valkey | Role


@dataclass
class Supervisor:
    """Keeps parts alive, in the order given; stops them in the opposite order."""

    ended: threading.Event = field(default_factory=threading.Event)
    parts: dict[str, Part] = field(default_factory=dict)
    deaths: dict[str, deque[float]] = field(default_factory=dict)

    def add(self, name: str, part: Part) -> None:
        """Start a part and keep it alive from now on."""
        self.parts[name] = part
        self.deaths[name] = deque(maxlen=TOO_OFTEN)
        part.start()

    def watch(self) -> int:
        """Start the dead again until told to end; 1 if one will not live."""
        while not self.ended.wait(0.5):
            for name, part in self.parts.items():
                if part.process is not None and part.process.poll() is not None and not self._revive(name, part):
                    return 1
        return 0

    def _revive(self, name: str, part: Part) -> bool:
        deaths = self.deaths[name]
        deaths.append(time.monotonic())
        if len(deaths) == TOO_OFTEN and deaths[-1] - deaths[0] < WITHIN:
            say(f"{name} ended {TOO_OFTEN} times within {WITHIN} s; giving up.")
            return False
        say(f"{name} ended with exit code {part.process and part.process.returncode}; starting it again.")
        part.start()
        return True

    def stop(self) -> None:
        """Stop everything: our own processes together, then the servers they need."""
        roles = [part for part in self.parts.values() if isinstance(part, Role)]
        for role in roles:
            role.ask_to_stop()
        for part in [*roles, *reversed([part for part in self.parts.values() if part not in roles])]:
            part.stop()


def start_servers(supervisor: Supervisor, wanted: pathlib.Path) -> dict[str, str]:
    """PostgreSQL and Valkey with the data of last time; the environment that makes ours use them."""
    folder = reachable_folder(wanted)
    if folder != wanted:
        say(f"PostgreSQL may not run as root, and no other user may enter {wanted}.")
    postgres, valkey = Postgres(folder / "pg", durable=True), Valkey(folder / "valkey", durable=True)
    supervisor.add("postgresql", postgres)
    supervisor.add("valkey", valkey)
    say(f"PostgreSQL on port {postgres.port}, Valkey on port {valkey.port}; data in {folder}")
    ours = {
        "NEUGUONG_DATABASE_URL": postgres.url(),
        "NEUGUONG_BROKER_URL": valkey.url(),
        "NEUGUONG_DEMO": "1",  # also for web, worker and clock: a demo never mails anybody
    }
    return {"NEUGUONG_VAR": str(wanted), **os.environ, **ours}


def initialise(supervisor: Supervisor, environment: dict[str, str]) -> bool:
    """`neuguong init --demo`, which keeps what is there; False if it failed or was interrupted."""
    command = [sys.executable, "-m", "web.cli", "init", "--demo"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, preexec_fn=die_with_parent())
    while process.poll() is None:
        if supervisor.ended.wait(0.1):
            process.terminate()
            process.wait()
    return process.returncode == 0


def on_signal(action: Callable[[], None]) -> None:
    """Do this on Ctrl-C, on `kill`, and when the terminal is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: action())


def keep_running(supervisor: Supervisor, folder: pathlib.Path, for_web: list[str]) -> int:
    """Start everything in order and watch it; the exit code."""
    environment = start_servers(supervisor, folder)
    if not initialise(supervisor, environment):
        return 1
    for name in ROLES:
        supervisor.add(name, Role(name, environment, for_web if name == "web" else []))
    say("Running. Ctrl-C stops everything.")
    return supervisor.watch()


def main() -> int:
    """Run until Ctrl-C or SIGTERM; arguments we do not know go to `neuguong web`."""
    parser = argparse.ArgumentParser(prog="dev.py run --full", description=__doc__)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "var" / "full", help="where data is kept")
    options, for_web = parser.parse_known_args()
    supervisor = Supervisor()
    on_signal(supervisor.ended.set)
    try:
        return keep_running(supervisor, options.folder.resolve(), for_web)
    except ServerFailed as failure:
        say(str(failure))
        return 1
    finally:
        say("Stopping ...")
        supervisor.stop()
        say("Stopped; nothing is left running.")


if __name__ == "__main__":
    sys.exit(main())
