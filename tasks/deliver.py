"""Outbox messages into the hands of whoever delivers their kind; what fails is put back or given up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

import sqlalchemy as sa

from workflow import outbox, witness
from workflow.db import Database
from workflow.outbox import Claim, Handler, LeaseLost, Undeliverable

LONGEST_BATCH = 15.0  # seconds after which the rest is left for the next wake-up: one more mail still ends in time
MAIL_AT_A_TIME = 5

PassOn = Callable[[Sequence[str]], None]
"""Puts mail into its queue; raises what the broker says."""

_log = logging.getLogger(__name__)


class Delivering(Protocol):
    """The part of the application that delivering needs."""

    @property
    def database(self) -> Database: ...
    @property
    def handlers(self) -> Mapping[str, Handler]: ...


def deliver(
    application: Delivering,
    message_ids: Sequence[str],
    *,
    seconds: float = LONGEST_BATCH,
    pass_on: PassOn | None = None,
) -> int:
    """Deliver those of the messages that are still due, one claim at a time; how many were taken.

    Whoever delivered mail goes on with mail that is due: it may have been handed out while all places were taken,
    and then nobody would hand it out again for a while. `pass_on` takes it instead, where it stands in a queue again:
    a crowd of mail then keeps no hand from what else is due.
    """
    stop, taken = time.monotonic() + seconds, 0
    with application.database.read() as connection:  # wake-ups come twice: look before queueing as a writer
        due = outbox.due_ids(connection, len(message_ids), among=message_ids)
    waiting = [one for one in message_ids if one in due]
    while waiting:
        done = _deliver_each(application, waiting, stop)
        taken += len(done)
        waiting = _more_mail(application) if any(one.kind == outbox.NOTICE for one in done) else []
        if waiting and pass_on is not None and _passed_on(pass_on, waiting):
            break
    return taken


def _passed_on(pass_on: PassOn, message_ids: Sequence[str]) -> bool:
    try:
        pass_on(message_ids)
    except Exception as failure:
        _log.warning("the broker takes nothing (%r); going on with mail here", failure)
        return False
    return True


def _deliver_each(application: Delivering, message_ids: Sequence[str], stop: float) -> list[Claim]:
    done: list[Claim] = []
    for message_id in message_ids:
        if time.monotonic() > stop:
            break
        for claimed in outbox.claim(application.database, [message_id]):
            hand_over(application, claimed)
            done.append(claimed)
    return done


def _more_mail(application: Delivering) -> list[str]:
    with application.database.read() as connection:
        return outbox.due_ids(connection, MAIL_AT_A_TIME, notices=True)


def hand_over(application: Delivering, claimed: Claim) -> bool:
    """Have one claimed message delivered; False when it was put back, given up or lost to other hands."""
    asked_by = claimed.payload.get(witness.REQUEST)
    with witness.about(message_id=claimed.id, case_id=claimed.case_id, request_id=asked_by):
        return _hand_over(application, claimed)


def _hand_over(application: Delivering, claimed: Claim) -> bool:
    try:
        _handler(application, claimed)(claimed, _finish(claimed))
    except LeaseLost:
        _log.warning("message %s: other hands hold it by now, nothing was written", claimed.id)
    except Exception as failure:
        _log.warning("message %s (%s), try %s: %r", claimed.id, claimed.kind, claimed.attempts, failure)
        with application.database.write() as connection:
            permanent = isinstance(failure, Undeliverable)
            outbox.fail(connection, claimed, _words(failure), permanent=permanent)
    else:
        _log.info("delivered: %s, try %s", claimed.kind, claimed.attempts)
        return True
    return False


def _handler(application: Delivering, claimed: Claim) -> Handler:
    if claimed.kind not in application.handlers:
        raise Undeliverable(f"nobody delivers {claimed.kind!r}")
    return application.handlers[claimed.kind]


def _finish(claimed: Claim) -> Callable[[sa.Connection], bool]:
    return partial(outbox.finish, claimed=claimed)


def _words(failure: Exception) -> str:
    return str(failure) or type(failure).__name__
