"""Codes of an authenticator app (RFC 6238) and recovery codes: each opens once."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
import sqlalchemy as sa

from states.accounts.model import recovery_code, totp
from states.sealed import Envelope
from web.sign_in.secrets import digest
from web.sign_in.steps import LIFE
from workflow.db import IdSource

STEP = 30
AROUND = 1  # steps before and after: a phone's clock may be wrong by half a minute
RECOVERY_CODES = 10
LONG = 24
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another


def begin(connection: sa.Connection, envelope: Envelope, account_id: str, now: datetime) -> str:
    """A new secret for the account's app; it opens nothing before `confirm`. One that is in use stays in use."""
    secret = pyotp.random_base32()
    connection.execute(sa.delete(totp).where(totp.c.account_id == account_id, totp.c.confirmed_at.is_(None)))
    connection.execute(
        sa.insert(totp).values(
            account_id=account_id, sealed=envelope.seal(account_id, {"secret": secret}), created_at=now, last_step=0
        )
    )
    return secret


def begun(connection: sa.Connection, envelope: Envelope, account_id: str, now: datetime) -> str | None:
    """The secret that waits to be confirmed; after ten minutes there is none: somebody may have seen it meanwhile."""
    row = connection.execute(sa.select(totp.c.sealed).where(totp.c.account_id == account_id, _waits(now))).first()
    return envelope.open(account_id, row.sealed)["secret"] if row else None


def address(secret: str, login: str, issuer: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def confirm(connection: sa.Connection, envelope: Envelope, account_id: str, code: str, now: datetime) -> bool:
    """The app shows the right code: from now on it is asked for."""
    if not _use(connection, envelope, account_id, code, now, confirmed=False):
        return False
    connection.execute(sa.update(totp).where(totp.c.account_id == account_id).values(confirmed_at=now))
    return True


def fits(connection: sa.Connection, envelope: Envelope, account_id: str, code: str, now: datetime) -> bool:
    """Whether the code is the app's of now, and was not used before. Raises KeyLost when no key opens the secret."""
    return _use(connection, envelope, account_id, code, now, confirmed=True)


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(totp.c.confirmed_at.is_(None), totp.c.created_at > now - LIFE)


def _use(
    connection: sa.Connection, envelope: Envelope, account_id: str, code: str, now: datetime, *, confirmed: bool
) -> bool:
    state = totp.c.confirmed_at.is_not(None) if confirmed else _waits(now)
    row = connection.execute(sa.select(totp.c.sealed).where(totp.c.account_id == account_id, state)).first()
    typed = "".join(code.split())
    if row is None or not (typed.isascii() and typed.isdecimal()):
        return False
    app = pyotp.TOTP(envelope.open(account_id, row.sealed)["secret"])
    present = int(now.timestamp()) // STEP
    near = range(present - AROUND, present + AROUND + 1)
    found = next((step for step in near if secrets.compare_digest(app.generate_otp(step), typed)), None)
    if found is None:
        return False
    # Of two requests with one code the second finds the step already passed.
    spent = sa.update(totp).where(totp.c.account_id == account_id, totp.c.last_step < found).values(last_step=found)
    return bool(connection.execute(spent).rowcount)


def remove(connection: sa.Connection, account_id: str) -> bool:
    """The app is no longer asked; False when there was none."""
    return bool(connection.execute(sa.delete(totp).where(totp.c.account_id == account_id)).rowcount)


def new_recovery_codes(connection: sa.Connection, account_id: str, new_id: IdSource) -> list[str]:
    """Ten codes of 118 random bits, shown once and kept hashed; earlier ones are worth nothing from now on."""
    made = ["".join(secrets.choice(LETTERS) for _ in range(LONG)) for _ in range(RECOVERY_CODES)]
    connection.execute(sa.delete(recovery_code).where(recovery_code.c.account_id == account_id))
    connection.execute(
        sa.insert(recovery_code),
        [{"id": new_id(), "account_id": account_id, "code_hash": _kept(account_id, code)} for code in made],
    )
    return ["-".join(code[at : at + 4] for at in range(0, LONG, 4)) for code in made]


def spend_recovery_code(connection: sa.Connection, account_id: str, typed: str, now: datetime) -> bool:
    """Whether this is one of the account's codes; it is none from now on."""
    code = "".join(letter for letter in typed.lower() if letter in LETTERS)
    mine = (recovery_code.c.account_id == account_id) & (recovery_code.c.code_hash == _kept(account_id, code))
    used = sa.update(recovery_code).where(mine, recovery_code.c.used_at.is_(None)).values(used_at=now)
    return bool(connection.execute(used).rowcount)


def _kept(account_id: str, code: str) -> str:
    """Salted by the account: one table of hashes does not serve for all."""
    return digest(f"{account_id}:{code}")
