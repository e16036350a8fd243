"""An anchor by mail, to whoever keeps it out of this installation's reach; without a server, on the outbox page."""

from __future__ import annotations

from datetime import date
from html import escape

from states.notices.deliver import Post, send_alone
from states.notices.letter import Letter, Recipient, Render
from workflow.anchors import LETTER
from workflow.db import Database
from workflow.message import Message
from workflow.outbox import Claim, Finish, Handler


class AnchorLetters:
    """Stands before the handler of notices and takes the anchors' letters; at least once, like every letter."""

    def __init__(self, others: Handler, database: Database, render: Render, post: Post) -> None:
        self._others = others
        self._database = database
        self._render = render
        self._post = post

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """Deliver it. Raises what the mail server says."""
        if claimed.payload.get("template") != LETTER:
            self._others(claimed, finish)
            return
        send_alone(self._database, self._post, self._letter(claimed), claimed, finish)

    def _letter(self, claimed: Claim) -> Letter:
        told, language = claimed.payload, self._post.language
        address = claimed.recipient.removeprefix("address:")
        facts = {"number": told["number"], "day": date.fromisoformat(told["day"]), "seals": told["seals"]}
        before = self._render(Message("notice.anchor.text", facts), language)
        line = "\n".join(told["line"].split(" "))
        after = self._render(Message("notice.anchor.keep"), language)
        page = "".join(f"<p>{escape(part)}</p>" for part in (before, after))
        return Letter(
            recipient=Recipient(address, address, language),
            subject=self._render(Message("notice.anchor.subject", facts), language),
            before=f"{before}\n\n{line}",
            parts=(),
            after=after,
            html=f"<!doctype html><html lang={language}><body>{page}<pre>{escape(line)}</pre></body></html>",
        )
