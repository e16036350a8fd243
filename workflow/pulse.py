"""When each kind of process last showed that it works: one row each, for whoever wonders why nothing comes."""

from __future__ import annotations

import os
import socket
from datetime import datetime

import sqlalchemy as sa

from workflow.clock import setting, wall_now
from workflow.db import insert_ignoring

CLOCK, WORKER = "clock_heartbeat", "worker_heartbeat"


def beat(connection: sa.Connection, key: str) -> None:
    """Say that one of this kind is alive now."""
    values = {"value": {"host": socket.gethostname(), "process": os.getpid()}, "changed_at": wall_now()}
    if not connection.execute(sa.update(setting).where(setting.c.key == key).values(**values)).rowcount:
        connection.execute(insert_ignoring(connection, setting).values(key=key, **values))


def last(connection: sa.Connection, key: str) -> datetime | None:
    """When one last showed itself (wall time); None when none ever did."""
    return connection.scalar(sa.select(setting.c.changed_at).where(setting.c.key == key))
