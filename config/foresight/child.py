"""A simulation in a process of its own: it takes minutes of a processor, which nobody else shall wait for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from threading import Thread
from typing import IO, Any

from config import texts
from config.foresight.scratch import Progress, Wanted, live
from workflow.message import Message
from workflow.simulation.report import Report
from workflow.simulation.scenario import scenario_of

ORDER, ANSWER = "order.json", "report.json"
POLITENESS = 10  # how far behind everything else it stands
LAST_WORDS = 2_000  # letters of what a child that broke said last
_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, sys.argv[1]); from config.foresight.child import main; main()"


class Broken(Exception):
    """The child ended without a report; what it said last."""


@dataclass(frozen=True)
class Job:
    """One prepared folder to be lived through."""

    place: Path
    wanted: Wanted
    scenario: Any  # as data
    language: str = "vi"


def live_apart(jobs: Sequence[Job], progress: Progress = lambda done, total: None) -> list[Report]:
    """Live through folders that are prepared, each in a child, side by side; what came of them, in their order.

    `progress` is called in this thread; what it raises ends the children. Raises Broken.
    """
    children = [_begun(job) for job in jobs]
    far = [(0, 1)] * len(jobs)
    try:
        listeners = [
            Thread(target=_listen, args=(one, far, number), daemon=True) for number, one in enumerate(children)
        ]
        for one in listeners:
            one.start()
        for number, child in enumerate(children):
            while _still_at_it(child):
                progress(sum(done for done, _ in far), sum(total for _, total in far))
            listeners[number].join(1)
            if child.returncode != 0:
                raise Broken(_said(jobs[number].place))
    finally:
        for child in children:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()
    return [Report.from_json(json.loads((job.place / ANSWER).read_text("utf-8"))) for job in jobs]


def _still_at_it(child: subprocess.Popen[str]) -> bool:
    try:
        child.wait(0.3)
    except subprocess.TimeoutExpired:
        return True
    return False


def _begun(job: Job) -> subprocess.Popen[str]:
    wanted = {**asdict(job.wanted), "first": job.wanted.first.isoformat(), "last": job.wanted.last.isoformat()}
    order = {"wanted": wanted, "scenario": job.scenario, "language": job.language}
    (job.place / ORDER).write_text(json.dumps(order, ensure_ascii=False), "utf-8")
    environment = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "TMPDIR": str(job.place)}
    with (job.place / "errors").open("wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-B", "-c", _START, _ROOT, str(job.place)], stdout=subprocess.PIPE, stderr=errors,
            stdin=subprocess.DEVNULL, cwd=job.place, env=environment, text=True, start_new_session=True,
        )  # fmt: skip


def _listen(child: subprocess.Popen[str], far: list[tuple[int, int]], number: int) -> None:
    assert child.stdout is not None
    with suppress(ValueError):  # closed under its hands
        for line in child.stdout:
            done, _, total = line.partition(" ")
            far[number] = (int(done), int(total))


def _said(place: Path) -> str:
    return (place / "errors").read_text("utf-8", "replace")[-LAST_WORDS:].strip()


def main() -> None:
    """The child: reads its order from its folder, says how far it is, leaves its report there."""
    place = Path(sys.argv[2])
    with suppress(OSError):
        os.nice(POLITENESS)
    order = json.loads((place / ORDER).read_text("utf-8"))
    days = {name: date.fromisoformat(order["wanted"][name]) for name in ("first", "last")}
    said, language = texts.load(), order["language"]

    def render(message: Message) -> str:
        return said.render(message, language)

    report = live(
        place, Wanted(**{**order["wanted"], **days}), scenario_of(order["scenario"]), render=render,
        progress=_teller(sys.stdout),
    )  # fmt: skip
    (place / ANSWER).write_text(json.dumps(report.to_json(), ensure_ascii=False), "utf-8")


def _teller(out: IO[str]) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        out.write(f"{done} {total}\n")
        out.flush()

    return tell
