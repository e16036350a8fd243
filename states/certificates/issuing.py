"""A certificate is issued by the decision that orders it: its number, its code, its paper with the code on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from states.certificates.codes import grouped, new_code
from states.certificates.drawing import draw
from states.certificates.model import certificate
from states.documents.model import number_entry
from states.documents.order import order
from states.documents.register import in_golden_book
from workflow.definition import Document
from workflow.registry import Context, Registry

LOOK_UP = "/xac-thuc"
"""Where the face answers for a code; a test finds the page there."""


def issue(made: Document, context: Context, connection: sa.Connection) -> None:
    """Have the paper made; one with a golden book is a certificate and gets its code in the same transaction."""
    document_id = order(made, context, connection)
    if made.golden_book:
        row = {
            "document_id": document_id, "agency_id": context.agency_id, "case_id": context.case_id,
            "event_seq": context.event_seq, "code": new_code(),
        }  # fmt: skip
        connection.execute(sa.insert(certificate).values(row))


class Certificates:
    """What the maker of papers asks of a certificate: its own tags, and its PDF."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def tags(self, connection: sa.Connection, row: Mapping[str, Any]) -> dict[str, Any]:
        """The golden book's number, the code as printed, the address behind the QR code."""
        found = (
            sa.select(certificate.c.code, number_entry.c.number)
            .select_from(certificate)
            .join(number_entry, number_entry.c.id == row["number_id"])
            .where(certificate.c.document_id == row["id"])
        )
        known = connection.execute(found).one()
        return {
            "so_vang": in_golden_book(known.number), "ma_xac_thuc": grouped(known.code),
            "qr": f"{self._base_url.rstrip('/')}{LOOK_UP}/{known.code}",
        }  # fmt: skip

    def pdf(self, template: str, values: Mapping[str, Any]) -> bytes:
        """The certificate as PDF/A. Raises Confined."""
        return draw(template, values)


def register(registry: Registry) -> None:
    """Who has a paper made."""
    registry.makes = issue
