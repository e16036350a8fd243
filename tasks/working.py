"""What the hands need of the application: known also to those who load no Celery."""

from __future__ import annotations

from typing import Protocol

from tasks.deliver import Delivering
from tasks.fire import Firing
from tasks.run import Running


class Working(Delivering, Firing, Running, Protocol):
    """What the tasks need of the application."""

    def after_commit(self) -> None: ...
