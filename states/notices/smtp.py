"""Hands one message to a mail server: every wait is bounded, and a refusal is told apart from a bad moment."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Protocol

from workflow.outbox import Undeliverable

EACH_ANSWER = 10.0  # seconds
ALTOGETHER = 40.0  # seconds: shorter than the lease, also for a server that sends a byte a second


class Server(Protocol):
    """Where and how; `tls` is offered, required or always."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def tls(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...


class CannotEncrypt(Exception):
    """The server offers no TLS, and the settings require it."""


def hand_over(server: Server, *, sender: str, address: str, raw: bytes) -> None:
    """Returns when the server has taken the message.

    Raises Undeliverable for a 5xx about this recipient or this message, anything else for "try again later".
    """
    connection = _line(server)
    try:
        with _bounded(connection):
            _connect(connection, server)
            _secure(connection, server)
            connection.sendmail(sender, [address], raw)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = refused.recipients[address]
        _raise(code, words)
    except smtplib.SMTPDataError as refused:
        _raise(refused.smtp_code, refused.smtp_error)
    finally:
        _leave(connection)


def try_out(server: Server) -> None:
    """Reach it, encrypt and sign in as for a letter, and leave; raises what sending would raise."""
    connection = _line(server)
    try:
        with _bounded(connection):
            _connect(connection, server)
            _secure(connection, server)
    finally:
        _leave(connection)


class _Plain(smtplib.SMTP):
    """Not connected yet, so that the first word's wait can be cut too; the name is what a certificate must show."""

    def __init__(self, host: str) -> None:
        super().__init__(timeout=EACH_ANSWER)
        self._host = host


class _Encrypted(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(self, host: str) -> None:
        super().__init__(timeout=EACH_ANSWER, context=ssl.create_default_context())
        self._host = host


def _line(server: Server) -> smtplib.SMTP:
    return _Encrypted(server.host) if server.tls == "always" else _Plain(server.host)


def _connect(connection: smtplib.SMTP, server: Server) -> None:
    code, words = connection.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, words)


def _secure(connection: smtplib.SMTP, server: Server) -> None:
    connection.ehlo()
    if server.tls != "always" and connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    elif server.tls == "required":
        raise CannotEncrypt(f"{server.host} offers no STARTTLS")
    if server.user:
        connection.login(server.user, server.password)


def _raise(code: int, words: bytes | str) -> None:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if 500 <= code < 600:
        raise Undeliverable(f"{code} {said}")
    raise ConnectionError(f"{code} {said}")


@contextlib.contextmanager
def _bounded(connection: smtplib.SMTP) -> Iterator[None]:
    """Cut the line when the whole takes too long: each single answer may come in time and still never end."""

    def cut() -> None:
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    alarm = threading.Timer(ALTOGETHER, cut)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; what the server makes of it no longer matters: it took the message or it did not."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()
