"""What the hands need of the application: known also to those who load no Celery."""

from __future__ import annotations

from typing import Protocol

from tasks.bring import Bringing
from tasks.deliver import Delivering
from tasks.fire import Firing
from tasks.run import Running


class Working(Bringing, Delivering, Firing, Running, Protocol):
    """What the tasks need of the application."""

    def after_commit(self) -> None: ...
