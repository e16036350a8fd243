"""The outbox's kind `document`: an ordered paper is made, filed, and the case page shows it. Once for each order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

import sqlalchemy as sa

from states.documents import sheet
from states.documents.facts import See, gather
from states.documents.model import document, document_version
from states.documents.pdf import NoPdf, to_pdf
from states.documents.templates import current
from workflow import confinement
from workflow.clock import wall_now
from workflow.commands import Actor
from workflow.db import Database, uuid7
from workflow.definition import Document
from workflow.file_store import FileStore, StoredFile
from workflow.files import file
from workflow.message import NotFound
from workflow.outbox import Claim, Finish, LeaseLost, Undeliverable

LIST, REVIEW = "trich_ngang", "bao_cao_so_ket"
"""The templates whose paper is a list, or has tables, and is therefore also an .xlsx."""


class Certify(Protocol):
    """What a room above knows of papers with a golden book: their own tags, and their PDF."""

    def tags(self, connection: sa.Connection, row: Mapping[str, Any]) -> dict[str, Any]: ...

    def pdf(self, template: str, values: Mapping[str, Any]) -> bytes: ...


Tell = Callable[[sa.Connection, Claim, str], None]


@dataclass(frozen=True)
class Made:
    """What one run made: files safe on disk, by the column that will name them."""

    files: Mapping[str, StoredFile]
    facts: str


class Papers:
    """Callable as an outbox handler; the row, its files and the message's end are one transaction."""

    def __init__(self, database: Database, files: FileStore, see: See, office: str, certify: Certify) -> None:
        self._database, self._files, self._see, self._office = database, files, see, office
        self._certify = certify
        self.tell: Tell = lambda *_: None  # that it is there: for a room above, in the same transaction

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """Make it. Raises what a later try may mend; what no try mends is Undeliverable."""
        document_id = claimed.payload["document_id"]
        try:
            made = self._make(claimed.agency_id, claimed.payload["case_id"], document_id)
        except Exception as failure:
            self._note(document_id, failure)
            raise
        with self._database.write() as connection:
            if not finish(connection):
                raise LeaseLost
            if made is not None:
                _file(connection, claimed, document_id, made)
                self.tell(connection, claimed, document_id)

    def _make(self, agency_id: str, case_id: str, document_id: str) -> Made | None:
        """None when it was superseded before anybody came to it: the newer order has it made."""
        try:
            view = self._see(Actor("", agency_id), case_id)
        except NotFound:
            raise Undeliverable("its case is gone") from None
        with self._database.read() as connection:
            row = dict(connection.execute(sa.select(document).where(document.c.id == document_id)).mappings().one())
            if row["status"] == "superseded":
                return None
            plan = view.plan.documents.get(row["name"])
            if plan is None:
                raise Undeliverable(f"the plan has no document {row['name']!r}")
            values = gather(connection, view, plan, row)
            if plan.golden_book:
                values |= self._certify.tags(connection, row)
            template = current(connection, agency_id, plan.template)
        name = f"{row['title']} {view.case['code']}"
        try:
            contents = self._contents(name, plan, template, values)
        except confinement.Confined as stopped:
            raise Undeliverable(str(stopped)) from None
        return self._filed(agency_id, name, contents, values)

    def _contents(
        self, name: str, plan: Document, template: bytes, values: dict[str, Any]
    ) -> dict[str, tuple[bytes, str]]:
        """Every file of one version, by its column, each with its ending."""
        word = confinement.run("states.documents.checking:make", values, template)[1]
        contents = {"word_id": (word, ".docx")}
        if plan.golden_book:
            contents["pdf_id"] = (self._certify.pdf(plan.template, values), ".pdf")
        elif self._office:
            with suppress(NoPdf):  # the Word file counts; the page says that the other is missing
                contents["pdf_id"] = (to_pdf(self._office, word), ".pdf")
        if book := _book(name, plan.template, values):
            contents["sheet_id"] = (book, ".xlsx")
        return contents

    def _filed(
        self, agency_id: str, name: str, contents: Mapping[str, tuple[bytes, str]], values: Mapping[str, Any]
    ) -> Made:
        stored = {
            column: self._files.put(BytesIO(content), agency_id, name + ending)
            for column, (content, ending) in contents.items()
        }
        said = json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
        return Made(stored, hashlib.sha256(said).hexdigest())

    def _note(self, document_id: str, failure: Exception) -> None:
        with self._database.write() as connection:
            mine = sa.update(document).where(document.c.id == document_id)
            connection.execute(mine.values(error=str(failure)[:500] or type(failure).__name__))


def _book(name: str, template: str, values: Mapping[str, Any]) -> bytes:
    if template == REVIEW:
        return sheet.annexes(name, values)
    return sheet.write(name, values["danh_sach"]) if template == LIST and values["danh_sach"] else b""


def _file(connection: sa.Connection, claimed: Claim, document_id: str, made: Made) -> None:
    ids = {column: uuid7() for column in made.files}
    rows = [
        {
            "id": ids[column], "agency_id": claimed.agency_id, "case_id": claimed.case_id, "digest": stored.digest,
            "name": stored.name, "media_type": stored.media_type, "size": stored.size, "uploaded_by": None,
            "uploaded_at": wall_now(),
        }
        for column, stored in made.files.items()
    ]  # fmt: skip
    connection.execute(sa.insert(file), rows)
    counted = sa.select(sa.func.count()).where(document_version.c.document_id == document_id)
    version = {
        "id": uuid7(), "agency_id": claimed.agency_id, "document_id": document_id,
        "number": (connection.scalar(counted) or 0) + 1, "facts": made.facts, "made_at": wall_now(), **ids,
    }  # fmt: skip
    connection.execute(sa.insert(document_version).values(version))
    mine = sa.update(document).where(document.c.id == document_id, document.c.status == "ordered")
    connection.execute(mine.values(status="made", error=""))
