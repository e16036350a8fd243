"""Celery, set up so that nothing is lost when it is killed and nothing is kept that a row already says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from celery import Celery
from kombu import Queue

from tasks.attach import publisher
from tasks.bring import bring
from tasks.deliver import deliver
from tasks.fire import fire
from tasks.queues import MAIL, QUEUES
from tasks.run import run
from tasks.working import Working
from workflow import pulse

HARD_LIMIT = 62  # seconds, prefork only; shorter than the longest lease, longer than a batch
LONGEST_RUN = 3_000  # seconds; shorter than a broker waits for an acknowledgement
REDIS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 10,
    "max_retries": 1,
    "interval_start": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 25,
}


RABBIT = {"max_retries": 1, "interval_start": 0, "connect_timeout": 1, "confirm_publish": True}


def make(broker_url: str, application: Working) -> Celery:
    """A Celery app whose tasks work on this application."""
    celery = Celery("neuguong", broker=broker_url, set_as_current=False)
    celery.conf.update(_configuration(broker_url))
    _register(celery, application)
    celery.set_default()  # a new thread has no current app and would talk to another broker, silently
    return celery


def _configuration(broker_url: str) -> dict[str, Any]:
    return {
        "task_queues": [Queue(name) for name in QUEUES],
        "task_create_missing_queues": False,
        "task_default_queue": QUEUES[0],
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_time_limit": HARD_LIMIT,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": _transport(broker_url),
    }


def _transport(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith("memory:"):
        return {"polling_interval": 0.1}
    return RABBIT if broker_url.startswith("amqp") else REDIS


def _register(celery: Celery, application: Working) -> None:
    pass_on = partial(publisher(celery), MAIL)

    @celery.task(name="deliver", shared=False)
    def deliver_messages(ids: Sequence[str]) -> None:
        """Deliver these outbox messages, then see what that made due."""
        if deliver(application, ids, pass_on=pass_on):
            application.after_commit()

    @celery.task(name="pulse", shared=False)
    def show_yourself(_: Sequence[str]) -> None:
        """Broker, worker and database work together, or this row grows old."""
        with application.database.write() as connection:
            pulse.beat(connection, pulse.WORKER)

    @celery.task(name="fire", shared=False)
    def fire_timers(ids: Sequence[str]) -> None:
        """Fire these timers, then see what that made due."""
        if fire(application, ids):
            application.after_commit()

    @celery.task(name="bring", shared=False)
    def bring_to_receivers(ids: Sequence[str]) -> None:
        """Bring what waits for these receivers, all of them at once, then see what that left."""
        if bring(application, ids):
            application.after_commit()

    @celery.task(name="run", shared=False, time_limit=LONGEST_RUN)
    def do_runs(ids: Sequence[str]) -> None:
        """Do these runs, then see what that made due."""
        if run(application, ids):
            application.after_commit()
