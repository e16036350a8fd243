"""SpiffWorkflow 3.2 on the cheapest host there is: plain psycopg and the limit's own statement around it.

One decision: the flow locked and its document loaded, the user task run, the document stored, the same rows as the
limit's written by the limit's one guarded statement, in one pipeline and one durable commit.
"""

from __future__ import annotations

from typing import Any

import psycopg

from tests.bench import limits
from tests.bench.interleaved import Call, Prepare
from tests.bench.peers import spiff_document
from tests.bench.peers.script import main

TABLE = "CREATE TABLE document (flow_id bigint PRIMARY KEY REFERENCES flow, body text NOT NULL)"
NEW = "INSERT INTO document (flow_id, body) VALUES (%s, %s)"
LOAD = """
SELECT body FROM document JOIN flow ON flow.id = flow_id
WHERE flow.id = %(flow)s AND version = %(version)s FOR UPDATE OF flow
"""
STORE = "UPDATE document SET body = %s WHERE flow_id = %s"


def tables(address: str) -> None:
    """The limit's tables and one for the documents."""
    limits.make_tables(address)
    with psycopg.connect(address) as connection:
        connection.execute(TABLE)


def begin(connection: psycopg.Connection) -> int:
    """A flow of the limit's with its document."""
    with connection.transaction():
        flow = limits.begin(connection)
        connection.execute(NEW, [flow, spiff_document.begin()])
    return flow


def client(address: str, _number: int) -> tuple[Call, Prepare]:
    """One connection, statements prepared."""
    connection = psycopg.connect(address, autocommit=True, prepare_threshold=1)

    def decide(given: dict[str, Any]) -> None:
        with connection.transaction():
            [body] = connection.execute(LOAD, given).fetchone() or ("",)
            document = spiff_document.decide(body, given)
            with connection.pipeline():
                connection.execute(STORE, [document, given["flow"]])
                assert connection.execute(limits.GUARDED, given).fetchone() == (1,)

    walk = limits.Walk(lambda: begin(connection), decide)
    return walk.call, walk.prepare


if __name__ == "__main__":
    main(tables, client)
