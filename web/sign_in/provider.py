"""The provider of single sign-on (OpenID Connect, code flow with PKCE): asked by HTTP, believed by signature.

`joserfc` reads the tokens, `urllib3` fetches; no redirect is followed, no answer is read without a bound or a limit of
time, and only addresses that the configured issuer itself publishes are asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import urllib3
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from config.single_sign_on import SingleSignOn

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signed with a key that only the provider has; never `none`, never a shared secret."""

LEEWAY = 60  # seconds that its clock may be wrong
KEPT = 600  # seconds what it publishes is believed
MOST = 512 * 1024
CALLBACK = "/dang-nhap/sso/ve"


class Failed(Exception):
    """The provider did not answer, or not as the standard says; `str` is for the log, no secret in it."""


@dataclass(frozen=True)
class Asked:
    """What is kept while somebody is at the provider: none of it leaves the server, but `state` and `nonce`."""

    state: str
    nonce: str
    verifier: str

    @staticmethod
    def new() -> Asked:
        """Three random values of 256 bits each."""
        return Asked(*(secrets.token_urlsafe(32) for _ in range(3)))


@dataclass(frozen=True)
class Claims:
    """Who came back, as the provider signed it."""

    issuer: str
    subject: str
    said: Mapping[str, Any]

    @property
    def has_second(self) -> bool:
        """Whether the provider asked for more than one factor (RFC 8176)."""
        ways = self.said.get("amr")
        return isinstance(ways, list) and "mfa" in ways

    @property
    def session(self) -> str:
        """The provider's own name for this sign-in, by which it may say that it is over."""
        given = self.said.get("sid")
        return given[:255] if isinstance(given, str) else ""

    @property
    def auth_time(self) -> int:
        """When its owner last proved who it is, in seconds; 0 when the provider does not say."""
        given = self.said.get("auth_time")
        return given if isinstance(given, int) else 0


@dataclass(frozen=True)
class Logout:
    """Whose sign-ins the provider says are over: all of a subject, or those of one session of it."""

    issuer: str
    token_id: str
    subject: str = ""
    session: str = ""


LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_AGE = 600  # seconds that a word of signing out may be old


