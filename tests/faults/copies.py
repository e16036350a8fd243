"""Many equal cases quickly: the rows of one, written again under other ids. Their chains do not verify."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from states.subjects.model import subject
from workflow.case import case
from workflow.db import Database, metadata, uuid7

AT_ONCE = 100  # cases in one transaction
WORD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def copy_case(database: Database, case_id: str, count: int) -> None:
    """`count` more cases like this one, each with a subject of its own."""
    with database.read() as connection:
        rows = _rows(connection, case_id)
    own = {row["id"] for _, found in rows for row in found if "id" in row}
    for begin in range(0, count, AT_ONCE):
        copies = [_copy(rows, own, number) for number in range(begin, min(begin + AT_ONCE, count))]
        with database.write() as connection:
            for place, (table, found) in enumerate(rows):
                if found:
                    connection.execute(sa.insert(table), [row for copied in copies for row in copied[place]])


def _rows(connection: sa.Connection, case_id: str) -> list[tuple[sa.Table, list[dict[str, Any]]]]:
    def those(table: sa.Table, column: str, id_: str) -> tuple[sa.Table, list[dict[str, Any]]]:
        return table, [
            dict(row) for row in connection.execute(sa.select(table).where(table.c[column] == id_)).mappings()
        ]

    itself = those(case, "id", case_id)
    hanging = [table for table in metadata.sorted_tables if "case_id" in table.c]
    return [
        those(subject, "id", itself[1][0]["subject_id"]),
        itself,
        *(those(table, "case_id", case_id) for table in hanging),
    ]


def _copy(rows: list[tuple[sa.Table, list[dict[str, Any]]]], own: set[str], number: int) -> list[list[dict[str, Any]]]:
    new: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        return new.setdefault(found[0], uuid7()) if found[0] in own else found[0]

    copied = [[{name: _swap(value, other) for name, value in row.items()} for row in found] for _, found in rows]
    for row in copied[0]:
        row["person_id"] = None  # one subject a person
    for row in copied[1]:
        row["code"] += f"-{number}"
    return copied


def _swap(value: Any, other: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(value, str):
        return WORD.sub(other, value)
    if isinstance(value, list):
        return [_swap(one, other) for one in value]
    if isinstance(value, dict):
        return {_swap(key, other): _swap(one, other) for key, one in value.items()}
    return value
