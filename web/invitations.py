"""Many invited at once: who would get a letter and who has no address, then one link each, with what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from states.accounts.letters import Word, is_address, order
from states.amendments.model import invitation
from states.sealed import Envelope
from web.entering import link_to
from web.sign_in import links
from workflow import organisation_changes as changes
from workflow.clock import business_now, wall_now
from workflow.db import IdSource, insert_ignoring
from workflow.folding import fold, name_sort_key
from workflow.organisation import account, agency, person

MOST = 500  # people of one batch: more would keep a browser waiting
INVITED = ("mailed", "by_hand")


@dataclass(frozen=True)
class Guest:
    """Somebody who could be invited; `outcome` is what sending would do. `until`: an earlier invitation still holds."""

    id: str
    name: str
    code: str
    unit_id: str | None
    email: str
    account_id: str | None
    login: str
    until: datetime | None
    outcome: str

    @property
    def seen(self) -> str:
        """What a page saw of earlier invitations: whoever is invited meanwhile is not invited again."""
        return self.until.isoformat() if self.until else ""


@dataclass(frozen=True)
class Sent:
    """What came of one; `link` is there once, where no letter could go."""

    person_id: str
    outcome: str
    link: str = ""


def guests(
    connection: sa.Connection, agency_id: str, active: Collection[str], *, by_admin: bool, mail: bool
) -> list[Guest]:
    """Everybody who works here and cannot sign in yet, by name; `mail`: letters leave this installation."""
    serves = sa.select(sa.func.count(sa.distinct(person.c.agency_id))).where(person.c.account_id == account.c.id)
    query = (
        sa.select(
            person.c.id, person.c.name, person.c.code, person.c.unit_id, person.c.email, person.c.account_id,
            account.c.login, account.c.email.label("account_email"), account.c.password_hash, account.c.disabled_at,
            account.c.is_admin, serves.correlate(account).scalar_subquery().label("agencies"),
            links.invited_until().label("until"), agency.c.code.label("agency"),
        )
        .join(agency, agency.c.id == person.c.agency_id)
        .outerjoin(account, account.c.id == person.c.account_id)
        .where(person.c.agency_id == agency_id, person.c.erased_at.is_(None))
    )  # fmt: skip
    rows = [row for row in connection.execute(query) if row.id in active and not row.password_hash]
    logins = _logins(connection, [row for row in rows if row.account_id is None])
    now = wall_now()
    found = []
    for row in rows:
        login = row.login or logins.get(row.id, "")
        outcome = _would(row, login, row.account_email or row.email, by_admin=by_admin, mail=mail)
        until = row.until if row.until and row.until > now else None
        found.append(Guest(row.id, row.name, row.code, row.unit_id, row.email, row.account_id, login, until, outcome))
    return sorted(found, key=lambda one: name_sort_key(one.name))


def _would(row: sa.Row, login: str, address: str, *, by_admin: bool, mail: bool) -> str:
    if row.account_id is not None and row.disabled_at is not None:
        return "locked"
    if row.account_id is not None and not by_admin and (row.agencies != 1 or row.is_admin):
        return "shared"
    if not login:
        return "login_taken"
    return "mailed" if mail and address and is_address(address) else "by_hand"


def _logins(connection: sa.Connection, rows: Sequence[sa.Row]) -> dict[str, str]:
    """A sign-in name for each who has none: the address, else the code, else the code after the agency's."""
    taken = set(connection.scalars(sa.select(account.c.login)))
    chosen = {}
    for row in rows:
        code = fold(row.code).replace(" ", "-")
        options = (row.email.strip().lower(), code, f"{row.agency}.{code}".lower())
        login = next((one for one in options if one and len(one) <= 120 and one not in taken), "")
        taken.add(login)
        chosen[row.id] = login
    return chosen


@dataclass(frozen=True)
class Batch:
    """The people ticked in one form; `seen`: person → what the form saw of earlier invitations."""

    agency_id: str
    id: str
    by: str
    seen: Mapping[str, str]
    language: str


def hold(connection: sa.Connection, agency_id: str, people: Collection[str]) -> None:
    """Whoever else invites one of these people waits, and then sees that they were invited."""
    mine = sa.select(person.c.id).where(person.c.agency_id == agency_id, person.c.id.in_(people))
    connection.execute(mine.order_by(person.c.id).with_for_update()).all()


def send(
    connection: sa.Connection, envelope: Envelope, new_id: IdSource, batch: Batch, everyone: Sequence[Guest]
) -> list[Sent] | None:
    """A link for each, by letter or to be handed over; None when this form was sent before: then `results` tells."""
    done = []
    for guest in everyone:
        if guest.id in batch.seen:
            outcome = guest.outcome if batch.seen[guest.id] == guest.seen else "meanwhile"
            row = {
                "id": new_id(), "agency_id": batch.agency_id, "batch": batch.id, "person_id": guest.id,
                "outcome": outcome, "made_by": batch.by, "made_at": business_now(connection),
            }  # fmt: skip
            added = insert_ignoring(connection, invitation).values(row).returning(invitation.c.id)
            if connection.scalar(added) is None:
                return None
            link = _invite(connection, envelope, new_id, batch, guest) if outcome in INVITED else ""
            done.append(Sent(guest.id, outcome, link if outcome == "by_hand" else ""))
    return done


def _invite(connection: sa.Connection, envelope: Envelope, new_id: IdSource, batch: Batch, guest: Guest) -> str:
    account_id = guest.account_id
    if account_id is None:
        account_id = changes.add_account(
            connection, login=guest.login, email=guest.email, new_id=new_id, language=batch.language
        )
        changes.change_person(connection, batch.agency_id, guest.id, {"account_id": account_id})
    token = links.invite(connection, new_id(), account_id, wall_now())
    link = link_to("sign_in.password", token=token)
    if guest.outcome == "mailed":
        order(connection, envelope, new_id, account_id, Word("invite", link=link))
    return link


def results(connection: sa.Connection, agency_id: str, batch: str) -> Sequence[sa.RowMapping]:
    """What came of a batch, for whoever asks again: person_id, outcome, made_by, made_at; no link is there any more."""
    mine = (invitation.c.agency_id == agency_id) & (invitation.c.batch == batch)
    return connection.execute(sa.select(invitation).where(mine).order_by(invitation.c.id)).mappings().all()
