"""A process that does one run of the workshop: `python -m tests.tasks.run_process DB RUN [slow]`. It may be killed."""

from __future__ import annotations

import sys
import time

from tasks.run import run
from tests.tasks.workshop import Workshop, mark
from workflow.db import Database


def main(database_url: str, run_id: str, how: str = "") -> int:
    workshop = Workshop(Database(database_url))

    def count(work) -> None:
        with workshop.database.write() as connection:
            mark(connection, "counted")
            if how == "slow":
                print("in hand", flush=True)
                time.sleep(30)
            work.finish(connection, result={"lines": 1})

    workshop.doers["count"] = count
    return run(workshop, [run_id])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
