"""A real OpenID provider as a process of its own: `oidc_provider_mock` (Authlib's server side), made to insist on PKCE,
which it does not check by itself. `python -m tests.oidc_provider` prints its port."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Pkce:
    """Before the provider: no code without a challenge, no token without its verifier (RFC 7636, S256)."""

    def __init__(self, app: Any, signs_out: Any) -> None:
        self._app, self._signs_out = app, signs_out
        self._challenges: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path, query = environ["PATH_INFO"], parse_qs(environ.get("QUERY_STRING", ""))
        if path == "/test/logout-token":  # the mock sends none by itself: one signed with its own key
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [self._signs_out({name: values[0] for name, values in query.items()})]
        if path == "/oauth2/authorize":
            if query.get("code_challenge_method") != ["S256"] or not query.get("code_challenge"):
                return self._refuse(start_response)
            return self._app(environ, self._noting(query["code_challenge"][0], start_response))
        if path == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            form = parse_qs(body.decode())
            verifier = form.get("code_verifier", [""])[0].encode()
            made = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
            if self._challenges.pop(form.get("code", [""])[0], None) != made:
                return self._refuse(start_response)
        return self._app(environ, start_response)

    def _noting(self, challenge: str, start_response: Any) -> Any:
        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            location = dict(headers).get("Location", "")
            for code in parse_qs(urlsplit(location).query).get("code", []):
                self._challenges[code] = challenge
            return start_response(status, headers, *more)

        return started

    def _refuse(self, start_response: Any) -> list[bytes]:
        start_response("400 Bad Request", [("Content-Type", "application/json")])
        return [b'{"error": "invalid_request", "error_description": "PKCE"}']


def main(people: Sequence[dict[str, Any]]) -> None:
    """Serve until the input ends."""
    warnings.simplefilter("ignore")
    from joserfc import jwt
    from joserfc.jwk import RSAKey
    from oidc_provider_mock import User, _storage, app
    from werkzeug.serving import make_server

    kept: list[Any] = []
    made = _storage.Storage.__init__

    def keep(storage: Any, *args: Any, **more: Any) -> None:
        made(storage, *args, **more)
        kept.append(storage)

    _storage.Storage.__init__ = keep  # type: ignore[method-assign]
    users = [User(sub=one["sub"], claims=one) for one in people]
    provider = app(require_nonce=True, user_claims=users)

    def signs_out(claims: dict[str, str]) -> bytes:
        key = RSAKey.import_key(kept[0].jwk.as_dict(is_private=True))
        now = int(time.time())
        events = {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
        said = {"iss": issuer, "iat": now, "exp": now + 120, **claims, **events}
        return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "logout+jwt"}, said, key).encode()

    server = make_server("127.0.0.1", 0, Pkce(provider, signs_out), threaded=True)
    issuer = f"http://127.0.0.1:{server.server_port}"
    print(server.server_port, flush=True)
    server.serve_forever()


@contextmanager
def running(people: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Its issuer while it runs, with these people."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider", json.dumps(people)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
