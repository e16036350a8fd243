"""What the signatures of a PDF say, read by pyHanko in a confined child: without a network, so without asking anybody.

A chain is trusted when it ends in a root the installation names. Whether a certificate was revoked in the meantime is
not known here, and never claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from workflow import confinement
from workflow.confinement import Bounds, Confined

BOUNDS = Bounds(cpu=8, wall=12.0, memory=1024 * 1024 * 1024, answer=1_000_000)
LARGEST = 60_000_000
Since = Literal["nothing", "added", "changed"]
Problem = Literal["", "unreadable", "too_long", "too_big"]


@dataclass(frozen=True)
class Signature:
    """One signature. `is_right`: the key of that certificate signed what is there. `since`: what came after it."""

    name: str
    organisation: str
    at: datetime | None  # by the signer's own clock
    is_right: bool
    since: Since
    is_trusted: bool
    ended_on: date | None  # the certificate's last day, when that has passed


@dataclass(frozen=True)
class Read:
    """All signatures of one file, in the order they were put; `problem` says why they could not be read."""

    signatures: tuple[Signature, ...] = ()
    problem: Problem = ""


def read_signatures(content: bytes, roots: Sequence[str]) -> Read:
    """The signatures of a PDF; `roots` are certificates as PEM. Never raises for what the file is."""
    if len(content) > LARGEST:
        return Read(problem="too_big")
    if b"/ByteRange" not in content:  # no signature without one, and it is never within a compressed stream
        return Read()
    try:
        said, _ = confinement.run("states.signatures.child:signatures", {"roots": list(roots)}, content, BOUNDS)
    except Confined as stopped:
        return Read(problem="too_long" if stopped.why in ("time", "memory", "answer") else "unreadable")
    return Read(tuple(_signature(one) for one in said["signatures"]), said["problem"])


def _signature(said: dict[str, str]) -> Signature:
    return Signature(
        name=said["name"], organisation=said["organisation"],
        at=datetime.fromisoformat(said["at"]) if said["at"] else None,
        is_right=said["right"] == "yes", since=_since(said["since"]), is_trusted=said["trusted"] == "yes",
        ended_on=date.fromisoformat(said["ended"]) if said["ended"] else None,
    )  # fmt: skip


def _since(word: str) -> Since:
    """What is not known to be harmless is a change."""
    return "nothing" if word == "nothing" else "added" if word == "added" else "changed"
