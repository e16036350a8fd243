"""The clock's own pulse: it ticks still."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from workflow import pulse

KEY = pulse.CLOCK


def beat(connection: sa.Connection) -> None:
    """Say that this clock is alive now."""
    pulse.beat(connection, KEY)


def last_beat(connection: sa.Connection) -> datetime | None:
    """When a clock last ticked (wall time); None when none ever did."""
    return pulse.last(connection, KEY)
