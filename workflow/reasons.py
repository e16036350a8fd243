"""What an explanation is made of: parts with a heading, lines beneath, each a sentence and what it rests on.

One shape for pages, the command line and the interface; whoever explains fills it from what the deciding functions
return, so nothing is worked out a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from workflow.message import Message

Sign = Literal["", "yes", "no", "later"]
"""Whether a line speaks for, against, or will only be known later; most say neither."""


@dataclass(frozen=True)
class Line:
    """One sentence; `under` is what it rests on. `at` names what has an explanation of its own: (kind, reference)."""

    said: Message
    sign: Sign = ""
    under: tuple[Line, ...] = ()
    at: tuple[str, str] | None = None

    def all(self) -> Iterator[Line]:
        """This line and everything beneath it."""
        yield self
        for one in self.under:
            yield from one.all()


@dataclass(frozen=True)
class Part:
    """A question and its answer."""

    title: Message
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Why:
    """The explanation of one thing. `code`: the case it belongs to, where there is one."""

    kind: str  # item | person | deadline | refusal | case | start
    about: str
    title: Message
    parts: tuple[Part, ...]
    code: str = ""

    def lines(self) -> Iterator[Line]:
        """Every line there is."""
        for part in self.parts:
            for line in part.lines:
                yield from line.all()


def line(key: str, sign: Sign = "", under: tuple[Line, ...] = (), /, **params: Any) -> Line:
    """A line of a sentence's key."""
    return Line(Message(key, params), sign, under)


def part(key: str, *lines: Line) -> Part:
    """A part under the heading `explain.part.KEY`."""
    return Part(Message(f"explain.part.{key}"), lines)
