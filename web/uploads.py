"""Files sent with a form: each is kept before the form is judged, so that an error loses none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask import g, request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from web.application import application
from workflow import files
from workflow.definition import Field
from workflow.message import Message, Refused

MOST_AT_ONCE = 20


def take(upload: FileStorage, sending: str = "") -> str:
    """Keep one file for this person; its id. Refused says what is wrong with it.

    The same file of the same `sending` (a form's nonce and field) has the same id: a form sent twice is one form.
    """
    app = application()
    stored = app.files.put(upload.stream, g.agency_id, upload.filename or "")
    name = f"{g.agency_id}/{g.person.id}/{sending}/{stored.digest}"
    file_id = str(uuid.uuid5(uuid.NAMESPACE_OID, name)) if sending else app.database.new_id()
    with app.database.write() as connection:
        row = files.record(connection, stored, file_id=file_id, agency_id=g.agency_id, person_id=g.person.id)
    return str(row["id"])


def with_form(fields: Iterable[Field]) -> tuple[ImmutableMultiDict[str, str], dict[str, Message]]:
    """The submitted form with the ids of the files sent along, and what is wrong with a file, by field."""
    form: MultiDict[str, str] = MultiDict(request.form)
    nonce = form.get("_nonce", "")
    problems: dict[str, Message] = {}
    for field in fields:
        if field.type not in ("file", "files"):
            continue
        sent = [upload for upload in request.files.getlist(field.name) if upload.filename]
        if sent and field.type == "file":
            form.poplist(field.name)  # a newly chosen one replaces the one kept from before
        for upload in sent[:MOST_AT_ONCE]:
            try:
                form.add(field.name, take(upload, f"{nonce}/{field.name}" if nonce else ""))
            except Refused as refused:
                told = {"name": (upload.filename or "")[-60:], "what": refused.reasons[0]}
                problems[field.name] = Message("file.of_several", told) if len(sent) > 1 else refused.reasons[0]
    return ImmutableMultiDict(form), problems
