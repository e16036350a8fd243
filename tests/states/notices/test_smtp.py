"""Mail servers as they are: gone, silent, slow, refusing now or for good, with and without encryption."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from config.settings import MailServer
from states.notices import smtp
from tests.mailbox import Mailbox
from tests.servers import free_port
from workflow.outbox import Undeliverable

RAW = b"Subject: x\r\n\r\nhello\r\n"


def hand_over(host: str, port: int, tls: str = "offered", user: str = "") -> None:
    smtp.hand_over(MailServer(host, port, tls, user, "secret"), sender="a@so.example", address="b@so.example", raw=RAW)


class Silent:
    """Takes connections and says what it is told, one byte every so often."""

    def __init__(self, words: bytes, pause: float) -> None:
        self.words, self.pause = words, pause
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        connection, _ = self.listening.accept()
        with connection:
            for byte in self.words:
                if self.over.wait(self.pause):
                    return
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
            self.over.wait(20)

    def stop(self) -> None:
        self.over.set()
        self.listening.close()
        self.thread.join(5)


@pytest.fixture
def silent(monkeypatch) -> Iterator:
    monkeypatch.setattr(smtp, "EACH_ANSWER", 0.5)
    monkeypatch.setattr(smtp, "ALTOGETHER", 1.0)
    made: list[Silent] = []

    def make(words: bytes = b"", pause: float = 0.0) -> Silent:
        made.append(Silent(words, pause))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_a_message_arrives(smtp_server: Mailbox):
    hand_over(smtp_server.host, smtp_server.port)
    [letter] = smtp_server.wait_for(1)
    assert letter.recipients == ("b@so.example",)


@pytest.mark.parametrize("reply", ["550 5.1.1 nobody", "554 5.7.1 spam"])
def test_a_refusal_for_good_is_told_apart(smtp_server: Mailbox, reply):
    smtp_server.answer(reply)
    with pytest.raises(Undeliverable, match=reply[:3]):
        hand_over(smtp_server.host, smtp_server.port)


@pytest.mark.parametrize("reply", ["421 4.3.2 closing", "451 4.3.0 later", "452 4.2.2 full"])
def test_a_bad_moment_is_not_for_good(smtp_server: Mailbox, reply):
    smtp_server.answer(reply)
    with pytest.raises(OSError, match=reply[:3]):
        hand_over(smtp_server.host, smtp_server.port)


def test_nobody_listens():
    with pytest.raises(ConnectionRefusedError):
        hand_over("127.0.0.1", free_port())


def test_a_server_that_says_nothing_is_left(silent):
    started = time.monotonic()
    with pytest.raises(OSError):
        hand_over("127.0.0.1", silent().port)
    assert time.monotonic() - started < 3


def test_a_server_that_drips_is_left(silent):
    started = time.monotonic()
    with pytest.raises(OSError):
        hand_over("127.0.0.1", silent(b"220 hello\r\n250-" + b"x" * 1000, pause=0.05).port)
    assert time.monotonic() - started < 4


def test_a_server_that_never_ends_its_first_word_is_left(silent):
    started = time.monotonic()
    with pytest.raises(OSError):
        hand_over("127.0.0.1", silent(b"220-" + b"x" * 1000, pause=0.05).port)
    assert time.monotonic() - started < 4


def test_encryption_that_is_required_and_not_offered_sends_nothing(smtp_server: Mailbox):
    with pytest.raises(smtp.CannotEncrypt):
        hand_over(smtp_server.host, smtp_server.port, "required", user="me")
    assert smtp_server.letters == []


def test_no_plain_words_to_a_server_that_should_speak_tls(smtp_server: Mailbox):
    with pytest.raises((ssl.SSLError, OSError)):
        hand_over(smtp_server.host, smtp_server.port, "always")
    assert smtp_server.letters == []
