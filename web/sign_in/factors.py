"""What an account has besides its password, and all of it taken away by who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from states.accounts.model import forget, passkey, recovery_code, sso_identity, totp
from web.sign_in import sessions, steps


@dataclass(frozen=True)
class Factors:
    """A person's second factors as their page shows them."""

    app_since: datetime | None
    passkeys: tuple[sa.RowMapping, ...]
    recovery_left: int
    sso: tuple[sa.RowMapping, ...]

    @property
    def any(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        return self.app_since is not None or bool(self.passkeys)


def of(connection: sa.Connection, account_id: str) -> Factors:
    """What this account has."""

    def rows(table: sa.Table, order: sa.ColumnElement[Any]) -> tuple[sa.RowMapping, ...]:
        chosen = sa.select(table).where(table.c.account_id == account_id).order_by(order)
        return tuple(connection.execute(chosen).mappings())

    left = sa.select(sa.func.count()).select_from(recovery_code).where(
        recovery_code.c.account_id == account_id, recovery_code.c.used_at.is_(None)
    )  # fmt: skip
    return Factors(
        app_since=connection.scalar(sa.select(totp.c.confirmed_at).where(totp.c.account_id == account_id)),
        passkeys=rows(passkey, passkey.c.created_at),
        recovery_left=int(connection.scalar(left) or 0),
        sso=rows(sso_identity, sso_identity.c.linked_at),
    )


def reset(connection: sa.Connection, account_id: str) -> None:
    """App, passkeys, recovery codes and links to single sign-on are gone, every sign-in ends; the password stays."""
    forget(connection, account_id)
    steps.drop_all(connection, account_id)
    sessions.end_all(connection, account_id)


def tidy_recovery_codes(connection: sa.Connection, account_id: str) -> None:
    """Without a second factor there is nothing to recover: its codes go too."""
    if not of(connection, account_id).any:
        connection.execute(sa.delete(recovery_code).where(recovery_code.c.account_id == account_id))
