"""A simulation in a process of its own: it takes minutes of a processor, which nobody else shall wait for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO

from workflow.simulation.order import Order
from workflow.simulation.report import Report

Progress = Callable[[int, int], None]
Live = Callable[[Path, Order, Progress], Report]
"""Lives through an order in a folder of its own."""

ORDER, ANSWER, ERRORS = "order.json", "report.json", "errors"
POLITENESS = 10  # how far behind everything else it stands
LAST_WORDS = 2_000  # letters of what a child that broke said last
HOARDING = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**32), "MALLOC_TOP_PAD_": str(2**26)}
"""For glibc, others pass it over: memory let go is kept for the next answer, not given back and asked for anew."""
_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import importlib, sys; sys.path.insert(0, sys.argv[1]); importlib.import_module(sys.argv[2]).main(sys.argv[3])"
)


class Broken(Exception):
    """The child ended without a report; what it said last."""


def live_apart(orders: Sequence[Order], module: str, progress: Progress = lambda done, total: None) -> list[Report]:
    """Live through orders, each in a child whose `module` has a `main`, side by side; what came of them, in order.

    `progress` is called in this thread; what it raises ends the children. Raises Broken.
    """
    with ExitStack() as stack:
        places = [
            Path(stack.enter_context(TemporaryDirectory(prefix="neuguong-", ignore_cleanup_errors=True)))
            for _ in orders
        ]
        children = [
            stack.enter_context(_Child(place, order, module)) for place, order in zip(places, orders, strict=True)
        ]
        for child in children:
            while child.is_at_it():
                progress(sum(one.far[0] for one in children), sum(one.far[1] for one in children))
            child.check()
        return [Report.from_json(json.loads((place / ANSWER).read_text("utf-8"))) for place in places]


class _Child:
    """One process, ended with its block."""

    def __init__(self, place: Path, order: Order, module: str) -> None:
        self.far = (0, 1)
        self._place = place
        (place / ORDER).write_text(order.to_text(), "utf-8")
        environment = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "TMPDIR": str(place), **HOARDING}
        with (place / ERRORS).open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-B", "-c", _START, _ROOT, module, str(place)], stdout=subprocess.PIPE,
                stderr=errors, stdin=subprocess.DEVNULL, cwd=place, env=environment, text=True,
                start_new_session=True,
            )  # fmt: skip
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join(1)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def is_at_it(self) -> bool:
        """Whether it goes on; asked, a moment passes."""
        try:
            self._process.wait(0.3)
        except subprocess.TimeoutExpired:
            return True
        return False

    def check(self) -> None:
        """Raises Broken where it ended without a report."""
        if self._process.returncode != 0:
            raise Broken((self._place / ERRORS).read_text("utf-8", "replace")[-LAST_WORDS:].strip())

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(ValueError):  # closed under its hands
            for line in self._process.stdout:
                done, _, total = line.partition(" ")
                self.far = int(done), int(total)


def answer(place: str, live: Live) -> None:
    """In the child: reads its order from its folder, says how far it is, leaves its report there."""
    folder = Path(place)
    with suppress(OSError):
        os.nice(POLITENESS)
    order = Order.from_text((folder / ORDER).read_text("utf-8"))
    report = live(folder, order, _teller(sys.stdout))
    (folder / ANSWER).write_text(json.dumps(report.to_json(), ensure_ascii=False), "utf-8")


def _teller(out: IO[str]) -> Progress:
    def tell(done: int, total: int) -> None:
        out.write(f"{done} {total}\n")
        out.flush()

    return tell
