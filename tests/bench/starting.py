"""How long a command takes to begin, and what a process that waits weighs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from dev import ROOT
from tests.bench.figures import said, timed
from tests.bench.places import Place
from tests.servers import Valkey, die_with_parent, free_port

TURNS = 7


def measure(place: Place, kind: str) -> None:
    """`--help`, and web, worker and clock with a broker of their own, resting."""
    cast = place.cast(kind, "starts")
    broker = Valkey(place.folder / f"valkey-{kind}")
    broker.start()
    settings = {"NEUGUONG_BROKER_URL": broker.url(), "NEUGUONG_PORT": str(free_port())}
    environment = {
        **os.environ,
        **place.environment(cast.app.database.url.render_as_string(hide_password=False)),
        **settings,
    }
    cast.app.dispose()
    try:
        for command in ("--help", "incidents"):
            spent = [timed(partial(_run, [command], environment)) for _ in range(TURNS)]
            print(f"{kind}: neuguong {command}: {said(spent)}")
        for role, arguments in {"web": [], "worker": ["--concurrency", "1"], "clock": []}.items():
            _resting(kind, role, [role, *arguments], environment)
    finally:
        broker.stop()


def _run(arguments: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "web.cli", *arguments], env=environment, cwd=ROOT, check=False, capture_output=True
    )


def _resting(kind: str, role: str, arguments: list[str], environment: Mapping[str, str]) -> None:
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "web.cli", *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, preexec_fn=die_with_parent(), start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        process.stdout.readline()  # what it says when it is about to begin
        said_after = time.perf_counter() - begin
        time.sleep(4)
        family = [process.pid, *_children(process.pid)]
        weight = sum(_pss(one) for one in family)
        print(f"{kind}: {role}: begun after {said_after:.2f} s, {weight:.0f} MiB in {len(family)} process(es), resting")
    finally:
        process.terminate()
        process.wait(20)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def _pss(pid: int) -> float:
    """MiB that are this process's own, its part of what it shares."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
