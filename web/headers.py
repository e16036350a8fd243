"""Headers of every answer: nothing inline, nothing foreign, no framing, no copies of signed-in pages."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from web.access import Kind, access_of
from web.sign_in.cookie import is_secure
from web.watching.requests import is_quiet

POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; "
    "img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'"
)
YEAR = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Add the headers to each answer; a view that needs another value sets it itself."""
    app.after_request(add)


def add(response: Response) -> Response:
    """Only fills what the view left open."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if is_secure() or request.is_secure:  # behind a proxy the request itself may look plain
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    if response.status_code == 503:
        headers.setdefault("Retry-After", "5")
    if request.endpoint == "static":
        _cache_asset(response)
    elif _is_shared(response):
        headers.setdefault("Cache-Control", "no-store")  # its view says "public" where it has a validator
    else:
        # Also pages of strangers: they carry a form's secret.
        # A page that is squeezed on the way may be longer or shorter by what is chosen on it.
        headers["Cache-Control"] = "no-store, no-transform" if is_quiet() else "no-store"
        response.vary.add("Cookie")
        response.vary.add("HX-Request")
    return response


def _is_shared(response: Response) -> bool:
    """An answer that is the same to everyone; what went wrong is nobody's to keep."""
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view) if view else None
    return access is not None and access.kind is Kind.SHARED and response.status_code in (200, 302, 304)


def _cache_asset(response: Response) -> None:
    fixed = "v" in request.args or request.path.startswith("/static/vendor/")  # its address changes with its content
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if fixed else "no-cache"
