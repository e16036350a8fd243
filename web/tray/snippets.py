"""An agency's ready sentences for reasons: put into a form by a touch, there to be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from web.tray.model import snippet
from workflow.message import Invalid, Message

VERBS = ("return", "refuse", "extend")
MOST, LONGEST = 12, 300


def of_agency(connection: sa.Connection, agency_id: str) -> Mapping[str, Sequence[str]]:
    """Verb → its sentences, in the office's order."""
    rows = connection.execute(_OF_AGENCY, {"agency": agency_id}).all()
    return {verb: [text for of, text in rows if of == verb] for verb in VERBS}


_OF_AGENCY = (
    sa.select(snippet.c.verb, snippet.c.text)
    .where(snippet.c.agency_id == sa.bindparam("agency"))
    .order_by(snippet.c.verb, snippet.c.place)
)


def write(
    connection: sa.Connection, new_id: Callable[[], str], agency_id: str, given: Mapping[str, Sequence[str]]
) -> None:
    """These instead of those there were. Raises Invalid."""
    for verb in VERBS:
        if len(given[verb]) > MOST:
            raise Invalid({verb: Message("snippet.too_many", {"most": MOST})})
        if long := next((one for one in given[verb] if len(one) > LONGEST), ""):
            raise Invalid({verb: Message("snippet.too_long", {"begin": long[:40], "most": LONGEST})})
    connection.execute(sa.delete(snippet).where(snippet.c.agency_id == agency_id))
    rows = [
        {"id": new_id(), "agency_id": agency_id, "verb": verb, "place": place, "text": text}
        for verb in VERBS
        for place, text in enumerate(given[verb])
    ]
    if rows:
        connection.execute(sa.insert(snippet), rows)


def lines(typed: str) -> list[str]:
    """A text area's lines, empty ones left out."""
    return [line for one in typed.splitlines() if (line := " ".join(one.split()))]
