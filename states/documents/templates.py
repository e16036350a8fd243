"""The template in use for an agency: its own, uploaded and checked, or the one everybody begins with."""

from __future__ import annotations

from io import BytesIO

import sqlalchemy as sa

from states.documents.base_templates import MADE, base_template
from states.documents.model import document_template
from workflow import confinement
from workflow.clock import wall_now
from workflow.db import Database, uuid7
from workflow.file_store import FileStore
from workflow.file_types import DOCX, Limits
from workflow.message import Message, NotFound, Refused

LIMITS = Limits(size=5_000_000, members=200, unpacked=20_000_000, ratio=200)


def current(connection: sa.Connection, files: FileStore, agency_id: str, name: str) -> bytes:
    """The Word file papers of this name are made from. NotFound for a name there is none of."""
    if name not in MADE:
        raise NotFound("template")
    row = in_use(connection, agency_id).get(name)
    if row is None:
        return base_template(name)
    with files.open(agency_id, row["digest"]) as file:
        return file.read()


def in_use(connection: sa.Connection, agency_id: str) -> dict[str, sa.RowMapping]:
    """name → the agency's own template, where it has one."""
    mine = (document_template.c.agency_id == agency_id, document_template.c.in_use)
    return {row["name"]: row for row in connection.execute(sa.select(document_template).where(*mine)).mappings()}


def take(
    database: Database, files: FileStore, agency_id: str, name: str, content: bytes, file_name: str, by: str
) -> None:
    """Use this template from now on; the one before is kept. Refused says what in it may not be."""
    if name not in MADE:
        raise NotFound("template")
    preview(content)
    stored = files.put(BytesIO(content), agency_id, file_name, LIMITS)
    if stored.media_type != DOCX:
        raise Refused(Message("template.damaged"))
    row = {
        "id": uuid7(), "agency_id": agency_id, "name": name, "digest": stored.digest, "size": stored.size,
        "file_name": stored.name, "in_use": True, "uploaded_by": by, "uploaded_at": wall_now(),
    }  # fmt: skip
    with database.write() as connection:
        _retire(connection, agency_id, name)
        connection.execute(sa.insert(document_template).values(row))


def give_up(database: Database, agency_id: str, name: str) -> None:
    """Back to the one everybody begins with; the agency's own is kept."""
    with database.write() as connection:
        _retire(connection, agency_id, name)


def preview(content: bytes) -> bytes:
    """The template filled with invented values, after every check, in a confined child. Raises Refused."""
    if len(content) > LIMITS.size:
        raise Refused(Message("template.too_big", {"most": LIMITS.size // 1_000_000}))
    try:
        said, made = confinement.run("states.documents.checking:check", {}, content)
    except confinement.Confined as stopped:
        raise Refused(Message(f"template.{stopped.why}")) from None
    if said:
        raise Refused(Message(f"template.{said['why']}", said["params"]))
    return made


def _retire(connection: sa.Connection, agency_id: str, name: str) -> None:
    mine = (document_template.c.agency_id == agency_id, document_template.c.name == name)
    connection.execute(sa.update(document_template).where(*mine).values(in_use=False))
