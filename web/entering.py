"""Going in: whatever was proven, a browser gets a new sign-in here, and nothing from before is worth anything."""

from __future__ import annotations

from flask import current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from states.accounts import letters
from web.application import application
from web.sign_in import cookie, sessions
from web.watching.security import note
from web.way_back import safe
from workflow.clock import wall_now

STEP = "step"
"""Where the browser keeps the token of what it began."""


def origin(way: str = "password") -> sessions.Origin:
    """From where this request comes."""
    return sessions.Origin(request.remote_addr or "", request.user_agent.string, way)


def enter(token: str, way_back: str | None) -> Response:
    """Give the browser its sign-in and lead it on; the present one, and the form's secret, end."""
    end_present()
    session.clear()
    with application().database.read() as connection:
        found = sessions.find(connection, token, wall_now())
    if found:
        note("signed in", account=found.account_id, way=found.way)
    answer = redirect(safe(way_back) or url_for("home.index"), 303)
    cookie.put(answer, token)
    return answer


def end_present() -> None:
    """The sign-in of this browser is worth nothing from now on."""
    if g.sign_in:
        with application().database.write() as connection:
            sessions.end(connection, g.sign_in.id)


def tell(account_id: str, word: letters.Word) -> bool:
    """Write to the owner of an account; False when nobody knows where."""
    app = application()
    note("told by letter", about=word.about, account=account_id)
    with app.database.write() as connection:
        sent = letters.order(connection, app.identities, app.database.new_id, account_id, word)
    app.after_commit()
    return sent


def link_to(endpoint: str, **values: str) -> str:
    """An address for a letter: by the installation's own name, never the Host that a caller sent."""
    return str(current_app.config["BASE_URL"]) + url_for(endpoint, **values)
