"""`python3 dev.py chaos`: every kind of fault on both databases, the drills, and docs/RELIABILITY.md out of it all."""

from __future__ import annotations

import argparse
import os
import random
import sys
from pathlib import Path

from tests.faults import drills, report, storm
from tests.faults.plan import ANYWHERE, OF_POSTGRES, plan
from tests.servers import Postgres, Valkey

KILLS, GAP, OTHERS, GOAL = 511, 0.8, 5, 900
THINKING = 0.6  # seconds between a client's operations: mail must keep up
HOURS = 8.0  # of business time in a quarter of a second
DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Exit code 1 when a promise was broken."""
    asked = _arguments()
    wrong: list[str] = []
    for name in asked.databases:
        for seed in asked.seeds if not (asked.only_drills or asked.drill) else ():
            with drills.installed(name) as (url, folder, valkey, postgres):
                wrong += _storm(url, folder, valkey, postgres, seed, asked.kills)
    if not asked.no_drills:
        wrong += drills.run(asked.databases, report.keep_drill, many=asked.overdue, chosen=asked.drills)
    print("\n".join(wrong) or "every promise was kept")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 dev.py chaos", description=__doc__)
    first = os.environ.get("CHAOS_SEED")
    seed = int(first) if first else random.randrange(10_000)
    parser.add_argument("--seed", dest="seeds", type=int, action="append", help="may be given several times")
    parser.add_argument("--database", dest="databases", choices=DATABASES, action="append")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--overdue", type=int, default=drills.OVERDUE, help="timers of that drill")
    parser.add_argument("--no-drills", action="store_true", help="only the storm")
    parser.add_argument("--only-drills", action="store_true", help="only the drills")
    parser.add_argument("--drill", choices=drills.NAMES, action="append", help="only this drill, or these")
    asked = parser.parse_args()
    asked.drills = asked.drill or drills.NAMES
    asked.seeds = asked.seeds or [seed]
    asked.databases = asked.databases or list(DATABASES)
    return asked


def _storm(url: str, folder: Path, valkey: Valkey, postgres: Postgres | None, seed: int, kills: int) -> list[str]:
    kinds = ANYWHERE if postgres is None else ANYWHERE + OF_POSTGRES
    print(f"seed {seed} on {url.partition(':')[0]}: {kills} kills and {len(kinds)} other kinds", flush=True)
    with storm.scene(url, folder, valkey.url(), postgres=postgres, valkey=valkey) as stage:
        stage.monkey.hours = HOURS
        others, goal = max(1, OTHERS * kills // KILLS), GOAL * kills // KILLS
        result = storm.run(stage, seed, plan(seed, kills, kinds, gap=GAP, others=others), goal, THINKING)
    print(storm.shown(result), flush=True)
    report.keep_storm(result)
    return result.wrong


if __name__ == "__main__":
    sys.exit(main())
