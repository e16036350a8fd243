"""What a plan says of a paper that actions make: data of a definition, in a file of its own."""

from __future__ import annotations

from typing import Literal

from workflow.sentences import Model


class Document(Model):
    """A paper that actions make. `kind`: the abbreviation (QĐ, TTr) of one that bears a number of `series`.

    `signer`: roles, each signs in this order; `capacity` TM, KT, TL, TUQ or Q before `behalf`, over `post`. `number`:
    the field a number given outside is typed into. Tags of the template: `given` words, `fills` from fields.
    `golden_book`: the series a certificate has its number from. `only`: made where each field says that. `decided_by`:
    the document of the same case whose number and day it cites. `numbered` once: of a case there is one such paper, and
    made again it keeps its number.
    """

    LATER = frozenset({"golden_book", "only", "decided_by", "numbered"})

    name: str
    title: str
    template: str
    kind: str = ""
    series: str = "agency"
    symbol: str = ""
    signer: tuple[str, ...] = ()
    capacity: Literal["", "TM", "KT", "TL", "TUQ", "Q"] = ""
    behalf: str = ""
    post: str = ""
    number: str = ""
    copies: int = 1
    given: dict[str, str] = {}
    fills: dict[str, str] = {}
    golden_book: str = ""
    only: dict[str, str] = {}
    decided_by: str = ""
    numbered: Literal["", "once"] = ""
    cite: str = ""
