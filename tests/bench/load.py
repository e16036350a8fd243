"""`python3 dev.py bench load`: an agency at work on PostgreSQL, web, worker and clock apart; then ten times as many.

200 people, each a request every five seconds: 70 % inbox, 20 % the page of a case, 10 % a decision. Prints answers by
status, p50, p95, p99 and how the memory of each process grows; exit code 1 when anything of the first part is a 5xx.
The clients share the machine with everything else: figures are those of this machine, at this hour.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from config import migrations
from config.settings import from_environment
from dev import ROOT
from tests.bench.people import People, settle
from tests.bench.visitor import Visitor
from tests.servers import Postgres, Valkey, die_with_parent, free_port, temporary_folder

THINKING = 5.0  # seconds between two requests of one person
BEYOND = 10  # times as many people as there is room for
PATIENT = 30.0  # seconds after which a person counts as never answered


@dataclass
class Tally:
    """What came back: seconds by status."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def count(self, kind: str, status: int, seconds: float) -> None:
        """One answer; status 0 for none."""
        self.times[f"{kind} {status}"].append(seconds)

    def statuses(self) -> Counter[int]:
        """How many answers of each status."""
        return Counter({status: sum(len(v) for k, v in self.times.items() if k.endswith(f" {status}"))
                        for status in {int(key.rpartition(" ")[2]) for key in self.times}})  # fmt: skip

    def lines(self) -> Iterator[str]:
        """One line a kind and status, and all served together."""
        for key, values in sorted(self.times.items()):
            yield f"  {key:<14} {len(values):>6}  {shares(values)}"
        served = [one for key, values in self.times.items() if key[-3] in "23" for one in values]
        yield f"  {'all served':<14} {len(served):>6}  {shares(served)}"


def shares(values: list[float]) -> str:
    """p50, p95, p99 and the longest, in milliseconds."""
    ordered = sorted(values) or [0.0]
    at = {share: ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 for share in (0.5, 0.95, 0.99)}
    return "  ".join(
        [*(f"p{share * 100:.0f} {ms:7.1f}" for share, ms in at.items()), f"max {ordered[-1] * 1000:7.1f} ms"]
    )


@contextmanager
def installation(options: argparse.Namespace) -> Iterator[tuple[People, list[int], dict[str, psutil.Process]]]:
    """Everything running: the people, the ports of the web processes, our processes by name."""
    with TemporaryDirectory() as var, temporary_folder("ng-load-") as home, ExitStack() as end:
        postgres, valkey = Postgres(home / "pg", durable=True), Valkey(home / "vk", durable=True)
        for server in (postgres, valkey):
            server.start()
            end.callback(server.stop)
        environment = {
            "NEUGUONG_DATABASE_URL": postgres.url(), "NEUGUONG_BROKER_URL": valkey.url(), "NEUGUONG_VAR": var,
            "NEUGUONG_REHEARSAL": "1", "NEUGUONG_SECRET_KEY": "0123456789abcdef" * 4,
        }  # fmt: skip
        migrations.upgrade(postgres.url())
        people = settle(from_environment(environment), options.users)
        ports = [free_port() for _ in range(options.web)]
        roles = {f"web {port}": ["web", "--port", str(port)] for port in ports}
        roles |= {"worker": ["worker", "--concurrency", "2"], "clock": ["clock"]}
        running = {name: start_process(words, environment, Path(var), end) for name, words in roles.items()}
        yield people, ports, {name: psutil.Process(process.pid) for name, process in running.items()}


def start_process(words: list[str], environment: dict[str, str], var: Path, end: ExitStack) -> subprocess.Popen[bytes]:
    log = end.enter_context((var / f"{words[0]}.log").open("ab"))
    process = subprocess.Popen(
        [sys.executable, "-m", "web.cli", *words], cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=log,
        preexec_fn=die_with_parent(),
    )  # fmt: skip
    end.callback(process.wait, 20)
    end.callback(process.terminate)
    return process


async def work(people: People, ports: list[int], users: int, seconds: float) -> Tally:
    """So many people at work for so long."""
    tally = Tally()
    visitors = [Visitor(ports[n % len(ports)], people, n, tally.count, PATIENT) for n in range(users)]
    await asyncio.gather(*(one.work(THINKING, seconds) for one in visitors))
    return tally


def memory(processes: dict[str, psutil.Process]) -> dict[str, float]:
    """MB of each process with its children."""
    found = {}
    for name, process in processes.items():
        family = [process, *process.children(recursive=True)]
        found[name] = sum(one.memory_info().rss for one in family) / 1e6
    return found


async def watched(processes: dict[str, psutil.Process], seen: dict[str, list[float]], every: float) -> None:
    """Look at the memory again and again."""
    while True:
        for name, mb in memory(processes).items():
            seen[name].append(mb)
        await asyncio.sleep(every)


def slope(values: list[float], every: float) -> str:
    """MB now, and MB a minute after the first third, in which caches fill."""
    rest = values[len(values) // 3 :]
    if len(rest) < 3:
        return f"{values[-1]:.0f} MB"
    line = statistics.linear_regression([n * every / 60 for n in range(len(rest))], rest)
    return f"{values[-1]:.0f} MB, {line.slope:+.2f} MB/min"


async def until_up(ports: list[int]) -> None:
    """Return when each web process answers."""
    for port in ports:
        for _ in range(300):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.1)


async def measure(options: argparse.Namespace) -> int:
    """Both parts; the exit code."""
    with installation(options) as (people, ports, processes):
        await until_up(ports)
        await work(people, ports, 20, 5)  # templates, statements and pools are made
        seen: dict[str, list[float]] = defaultdict(list)
        watch = asyncio.create_task(watched(processes, seen, 2.0))
        spent = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
        tally = await work(people, ports, options.users, options.seconds)
        watch.cancel()
        print(f"{options.users} people, {options.seconds:.0f} s, {options.web} web processes", *tally.lines(), sep="\n")
        used = {name: sum(process.cpu_times()[:2]) - spent[name] for name, process in processes.items()}
        each = sum(used[name] for name in used if name.startswith("web")) / max(sum(tally.statuses().values()), 1)
        print(f"  {each * 1000:.1f} ms of CPU in web for each answer")
        for name in processes:
            share = used[name] / options.seconds
            print(f"  {name}: {slope(seen[name], 2.0)}, {share:.0%} of a core")
        failed = sum(many for status, many in tally.statuses().items() if status >= 500 or not status)
        beyond = await work(people, ports, options.users * BEYOND, options.beyond)
        print(f"{options.users * BEYOND} people, {options.beyond:.0f} s", *beyond.lines(), sep="\n")
        print(f"  5xx or no answer within capacity: {failed}")
        return 1 if failed else 0


def main(*words: str) -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="dev.py bench load", description=__doc__)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--beyond", type=float, default=30, help="seconds of the part beyond capacity")
    parser.add_argument("--web", type=int, default=2, help="web processes")
    sys.exit(asyncio.run(measure(parser.parse_args(list(words)))))
