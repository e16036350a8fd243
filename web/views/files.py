"""Files of cases: opened by whoever may see the case, always as a download."""

from __future__ import annotations

from flask import Blueprint, g, send_file
from flask.typing import ResponseReturnValue

from states.councils import papers
from web.access import signed_in
from web.application import application
from web.case_page import must_see
from workflow import files
from workflow.message import NotFound, Refused

pages = Blueprint("files", __name__)


@pages.get("/tep/<file_id>")
@signed_in
def download(file_id: str) -> ResponseReturnValue:
    """The file under its own name; never shown inside the site's own pages."""
    return sent(file_id)


def sent(file_id: str) -> ResponseReturnValue:
    """The answer that carries a file. NotFound for whoever may not see its case, or did not upload it; Refused for a
    paper of a sitting that tells what its reader has no part in."""
    app = application()
    with app.database.read() as connection:
        row = files.find(connection, g.agency_id, file_id)
        if row["case_id"]:
            must_see(connection, g.org, g.person.id, row["case_id"])
            if against := papers.refusal(connection, app.catalogue, g.org, g.person.id, row):
                raise Refused(against, status="forbidden")
        elif row["uploaded_by"] != g.person.id:
            raise NotFound("file")
    return send_file(
        app.files.open(g.agency_id, row["digest"]), mimetype=row["media_type"], as_attachment=True,
        download_name=row["name"], max_age=0,
    )  # fmt: skip
