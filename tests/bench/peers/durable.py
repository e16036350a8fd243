"""DBOS 3.4: one durable workflow a case, six times a message received and a transactional step of its datasource.

One decision: the message sent durably, received by the waiting workflow, the limit's one guarded statement and the
step's own record in one commit of the datasource. The acknowledgement is an event within the process, set after that
commit: cheaper than any an application in two processes could have. The executor has a fresh name, so that no round
takes up the cases another one left.
"""

from __future__ import annotations

import threading
import uuid
from typing import Any

import psycopg
from dbos import DBOS, DBOSConfig, SetWorkflowID, SQLAlchemyDatasource

from tests.bench import limits
from tests.bench.interleaved import Call, Prepare
from tests.bench.peers.script import main, sqlalchemy

MONTH = 30 * 86400  # seconds a case waits for its next decision


class Durable:
    """One process of the application: its executor, its datasource, its workflow."""

    def __init__(self, address: str) -> None:
        url = sqlalchemy(address)
        config = DBOSConfig(
            name="bench", system_database_url=url + "_dbos", executor_id=uuid.uuid4().hex, application_version="1",
            log_level="ERROR", console_log_level="ERROR", enable_otlp=False, sys_db_pool_size=6,
        )  # fmt: skip
        DBOS(config=config)
        source = SQLAlchemyDatasource.create(url, engine_kwargs={"pool_size": 2, "max_overflow": 0})
        self.done = threading.Event()

        @source.transaction(isolation_level="READ COMMITTED")
        def write(given: dict[str, Any]) -> int:
            found = source.sql_session().connection().exec_driver_sql(limits.GUARDED, given)
            return int(found.scalar_one())

        @DBOS.workflow()
        def nomination(flow: int) -> str:
            for _ in range(limits.STEPS):
                given = DBOS.recv("decision", timeout_seconds=MONTH)
                assert given["flow"] == flow
                assert write(given) == 1
                self.done.set()
            return "ended"

        self.nomination = nomination
        DBOS.launch()

    def begin(self, connection: psycopg.Connection) -> int:
        """A new flow and the workflow that waits for its decisions."""
        flow = limits.begin(connection)
        with SetWorkflowID(f"flow-{flow}"):
            DBOS.start_workflow(self.nomination, flow)
        return flow

    def decide(self, given: dict[str, Any]) -> None:
        """Send, and wait until the step has committed."""
        self.done.clear()
        key = f"{given['flow']}:{given['version']}"
        DBOS.send(f"flow-{given['flow']}", given, "decision", idempotency_key=key)
        assert self.done.wait(60), "the workflow did not answer"


def tables(address: str) -> None:
    """The limit's tables; the library makes its own, beside them and in a database of its own."""
    limits.make_tables(address)
    Durable(address)


def client(address: str, _number: int) -> tuple[Call, Prepare]:
    """One executor; flows begin on a connection of their own."""
    durable, plain = Durable(address), psycopg.connect(address, autocommit=True)
    walk = limits.Walk(lambda: durable.begin(plain), durable.decide)
    return walk.call, walk.prepare


if __name__ == "__main__":
    main(tables, client)
