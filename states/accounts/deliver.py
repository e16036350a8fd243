"""Hands letters about accounts over to the mail server. Without one they are kept on the outbox page, the link left
out: the office reads that page, and a link there would be a key in the hall."""

from __future__ import annotations

from html import escape

import sqlalchemy as sa

from states.accounts.letters import TEMPLATE, WITH_LINK
from states.notices.deliver import Post, send_alone
from states.notices.letter import Letter, Recipient, Render
from states.sealed import Envelope
from workflow.db import Database
from workflow.message import Message
from workflow.organisation import account
from workflow.outbox import Claim, Finish, Handler


class AccountLetters:
    """Stands before the handler of notices and takes letters about accounts; at least once, like every letter."""

    def __init__(self, others: Handler, database: Database, envelope: Envelope, render: Render, post: Post) -> None:
        self._others = others
        self._database = database
        self._envelope = envelope
        self._render = render
        self._post = post

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """Deliver it. Raises what the mail server says, and KeyLost where the keys are not."""
        if claimed.payload.get("template") != TEMPLATE:
            self._others(claimed, finish)
            return
        letter = self._letter(claimed, with_link=self._post.server is not None)
        send_alone(self._database, self._post, letter, claimed, finish)

    def _letter(self, claimed: Claim, *, with_link: bool) -> Letter:
        said = dict(self._envelope.open(claimed.dedupe_key, claimed.payload["sealed"]))
        about, link = said["about"], said["link"]
        language = self._language(claimed)

        def say(key: str) -> str:
            return self._render(Message(key, said), language)

        told = [say("account_letter.greeting"), say(f"account_letter.{about}.text")]
        if about in WITH_LINK:
            told.append(link if with_link else say("account_letter.link_withheld"))
        closing = say(f"account_letter.{about}.end") if about in WITH_LINK else say("account_letter.not_you")
        after = [closing, say("notice.automatic")]
        shown = "".join(
            f'<p><a href="{escape(one)}">{escape(one)}</a></p>' if one == link and link else f"<p>{escape(one)}</p>"
            for one in (*told, *after)
        )
        return Letter(
            recipient=Recipient(said["name"], said["to"], language, person_id=claimed.payload.get("person_id")),
            subject=say(f"account_letter.{about}.subject"),
            before="\n\n".join(told),
            parts=(),
            after="\n\n".join(after),
            html=f"<!doctype html><html lang={language}><body>{shown}</body></html>",
        )

    def _language(self, claimed: Claim) -> str:
        with self._database.read() as connection:
            owner = account.c.id == claimed.recipient.removeprefix("account:")
            return connection.scalar(sa.select(account.c.language).where(owner)) or self._post.language
