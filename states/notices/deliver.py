"""The outbox's kind `notice`: one person's waiting notices become one letter, mailed or kept to be read."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from states.notices import log, smtp
from states.notices.compose import Composer
from states.notices.facts import Facts
from states.notices.letter import Dropped, Letter, Recipient, Render, Section
from states.notices.mail import build
from states.notices.pace import AT_ONCE, DAILY, mail_pace, put_off_until
from states.notices.smtp import Server
from states.push.deliver import announce
from workflow import outbox
from workflow.clock import business_now, wall_now
from workflow.db import Database
from workflow.organisation import account, agency, person
from workflow.outbox import Claim, Finish, LeaseLost

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """How letters leave: by a mail server, or, without one, onto the outbox page."""

    server: Server | None
    sender: str
    language: str
    contact: str = ""


class Notices:
    """Callable as an outbox handler; at least once outside (same Message-ID), exactly once on the page."""

    def __init__(self, database: Database, facts: Facts, render: Render, post: Post) -> None:
        self._database = database
        self._facts = facts
        self._render = render
        self._post = post

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """Tell it, with all else that waits for the same recipient. Raises what the mail server says."""
        together = outbox.claim_with(self._database, claimed)
        try:
            self._tell([claimed, *together], claimed, finish)
        except Exception:
            with self._database.write() as connection:
                for other in together:
                    outbox.postpone(connection, other, 0)
            raise

    def _tell(self, claims: Sequence[Claim], head: Claim, finish: Finish) -> None:
        recipient, agency_name = self._recipient(head)
        worked_out = _latest_only(list(self._worked_out(claims, head, recipient.language)))
        said = [(one, section) for one, section in worked_out if isinstance(section, Section)]
        if until := self._put_off_until(recipient, said):
            self._put_off(worked_out, until)
            return
        letter = None
        if said:
            composer = Composer(self._render, agency_name=agency_name, contact=self._post.contact)
            letter = composer.letter(recipient, [section for _, section in said])
        mailed = letter is not None and self._mail(head, letter)
        with self._database.write() as connection:
            self._end(connection, claims, head, finish)
            for one, section in worked_out:
                if isinstance(section, Dropped):
                    log.dropped(connection, one, section)
            if letter is not None and recipient.person_id:
                announce(connection, head.agency_id, recipient.person_id, head.id, len(said))
            if letter is not None and mailed:
                log.sent(connection, head, letter, [one for one, _ in said])
            elif letter is not None:
                log.kept(connection, head, letter, why=self._why_kept(recipient))

    def _put_off_until(self, recipient: Recipient, said: Sequence[tuple[Claim, Section]]) -> datetime | None:
        if recipient.pace != DAILY or not said or self._why_kept(recipient):
            return None
        with self._database.read() as connection:
            calendar, now = self._facts.calendar(connection, said[0][0].agency_id), business_now(connection)
        return put_off_until(calendar, now, [one.not_before for one, _ in said], [section for _, section in said])

    def _put_off(self, worked_out: Sequence[tuple[Claim, Section | Dropped]], until: datetime) -> None:
        """What is to be said waits for the morning; what is not to be said ends here."""
        with self._database.write() as connection:
            for one, section in worked_out:
                if isinstance(section, Section):
                    outbox.put_off(connection, one, until)
                elif outbox.finish(connection, one):
                    log.dropped(connection, one, section)

    def _worked_out(
        self, claims: Sequence[Claim], head: Claim, language: str
    ) -> Iterator[tuple[Claim, Section | Dropped]]:
        """One that cannot be said fails alone: or it would take down every letter it might have gone with."""
        for one in claims:
            try:
                with self._database.snapshot():
                    section = self._facts.section(one, language)
                yield one, section
            except Exception as failure:
                if one is head or isinstance(failure, sa.exc.DBAPIError):
                    raise
                _log.warning("message %s cannot be said, the others are: %r", one.id, failure)
                with self._database.write() as connection:
                    outbox.fail(connection, one, repr(failure))

    def _end(self, connection: sa.Connection, claims: Sequence[Claim], head: Claim, finish: Finish) -> None:
        if not finish(connection):
            raise LeaseLost
        for other in claims:
            if other is not head:
                outbox.finish(connection, other)

    def _mail(self, head: Claim, letter: Letter) -> bool:
        """False when there is nothing to mail with or to."""
        if self._why_kept(letter.recipient):
            return False
        server, sender = self._post.server, self._post.sender
        assert server is not None
        raw = build(letter, sender=sender, message_id=head.id, at=wall_now())
        smtp.hand_over(server, sender=sender, address=letter.recipient.address, raw=raw)
        return True

    def _why_kept(self, recipient: Recipient) -> str:
        if recipient.desk:
            return "desk"
        if self._post.server is None:
            return "no_server"
        return "" if recipient.address else "no_address"

    def _recipient(self, claimed: Claim) -> tuple[Recipient, str]:
        """Whom it is for, and the agency's name."""
        kind, _, ident = claimed.recipient.partition(":")
        with self._database.read() as connection:
            name = connection.scalar(sa.select(agency.c.name).where(agency.c.id == claimed.agency_id)) or ""
            if kind == "desk":
                return Recipient(name, "", self._post.language, desk=self._facts.role_title(claimed, ident)), name
            row = connection.execute(_PERSON.where(person.c.agency_id == claimed.agency_id, person.c.id == ident)).one()
        language = row.language or self._post.language
        address = row.email or row.account_email or ""
        return Recipient(row.name, address, language, person_id=ident, pace=row.pace or AT_ONCE), name


def send_alone(database: Database, post: Post, letter: Letter, claimed: Claim, finish: Finish) -> None:
    """A letter that goes with no other: mailed, or kept where there is no server. Raises what the mail server says."""
    if post.server is not None:
        raw = build(letter, sender=post.sender, message_id=claimed.id, at=wall_now())
        smtp.hand_over(post.server, sender=post.sender, address=letter.recipient.address, raw=raw)
    with database.write() as connection:
        if not finish(connection):
            raise LeaseLost
        if post.server is None:
            log.kept(connection, claimed, letter, why="no_server")
        else:
            log.sent(connection, claimed, letter, [claimed])


_PERSON = sa.select(
    person.c.name, person.c.email, account.c.language, mail_pace.c.pace, account.c.email.label("account_email")
).select_from(
    person.outerjoin(account, account.c.id == person.c.account_id).outerjoin(
        mail_pace, mail_pace.c.account_id == account.c.id
    )
)


def _latest_only(worked_out: list[tuple[Claim, Section | Dropped]]) -> list[tuple[Claim, Section | Dropped]]:
    """Of several notices about one item only the last is said: the others are what it was before."""
    last = {one.payload.get("item_id"): one.id for one, section in worked_out if isinstance(section, Section)}
    return [
        (one, section)
        if isinstance(section, Dropped) or not section.item_id or last[section.item_id] == one.id
        else (one, Dropped("superseded"))
        for one, section in worked_out
    ]
