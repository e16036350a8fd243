"""Whether a certificate still holds: worked out from its decision each time it is asked, stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from states.certificates.codes import grouped, tidy
from states.certificates.model import certificate, certificate_look
from states.documents.model import document, number_entry
from states.documents.register import in_golden_book
from states.subjects.model import recognition
from workflow.clock import wall_now
from workflow.db import insert_ignoring
from workflow.organisation import agency

Outcome = Literal["valid", "revoked", "unknown"]


@dataclass(frozen=True)
class Look:
    """What a stranger is told of a code: nothing of whom it honours."""

    outcome: Outcome
    agency: str = ""
    title: str = ""
    number: str = ""
    year: int = 0


UNKNOWN = Look("unknown")


@dataclass(frozen=True)
class Issued:
    """A certificate as the office sees it beside its case, with the looks of a day and their outcome."""

    code: str
    outcome: Outcome
    times: int
    looks: tuple[tuple[datetime, Outcome, int], ...]  # minute, outcome, how many; the newest first


MOST_LOOKS = 30
_ONE_LOOK = ("document_id", "minute", "outcome")
_FALLEN = sa.or_(recognition.c.revoked_at.is_not(None), number_entry.c.status == "void")
"""The recognition of the same decision was revoked, or its number in the golden book made void."""
_OUTCOME = sa.case((_FALLEN, "revoked"), else_="valid")


def look_up(connection: sa.Connection, typed: str) -> tuple[Look, str]:
    """What is told of the code, and the id of its paper; ('unknown', '') alike for no code and for nonsense."""
    found = connection.execute(
        sa.select(
            document.c.id, document.c.title, number_entry.c.number, number_entry.c.year, agency.c.name,
            _OUTCOME.label("outcome"),
        )
        .select_from(_with_decision(certificate.join(agency, agency.c.id == certificate.c.agency_id)))
        .where(certificate.c.code == tidy(typed))
    ).first()  # fmt: skip
    if found is None:
        return UNKNOWN, ""
    return Look(found.outcome, found.name, found.title, in_golden_book(found.number), found.year), found.id


def note(connection: sa.Connection, document_id: str, outcome: Outcome) -> None:
    """Count one look. Of who looked nothing is known here."""
    minute = wall_now().replace(second=0, microsecond=0)
    owner = sa.select(certificate.c.agency_id).where(certificate.c.document_id == document_id)
    row = {
        "document_id": document_id, "minute": minute, "outcome": outcome, "times": 0,
        "agency_id": connection.execute(owner).scalar_one(),
    }  # fmt: skip
    connection.execute(insert_ignoring(connection, certificate_look).values(row))
    mine = sa.update(certificate_look).where(*(certificate_look.c[name] == row[name] for name in _ONE_LOOK))
    connection.execute(mine.values(times=certificate_look.c.times + 1))


def of_papers(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Issued]:
    """The certificates among papers, by paper; two queries, none when there is no paper."""
    if not ids:
        return {}
    rows = connection.execute(
        sa.select(certificate.c.document_id, certificate.c.code, _OUTCOME.label("outcome"))
        .select_from(_with_decision(certificate))
        .where(certificate.c.document_id.in_(ids))
    ).all()
    looks: dict[str, list[tuple[datetime, Outcome, int]]] = {row.document_id: [] for row in rows}
    if looks:
        told = sa.select(certificate_look).where(certificate_look.c.document_id.in_(looks))
        for one in connection.execute(told.order_by(certificate_look.c.minute.desc())):
            looks[one.document_id].append((one.minute, one.outcome, one.times))
    return {
        row.document_id: Issued(
            grouped(row.code), row.outcome, sum(times for *_, times in looks[row.document_id]),
            tuple(looks[row.document_id][:MOST_LOOKS]),
        )
        for row in rows
    }  # fmt: skip


def _with_decision(certificates: sa.FromClause) -> sa.FromClause:
    """Beside its paper and number, the recognition that the same decision gave, if it gave one."""
    same = sa.and_(
        recognition.c.agency_id == certificate.c.agency_id,
        recognition.c.case_id == certificate.c.case_id,
        recognition.c.event_seq == certificate.c.event_seq,
    )
    return (
        certificates.join(document, document.c.id == certificate.c.document_id)
        .join(number_entry, number_entry.c.id == document.c.number_id)
        .outerjoin(recognition, same)
    )
