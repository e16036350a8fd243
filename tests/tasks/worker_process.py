"""A worker process of the workshop, for tests that end it: `python -m tests.tasks.worker_process DB BROKER [GRACE]`.

A message whose text starts with `slow` waits before its effect, so that a kill finds it in hand.
"""

from __future__ import annotations

import sys
import time

from tasks import celery_app, worker
from tasks.attach import attach, publisher
from tests.tasks.workshop import Workshop, mark
from workflow.db import Database


def main(database_url: str, broker_url: str, grace: str = "15") -> int:
    workshop = Workshop(Database(database_url))
    quick = workshop.handlers["mark"]

    def slow(claimed, finish) -> None:
        if claimed.payload["text"].startswith("slow") and claimed.attempts == 1:
            print("in hand", flush=True)
            time.sleep(30)
        quick(claimed, finish)

    def count(work) -> None:
        if work.taken.attempts == 1:
            print("in hand", flush=True)
            time.sleep(30)
        with workshop.database.write() as connection:
            mark(connection, "counted")
            work.finish(connection)

    workshop.handlers["mark"] = slow
    workshop.doers["count"] = count
    celery = celery_app.make(broker_url, workshop)
    attach(workshop, publisher(celery), works_itself=False)
    print("ready", flush=True)
    return worker.run(celery, workshop, concurrency=2, grace=float(grace))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
