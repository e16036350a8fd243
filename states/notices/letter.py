"""What a letter says, before it is text: one section per notice, several of one person in one letter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from workflow.message import Message

Render = Callable[[Message, str], str]
"""(message, language) → sentence."""

_DOT_OR_SCHEME = re.compile(r"(?<=\w)\.(?=\w)|:(?=//)|@(?=\w)")


@dataclass(frozen=True)
class Places:
    """Where the pages are; a test resolves each path in the web's own routes."""

    base_url: str
    item: str = "/viec/{item_id}"
    case: str = "/ho-so/{code}"
    run: str = "/chay-nen/{run_id}"

    def of_item(self, item_id: str) -> str:
        """The page a work item is decided on. It only shows: no GET ever decides."""
        return self.base_url + self.item.format(item_id=item_id)

    def of_case(self, code: str) -> str:
        """The page of a case."""
        return self.base_url + self.case.format(code=quote(code, safe=""))

    def of_run(self, run_id: str) -> str:
        """The page of long work and what came of it."""
        return self.base_url + self.run.format(run_id=run_id)


@dataclass(frozen=True)
class Recipient:
    """Whom a letter is for. `desk`: a role whose letters the clerk hands over; it has no address."""

    name: str
    address: str
    language: str
    person_id: str | None = None
    desk: str = ""
    pace: str = "at_once"


@dataclass(frozen=True)
class Section:
    """One notice, worked out: `rows` are (label key, content) in the order they are read."""

    tag: str  # catalogue key of what stands in brackets in the subject
    case_id: str | None
    item_id: str | None
    code: str
    label: str
    headline: str | Message
    rows: tuple[tuple[str, Message | str], ...]
    link: str
    button: str  # catalogue key
    due_on: date | None = None
    due_at: datetime | None = None
    closing: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A finished letter. `parts` are the texts of its sections in order, for the page and for erasure."""

    recipient: Recipient
    subject: str
    before: str
    parts: tuple[tuple[Section, str], ...]
    after: str
    html: str
    thread: str = ""  # the case whose letters belong together; empty for a digest

    @property
    def text(self) -> str:
        """The whole letter as plain text."""
        return "\n\n".join(part for part in (self.before, *(text for _, text in self.parts), self.after) if part)


@dataclass(frozen=True)
class Dropped:
    """A notice that would no longer be true or wanted, and why."""

    reason: str  # item_closed | not_theirs | case_gone | left | superseded | held | run_…
    details: Mapping[str, Any] = field(default_factory=dict)


def quiet(text: str) -> str:
    """What a person wrote, such that no mail program makes a link of it: invisible breaks, same letters."""
    return _DOT_OR_SCHEME.sub(lambda found: found.group() + "\u200b", text)
