"""Passkeys (WebAuthn): registered by their owner, several of them, named; signing in by one needs no login.

Each asks its owner for a finger, face or PIN (user verification): something one has and something one is or knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from states.accounts.model import passkey
from web.sign_in import steps
from workflow.organisation import account

MOST = 20


@dataclass(frozen=True)
class Place:
    """What a passkey is bound to: the host's name, and the origin its answers must come from."""

    host: str
    origin: str


@dataclass(frozen=True)
class Begun:
    """What the browser is asked (JSON of the standard), and the token by which it answers."""

    token: str
    options: str


@dataclass(frozen=True)
class Owner:
    """Who registers a passkey, as the browser shows it."""

    account_id: str
    login: str
    name: str


def place(base_url: str) -> Place | None:
    """The place of an installation; None where browsers take no passkey: a number for a name, or plain HTTP."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host != "localhost":
        return None
    try:
        ip_address(host)
    except ValueError:
        return Place(host, f"{parts.scheme}://{parts.netloc}")
    return None


def begin_registration(connection: sa.Connection, where: Place, owner: Owner, now: datetime) -> Begun:
    """Ask the browser for a new passkey of this owner, one that no authenticator in use has already."""
    known = connection.scalars(sa.select(passkey.c.credential_id).where(passkey.c.account_id == owner.account_id))
    options = webauthn.generate_registration_options(
        rp_id=where.host, rp_name="Nêu Gương", user_id=owner.account_id.encode(), user_name=owner.login,
        user_display_name=owner.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )  # fmt: skip
    token = steps.begin(connection, steps.REGISTER, _noted(options.challenge), now, owner.account_id)
    return Begun(token, webauthn.options_to_json(options))


def register(
    connection: sa.Connection, where: Place, owner: Owner, name: str, token: str, credential: str,
    *, new_id: str, now: datetime,
) -> bool:  # fmt: skip
    """Keep the passkey the browser made; False when it is not what was asked for."""
    begun = steps.take(connection, steps.REGISTER, token, now)
    if begun is None or begun.account_id != owner.account_id:
        return False
    try:
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=_challenge(begun), expected_rp_id=where.host,
            expected_origin=where.origin, require_user_verification=True,
        )  # fmt: skip
    except _UNFIT:
        return False
    values = {
        "id": new_id, "account_id": owner.account_id, "name": name,
        "credential_id": bytes_to_base64url(made.credential_id),
        "public_key": bytes_to_base64url(made.credential_public_key), "sign_count": made.sign_count, "created_at": now,
    }  # fmt: skip
    known = sa.select(passkey.c.id).where(passkey.c.credential_id == values["credential_id"])
    if connection.scalar(known) is not None:
        return False
    connection.execute(sa.insert(passkey).values(**values))
    return True


def begin_assertion(connection: sa.Connection, where: Place, now: datetime) -> Begun:
    """Ask the browser for a passkey of this place, whoever's."""
    options = webauthn.generate_authentication_options(
        rp_id=where.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    token = steps.begin(connection, steps.PASSKEY, _noted(options.challenge), now)
    return Begun(token, webauthn.options_to_json(options))


def assertion(connection: sa.Connection, where: Place, token: str, credential: str, now: datetime) -> str | None:
    """Whose passkey answered, id of an account that may sign in; None for everything else."""
    begun = steps.take(connection, steps.PASSKEY, token, now)
    try:
        sent = json.loads(credential)
        row = connection.execute(
            sa.select(passkey, account.c.disabled_at)
            .join(account, account.c.id == passkey.c.account_id)
            .where(passkey.c.credential_id == str(sent["id"]))
        ).first()
        if begun is None or row is None or row.disabled_at is not None or not _names(sent, row.account_id):
            return None
        shown = webauthn.verify_authentication_response(
            credential=sent, expected_challenge=_challenge(begun), expected_rp_id=where.host,
            expected_origin=where.origin, credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count, require_user_verification=True,
        )  # fmt: skip
    except _UNFIT:
        return None
    seen = {"sign_count": shown.new_sign_count, "used_at": now}
    connection.execute(sa.update(passkey).where(passkey.c.id == row.id).values(**seen))
    return str(row.account_id)


def remove(connection: sa.Connection, account_id: str, passkey_id: str) -> str | None:
    """Forget a passkey of this account; its name, or None when it has no such one."""
    mine = (passkey.c.account_id == account_id) & (passkey.c.id == passkey_id)
    return connection.scalar(sa.delete(passkey).where(mine).returning(passkey.c.name))


_UNFIT = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)
"""What anything but a browser's honest answer may cause."""


def _noted(challenge: bytes) -> dict[str, str]:
    return {"challenge": bytes_to_base64url(challenge)}


def _challenge(begun: steps.Step) -> bytes:
    return base64url_to_bytes(begun.body["challenge"])


def _names(sent: Mapping[str, Any], account_id: str) -> bool:
    """The authenticator says whose its passkey is: it must be the account that registered it."""
    handle = sent["response"].get("userHandle")
    return bool(handle) and base64url_to_bytes(handle) == account_id.encode()
