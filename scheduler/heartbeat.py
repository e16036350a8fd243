"""One row that says the clock still ticks, for health and for the person who wonders why nothing comes."""

from __future__ import annotations

import os
import socket
from datetime import datetime

import sqlalchemy as sa

from workflow.clock import setting, wall_now
from workflow.db import insert_ignoring

KEY = "clock_heartbeat"


def beat(connection: sa.Connection) -> None:
    """Say that this clock is alive now."""
    values = {"value": {"host": socket.gethostname(), "process": os.getpid()}, "changed_at": wall_now()}
    if not connection.execute(sa.update(setting).where(setting.c.key == KEY).values(**values)).rowcount:
        connection.execute(insert_ignoring(connection, setting).values(key=KEY, **values))


def last_beat(connection: sa.Connection) -> datetime | None:
    """When a clock last ticked (wall time); None when none ever did."""
    return connection.scalar(sa.select(setting.c.changed_at).where(setting.c.key == KEY))
