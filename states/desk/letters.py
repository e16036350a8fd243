"""The outbox's handler for the desk: a notice to a role without sign-ins becomes a draft, a sent draft a mail."""

from __future__ import annotations

from html import escape
from typing import Any

import sqlalchemy as sa

from states.desk import tidying, writing
from states.desk.addressees import addressee_of
from states.desk.model import SENDING, letter
from states.desk.truth import HELD, against
from states.notices import log, smtp
from states.notices.compose import Composer
from states.notices.deliver import Post
from states.notices.facts import Facts
from states.notices.letter import Dropped, Letter, Recipient, Render, Section
from states.notices.mail import build
from states.subjects.model import subject
from workflow.case import case
from workflow.catalogue import Catalogue
from workflow.clock import wall_now
from workflow.db import Database
from workflow.message import Message
from workflow.organisation import agency, person
from workflow.outbox import Claim, Finish, Handler, LeaseLost


class DeskLetters:
    """Stands before the handler of notices. Drafting is exactly once, mailing at least once (same Message-ID)."""

    def __init__(
        self, others: Handler, database: Database, catalogue: Catalogue, facts: Facts, render: Render, post: Post
    ) -> None:
        self._others = others
        self._database = database
        self._catalogue = catalogue
        self._facts = facts
        self._render = render
        self._post = post

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """Deliver it. Raises what the mail server says."""
        kind, _, ident = claimed.recipient.partition(":")
        if kind == "desk":
            self._draft(claimed, ident, finish)
        elif kind == "letter":
            self._send(claimed, ident, finish)
        else:
            self._others(claimed, finish)

    def _draft(self, claimed: Claim, role: str, finish: Finish) -> None:
        section = self._facts.section(claimed, self._post.language)
        row = None if isinstance(section, Dropped) else self._row(claimed, role, section)
        with self._database.write() as connection:
            if not finish(connection):
                raise LeaseLost
            if isinstance(section, Dropped):
                log.dropped(connection, claimed, section)
            elif row is not None:
                writing.lock_cases(connection, sa.select(sa.literal(row["case_id"])))
                writing.draft(connection, row)
                tidying.follow(connection, self._catalogue, row["agency_id"], row["case_id"])

    def _row(self, claimed: Claim, role: str, section: Section) -> dict[str, Any]:
        told, language = claimed.payload, self._post.language
        known = self._facts.role(claimed, role)
        with self._database.read() as connection:
            about = connection.execute(_ABOUT.where(case.c.id == section.case_id)).one()
            whom = addressee_of(connection, known or role, about)
        addressee = whom.name
        composer = Composer(self._render, agency_name=about.agency_name, contact=self._post.contact)
        subject_line = composer.letter(Recipient(addressee, "", language), [section]).subject
        return {
            "agency_id": claimed.agency_id, "case_id": section.case_id, "unit_id": about.unit_id,
            "process": about.process, "role": role, "template": told.get("template", "told"),
            "verb": told.get("verb", "act"), "action": told.get("action", ""), "event_seq": told.get("event_seq", 0),
            "ask_id": told.get("asked"), "headline": str(section.headline)[:300], "addressee": addressee,
            "language": language, "message_id": claimed.id,
            "address": whom.address,
            "subject": subject_line, "text": self._text(section, addressee, about.agency_name),
        }  # fmt: skip

    def _text(self, section: Section, addressee: str, agency_name: str) -> str:
        """As a letter reads; no link, because whoever gets it may have no sign-in."""
        say = self._say
        rows = [f"- {say(label)}: {self._read(content)}" for label, content in section.rows]
        contact = {"contact": self._post.contact or agency_name, "codes": section.code}
        parts = [
            say("notice.greeting", name=addressee), "\n".join([str(section.headline), *rows]),
            say("notice.contact", **contact),
        ]  # fmt: skip
        return "\n\n".join(parts)

    def _say(self, key: str, **params: Any) -> str:
        return self._render(Message(key, params), self._post.language)

    def _read(self, content: Message | str) -> str:
        return content if isinstance(content, str) else self._render(content, self._post.language)

    def _send(self, claimed: Claim, letter_id: str, finish: Finish) -> None:
        """A last look at the case, then to the mail server; without one it waits to be handed over on paper."""
        with self._database.read() as connection:
            mine = sa.select(letter).where(letter.c.agency_id == claimed.agency_id, letter.c.id == letter_id)
            row = connection.execute(mine).mappings().one()
            why = against(connection, self._catalogue, [row]).get(letter_id, "") if row["status"] == SENDING else "gone"
        whole = _letter(row)
        if not why and self._post.server is not None:
            raw = build(whole, sender=self._post.sender, message_id=claimed.id, at=wall_now())
            smtp.hand_over(self._post.server, sender=self._post.sender, address=row["address"], raw=raw)
        with self._database.write() as connection:
            if not finish(connection):
                raise LeaseLost
            if why == HELD:
                writing.put_back(connection, row)
            elif why and why != "gone":
                writing.stopped(connection, row, why)
            elif not why:
                writing.delivered(connection, row, mailed=self._post.server is not None)


def _letter(row: Any) -> Letter:
    """As it goes: the words that were approved, and nothing more."""
    page = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in row["text"].split("\n\n"))
    return Letter(
        recipient=Recipient(row["addressee"], row["address"], row["language"]), subject=row["subject"],
        before=row["text"], parts=(), after="", thread="",
        html=f'<!doctype html><html lang="{escape(row["language"])}"><body>{page}</body></html>',
    )  # fmt: skip


_ABOUT = (
    sa.select(
        case.c.agency_id, case.c.label, case.c.unit_id, case.c.process, agency.c.name.label("agency_name"),
        person.c.email,
    )
    .select_from(
        case.join(agency, agency.c.id == case.c.agency_id)
        .outerjoin(subject, sa.and_(subject.c.agency_id == case.c.agency_id, subject.c.id == case.c.subject_id))
        .outerjoin(person, sa.and_(person.c.agency_id == case.c.agency_id, person.c.id == subject.c.person_id))
    )
)  # fmt: skip
