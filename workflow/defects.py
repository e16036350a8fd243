"""What is wrong with a plan's files: a sentence, the line, the nearest right name, the way that shows it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflow.defect_kinds import KINDS, REMARKS, checked
from workflow.definition import Definition
from workflow.message import Message


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A line of a file, counted from 1; `file` is as the plan's folder names it."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Defect:
    """One reason to refuse. `at` is its address in the definition of `process`; `path` the moves that lead to it.

    `used`: where a shared value is asked for that is wrong where it is written.
    """

    message: Message
    at: tuple[str, ...] = ()
    place: Place | None = None
    path: tuple[str, ...] = ()
    process: str = ""
    used: Place | None = None

    @property
    def key(self) -> str:
        """The kind of defect, without the catalogue's prefix."""
        return self.message.key.removeprefix("definition.")

    @property
    def told(self) -> Message:
        """The cause with what helps to mend it: the path, the nearest name or the known ones."""
        params, told = self.message.params, self.message
        if params.get("nearest"):
            told = Message("definition.with_nearest", {"what": told, "nearest": params["nearest"]})
        elif params.get("known"):
            told = Message("definition.with_known", {"what": told, "known": params["known"]})
        if self.used:
            told = Message("definition.with_use", {"what": told, "place": str(self.used)})
        if self.path:
            told = Message("definition.with_path", {"what": told, "path": " → ".join(self.path)})
        return told

    @property
    def line(self) -> Message:
        """The whole line for an author: where, and what is told of it."""
        return Message("definition.line", {"place": self.where, "what": self.told})

    @property
    def where(self) -> str:
        """FILE:LINE, or the address in the definition while the line is not known."""
        return str(self.place or ".".join(self.at) or "plan")

    def __str__(self) -> str:
        """For developers; people are shown `line`."""
        path = f"; path: {' → '.join(self.path)}" if self.path else ""
        return f"{self.where}: {self.message}{path}"


def defect(key: str, at: tuple[str, ...] = (), path: Iterable[str] = (), **params: object) -> Defect:
    """A defect of a known kind, at an address of the definition."""
    return Defect(_message(key, params), at, path=tuple(path))


class DefinitionError(Exception):
    """A plan that may not be used: every defect found, in the order of the files.

    `definitions`: its processes, where they could be read: what a path of a defect can be drawn on.
    """

    def __init__(self, defects: Iterable[Defect], definitions: Mapping[str, Definition] | None = None) -> None:
        self.definitions = dict(definitions or {})
        once: dict[tuple[str, str], Defect] = {}
        for one in defects:  # what several states say by `like` is told once, by the first way there
            once.setdefault((one.where, str(one.message)), one)
        self.defects = tuple(sorted(once.values(), key=lambda one: (one.place or Place("", 0), str(one))))
        super().__init__("\n".join(map(str, self.defects)))


class Report:
    """Collects defects, so that an author sees all of a reading at once."""

    def __init__(self) -> None:
        self.defects: list[Defect] = []

    def add(self, key: str, at: Place | None, used: Place | None = None, /, **params: object) -> None:
        """Note a defect of this kind at this place; `used`: where a shared value is asked for that is written there."""
        self.defects.append(Defect(_message(key, params), place=at, used=used))

    def check(self) -> None:
        """Raise DefinitionError if anything was noted."""
        if self.defects:
            raise DefinitionError(self.defects)


def nearest(name: str, known: Iterable[str], alike: float = 0.6) -> dict[str, str]:
    """Parameters for a sentence about an unknown name: the nearest right one, else all of a short list."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=alike)
    return {"nearest": close[0] if close else "", "known": ", ".join(names) if len(names) <= 24 else ""}


def _message(key: str, params: Mapping[str, object]) -> Message:
    return checked(_SENTENCES, key, params)


_SENTENCES = {**KINDS, **REMARKS}
