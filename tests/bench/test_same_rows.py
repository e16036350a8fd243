"""What the other limit sends must leave what a decision leaves: a limit that writes less would be none."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from tests.bench import same_rows
from tests.bench.walking import STEPS, install
from workflow.case import case
from workflow.db import metadata


def test_rows_sent_again_are_the_rows_of_a_decision(database_url: str) -> None:
    cast = install(database_url)
    with closing(same_rows.connected(cast)) as connection:
        again = same_rows.Again(cast, same_rows.sender(connection))
        for _ in STEPS:
            again.prepare()
            again.call()
    with cast.app.database.read() as connection:
        model, other = connection.execute(sa.select(case).order_by(case.c.id)).mappings().all()
        same = ("version", "chain_seq", "levels")
        assert (other["state"], [other[name] for name in same]) == ("archive", [model[name] for name in same])
        assert _left(connection, other["id"]) == _left(connection, model["id"])
        assert sum(_left(connection, other["id"]).values()) > 60
    cast.app.dispose()


def _left(connection: sa.Connection, case_id: str) -> Counter[Any]:
    """How many rows of each table, by status where they have one, are of a case."""
    found: Counter[Any] = Counter()
    for table in metadata.sorted_tables:
        if "case_id" in table.c:
            status = table.c.status if "status" in table.c else sa.literal("")
            for said in connection.scalars(sa.select(status).where(table.c.case_id == case_id)):
                found[table.name, said] += 1
    return found
