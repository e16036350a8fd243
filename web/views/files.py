"""Files of cases: opened by whoever may see the case, always as a download."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Response, g, render_template, request, send_file
from flask.typing import ResponseReturnValue

from states.councils import papers
from states.evidence import pictures
from states.signatures.reading import Read, read_signatures
from web.access import signed_in
from web.application import application
from web.case_names import names
from web.case_page import must_see
from web.downloads import under_its_name
from workflow import file_proof, files
from workflow.file_types import PDF
from workflow.message import NotFound, Refused

pages = Blueprint("files", __name__)


@pages.get("/tep/<file_id>")
@signed_in
def download(file_id: str) -> ResponseReturnValue:
    """The file under its own name; never shown inside the site's own pages."""
    return sent(file_id)


@pages.get("/tep/<file_id>/kiem-tra")
@signed_in
def check(file_id: str) -> ResponseReturnValue:
    """Read the stored file again now: is it what was handed in, and what do its digital signatures say?"""
    app = application()
    with app.database.read() as connection:
        row = _opened(connection, file_id)
        proof = file_proof.prove(connection, app.files, row)
        code = names(connection, g.agency_id, [row["case_id"]])[row["case_id"]][0] if row["case_id"] else ""
    read = Read()
    if row["media_type"] == PDF and proof.now:
        with app.files.open(g.agency_id, row["digest"]) as stream:
            read = read_signatures(stream.read(), [app.settings.trusted_roots] if app.settings.trusted_roots else [])
    return render_template("pages/file_check.html", file=row, proof=proof, code=code, read=read,
                           is_pdf=row["media_type"] == PDF)  # fmt: skip


@pages.get("/tep/<file_id>/xem")
@signed_in
def look(file_id: str) -> ResponseReturnValue:
    """The file page by page, as pictures; `phan` asks for these alone, to stand inside another page."""
    row, path = _lying(file_id)
    number = pictures.count(path, row["media_type"])
    return render_template("parts/file_pages.html" if "phan" in request.args else "pages/file_look.html",
                           file=row, number=number)  # fmt: skip


@pages.get("/tep/<file_id>/trang/<int:page>")
@signed_in
def picture(file_id: str, page: int) -> ResponseReturnValue:
    """One page of the file as a picture drawn anew, without anything else the file carries."""
    row, path = _lying(file_id)
    if not (png := pictures.draw(path, row["media_type"], page)):
        raise NotFound("file")
    return Response(png, content_type="image/png")


def _lying(file_id: str) -> tuple[sa.RowMapping, Path]:
    """The row of a file this person may open, and where its bytes lie."""
    app = application()
    with app.database.read() as connection:
        row = _opened(connection, file_id)
    return row, app.files.path(g.agency_id, row["digest"])


def _opened(connection: sa.Connection, file_id: str) -> sa.RowMapping:
    """The row of a file this person may open. NotFound for whoever may not see its case, or did not upload it; Refused
    for a paper of a sitting that tells what its reader has no part in."""
    row = files.find(connection, g.agency_id, file_id)
    if row["case_id"]:
        must_see(connection, g.org, g.person.id, row["case_id"])
        if against := papers.refusal(connection, application().catalogue, g.org, g.person.id, row):
            raise Refused(against, status="forbidden")
    elif row["uploaded_by"] != g.person.id:
        raise NotFound("file")
    return row


def sent(file_id: str) -> ResponseReturnValue:
    """The answer that carries a file; NotFound for whoever may not open it."""
    app = application()
    with app.database.read() as connection:
        row = _opened(connection, file_id)
    answer = send_file(app.files.open(g.agency_id, row["digest"]), mimetype=row["media_type"], max_age=0)
    return under_its_name(answer, row["name"])
