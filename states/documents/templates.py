"""The template in use for an agency: its own, uploaded and checked, or the one everybody begins with."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from io import BytesIO

import sqlalchemy as sa

from states.documents.model import document_template
from states.documents.samples import TEMPLATES
from workflow import confinement
from workflow.clock import wall_now
from workflow.db import Database, uuid7
from workflow.file_store import display_name
from workflow.file_types import DOCX, Limits, media_type, refused_by_name
from workflow.message import Message, NotFound, Refused

LIMITS = Limits(size=5_000_000, members=200, unpacked=20_000_000, ratio=200)


def current(connection: sa.Connection, agency_id: str, name: str) -> bytes:
    """The Word file papers of this name are made from. NotFound for a name there is none of."""
    if name not in TEMPLATES:
        raise NotFound("template")
    own = sa.select(document_template.c.content).where(*_in_use(agency_id), document_template.c.name == name)
    content = connection.scalar(own)
    if content is not None:
        return b64decode(content)
    from states.documents.base_templates import base_template  # only who needs one loads Word's library

    return base_template(name)


def in_use(connection: sa.Connection, agency_id: str) -> dict[str, sa.RowMapping]:
    """name → what is known of the agency's own template, where it has one."""
    told = [column for column in document_template.c if column.name != "content"]
    rows = connection.execute(sa.select(*told).where(*_in_use(agency_id))).mappings()
    return {row["name"]: row for row in rows}


def take(database: Database, agency_id: str, name: str, content: bytes, *, file_name: str, by: str) -> None:
    """Use this template from now on; the one before is kept. Refused says what in it may not be."""
    if name not in TEMPLATES:
        raise NotFound("template")
    try:
        kind = media_type(BytesIO(content), len(content), LIMITS)
    except Refused as refused:
        refused = refused_by_name(refused, file_name)
        if refused.reasons[0].key != "file.type":
            raise refused from None
        kind = ""
    if kind != DOCX:
        raise Refused(Message("template.damaged"))
    preview(content)
    row = {
        "id": uuid7(), "agency_id": agency_id, "name": name, "digest": hashlib.sha256(content).hexdigest(),
        "size": len(content), "file_name": display_name(file_name, DOCX), "content": b64encode(content).decode(),
        "in_use": True, "uploaded_by": by, "uploaded_at": wall_now(),
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


def _in_use(agency_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (document_template.c.agency_id == agency_id, document_template.c.in_use)


def _retire(connection: sa.Connection, agency_id: str, name: str) -> None:
    mine = (document_template.c.agency_id == agency_id, document_template.c.name == name)
    connection.execute(sa.update(document_template).where(*mine).values(in_use=False))
