"""django-viewflow 2.4 by its public activations: no HTTP, no template, no form class.

One decision, in one transaction: the open task loaded, its flow locked (SELECT FOR UPDATE), the task's owner
asked, the task started and executed, which closes it and opens the next one; the process saved with its new state,
as the library's own view saves its form; the line, two alarms and two letters, in bulk. The last step opens the end.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import connection, transaction

from tests.bench.interleaved import Call, Prepare
from tests.bench.limits import STEPS, Walk
from tests.bench.peers.script import main

LEFT = r"""
SELECT (SELECT sum((data->>'version')::int) FROM viewflow_process),
    (SELECT count(*) FROM viewflow_task WHERE status = 'DONE' AND flow_task ~ '\.s\d$'),
    (SELECT count(*) FROM viewflow_task) - 2 * (SELECT count(*) FROM viewflow_process), (SELECT count(*) FROM line),
    (SELECT count(*) FROM alarm) / 2.0, (SELECT count(*) FROM letter) / 2.0
"""  # a process begins with two tasks: its start, done, and its first step


def set_up(address: str) -> None:
    """Django with nothing but what viewflow needs; the connection stays open."""
    found = urlsplit(address)
    database = {
        "ENGINE": "django.db.backends.postgresql", "HOST": found.hostname, "PORT": found.port, "USER": found.username,
        "NAME": found.path[1:], "CONN_MAX_AGE": None,
    }  # fmt: skip
    own = "tests.bench.peers.viewflow_app"
    settings.configure(
        DATABASES={"default": database}, USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow", own],
    )  # fmt: skip
    django.setup()


def tables(address: str) -> None:
    """The library's migrations, our three tables, one account an owner."""
    set_up(address)
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from tests.bench.peers.viewflow_app.models import Alarm, Letter, Line

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Line, Alarm, Letter):
            editor.create_model(model)
    User.objects.bulk_create(User(pk=owner + 1, username=f"u{owner}") for owner in range(STEPS))


def begin() -> int:
    """A new process, waiting at its first step."""
    from tests.bench.peers.viewflow_app.flows import Nomination, user

    activation = Nomination.begin.activation_class.create(Nomination.begin, None, None)
    activation.process.data = {"title": "x", "state": "s0", "version": 0}
    activation.start(SimpleNamespace(user=user(0)))
    activation.execute()
    return int(activation.process.pk)


def decide(given: dict[str, Any]) -> None:
    """One transaction of viewflow and the rows beside it."""
    from viewflow.workflow import STATUS
    from viewflow.workflow.models import Task

    from tests.bench.peers.viewflow_app.flows import user

    who = user(given["owner"])
    with transaction.atomic():
        waiting = Task.objects.get(process_id=given["flow"], status=STATUS.ASSIGNED)
        with waiting.activation() as activation:
            process = activation.process
            assert process.data["version"] == given["version"]
            assert activation.start.has_perm(who)
            activation.start(SimpleNamespace(user=who))
            process.data.update(state=given["is_now"], version=given["version"] + 1)
            process.save()
            activation.execute()
        write_beside(given)


def write_beside(given: dict[str, Any]) -> None:
    """The line, two alarms, two letters: three statements."""
    from tests.bench.peers.viewflow_app.models import Alarm, Letter, Line

    of = {"flow_id": given["flow"]}
    Line.objects.create(**of, seq=given["version"], owner=given["owner"], said=given["said"], was=given["was"],
                        is_now=given["is_now"], at=given["now"])  # fmt: skip
    Alarm.objects.bulk_create(
        Alarm(**of, kind=kind, due_at=at, waits=True) for kind, at in (("remind", given["soon"]), ("due", given["due"]))
    )
    Letter.objects.bulk_create(
        Letter(**of, kind="mail", body=json.loads(given[which]), made_at=given["now"]) for which in ("one", "two")
    )


def client(address: str, _number: int) -> tuple[Call, Prepare]:
    """One connection of Django's."""
    set_up(address)
    walk = Walk(begin, decide)
    return walk.call, walk.prepare


if __name__ == "__main__":
    main(tables, client, LEFT)
