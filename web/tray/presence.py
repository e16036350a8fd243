"""Who is looking at an item right now: a courtesy among colleagues that fades by itself, never a lock, never kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from web.tray.model import looking

FADES = timedelta(minutes=2)
"""A page that is open says so again well before this."""


def look(connection: sa.Connection, agency_id: str, item_id: str, person_id: str, now: datetime) -> Sequence[str]:
    """Say that this person looks; the others who do (ids)."""
    of_item = looking.c.item_id == item_id
    connection.execute(
        sa.delete(looking).where((looking.c.seen_at < now - FADES) | (of_item & (looking.c.person_id == person_id)))
    )
    row = {"agency_id": agency_id, "item_id": item_id, "person_id": person_id, "seen_at": now}
    connection.execute(sa.insert(looking).values(row))
    others = sa.select(looking.c.person_id).where(of_item, looking.c.person_id != person_id)
    return connection.scalars(others.order_by(looking.c.seen_at)).all()
