"""Proof of who sits here, asked again before a signature and before a change of how one signs in.

The page that asks carries everything that was typed along and sends it again to where it was going: without a script,
and without anything kept on the server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, after_this_request, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from web import passkey_place
from web.application import application
from web.language import render_message
from web.sign_in import accounts, codes, cookie, factors, lockout, passkeys, policy, sessions
from web.watching.security import note
from workflow.clock import wall_now
from workflow.explain import CaseView
from workflow.message import Invalid, Message, Refused

View = TypeVar("View", bound=Callable[..., Any])

PROOF, KEY, STEP = "_proof", "_proof_key", "_proof_step"
OWN = frozenset({"csrf_token", PROOF, KEY, STEP})


def fresh(view: View) -> View:
    """The view of a form that is taken only from who was proven lately."""

    @wraps(view)
    def proven(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        page = asked()
        return cast(ResponseReturnValue, view(*args, **kwargs)) if page is None else page

    return cast(View, proven)


def asked(form: MultiDict[str, str] | None = None) -> ResponseReturnValue | None:
    """None when who sits here was proven lately, or is with this request; else the page that asks.

    `form` is what to carry along, where that is not the request's own.
    """
    now, errors = wall_now(), {}
    if g.bearer:
        _prove_along(now)
        return None
    if policy.is_fresh(g.sign_in, now):
        return None
    if request.form.get(PROOF) or request.form.get(KEY):
        problem = _prove(now)
        if problem is None:
            return None
        errors[PROOF] = render_message(problem)
    sent = request.form if form is None else form
    kept = [(name, value) for name, value in sent.items(multi=True) if name not in OWN]
    with application().database.read() as connection:
        has = factors.of(connection, g.account_id)
        has_password = accounts.has_password(connection, g.account_id)
    minutes = policy.rule_of(g.sign_in).fresh_minutes
    return render_template(
        "pages/prove.html", kept=kept, errors=errors, has=has, has_password=has_password, minutes=minutes,
        passkey_place=passkey_place.here(), sso=current_app.extensions.get("sso"),
    ), (422 if errors else 200)  # fmt: skip


def _prove_along(now: datetime) -> None:
    """A script sends the proof along each time: a token tells of nobody at a keyboard. Raises Refused, Invalid."""
    if not request.form.get(PROOF):
        raise Refused(Message("prove.along"))
    problem = _typed(request.form[PROOF], now)
    note("proof refused" if problem else "proven again", failed=problem is not None)
    if problem:
        raise Invalid({PROOF: problem})


def signs(view: CaseView, *, action: str = "", ask_id: str = "") -> bool:
    """Whether this is a signature: an approval by a role that signs papers of the plan, or any decision of a role that
    the agency's rule names."""
    return _deciding(view, action, ask_id, lambda role, verb, signers: verb == "approve" and role in signers)


def refuse_tokens(view: CaseView, *, action: str = "", ask_id: str = "") -> None:
    """Raises Refused for a signature asked by a script where the agency has a rule, and for any decision of a role that
    the rule names: nobody proves with a token who sits there."""
    has_rule = _rule().starts_on is not None
    if _deciding(view, action, ask_id, lambda role, verb, signers: has_rule and verb == "approve" and role in signers):
        raise Refused(Message("prove.not_by_token"))


def _deciding(view: CaseView, action: str, ask_id: str, also: Callable[[str, str, set[str]], bool]) -> bool:
    for option in view.options:
        meant = option.ask_id == ask_id if ask_id else option.kind == "action" and option.name == action
        if not meant or option.authority is None or option.verb == "act":
            continue
        role, groups, signers = option.authority.role, set(_rule().groups), policy.signers(view.plan)
        named = role in groups or (policy.SIGNERS in groups and role in signers)
        return named or also(role, option.verb, signers)
    return False


def _rule() -> policy.Rule:
    """The agency's rule, for a browser or a script."""
    if g.sign_in:
        return policy.rule_of(g.sign_in)
    with application().database.read() as connection:
        return policy.of_agency(connection, g.agency_id)


def _prove(now: datetime) -> Message | None:
    """What is wrong with the proof; None when it is good, and then the sign-in goes on under a new token."""
    app = application()
    if credential := request.form.get(KEY):
        place = passkey_place.here()
        with app.database.write() as connection:
            owner = place and passkeys.assertion(connection, place, request.form.get(STEP, ""), credential, now)
        problem = None if owner == g.account_id else Message("passkey.failed")
    else:
        problem = _typed(request.form.get(PROOF, ""), now)
    if problem is None:
        _go_on(now)
    note("proof refused" if problem else "proven again", failed=problem is not None)
    return problem


def _typed(typed: str, now: datetime) -> Message | None:
    """A code of the app, or the password."""
    app, code = application(), "".join(typed.split())
    if g.sign_in.has_second and len(code) == 6 and code.isdecimal():
        with app.database.write() as connection:
            counted = lockout.count(connection, accounts.second_key(g.account_id), g.account_id, now)
            if counted and codes.fits(connection, app.identities, g.account_id, code, now):
                lockout.forget(connection, accounts.second_key(g.account_id), g.account_id)
                return None
        return Message("second.wrong")
    known = accounts.knows_password(app.database, g.account_id, typed, now)
    return None if known else Message("password.present_wrong")


def _go_on(now: datetime) -> None:
    with application().database.write() as connection:
        token = sessions.prove(connection, g.sign_in, now)
    g.sign_in = replace(g.sign_in, proven_at=now)

    @after_this_request
    def give(response: Response) -> Response:
        cookie.put(response, token)
        return response
