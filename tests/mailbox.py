"""A real SMTP server on loopback that keeps what it is given, or refuses as it is told to."""

from __future__ import annotations

import email
import email.policy
import threading
from collections import deque
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Letter:
    """One accepted message: who the envelope names, and what was in it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


@dataclass
class Mailbox:
    """Letters in order of arrival; `host` and `port` are where to send."""

    host: str = "127.0.0.1"
    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    _replies: deque[str] = field(default_factory=deque)
    _always: str | None = None
    _arrived: threading.Condition = field(default_factory=threading.Condition)
    _controller: Controller | None = None

    def start(self) -> None:
        """Listen on a free port."""
        from tests.servers import free_port

        self.port = self.port or free_port()
        self._controller = Controller(self, hostname=self.host, port=self.port, decode_data=False)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections from now on; `start` opens the same port again."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def answer(self, reply: str, times: int = 1) -> None:
        """Give this reply, such as `451 4.3.0 try later`, to the next messages instead of taking them."""
        self._replies.extend([reply] * times)

    def always_answer(self, reply: str | None) -> None:
        """Give this reply to every message; None takes messages again."""
        self._always = reply

    def wait_for(self, count: int, seconds: float = 10) -> list[Letter]:
        """The letters, once there are so many; an assertion error when the time is over."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.letters) >= count, seconds), (
                f"{len(self.letters)} letters instead of {count} after {seconds} s"
            )
            return list(self.letters)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """What aiosmtpd calls when a message is complete."""
        if reply := self._always or (self._replies.popleft() if self._replies else None):
            return reply
        content = envelope.content or b""
        message = email.message_from_bytes(
            content if isinstance(content, bytes) else content.encode(), policy=email.policy.default
        )
        with self._arrived:
            self.letters.append(Letter(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
            self._arrived.notify_all()
        return "250 2.0.0 taken"
