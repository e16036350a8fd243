"""Invitations in bulk: tick, look at counts and at who has no address, send; what came of each."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web import invitations
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.invitations import Batch, Guest
from web.prove import fresh
from workflow.organisation_changes import together

pages = Blueprint("invitations", __name__, url_prefix="/thiet-lap/moi-nguoi-dung")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Everybody who cannot sign in yet; whoever holds a role and was not invited is ticked."""
    everyone = _guests()
    ticked = {one.id for one in everyone if one.id in g.org.grants and one.until is None}
    shown = sorted(everyone, key=lambda one: one.id not in ticked)[: invitations.MOST]
    return render_template(
        "pages/invitations.html", guests=shown, ticked=ticked, rest=max(0, len(everyone) - invitations.MOST)
    )


@pages.post("/xem")
@needs("office")
@by_script("Xem trước những người sẽ được mời", "all", "person")
def look() -> ResponseReturnValue:
    """How many letters, who has no address, who is left out and why; nothing is written."""
    wanted = set(request.form.getlist("person"))
    chosen = [one for one in _guests() if one.id in wanted or "all" in request.form][: invitations.MOST]
    counts = Counter(one.outcome for one in chosen)
    page = render_template(
        "pages/invitations_look.html", chosen=chosen, counts=counts, nonce=application().database.new_id(),
        again=[one for one in chosen if one.until],
    )  # fmt: skip
    return page, 200 if chosen else 422


@pages.post("")
@needs("office")
@by_script("Mời nhiều người dùng", "person", "seen-*", "_nonce")
@fresh
def send() -> ResponseReturnValue:
    """One link each, once for this form; links that could go by no letter are shown here, this once."""
    app, seen = application(), _ticked()
    batch = Batch(
        g.agency_id, (request.form.get("_nonce") or app.database.new_id())[:36], g.person.id, seen, g.language
    )
    with app.database.write() as connection:
        with together(connection):
            invitations.hold(connection, g.agency_id, seen)
            everyone = _guests_of(connection)
            done = invitations.send(connection, app.identities, app.database.new_id, batch, everyone)
        if done is None:
            connection.rollback()
    if not done:
        return redirect(url_for("invitations.result", batch=batch.id), 303)
    app.after_commit()
    shown = [(one.person_id, one.outcome, one.link) for one in done]
    return render_template("pages/invitations_sent.html", sent=shown, batch=batch.id, fresh=True)


@pages.get("/<batch>")
@needs("office")
def result(batch: str) -> ResponseReturnValue:
    """What came of a batch, person by person."""
    with application().database.read() as connection:
        rows = invitations.results(connection, g.agency_id, batch[:36])
    if not rows:
        abort(404)
    shown = [(row["person_id"], row["outcome"], "") for row in rows]
    return render_template("pages/invitations_sent.html", sent=shown, batch=batch, fresh=False)


def _ticked() -> dict[str, str]:
    """person → what the form saw of earlier invitations."""
    return {one: request.form.get(f"seen-{one}", "") for one in request.form.getlist("person")[: invitations.MOST]}


def _guests() -> list[Guest]:
    with application().database.read() as connection:
        return _guests_of(connection)


def _guests_of(connection: sa.Connection) -> list[Guest]:
    active = {one for one in g.org.people if g.org.active(one)}
    mail = application().settings.mail_server is not None
    return invitations.guests(connection, g.agency_id, active, by_admin=g.sign_in.is_admin, mail=mail)
