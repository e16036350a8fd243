"""An administrator has another system told: added, changed, paused, resumed, given a new secret, ended; all noted.

A secret is shown once, to whoever made it, and kept sealed. A new one signs beside the one before for a day, so that
nobody need stop to change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from states.amendments.model import Amendment, record
from states.reaching import Door, Unfit
from states.sealed import Envelope
from states.webhooks import queue, signing
from states.webhooks.deliver import opened, trial
from states.webhooks.model import ACTIVE, ENDED, KINDS, PAUSED, webhook
from workflow.clock import wall_now
from workflow.db import uuid7
from workflow.folding import tidy
from workflow.message import Invalid, Message, NotFound, Refused

NOUN = "webhook"
MOST = 20  # of an agency
LONGEST_NAME = 120
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True)
class Wish:
    """Who is to be told of what."""

    name: str
    address: str
    kinds: Sequence[str]

    def tidied(self, door: Door) -> Wish:
        """The same as it is kept. Raises Invalid by field."""
        name, address = tidy(self.name)[:LONGEST_NAME], self.address.strip()
        wrong = {} if name else {"name": Message("webhook.no_name")}
        kinds = [one for one in KINDS if one in self.kinds]
        if not kinds or len(kinds) != len(set(self.kinds)):
            wrong["kinds"] = Message("webhook.no_kinds")
        try:
            door.look(address)
        except Unfit as unfit:
            wrong["address"] = unfit.reasons[0]
        if wrong:
            raise Invalid(wrong)
        return Wish(name, address, kinds)


def add(connection: sa.Connection, envelope: Envelope, agency: str, wish: Wish, by: str) -> tuple[str, str]:
    """A new receiver for a wish that is tidied: its id, and its secret, which nobody sees again. Raises Refused."""
    mine = webhook.c.agency_id == agency, webhook.c.status != ENDED
    if (connection.scalar(sa.select(sa.func.count()).select_from(webhook).where(*mine)) or 0) >= MOST:
        raise Refused(Message("webhook.too_many", {"most": MOST}))
    ident, secret = uuid7(), signing.new_secret()
    row = {
        "id": ident, "agency_id": agency, "name": wish.name, "address": wish.address, "kinds": list(wish.kinds),
        "status": ACTIVE, "sealed": envelope.seal(ident, {"secret": secret}), "made_by": by, "made_at": wall_now(),
    }  # fmt: skip
    connection.execute(sa.insert(webhook).values(row))
    _record(connection, agency, ident, "added", _changes({}, wish), by)
    return ident, secret


def change(connection: sa.Connection, agency: str, ident: str, wish: Wish, by: str) -> None:
    """Another name, address or choice of kinds, tidied. Raises NotFound."""
    row = find(connection, agency, ident)
    changes = _changes(row, wish)
    if changes:
        values = {"name": wish.name, "address": wish.address, "kinds": list(wish.kinds), "retry_at": None}
        connection.execute(_the(ident).values(values))
        _record(connection, agency, ident, "changed", changes, by)


def pause(connection: sa.Connection, agency: str, ident: str, by: str) -> None:
    """What happens is written down and waits. Raises NotFound, Refused."""
    _move(connection, agency, ident, (ACTIVE, PAUSED), by)


def resume(connection: sa.Connection, agency: str, ident: str, by: str) -> None:
    """What waited goes at once. Raises NotFound, Refused."""
    _move(connection, agency, ident, (PAUSED, ACTIVE), by)
    connection.execute(_the(ident).values(why="", failures=0, failing_since=None, retry_at=None))
    queue.prolong(connection, ident)


def end(connection: sa.Connection, envelope: Envelope, agency: str, ident: str, by: str) -> None:
    """Told no more, its secret gone; the log stays its time. Raises NotFound."""
    row = find(connection, agency, ident)
    _move(connection, agency, ident, (row["status"], ENDED), by)
    connection.execute(_the(ident).values(sealed=envelope.seal(ident, {}), lease_until=None))
    queue.drop_waiting(connection, agency, ident)


def renew(connection: sa.Connection, envelope: Envelope, agency: str, ident: str, by: str) -> str:
    """A new secret, which nobody sees again; the one before signs beside it for `OVERLAP`. Raises NotFound, KeyLost."""
    row = find(connection, agency, ident)
    former, secret = opened(envelope, ident, row["sealed"], None)[0], signing.new_secret()
    both_until = wall_now() + OVERLAP
    sealed = envelope.seal(ident, {"secret": secret, "former": former})
    connection.execute(_the(ident).values(sealed=sealed, both_until=both_until))
    _record(connection, agency, ident, "renewed", {}, by)
    return secret


def try_out(connection: sa.Connection, agency: str, ident: str, by: str) -> int:
    """Send a telling of nothing; its number. Raises NotFound, Refused."""
    row = find(connection, agency, ident)
    if row["status"] != ACTIVE:
        raise Refused(Message("webhook.not_now"))
    connection.execute(_the(ident).values(retry_at=None))
    _record(connection, agency, ident, "tried", {}, by)
    return trial(connection, row)


def send_again(connection: sa.Connection, agency: str, ident: str, by: str, *, number: int | None = None) -> int:
    """What was put aside, or one of the log, goes again under its own id; how many. Raises NotFound."""
    find(connection, agency, ident)
    many = queue.send_again(connection, agency, ident, by, number=number)
    if many:
        _record(connection, agency, ident, "sent_again", {"count": ("", str(many))}, by)
    return many


def find(connection: sa.Connection, agency: str, ident: str, *, to_change: bool = True) -> sa.RowMapping:
    """One that has not ended. Raises NotFound."""
    mine = sa.select(webhook).where(webhook.c.agency_id == agency, webhook.c.id == ident, webhook.c.status != ENDED)
    row = connection.execute(mine.with_for_update() if to_change else mine).mappings().first()
    if row is None:
        raise NotFound("webhook")
    return row


def listed(connection: sa.Connection, agency: str) -> Sequence[sa.RowMapping]:
    """All that have not ended, the oldest first."""
    mine = webhook.c.agency_id == agency, webhook.c.status != ENDED
    return connection.execute(sa.select(webhook).where(*mine).order_by(webhook.c.id)).mappings().all()


def _move(connection: sa.Connection, agency: str, ident: str, states: tuple[str, str], by: str) -> None:
    if find(connection, agency, ident)["status"] != states[0]:
        raise Refused(Message("webhook.not_now"))
    connection.execute(_the(ident).values(status=states[1]))
    _record(connection, agency, ident, {PAUSED: "paused", ACTIVE: "resumed", ENDED: "ended"}[states[1]], {}, by)


def _the(ident: str) -> sa.Update:
    return sa.update(webhook).where(webhook.c.id == ident)


def _changes(row: Mapping[Any, Any], wish: Wish) -> dict[str, tuple[str, str]]:
    before = {"name": row.get("name", ""), "address": row.get("address", ""), "kinds": ", ".join(row.get("kinds", ()))}
    after = {"name": wish.name, "address": wish.address, "kinds": ", ".join(wish.kinds)}
    return {f"webhook_{name}": (before[name], after[name]) for name in after if before[name] != after[name]}


def _record(
    connection: sa.Connection, agency: str, ident: str, verb: str, changes: Mapping[str, Sequence[str]], by: str
) -> None:
    record(connection, agency, Amendment(NOUN, ident, verb, changes, "", by))
