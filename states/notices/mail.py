"""A letter as bytes for a mail server; what a user wrote can fill a header, never make one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime

from states.notices.letter import Letter
from workflow.outbox import Undeliverable

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9._%+'-]+@{_LABEL}(?:\.{_LABEL})*")
_BODY_HEADERS = {"mime-version", "content-type", "content-transfer-encoding"}


def build(letter: Letter, *, sender: str, message_id: str, at: datetime) -> bytes:
    """The message, its headers proven to be exactly those meant. `message_id` stays the same in every try.

    Raises Undeliverable for an address or a header that cannot be.
    """
    domain = checked_address(sender).rpartition("@")[2]
    headers = {
        "Subject": header_text(letter.subject),
        "From": sender,
        "To": checked_address(letter.recipient.address),
        "Date": format_datetime(at),
        "Message-ID": f"<{message_id}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.thread:
        headers |= dict.fromkeys(("In-Reply-To", "References"), f"<case-{letter.thread}@{domain}>")
    message = EmailMessage(policy=SMTP)
    for name, value in headers.items():
        if name != "Subject":
            message[name] = value
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    return _proven(_subject(headers["Subject"]) + message.as_bytes(), headers)


def _subject(text: str) -> bytes:
    """The line as encoded words: folding it, EmailMessage loses a space of one Vietnamese subject in fourteen."""
    words = Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {words}\r\n".encode("ascii")


def checked_address(address: str) -> str:
    """A plain address without a display name. Raises Undeliverable."""
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise Undeliverable(f"not an e-mail address: {address[:80]!r}")
    return address


def header_text(text: str) -> str:
    """One line of visible characters in which no encoded word can begin (CVE-2024-6923)."""
    visible = "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text)
    while "=?" in visible:
        visible = visible.replace("=?", "= ?")
    return " ".join(visible.split())[:200]


def _proven(raw: bytes, meant: Mapping[str, str]) -> bytes:
    read = BytesParser(policy=default).parsebytes(raw)
    names = [name.lower() for name in read.keys() if name.lower() not in _BODY_HEADERS]  # noqa: SIM118 - repeats count
    if names != [name.lower() for name in meant] or str(read["Subject"]) != meant["Subject"]:
        raise Undeliverable("the headers are not those meant")
    if str(read["To"]) != meant["To"]:
        raise Undeliverable("the recipient is not the one meant")
    return raw
