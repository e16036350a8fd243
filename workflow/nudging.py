"""A reminder asked for by hand: the office asks again, at most once a day for each piece of work.

It is a timer that is due at once: it says what a reminder says, to whom one would, and is silent where one would be.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa

from workflow.clock import business_now, local_date
from workflow.db import Database, insert_ignoring
from workflow.message import Message, Refused
from workflow.timers import timer
from workflow.worklist import find_item

PAUSE = timedelta(days=1)
BY_HAND = "nudge"


def nudge(database: Database, agency_id: str, item_id: str, by: str) -> None:
    """Remind whoever has this open item now; `by` is the person who asks. Raises NotFound, Refused.

    The id of the timer is that of item and day: of two who ask in the same moment one is told that it was done.
    """
    with database.write() as connection:
        item, now = find_item(connection, agency_id, item_id), business_now(connection)
        if item["status"] != "open":
            raise Refused(Message("nudge.not_open"))
        last = _last(connection, item["case_id"], item_id)
        if last and now - last < PAUSE:
            raise Refused(Message("nudge.too_soon", {"at": last}))
        ident = str(uuid5(NAMESPACE_URL, f"{BY_HAND}:{item_id}:{local_date(now)}"))
        made = connection.scalar(
            insert_ignoring(connection, timer).values(
                id=ident, agency_id=agency_id, case_id=item["case_id"], item_id=item_id, ask_id=item["ask_id"],
                visit=item["visit"], kind="remind", name=BY_HAND, detail={"offset": 0, "by": by}, due_at=now,
                status="armed", armed_at=now,
            ).returning(timer.c.id)
        )  # fmt: skip
        if made is None:
            raise Refused(Message("nudge.too_soon", {"at": now}))


def _last(connection: sa.Connection, case_id: str, item_id: str) -> datetime | None:
    mine = (timer.c.case_id == case_id, timer.c.item_id == item_id, timer.c.kind == "remind", timer.c.name == BY_HAND)
    last: datetime | None = connection.scalar(sa.select(sa.func.max(timer.c.armed_at)).where(*mine))
    return last
