"""Everything that is sealed, at once: sealed anew after a new key, found when a key is missing."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from states.accounts.model import totp
from states.comments.model import commenter
from states.complaints.model import complainant
from states.sealed import CLEAR, Envelope, KeyLost
from states.webhooks.model import webhook

TABLES = (
    (complainant, complainant.c.complaint_id),
    (commenter, commenter.c.comment_id),
    (totp, totp.c.account_id),
    (webhook, webhook.c.id),
)


def renew(connection: sa.Connection, envelope: Envelope, *, clear_only: bool = False) -> int:
    """Seal every row with the first key (`clear_only`: those of before there were keys); how many.

    Raises KeyLost for one that no key opens, and then the transaction is to be given up.
    """
    count = 0
    for table, key in TABLES:
        only = table.c.sealed.startswith(CLEAR) if clear_only else sa.true()
        for ident, sealed in connection.execute(sa.select(key, table.c.sealed).where(only).with_for_update()).all():
            words = envelope.open(ident, sealed)
            values = {"sealed": envelope.seal(ident, words)}
            if "mark" in table.c and words.get("person_id"):
                values["mark"] = envelope.mark(words["person_id"])
            connection.execute(sa.update(table).where(key == ident).values(values))
            count += 1
    return count


def unreadable(connection: sa.Connection, envelope: Envelope) -> int:
    """How many rows no key of ours opens."""
    return sum(not _opens(envelope, ident, sealed) for ident, sealed in _all(connection))


def in_clear(connection: sa.Connection) -> int:
    """How many rows are of before there were keys and not sealed yet."""
    return sum(sealed.startswith(CLEAR) for _, sealed in _all(connection))


def _all(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    for table, key in TABLES:
        for row in connection.execute(sa.select(key, table.c.sealed)):
            yield row[0], row[1]


def _opens(envelope: Envelope, ident: str, sealed: str) -> bool:
    try:
        envelope.open(ident, sealed)
    except KeyLost:
        return False
    return True
