"""What people want of the engine and what they get: actor, command, receipt; and the engine as its rooms see it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from workflow.catalogue import Catalogue
from workflow.db import Database
from workflow.draft import By, Draft
from workflow.facts import CaseFacts
from workflow.history import canonical
from workflow.registry import Registry
from workflow.starting import Beginning


@dataclass(frozen=True)
class Actor:
    """A signed-in person in one agency, and the entry they came by."""

    person_id: str
    agency_id: str
    channel: str = "page"  # page | api | cli | import


@dataclass(frozen=True)
class Receipt:
    """What became of a command; `repeated` when it had been done before under the same key."""

    case_id: str
    code: str
    event_seq: int
    case_version: int
    action: str
    state: str
    state_title: str
    repeated: bool = False


@dataclass(frozen=True)
class Command:
    """What an actor wants done to a case, as they saw it."""

    case_id: str
    action: str
    inputs: Mapping[str, Any]
    case_version: int
    item_id: str | None = None
    item_version: int | None = None
    key: str | None = None

    def digest(self) -> str:
        """What makes two requests under one key the same request."""
        return hashlib.sha256(canonical([self.case_id, self.action, self.item_id, dict(self.inputs)])).hexdigest()


class Changing(Protocol):
    """The engine as timers, messages and dates use it: state changes through these alone."""

    @property
    def database(self) -> Database: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def registry(self) -> Registry: ...

    def begin(
        self, beginning: Beginning, *, finish: Callable[[sa.Connection], bool] | None = None
    ) -> Receipt | None: ...

    def change(
        self,
        case_id: str,
        by: By,
        apply: Callable[[Draft], object],
        *,
        timer_id: str | None = None,
        finish: Callable[[sa.Connection], bool] | None = None,
    ) -> bool: ...

    def draft_for(self, connection: sa.Connection, facts: CaseFacts, by: By) -> Draft: ...
