"""Our processes as the monkey sees them: begun warm, killed, paused, and how they ended when nobody killed them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil

from tests.faults import role

ARGUMENTS = {"web": (), "worker": ("--concurrency", "2"), "clock": ()}
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["tests.faults.role"])


class Role:
    """One process, forked from a server that has loaded everything: `web1` is one of the kind `web`."""

    def __init__(self, name: str, environment: Mapping[str, str], folder: Path) -> None:
        self.name, self.kind, self.environment = name, name.rstrip("0123456789"), dict(environment)
        self.log = folder / f"{name}.log"
        self.process: multiprocessing.process.BaseProcess | None = None
        self.paused = False

    def start(self) -> None:
        """Begin; what a dead one left behind ends first."""
        self.sweep_up()
        arguments = (self.kind, *ARGUMENTS[self.kind])
        self.process = WARM.Process(target=role.run, args=(arguments, self.environment, str(self.log)))
        self.process.start()

    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process is not None and self.process.is_alive()

    def kill(self, *, whole: bool = True) -> None:
        """SIGKILL to it, and to its children or not: those left behind die when the next one starts."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        if whole:
            self.sweep_up()
        self.process.join()
        self.paused = False

    def children(self) -> list[int]:
        """Its pool, as process ids, oldest first."""
        if not self.alive():
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return sorted(child.pid for child in psutil.Process(self.process.pid).children())
        return []

    def worked(self) -> float:
        """Seconds of processor time, with those of its children that live."""
        if not self.alive():
            return 0.0
        times = [psutil.Process(pid).cpu_times() for pid in (self.process.pid, *self.children())]
        return sum(one.user + one.system for one in times)

    def pause(self) -> None:
        """SIGSTOP to it and its children."""
        self.paused = True
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        self.paused = False
        self._signal(signal.SIGCONT)

    def sweep_up(self) -> None:
        """End its children and itself."""
        self._signal(signal.SIGKILL)

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def _signal(self, number: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:  # gone; or begun just now, and not yet in a session of its own
            if self.process.is_alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.process.pid, number)
        except PermissionError:
            pass
