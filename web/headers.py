"""Headers of every answer: nothing inline, nothing foreign, no framing, no copies of signed-in pages."""

from __future__ import annotations

from flask import Flask, Response, request

from web.sign_in.cookie import is_secure

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
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    if response.status_code == 503:
        headers.setdefault("Retry-After", "5")
    if request.endpoint == "static":
        _cache_asset(response)
    else:
        # Also pages of strangers: they carry a form's secret.
        # A page that is squeezed on the way may be longer or shorter by what is chosen on it.
        headers["Cache-Control"] = "no-store, no-transform" if request.blueprint == "ballots" else "no-store"
        response.vary.add("Cookie")
        response.vary.add("HX-Request")
    return response


def _cache_asset(response: Response) -> None:
    fixed = "v" in request.args or request.path.startswith("/static/vendor/")  # its address changes with its content
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if fixed else "no-cache"
