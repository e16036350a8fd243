"""Letters to who owns an account: a link, or word that something about signing in changed.

What a letter says waits sealed in the outbox, with keys that are not in the database: a link in it opens nothing for
who reads the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from states.notices.mail import checked_address
from states.sealed import Envelope
from workflow import outbox
from workflow.clock import business_now
from workflow.db import IdSource
from workflow.organisation import account, person
from workflow.outbox import NOTICE, Draft, Undeliverable

TEMPLATE = "account"
WITH_LINK = ("invite", "reset", "email")


@dataclass(frozen=True)
class Word:
    """One letter: `about` names its sentences, `words` fill them, `link` is opened by nobody else; `to` another
    address than the account's own."""

    about: str
    words: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    to: str = ""


def address_of(connection: sa.Connection, account_id: str) -> str:
    """Where letters about this account go; empty when nobody knows."""
    found = connection.execute(_OWNER.where(account.c.id == account_id).limit(1)).first()
    return str(found.email or found.person_email or "") if found else ""


def is_address(text: str) -> bool:
    """Whether a letter can go there."""
    try:
        return bool(checked_address(text))
    except Undeliverable:
        return False


def order(connection: sa.Connection, envelope: Envelope, new_id: IdSource, account_id: str, word: Word) -> bool:
    """Send it after commit, through the outbox of an agency the owner works in. False: there is no address, or none."""
    owner = connection.execute(_OWNER.where(account.c.id == account_id).limit(1)).first()
    to = word.to or (owner.email or owner.person_email if owner else "")
    if owner is None or not to:
        return False
    key = f"account:{new_id()}"
    said = {**word.words, "about": word.about, "link": word.link, "to": to, "name": owner.name, "login": owner.login}
    payload = {"template": TEMPLATE, "about": word.about, "person_id": owner.id, "sealed": envelope.seal(key, said)}
    now = business_now(connection)
    outbox.enqueue(
        connection, [Draft(owner.agency_id, NOTICE, f"account:{account_id}", payload, key, now)], new_id=new_id
    )
    return True


_OWNER = (
    sa.select(
        account.c.login, account.c.email, account.c.language, person.c.id, person.c.name, person.c.agency_id,
        person.c.email.label("person_email"),
    )
    .join(person, person.c.account_id == account.c.id)
    .where(person.c.erased_at.is_(None))
    .order_by(person.c.id)
)  # fmt: skip
