"""Papers of a case, as its page shows them: what is made, what is being made, what failed and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from states.documents.model import document, document_version, number_entry
from states.documents.register import written
from workflow.outbox import outbox


@dataclass(frozen=True)
class PaperView:
    """One paper with its versions, the newest first. `status`: making, waiting, made, failed, superseded."""

    row: Mapping[str, Any]
    status: str
    numbered: str
    error: str
    versions: tuple[Mapping[str, Any], ...]

    @property
    def lacks_pdf(self) -> bool:
        """Its newest file has no PDF beside it."""
        return bool(self.versions) and self.versions[0]["pdf_id"] is None


def of_case(connection: sa.Connection, case_id: str) -> list[PaperView]:
    """The newest decision's first, those of one decision in the plan's order; two queries."""
    rows = [dict(row) for row in connection.execute(_OF_CASE, {"case": case_id}).mappings()]
    versions: dict[str, list[Mapping[str, Any]]] = {}
    ids = [row["id"] for row in rows]
    made = sa.select(document_version).where(document_version.c.document_id.in_(ids))
    for one in connection.execute(made.order_by(document_version.c.number.desc())).mappings() if ids else ():
        versions.setdefault(one["document_id"], []).append(dict(one))
    return [_view(row, versions.get(row["id"], [])) for row in rows]


_OF_CASE = (
    sa.select(
        document, number_entry.c.number.label("given"), number_entry.c.status.label("number_status"),
        outbox.c.status.label("delivering"),
    )
    .select_from(
        document.outerjoin(number_entry, number_entry.c.id == document.c.number_id)
        .outerjoin(outbox, outbox.c.id == document.c.message_id)
    )
    .where(document.c.case_id == sa.bindparam("case"))
    .order_by(document.c.ordered_at.desc(), document.c.event_seq.desc(), document.c.id)
)  # fmt: skip


def _view(row: Mapping[str, Any], versions: list[Mapping[str, Any]]) -> PaperView:
    given = written(row["given"], row["symbol"]) if row["given"] and row["symbol"] else ""
    numbered = row["typed_number"] or given
    return PaperView(row, _status(row), numbered, row["error"], tuple(versions))


def _status(row: Mapping[str, Any]) -> str:
    if row["status"] in ("made", "superseded"):
        return str(row["status"])
    return {"failed": "failed", "withdrawn": "waiting"}.get(row["delivering"], "making")
