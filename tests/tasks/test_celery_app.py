"""Celery as we mean it: the effective values, and nothing in the code that a dead worker would lose."""

from __future__ import annotations

import ast

import pytest

from dev import ROOT
from tasks import celery_app
from tasks.queues import PULSE, QUEUES, WAKEUPS
from tests.tasks.workshop import Workshop
from workflow.outbox import NOTICE_LEASE


@pytest.fixture
def celery():
    return celery_app.make("redis://127.0.0.1:1/0", Workshop(database=None))


def test_what_is_killed_is_delivered_again_and_nothing_is_kept(celery):
    conf = celery.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.task_ignore_result
    assert conf.accept_content == ["json"]
    assert conf.worker_prefetch_multiplier == 1
    assert celery.connection().transport_options["visibility_timeout"] == 3600


def test_a_task_is_ended_before_its_lease(celery):
    assert celery.conf.task_time_limit < NOTICE_LEASE.total_seconds()


def test_every_wakeup_has_a_task_and_a_queue_that_is_consumed(celery):
    consumed = set(celery.amqp.queues.consume_from)
    assert {wakeup.queue for wakeup in WAKEUPS} == set(QUEUES) == consumed
    assert {wakeup.task for wakeup in (*WAKEUPS, PULSE)} == {name for name in celery.tasks if "." not in name}


def test_no_code_trusts_the_broker_with_time_or_tries():
    forbidden = {"eta", "countdown", "max_retries", "autoretry_for", "default_retry_delay"}
    found = []
    for path in (ROOT / "tasks").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in forbidden:
                found.append(f"{path.name}:{node.value.lineno} {node.arg}")
            if isinstance(node, ast.Attribute) and node.attr in {"retry", "apply_async", "delay"}:
                found.append(f"{path.name}:{node.lineno} .{node.attr}")
    assert found == []


def test_tasks_are_short(celery):
    source = (ROOT / "tasks" / "celery_app.py").read_text(encoding="utf-8")
    tasks = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.decorator_list]
    assert len(tasks) == 5
    assert all(node.end_lineno - node.lineno < 15 for node in tasks)
