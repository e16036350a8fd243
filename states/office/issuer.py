"""What stands at the head of an agency's papers: its superior body, its abbreviation in numbers, the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from states.amendments.model import Amendment, record
from states.office.editing import Edit, Texts, changed, refuse_stale
from workflow.folding import tidy
from workflow.message import Invalid, Message
from workflow.organisation import agency
from workflow.organisation_changes import change_agency

LONGEST: Mapping[str, int] = {"parent_name": 300, "short_name": 60, "place": 120}
"""The fields, in the order in which a paper shows them."""


def head_of(connection: sa.Connection, agency_id: str) -> dict[str, str]:
    """What may be edited of an agency, as one would type it."""
    row = connection.execute(sa.select(agency).where(agency.c.id == agency_id)).mappings().one()
    return {name: str(row[name]) for name in LONGEST}


def change(connection: sa.Connection, agency_id: str, given: Texts, edit: Edit) -> bool:
    """What papers made from now on say; whether anything changed. Raises Stale, Invalid by field."""
    connection.execute(sa.select(agency.c.id).where(agency.c.id == agency_id).with_for_update())
    before = head_of(connection, agency_id)
    refuse_stale(edit, before)
    after = {**before, **{name: tidy(given[name]) for name in LONGEST if name in given}}
    wrong = {
        name: Message("import.too_long", {"longest": most}) for name, most in LONGEST.items() if len(after[name]) > most
    }
    if "/" in after["short_name"]:
        wrong["short_name"] = Message("office.short_name_slash")
    if wrong:
        raise Invalid(wrong)
    told = changed(before, after)
    if told:
        change_agency(connection, agency_id, {name: new for name, (_, new) in told.items()})
        record(connection, agency_id, Amendment("agency", agency_id, "changed", told, edit.ground, edit.by))
    return bool(told)


def lacks(head: Mapping[str, Any]) -> tuple[Message, ...]:
    """What papers would say less without."""
    return tuple(Message(f"missing.{name}") for name in LONGEST if not head[name])
