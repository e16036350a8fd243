"""Who is asking: the sign-in or token behind a request, its person and agency, kept on `g`.

`g.sign_in`, `g.account_id`, `g.person` (identity.PersonRow), `g.agency_id`, `g.org`, `g.actor`, `g.language`; all
None or empty for a stranger. `g.fence` is the fence around the agency, if one stands. `g.today` and `g.shift` (the
clock's offset) are always there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app, g, request

from web.access import Access, Kind, is_unattended
from web.application import application
from web.capability import CAPABILITIES, may
from web.plan_texts import living_plan
from web.sign_in import sessions, tokens
from web.sign_in.cookie import cookie_name, named
from workflow import clock, fence
from workflow.commands import Actor
from workflow.identity import load_organisation
from workflow.vocabulary import LANGUAGES

LANGUAGE_COOKIE = "language"


def nobody() -> None:
    """Whoever asks is nobody in particular: what is said to one is said to all, in the installation's language."""
    _forget()
    g.language = _known(application().settings.language)


def _forget() -> None:
    g.sign_in = g.person = g.agency_id = g.org = g.actor = g.bearer = g.account_id = g.person_id = g.fence = None
    g.shift, g.today = timedelta(), None


def recognise(access: Access) -> None:
    """Find out who asks, by the one means this route accepts: a cookie, or a bearer token."""
    app = application()
    _forget()
    now = clock.wall_now()
    g.shift, g.language = timedelta(), _known(request.cookies.get(named(LANGUAGE_COOKIE), ""))
    with app.database.read() as connection:
        if access.kind is Kind.TOKEN:
            _by_token(connection, _in_header(), now=now)
            if access.as_page and g.bearer:
                g.sign_in = sessions.of_token(connection, g.bearer, now)
        elif access.kind is Kind.LINK:
            _by_token(connection, str((request.view_args or {}).get("token", "")), now=now)
        else:
            _by_cookie(connection, now=now)
        business, g.shift = clock.now_and_offset(connection)
        g.today = clock.local_date(business)
        _place(connection, channel="api" if g.bearer else "page")
    g.language = _known(g.language)
    if g.sign_in and not g.bearer and not _by_itself():
        sessions.touch(app.database, g.sign_in, now)
    if g.bearer:
        tokens.touch(app.database, g.bearer, now)


def _by_itself() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and is_unattended(view)


def _known(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


def units_answered_for() -> list[str] | None:
    """Units that this person holds a role of, for who is asked of numbers; None for all, with a role of the agency."""
    powers = g.org.powers(g.person.id)
    if any(power.unit_id is None for power in powers):
        return None
    return sorted({power.unit_id for power in powers if power.unit_id})


def can(capability: str) -> bool:
    """Whether the person of this request may use a capability; for navigation and templates too."""
    if capability not in CAPABILITIES:
        raise LookupError(capability)
    is_admin = bool(g.sign_in and g.sign_in.is_admin)
    return g.person is not None and may(g.org, living_plan(), g.person.id, is_admin=is_admin, capability=capability)


def _by_cookie(connection: sa.Connection, *, now: datetime) -> None:
    token = request.cookies.get(cookie_name(), "")
    found = sessions.find(connection, token, now) if token else None
    if found:
        g.sign_in, g.account_id, g.agency_id = found, found.account_id, found.agency_id
        g.language, g.person_id = found.language, found.person_id


def _in_header() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _by_token(connection: sa.Connection, token: str, *, now: datetime) -> None:
    found = tokens.find(connection, token, now) if token else None
    if found:
        g.bearer, g.account_id, g.agency_id = found, found.account_id, found.agency_id
        g.language, g.person_id = found.language, found.person_id


def _place(connection: sa.Connection, *, channel: str) -> None:
    if g.agency_id is None or g.person_id is None:
        return
    org = load_organisation(connection, g.agency_id, g.today)
    if org.active(g.person_id):  # who has left sees nothing of the agency, though the account may live elsewhere
        g.org, g.person = org, org.people[g.person_id]
        g.actor = Actor(g.person_id, g.agency_id, channel)
        g.fence = fence.raised(connection, g.agency_id)
    else:
        g.agency_id = None