class Provider:
    """One provider, with what it publishes kept for ten minutes. Threads may share it."""

    def __init__(self, said: SingleSignOn, base_url: str) -> None:
        self.said = said
        self.redirect_uri = base_url + CALLBACK
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=5), retries=False, maxsize=4)
        self._lock = threading.Lock()
        self._published: tuple[float, Mapping[str, Any], KeySet] | None = None

    @property
    def name(self) -> str:
        """Its host, for people to know whom they go to."""
        return urlsplit(self.said.issuer).hostname or self.said.issuer

    def way_there(self, asked: Asked, *, again: bool = False) -> str:
        """Where the browser is sent; `again`: its owner must prove anew who it is. Raises Failed."""
        metadata, _ = self._published_now()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self.said.client, "redirect_uri": self.redirect_uri,
            "scope": "openid email profile", "state": asked.state, "nonce": asked.nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }  # fmt: skip
        endpoint = str(metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def came_back(self, code: str, asked: Asked) -> Claims:
        """Who it is, for a code: exchanged by the server itself, signature and claims checked. Raises Failed."""
        metadata, keys = self._published_now()
        body = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "code_verifier": asked.verifier, "client_id": self.said.client,
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.said.secret:
            pair = f"{quote_plus(self.said.client)}:{quote_plus(self.said.secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        answer = self._ask("POST", str(metadata["token_endpoint"]), headers, urlencode(body))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Failed("no id_token in the answer")
        try:
            return self.read(token, keys, asked.nonce)
        except (JoseError, ValueError):  # signed with a key that is newer than what was kept
            with self._lock:
                self._published = None
            return self._read_anew(token, asked.nonce)

    def _read_anew(self, token: str, nonce: str) -> Claims:
        _, keys = self._published_now()
        try:
            return self.read(token, keys, nonce)
        except (JoseError, ValueError) as wrong:
            raise Failed(f"the token is not to be believed: {wrong!r}") from wrong

    def signed_out(self, token: str) -> Logout:
        """What a logout token says (OpenID Connect Back-Channel Logout 1.0). Raises Failed for any that is not of this
        provider, for us, lately. Its keys are not fetched anew for it: a stranger may send whatever it likes."""
        _, keys = self._published_now()
        try:
            return self.read_logout(token, keys)
        except (JoseError, ValueError) as wrong:
            raise Failed(f"the logout token is not to be believed: {wrong!r}") from wrong

    def read_logout(self, token: str, keys: KeySet) -> Logout:
        """The same with these keys. Raises JoseError, ValueError or Failed."""
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        if str(decoded.header.get("typ", "JWT")).lower() not in ("logout+jwt", "jwt"):
            raise Failed("the token is of another type")
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.said.issuer},
            aud={"essential": True, "value": self.said.client},
            exp={"essential": True}, iat={"essential": True}, jti={"essential": True},
        )  # fmt: skip
        rules.validate(decoded.claims)
        claims = decoded.claims
        events, subject, sid = claims.get("events"), claims.get("sub", ""), claims.get("sid", "")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict) or "nonce" in claims:
            raise Failed("the token is no word of signing out")
        if not all(isinstance(one, str) for one in (subject, sid, claims["jti"])) or not (subject or sid):
            raise Failed("the logout token names nobody")
        if time.time() - claims["iat"] > LOGOUT_AGE:
            raise Failed("the logout token is old")
        return Logout(self.said.issuer, claims["jti"], subject[:255], sid[:255])

    def read(self, token: str, keys: KeySet, nonce: str) -> Claims:
        """The claims of a token signed by one of these keys, for us, now, for this very request. Raises JoseError."""
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.said.issuer},
            aud={"essential": True, "value": self.said.client},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
        )  # fmt: skip
        rules.validate(decoded.claims)
        claims = decoded.claims
        if "azp" in claims and claims["azp"] != self.said.client:
            raise Failed("the token is for another client")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims:
            raise Failed("the token is for several clients and does not say which asked")
        return Claims(self.said.issuer, str(claims["sub"])[:255], claims)

    def _published_now(self) -> tuple[Mapping[str, Any], KeySet]:
        with self._lock:
            kept = self._published
        if kept and time.monotonic() - kept[0] < KEPT:
            return kept[1], kept[2]
        metadata = self._ask("GET", self.said.issuer.rstrip("/") + "/.well-known/openid-configuration", {})
        if metadata.get("issuer") != self.said.issuer:
            raise Failed(f"the metadata is another issuer's: {str(metadata.get('issuer'))[:200]!r}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._same_scheme(metadata.get(name))
        try:
            keys = KeySet.import_key_set(self._ask("GET", str(metadata["jwks_uri"]), {}))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as wrong:
            raise Failed("its keys cannot be read") from wrong
        with self._lock:
            self._published = (time.monotonic(), metadata, keys)
        return metadata, keys

    def _same_scheme(self, url: object) -> None:
        """Nothing is sent in the clear to a provider that is reached by HTTPS."""
        if not isinstance(url, str) or urlsplit(url).scheme != urlsplit(self.said.issuer).scheme:
            raise Failed(f"its metadata names no address to ask: {str(url)[:200]!r}")

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Mapping[str, Any]:
        try:
            answer = self._pool.request(
                method, url, headers={"Accept": "application/json", **headers}, body=body, redirect=False,
                preload_content=False,
            )  # fmt: skip
            raw = answer.read(MOST + 1)
            answer.release_conn()
            if answer.status != 200 or len(raw) > MOST:
                raise Failed(f"{method} {url} answered {answer.status}, {len(raw)} bytes")
            said = json.loads(raw)
        except (urllib3.exceptions.HTTPError, ValueError) as wrong:
            raise Failed(f"{method} {url}: {type(wrong).__name__}") from wrong
        if not isinstance(said, dict):
            raise Failed(f"{method} {url} answered no object")
        return said
