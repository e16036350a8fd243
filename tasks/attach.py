"""How each kind of process hands out work, attached at the entry points: nobody below knows a broker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from tasks.dispatch import Dispatcher, Publish
from tasks.queues import LIVES_FOR, Wakeup
from tasks.working import Working

if TYPE_CHECKING:
    from celery import Celery


class Attachable(Working, Protocol):
    """An application that tells listeners when something was committed."""

    @property
    def listeners(self) -> list[Callable[[], None]]: ...


def publisher(celery: Celery) -> Publish:
    """Puts wake-ups into this Celery's broker; raises at once when the broker is away."""

    def publish(wakeup: Wakeup, ids: Sequence[str]) -> None:
        message = {"queue": wakeup.queue, "expires": LIVES_FOR, "retry": False, "ignore_result": True}
        celery.send_task(wakeup.task, args=[list(ids)], **message)

    return publish


def attach(application: Attachable, publish: Publish | None, *, works_itself: bool) -> Dispatcher:
    """Make commits of this process wake hands; the dispatcher, for the clock to sweep with."""
    dispatcher = Dispatcher(application, publish, works_itself=works_itself)
    if publish is not None:
        application.listeners.append(dispatcher.nudge)
    return dispatcher
