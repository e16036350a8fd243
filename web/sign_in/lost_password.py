"""A forgotten password and a changed address: what is written when a letter is asked for, and when it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from states.accounts import letters
from states.accounts.letters import Word
from states.sealed import Envelope
from web.sign_in import links, lockout, steps
from web.sign_in.accounts import normal_login
from web.sign_in.links import Invited
from workflow import organisation_changes as changes
from workflow.db import Database
from workflow.organisation import account, person

NOBODY = "nobody"


@dataclass(frozen=True)
class Ways:
    """What a letter is written with; `address` gives the link of a token."""

    database: Database
    envelope: Envelope
    address: Callable[[str], str]


def ask(ways: Ways, typed: str, *, address: str, now: datetime) -> bool:
    """A letter to the owner of this login, if there is one who may sign in; False when asked too often.

    For a login that is nobody's as much is read, sealed and written: the time it takes tells a stranger nothing.
    """
    login, database = normal_login(typed), ways.database
    with database.write() as connection:
        if not lockout.count(connection, f"reset:{login}", f"reset:{address}", now):
            return False
    with database.write() as connection:
        found = connection.execute(
            sa.select(account.c.id).where(account.c.login == login, account.c.disabled_at.is_(None))
        ).first()
        if found is None:
            ways.envelope.seal(NOBODY, {"link": ways.address(NOBODY)})
            steps.begin(connection, NOBODY, {}, now)
            return True
        token = links.reset(connection, database.new_id(), found.id, now)
        letters.order(connection, ways.envelope, database.new_id, found.id, Word("reset", link=ways.address(token)))
    return True


def change_email(connection: sa.Connection, found: Invited, token: str) -> str | None:
    """The address confirmed by this link is the account's from now on; the old one, or None when it was spent.

    Where the owner's personal record had the old address, or none, it has the new one too.
    """
    if not links.spend(connection, token):
        return None
    old = str(connection.scalar(sa.select(account.c.email).where(account.c.id == found.id)) or "")
    connection.execute(sa.update(account).where(account.c.id == found.id).values(email=found.email))
    same = sa.select(person.c.id, person.c.agency_id).where(
        person.c.account_id == found.id, person.c.email.in_({old, ""}), person.c.erased_at.is_(None)
    )
    for row in connection.execute(same).all():
        changes.change_person(connection, row.agency_id, row.id, {"email": found.email})
    return old
