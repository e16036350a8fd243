"""The cookie that carries a sign-in: unreadable to scripts, bound to this host, never sent from other sites' forms."""

from __future__ import annotations

from flask import Response, current_app

from web.sign_in.sessions import ABSOLUTE


def cookie_name() -> str:
    """That of a sign-in."""
    return named("neuguong")


def named(name: str) -> str:
    """`__Host-` binds a cookie to this host and path, which browsers accept over HTTPS only."""
    return f"__Host-{name}" if is_secure() else name


def put(response: Response, token: str) -> None:
    """Give the browser its sign-in; the server ends it earlier than the cookie does."""
    response.set_cookie(
        cookie_name(), token, max_age=ABSOLUTE, secure=is_secure(), httponly=True, samesite="Lax", path="/"
    )


def drop(response: Response) -> None:
    """Take the sign-in from the browser."""
    response.delete_cookie(cookie_name(), secure=is_secure(), httponly=True, samesite="Lax", path="/")


def is_secure() -> bool:
    """Whether people reach this installation over HTTPS."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
