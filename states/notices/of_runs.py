"""What came of long work, for a letter to whoever asked for it: where it can be seen, and which rows were wrong.

What rows said is not in it: a list names people, and a letter goes where erasure does not reach.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.notices.letter import Dropped, Places, Section, quiet
from workflow import runs
from workflow.message import Message, NotFound

MOST_ROWS = 30  # told one by one; the page has all of them
TAGS = {"done": "notice.tag.run_done", "failed": "notice.tag.run_failed"}


def section(connection: sa.Connection, agency_id: str, run_id: str, places: Places) -> Section | Dropped:
    """What is said of a run now; nothing once it was looked at, or goes on."""
    try:
        row = runs.find(connection, agency_id, run_id)
    except NotFound:
        return Dropped("run_gone")
    if row["seen_at"] is not None:
        return Dropped("run_seen")
    if row["status"] not in TAGS:
        return Dropped("run_open")
    about = [("notice.row.about", quiet(row["about"]))] if row["about"] else []
    return Section(
        tag=TAGS[row["status"]], case_id=None, item_id=None, code="", label=quiet(row["about"]),
        headline=Message(f"runs.kind.{row['kind']}"), rows=(*about, *_numbers(row["result"]), *_wrong(row["reasons"])),
        link=places.of_run(run_id), button="notice.button.run",
    )  # fmt: skip


def _numbers(result: dict[str, Any]) -> list[tuple[str, Message | str]]:
    return [(f"runs.count.{name}", str(value)) for name, value in result.items() if isinstance(value, int)]


def _wrong(reasons: list[dict[str, Any]]) -> list[tuple[str, Message | str]]:
    """Which rows, and why where it was none of them; a reason with somebody's name is on the page only."""
    told: list[tuple[str, Message | str]] = []
    rows = sorted({(one["row"], one.get("column", "")) for one in reasons if one.get("row")})
    for row, column in rows[:MOST_ROWS]:
        said = (
            Message("notice.run_cell", {"row": row, "column": column})
            if column
            else Message("notice.run_row", {"row": row})
        )
        told.append(("notice.row.wrong", said))
    if len(rows) > MOST_ROWS:
        told.append(("notice.row.wrong", Message("notice.run_more", {"count": len(rows) - MOST_ROWS})))
    told += [("notice.row.reason", _plain(one)) for one in reasons if not one.get("row")][:MOST_ROWS]
    return told


def _plain(stored: dict[str, Any]) -> Message:
    return Message("notice.run_why") if "name" in stored["params"] else runs.unpacked(stored)
