"""What the workers and the clock would have done meanwhile: due timers, due messages, the plan's dates, in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from config.demo.story import LAST_DAY
from config.wiring import Application
from states.documents.order import MAKE
from workflow import outbox, timers
from workflow.clock import business_now, local_date, move_to
from workflow.timers import timer

ROUNDS = 500
LETTERS_FROM = LAST_DAY - timedelta(days=21)


def advance(application: Application, until: datetime, meanwhile: Callable[[], None]) -> None:
    """Let business time pass to a moment, stopping wherever something is due; `meanwhile` people do theirs."""
    while (moment := _next_due(application)) is not None and moment <= until:
        _move(application, moment)
        settle(application)
        meanwhile()
    _move(application, until)
    settle(application)


def settle(application: Application) -> None:
    """Do everything that is due now, until nothing is."""
    application.engine.start_due_cadences()
    for _ in range(ROUNDS):
        _put_away_old(application)
        with application.database.read() as connection:
            ripe = [timer_id for timer_id, _ in timers.due(connection, 500)]
            keep_letters = local_date(business_now(connection)) >= LETTERS_FROM
            messages = outbox.due_ids(connection, 500, notices=None if keep_letters else False)
        for timer_id in ripe:
            application.engine.fire(timer_id)
        _deliver(application, messages)
        _put_away_old(application)
        if not messages and not ripe:
            return
    raise RuntimeError("the demo never comes to rest")


def _deliver(application: Application, messages: list[str]) -> None:
    """Hand over what is due; in a demo a failure is a mistake of ours, so it is not put back but raised."""
    for message in outbox.claim(application.database, messages) if messages else ():
        application.handlers[message.kind](message, partial(outbox.finish, claimed=message))


def _put_away_old(application: Application) -> None:
    """Nobody reads the mail and the papers of years ago: they are withdrawn, which is much faster than writing them."""
    with application.database.read() as connection:
        if local_date(business_now(connection)) >= LETTERS_FROM:
            return
        letters = list(
            connection.scalars(
                sa.select(outbox.outbox.c.id).where(
                    outbox.outbox.c.status == "new", outbox.outbox.c.kind.in_([outbox.NOTICE, MAKE])
                )
            )
        )
    if letters:
        with application.database.write() as connection:
            outbox.withdraw(connection, letters)


def _next_due(application: Application) -> datetime | None:
    with application.database.read() as connection:
        armed = connection.scalar(sa.select(sa.func.min(timer.c.due_at)).where(timer.c.status == "armed"))
        table = outbox.outbox
        held = connection.scalar(sa.select(sa.func.min(table.c.not_before)).where(table.c.status == "new"))
    return min((moment for moment in (armed, held) if moment is not None), default=None)


def _move(application: Application, moment: datetime) -> None:
    """Business time never runs backwards."""
    with application.database.write() as connection:
        if moment > business_now(connection):
            move_to(connection, moment)
