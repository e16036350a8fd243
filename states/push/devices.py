"""A person's devices: added by the browser that is one, taken away by its owner or when it is no more."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from states.push.model import push_device
from states.push.reach import Reach
from states.push.sealed_push import fits
from workflow.clock import wall_now
from workflow.db import uuid7
from workflow.message import Message, Refused

MOST = 10
LONGEST_NAME = 200


@dataclass(frozen=True)
class Offer:
    """What a browser says of itself when it is to be called."""

    endpoint: str
    public_key: str
    secret: str
    name: str


def add(connection: sa.Connection, reach: Reach, account_id: str, offer: Offer) -> str:
    """This browser from now on calls its present user, and nobody who used it before; its id. Raises Refused."""
    if not reach.may_call(offer.endpoint):
        raise Refused(Message("push.server_unknown"))
    if not fits(offer.public_key, offer.secret):
        raise Refused(Message("push.bad_keys"))
    of_browser = push_device.c.endpoint_hash == _hash(offer.endpoint)
    connection.execute(sa.delete(push_device).where(of_browser))
    mine = push_device.c.account_id == account_id
    if (connection.scalar(sa.select(sa.func.count()).where(mine)) or 0) >= MOST:
        raise Refused(Message("push.too_many", {"most": MOST}))
    row = {
        "id": uuid7(), "account_id": account_id, "endpoint": offer.endpoint, "endpoint_hash": _hash(offer.endpoint),
        "public_key": offer.public_key, "secret": offer.secret, "name": offer.name[:LONGEST_NAME],
        "added_at": wall_now(),
    }  # fmt: skip
    connection.execute(sa.insert(push_device).values(row))
    return str(row["id"])


def of_account(connection: sa.Connection, account_id: str) -> Sequence[sa.RowMapping]:
    """An account's devices, the newest first."""
    mine = sa.select(push_device).where(push_device.c.account_id == account_id)
    return connection.execute(mine.order_by(push_device.c.added_at.desc(), push_device.c.id)).mappings().all()


def drop(connection: sa.Connection, account_id: str, device_id: str) -> bool:
    """Call it no more; False: no such device of theirs."""
    mine = (push_device.c.account_id == account_id) & (push_device.c.id == device_id)
    return connection.execute(sa.delete(push_device).where(mine)).rowcount == 1


def forget(connection: sa.Connection, account_id: str) -> None:
    """None of an account's devices is called any more."""
    connection.execute(sa.delete(push_device).where(push_device.c.account_id == account_id))


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
