"""What is put up for comment now, and what of it may be shown: name, unit and the fields the plan lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflow.case import ask, case, case_field, case_party
from workflow.catalogue import Catalogue, definition_version
from workflow.clock import business_now, local_date
from workflow.db import word
from workflow.definition import Ask, Definition, Posting
from workflow.due import Due
from workflow.identity import EXCLUDED
from workflow.organisation import agency, unit
from workflow.scope import addressed_asks
from workflow.worklist import work_item


@dataclass(frozen=True)
class Posted:
    """One posting as its audience sees it; nothing else of the case leaves this room."""

    ask_id: str
    case_id: str
    agency_id: str
    agency_name: str
    unit_id: str | None
    unit_name: str
    label: str
    title: str
    cite: str
    posting: Posting
    opened_on: date
    until: date | None
    is_open: bool
    shown: tuple[tuple[str, str], ...]  # title → value
    parties: frozenset[str] = frozenset()  # whom it is about: they do not comment on themselves


def find_open(connection: sa.Connection, catalogue: Catalogue, agency_id: str | None) -> list[Posted]:
    """Every open posting (of one agency), the newest first."""
    names = _names(connection, catalogue, agency_id)
    if not names:
        return []
    found = _OPEN.where(ask.c.status == word("open"), ask.c.name.in_(sorted(names)), case.c.is_held.is_(False))
    if agency_id is not None:
        found = found.where(ask.c.agency_id == agency_id)
    return _posted(connection, catalogue, connection.execute(found.limit(500)).mappings().all())


def find_one(connection: sa.Connection, catalogue: Catalogue, ask_id: str) -> Posted | None:
    """A posting, open or over; None for anything that is none."""
    rows = connection.execute(_OPEN.where(ask.c.id == ask_id)).mappings().all()
    return next(iter(_posted(connection, catalogue, rows)), None)


def of_case(connection: sa.Connection, catalogue: Catalogue, case_id: str) -> list[Posted]:
    """All postings there ever were of a case, the newest first."""
    rows = connection.execute(_OPEN.where(ask.c.case_id == case_id)).mappings().all()
    return _posted(connection, catalogue, rows)


_OPEN = (
    sa.select(
        ask.c.id, ask.c.name, ask.c.status, ask.c.opened_at, ask.c.case_id, ask.c.agency_id, case.c.definition_id,
        case.c.label, case.c.unit_id, case.c.is_held, unit.c.name.label("unit_name"), work_item.c.due,
        agency.c.name.label("agency_name"),
    )
    .select_from(
        ask.join(case, case.c.id == ask.c.case_id)
        .join(agency, agency.c.id == ask.c.agency_id)
        .outerjoin(unit, unit.c.id == case.c.unit_id)
        .outerjoin(
            work_item,
            sa.and_(
                work_item.c.case_id == ask.c.case_id, work_item.c.ask_id == ask.c.id,
                work_item.c.closed_how != "suspended",
            ),
        )  # by its case: that is how items are found
    )
    .order_by(ask.c.opened_at.desc(), ask.c.id)
)  # fmt: skip


def _names(connection: sa.Connection, catalogue: Catalogue, agency_id: str | None) -> set[str]:
    """Names of the asks that are postings in any definition: few, and known without looking at cases."""
    stored = sa.select(definition_version.c.id)
    if agency_id is not None:
        stored = stored.where(definition_version.c.agency_id == agency_id)
    lives = (catalogue.life(connection, one).definition for one in connection.scalars(stored).all())
    return {one.name for definition in lives for _, one in addressed_asks(definition) if one.posting}


def _posted(connection: sa.Connection, catalogue: Catalogue, rows: Sequence[Mapping[Any, Any]]) -> list[Posted]:
    definitions = {row["id"]: catalogue.life(connection, row["definition_id"]).definition for row in rows}
    asks = {row["id"]: _ask(definitions[row["id"]], row["name"]) for row in rows}
    ours = [row for row in rows if (one := asks[row["id"]]) and one.posting]
    fields = _fields(connection, [row["case_id"] for row in ours])
    parties = _parties(connection, [row["case_id"] for row in ours])
    today = local_date(business_now(connection))
    found = []
    for row in ours:
        one = asks[row["id"]]
        assert one is not None
        assert one.posting is not None
        until = Due.from_json(row["due"]).due_on if row["due"] else None
        found.append(
            Posted(
                ask_id=row["id"], case_id=row["case_id"], agency_id=row["agency_id"], agency_name=row["agency_name"],
                unit_id=row["unit_id"], unit_name=row["unit_name"] or "", label=row["label"], title=one.title,
                cite=one.cite, posting=one.posting, opened_on=local_date(row["opened_at"]), until=until,
                is_open=row["status"] == "open" and not row["is_held"] and (until is None or today <= until),
                shown=tuple(_shown(definitions[row["id"]], one.posting, fields.get(row["case_id"], {}))),
                parties=frozenset(parties.get(row["case_id"], ())),
            )
        )  # fmt: skip
    return found


def _ask(definition: Definition, name: str) -> Ask | None:
    return next((one for _, one in addressed_asks(definition) if one.name == name), None)


def _fields(connection: sa.Connection, case_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(sa.select(case_field).where(case_field.c.case_id.in_(case_ids))):
        found.setdefault(row.case_id, {})[row.name] = row.value
    return found


def _parties(connection: sa.Connection, case_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    about = case_party.c.case_id.in_(case_ids) & case_party.c.relation.in_(sorted(EXCLUDED))
    for row in connection.execute(sa.select(case_party.c.case_id, case_party.c.person_id).where(about)):
        found.setdefault(row.case_id, []).append(row.person_id)
    return found


def _shown(definition: Definition, posting: Posting, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    known = [(definition.fields[name], values.get(name)) for name in posting.shows if name in definition.fields]
    return [(field.title, field.choices.get(str(value), str(value))) for field, value in known if value]
