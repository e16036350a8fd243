"""`python3 dev.py bench [NAME …]`: what this engine costs, on SQLite and on PostgreSQL, durable as in production.

Each figure is printed with what it counts. Machines drift: compare figures of one run, not of two days.
"""

from __future__ import annotations

import importlib
import sys

BENCHES = {
    "decisions": "tests.bench.decisions",
    "foresight": "tests.bench.foresight",
    "inbox": "tests.bench.inbox",
    "load": "tests.bench.load",
    "overview": "tests.bench.overview",
    "revising": "tests.bench.revising",
    "scale": "tests.bench.scale",
    "years": "tests.bench.years",
}


def main(arguments: list[str]) -> int:
    """Run the first named bench with the other words, or the decisions."""
    name, *rest = arguments or ["decisions"]
    if name not in BENCHES:
        print(f"There is no bench {name}: {', '.join(BENCHES)}.")
        return 2
    importlib.import_module(BENCHES[name]).main(*rest)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
