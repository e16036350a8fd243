"""What the rows say of the whole installation, asked when somebody looks: any web process gives the same answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.wiring import Application
from states.desk.model import IS_DRAFT, letter
from states.webhooks.queue import standing_of_all
from workflow import pulse
from workflow.clock import business_now, wall_now
from workflow.incidents import incident
from workflow.outbox import LEASE, LEASED, NEW, NOTICE, NOTICE_LEASE, outbox, waits
from workflow.timers import ARMED, timer

Gauge = GaugeMetricFamily
KEY = "neuguong_rows"

_log = logging.getLogger(__name__)


class Rows(Collector):
    """Asks the database at each look; when it is away, `neuguong_database_up` is 0 and the rest is missing."""

    def __init__(self, application: Application) -> None:
        self._database = application.database

    def describe(self) -> list[Gauge]:
        """Nothing beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Gauge]:
        """The gauges of now."""
        found: list[Gauge] = []
        try:
            with self._database.read() as connection:
                found = [
                    *_outbox(connection),
                    *_timers(connection),
                    _incidents(connection),
                    _pulses(connection),
                    *_desk(connection),
                    *_webhooks(connection),
                ]
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as away:
            _log.warning("no gauges, the database does not answer: %s", type(away).__name__)
        yield Gauge("neuguong_database_up", "Whether the database answered.", value=float(bool(found)))
        yield from found
        in_use = getattr(self._database.engine.pool, "checkedout", lambda: 0)()
        yield Gauge("neuguong_database_connections_in_use", "Of this process's pool.", value=in_use)


def _outbox(connection: sa.Connection) -> Iterator[Gauge]:
    now, wall = business_now(connection), wall_now()
    tried = sa.case((outbox.c.retry_at.is_(None), "first"), else_="again")
    due = sa.and_(waits(outbox), outbox.c.status == NEW, outbox.c.not_before <= now,
                  sa.or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= wall))  # fmt: skip
    queue = sa.case((outbox.c.kind == NOTICE, "mail"), else_="cases")
    rows = connection.execute(
        sa.select(queue, tried, sa.func.count(), sa.func.min(outbox.c.not_before), sa.func.min(outbox.c.retry_at))
        .where(due)
        .group_by(queue, tried)
    ).all()
    depth, oldest = {"cases": 0, "mail": 0}, 0.0
    for name, when, many, not_before, retry_at in rows:
        depth[name] += many
        oldest = max(oldest, _age(now, not_before) if when == "first" else _age(wall, retry_at))
    ripe = (timer.c.status == ARMED) & (timer.c.due_at <= now)
    depth["timers"] = connection.scalar(sa.select(sa.func.count()).where(ripe)) or 0
    family = Gauge("neuguong_queue_depth", "Rows due and in nobody's hands.", labels=["queue"])
    for name, many in depth.items():
        family.add_metric([name], many)
    yield family
    yield Gauge("neuguong_outbox_oldest_due_seconds", "Since when the oldest due message waits.", value=oldest)
    yield from _leases(connection, wall)


def _leases(connection: sa.Connection, wall: datetime) -> Iterator[Gauge]:
    mail = outbox.c.kind == NOTICE
    rows = connection.execute(
        sa.select(mail, sa.func.count(), sa.func.min(outbox.c.lease_until))
        .where(outbox.c.status == LEASED)
        .group_by(mail)
    ).all()
    ages = [_age(wall, until - (NOTICE_LEASE if is_mail else LEASE)) for is_mail, _, until in rows]
    yield Gauge("neuguong_lease_oldest_seconds", "How long a message is in the same hands.", value=max(ages, default=0))
    yield Gauge("neuguong_leases", "Messages in somebody's hands.", value=sum(many for _, many, _ in rows))


def _timers(connection: sa.Connection) -> Iterator[Gauge]:
    first = connection.scalar(sa.select(sa.func.min(timer.c.due_at)).where(timer.c.status == ARMED))
    late = _age(business_now(connection), first)
    yield Gauge("neuguong_timer_oldest_due_seconds", "How late the latest unfired timer is.", value=late)


def _incidents(connection: sa.Connection) -> Gauge:
    family = Gauge("neuguong_incidents_open", "What a person must repair.", labels=["kind"])
    rows = sa.select(incident.c.kind, sa.func.count()).where(incident.c.status == "open").group_by(incident.c.kind)
    for kind, many in connection.execute(rows):
        family.add_metric([kind], many)
    return family


def _desk(connection: sa.Connection) -> Iterator[Gauge]:
    """Letters that wait for the office: how many, and since when the oldest."""
    waiting = sa.select(sa.func.count(), sa.func.min(letter.c.drafted_at)).where(IS_DRAFT)
    many, oldest = connection.execute(waiting).one()
    yield Gauge("neuguong_desk_drafts", "Letters on the desk that nobody has sent or taken back.", value=many)
    age = _age(business_now(connection), oldest)
    yield Gauge("neuguong_desk_oldest_seconds", "Since when the oldest of them waits.", value=age)


def _webhooks(connection: sa.Connection) -> Iterator[Gauge]:
    """What other systems were not told yet."""
    found = standing_of_all(connection)
    yield Gauge("neuguong_webhook_waiting", "Notices that wait for receivers, paused ones apart.", value=found.waiting)
    yield Gauge("neuguong_webhook_aside", "Notices put aside after days of trying.", value=found.aside)
    age = _age(wall_now(), found.oldest)
    yield Gauge("neuguong_webhook_oldest_seconds", "Since when the oldest that waits does.", value=age)


def _pulses(connection: sa.Connection) -> Gauge:
    """-1: never seen."""
    family = Gauge("neuguong_seen_seconds_ago", "When one of this kind last showed that it works.", labels=["process"])
    for name, key in (("clock", pulse.CLOCK), ("worker", pulse.WORKER)):
        seen = pulse.last(connection, key)
        family.add_metric([name], -1 if seen is None else _age(wall_now(), seen))
    return family


def _age(now: datetime, then: datetime | None) -> float:
    return 0.0 if then is None else max((now - then) / timedelta(seconds=1), 0.0)
