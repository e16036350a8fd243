"""A running Sở: the real commands over a database of its own, its people at work, its mail, its clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dev import ROOT
from tests.cast import Cast
from tests.journeys.hands import PASSWORD, Hand, Pages, Script
from tests.mailbox import Mailbox
from tests.servers import die_with_parent, free_port
from web.sign_in import tokens
from web.sign_in.passwords import hash_password
from workflow import outbox, timers
from workflow.clock import business_now, local_date, wall_now
from workflow.db import uuid7
from workflow.organisation_changes import add_account, change_person

EMBEDDED: tuple[tuple[str, ...], ...] = (("up",),)
APART: tuple[tuple[str, ...], ...] = (("web",), ("worker", "--concurrency", "2"), ("clock",))
SECRET = "0123456789abcdef" * 4
SOON = 20.0  # seconds in which what must happen by itself has happened


def until(condition: Callable[[], Any], what: str, seconds: float = SOON) -> Any:
    """Wait for it and give it; an assertion error when the time is over."""
    stop = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < stop, f"not within {seconds} s: {what}"
        time.sleep(0.03)
    return found


@dataclass
class Installation:
    """One agency's installation, running. Its clock is shared and only goes forward."""

    cast: Cast
    mailbox: Mailbox
    folder: Path
    commands: tuple[tuple[str, ...], ...]
    broker_url: str = ""
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _hands: dict[tuple[type, str], Hand] = field(default_factory=dict)
    _accounts: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Everybody gets an account; the commands start; return when a page answers."""
        known = hash_password(PASSWORD)  # one for all: making it is slow on purpose
        with self.cast.app.database.write() as connection:
            for name, person_id in self.cast.people.items():
                self._accounts[name] = add_account(connection, login=name, password_hash=known)
                change_person(connection, self.cast.agency_id, person_id, {"account_id": self._accounts[name]})
        for command in self.commands:
            with (self.folder / f"{command[0]}.log").open("ab") as log:
                self.processes[command[0]] = subprocess.Popen(
                    [sys.executable, "-m", "web.cli", *command], cwd=ROOT, env=self._environment(), stdout=log,
                    stderr=log, preexec_fn=die_with_parent(),
                )  # fmt: skip
        until(self._answers, "a page", 60)

    def stop(self) -> str:
        """Tell all to stop; what they wrote."""
        for process in self.processes.values():
            process.terminate()
        for name, process in self.processes.items():
            assert process.wait(20) == 0, f"{name} ended with {process.returncode}: {self.log()}"
        return self.log()

    def log(self) -> str:
        """What the processes wrote."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def hand(self, kind: type, name: str) -> Hand:
        """This person's browser or script, signed in once."""
        if (kind, name) not in self._hands:
            made = Pages(self.address, name) if kind is Pages else Script(self.address, self._token(name))
            self._hands[kind, name] = made
        return self._hands[kind, name]

    def page(self, name: str, path: str) -> str:
        """What this person reads there."""
        browser = self.hand(Pages, name)
        assert isinstance(browser, Pages)
        return browser.read(path)

    @property
    def today(self) -> date:
        """The day it is there."""
        return local_date(self.cast.now())

    def passes(self, **delta: float) -> None:
        """Time passes, and everything that came due is done: by the clock and the hands, nobody else."""
        self.cast.later(**delta)
        until(self.quiet, f"rest; {self.log()[-2000:]}")

    def quiet(self) -> bool:
        """No timer is due, and nothing is on its way between cases; mail may be."""
        with self.cast.app.database.read() as connection:
            waiting = sa.and_(outbox.outbox.c.status.in_(outbox.UNFINISHED), outbox.outbox.c.kind != "notice")
            ripe = sa.select(outbox.outbox.c.id).where(waiting, outbox.outbox.c.not_before <= business_now(connection))
            return connection.scalar(ripe.limit(1)) is None and not timers.due(connection, 1)

    def mail_is_out(self) -> None:
        """Every letter that may go has gone, and none is in somebody's hands."""
        rows = outbox.outbox.c
        in_hands = sa.select(rows.id).where(rows.kind == outbox.NOTICE, rows.status == "leased").limit(1)

        def out() -> bool:
            with self.cast.app.database.read() as connection:
                return not outbox.due_ids(connection, 1, notices=True) and connection.scalar(in_hands) is None

        until(out, "the mail is out")

    def letters(self, name: str, code: str) -> list[str]:
        """What this person's letters that name a case say, subject and text."""
        own = [one.message for one in list(self.mailbox.letters) if f"{name}@so.example" in one.recipients]
        texts = [f"{one['Subject']}\n{one.get_body(('plain',)).get_content()}" for one in own]
        return [text for text in texts if code in text]

    def _token(self, name: str) -> str:
        owner = tokens.Owner(self.cast.agency_id, self.cast.people[name], self._accounts[name])
        with self.cast.app.database.write() as connection:
            return tokens.create(connection, uuid7(), owner, "máy", tokens.SCOPES, 7, wall_now())

    def _answers(self) -> bool:
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} ended: {self.log()[-2000:]}"
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{self.address}/dang-nhap"):
                return True
        except urllib.error.URLError:
            return False

    def _environment(self) -> Mapping[str, str]:
        files = str(self.folder / "files")
        given = {
            "DATABASE_URL": self.cast.app.database.url.render_as_string(hide_password=False), "FILES": files,
            "PORT": str(self.port), "VAR": str(self.folder), "SECRET_KEY": SECRET, "MAIL_FROM": "so@so.example",
            "SMTP_URL": f"smtp://{self.mailbox.host}:{self.mailbox.port}", "STRICT_TEXTS": "1",
            "REHEARSAL": "1", "OFFICE": "none",  # a minute of LibreOffice, about which no journey asks
        }  # fmt: skip
        if self.broker_url:
            given["BROKER_URL"] = self.broker_url
        others = {key: value for key, value in os.environ.items() if not key.startswith("NEUGUONG_")}
        return others | {f"NEUGUONG_{key}": value for key, value in given.items()}
