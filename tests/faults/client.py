"""People at work over the JSON interface: each operation is sent again under its key until a server answers."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.cast import Cast
from tests.faults.ledger import Acknowledged, Ledger
from web.sign_in import tokens
from workflow.case import ask, case
from workflow.clock import wall_now
from workflow.db import uuid7
from workflow.organisation_changes import add_account, change_person

PATIENCE = 10.0  # seconds for one answer
DATABASE_AWAY = 60.0  # seconds
WORKERS = ("nominator", "head", "colleague1", "colleague2", "colleague3", "mentor", "office", "office2", "director",
           "clerk")  # fmt: skip
NO_ANSWER = (OSError, http.client.HTTPException)


class NotAllowed(Exception):
    """The plan refuses it: the key of the first reason."""


class Upload:
    """In an operation's inputs: a file to send first."""


DATE_AHEAD = "form.date_ahead"
"""The clock went back between filling a form and sending it: the day in it is still to come."""


@dataclass(frozen=True)
class Do:
    """One operation: to begin a case (`code` empty), to take an action, or to answer an ask (`ask_id`)."""

    who: str
    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    ask_id: str = ""
    about: str = ""


@dataclass
class Town:
    """Where the clients live: the cast with tokens, the servers' ports, the ledger; and what they saw."""

    cast: Cast
    ports: tuple[int, ...]
    ledger: Ledger
    tokens: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    unavailable: list[float] = field(default_factory=list)  # seconds until a 503 came
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def give_tokens(self) -> None:
        """Everybody who works gets a token of their own."""
        with self.cast.app.database.write() as connection:
            for name in WORKERS:
                person_id, agency_id = self.cast.people[name], self.cast.agency_id
                account_id = add_account(connection, login=name)
                change_person(connection, agency_id, person_id, {"account_id": account_id})
                owner = tokens.Owner(agency_id, person_id, account_id)
                self.tokens[name] = tokens.create(connection, uuid7(), owner, "máy", tokens.SCOPES, 7, wall_now())

    def perform(self, step: Do) -> Mapping[str, Any]:
        """Do it, however often it must be sent; its receipt, which is in the ledger by then."""
        key, tries = uuid7(), 0
        inputs = self.sent(step.who, step.inputs)
        while True:
            tries += 1
            status, told = self._post(step, key, inputs)
            if status in (200, 201):
                self._acknowledge(step, key, told, tries)
                return told
            if status == 403 or (status == 422 and told["reasons"][0]["key"] == DATE_AHEAD):
                raise NotAllowed(told["reasons"][0]["key"])
            if status not in (0, 409, 412, 503):
                raise AssertionError(f"{step}: {status} {told}")

    def try_once(self, step: Do, key: str) -> int:
        """One attempt, its inputs sent already; the status. A yes is in the ledger, once."""
        status, told = self._post(step, key, step.inputs)
        if status in (200, 201) and not told.get("repeated"):
            self._acknowledge(step, key, told, 1)
        return status

    def row(self, code: str) -> Any:
        """A case as it stands."""
        return self.read(lambda connection: connection.execute(sa.select(case).where(case.c.code == code)).one())

    def child(self, code: str) -> str:
        """The code of the case that this one started; empty as long as there is none."""
        begun = sa.select(case.c.code).where(case.c.parent_id == self.row(code).id, case.c.process == "merit_request")
        return self.read(lambda connection: connection.scalar(begun)) or ""

    def open_ask(self, code: str, name: str) -> Any:
        """An ask of a case that waits for its answer."""
        mine = sa.select(ask.c.id).where(ask.c.case_id == self.row(code).id, ask.c.name == name)
        return self.read(lambda connection: connection.scalar(mine.where(ask.c.status == "open")))

    def read(self, ask_it: Callable[[sa.Connection], Any]) -> Any:
        """What the database says, as soon as there is one again."""
        stop = time.monotonic() + DATABASE_AWAY
        while True:
            try:
                with self.cast.app.database.read() as connection:
                    return ask_it(connection)
            except (sa.exc.DBAPIError, sa.exc.TimeoutError):
                if time.monotonic() > stop:
                    raise
                time.sleep(0.2)

    def _acknowledge(self, step: Do, key: str, told: Mapping[str, Any], tries: int) -> None:
        person_id = self.cast.people[step.who]
        self.ledger.acknowledge(Acknowledged(key, person_id, step.name, told["code"], told["event_seq"], tries))

    def sent(self, who: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs with every file sent."""
        return {name: self._sent(who, value) for name, value in inputs.items()}

    def _sent(self, who: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._sent(who, one) for one in value]
        if value is not Upload:
            return value
        paper = FileStorage(BytesIO(f"%PDF-1.7 {uuid7()}".encode()), "giay-to.pdf", content_type="application/pdf")
        boundary, content = encode_multipart({"file": paper})
        while True:
            headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
            status, told = self._call(who, "/files", content, headers)
            if status == 201:
                return told["id"]
            assert status in (0, 503), f"upload: {status} {told}"

    def _post(self, step: Do, key: str, inputs: Mapping[str, Any]) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if step.ask_id:
            path, content = f"/asks/{step.ask_id}/answer", {"inputs": inputs}
            headers["If-Match"] = "1"
        elif step.code:
            path, content = f"/cases/{step.code}/actions/{step.name}", {"inputs": inputs}
            headers["If-Match"] = str(self.row(step.code).version)
        else:
            other = {"kind": "person", "name": step.about, "unit": "cntt"}
            path = "/cases"
            content = {"process": "nominee", "action": step.name, "about": {"other": other}, "inputs": inputs}
        return self._call(step.who, path, json.dumps(content).encode(), headers)

    def _call(self, who: str, path: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Status and body; status 0 when nobody answered to the end."""
        port, begun = self.ports[next(self._turns) % len(self.ports)], time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            every = {"Authorization": f"Bearer {self.tokens[who]}", **headers}
            connection.request("POST", f"/api/v1{path}", content, every)
            answer = connection.getresponse()
            status, told = answer.status, json.loads(answer.read())
        except NO_ANSWER:
            status, told = 0, None
            time.sleep(0.05)
        finally:
            connection.close()
        self.statuses[str(status or "no answer")] += 1
        if status == 503:
            self.unavailable.append(time.monotonic() - begun)
            time.sleep(0.2)
        return status, told
