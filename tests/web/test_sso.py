"""Single sign-on against a real provider, and against answers that no provider of ours gave."""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
import urllib3
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from config import wiring
from config.single_sign_on import SingleSignOn
from states.accounts.model import sso_identity
from tests import oidc_provider
from tests.databases import SqliteDatabases
from tests.web.conftest import Browser, Town, settings_for, settle
from web.app import create_app
from web.sign_in import accounts, sessions, sso_sessions
from web.sign_in.model import sign_in, sign_in_step
from web.sign_in.provider import LOGOUT, Asked, Failed, Logout, Provider
from workflow import organisation_changes as changes
from workflow.clock import wall_now

PEOPLE = [
    {"sub": "s-dung", "email": "Dung@so.test", "email_verified": True, "preferred_username": "dung"},
    {"sub": "s-dung-mfa", "email": "dung@so.test", "email_verified": True, "amr": ["pwd", "mfa"]},
    {"sub": "s-long-ago", "email": "dung@so.test", "email_verified": True, "auth_time": 1_000_000_000},
    {"sub": "s-other", "email": "chi@so.test", "email_verified": True},
    {"sub": "s-unverified", "email": "binh@so.test", "email_verified": False},
    {"sub": "s-claimless", "email": "binh@so.test"},
    {"sub": "s-stranger", "email": "ai-do@noi-khac.test", "email_verified": True},
    {"sub": "s-new", "email": "moi@so.test", "email_verified": True},
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider.running(PEOPLE) as found:
        yield found


@pytest.fixture
def town(
    sqlite_databases: SqliteDatabases, tmp_path: Path, issuer: str, request: pytest.FixtureRequest
) -> Iterator[Town]:
    more = getattr(request, "param", {})
    with sqlite_databases.fresh() as url:
        sso = SingleSignOn(issuer, "neu-guong", "bí mật", **more)
        application = wiring.build(settings_for(url, tmp_path, sso=sso, base_url="http://localhost"))
        so = settle(application.database, "so-tttt", "Sở Thông tin và Truyền thông")
        app = create_app(application)
        app.testing = True
        yield Town(app, application.database, so, so)
        application.dispose()


def at_provider(address: str, subject: str) -> str:
    """Consent there as this person; where the browser is sent back to."""
    pool = urllib3.PoolManager()
    answer = pool.request(
        "POST", address, body=urlencode({"sub": subject}), redirect=False,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    pool.clear()
    assert answer.status == 302, answer.data
    return str(answer.headers["Location"])


def gone(browser: Browser, subject: str, path: str = "/dang-nhap/sso?next=/danh-ba") -> str:
    """There, and the way back as path and query."""
    back = urlsplit(at_provider(browser.get(path).location, subject))
    assert back.path == "/dang-nhap/sso/ve"
    return f"{back.path}?{back.query}"


def came(town: Town, subject: str) -> tuple[Browser, str]:
    browser = town.browser()
    return browser, browser.get(gone(browser, subject)).location


def signed_in(town: Town) -> list[str]:
    with town.database.read() as connection:
        return list(connection.scalars(sa.select(sign_in.c.account_id)))


def test_who_the_provider_vouches_for_is_in_and_linked(town: Town) -> None:
    browser, location = came(town, "s-dung")
    assert location == "/danh-ba"
    assert browser.get("/danh-ba").status_code == 200
    assert signed_in(town) == [town.so.accounts["dung"]]
    with town.database.write() as connection:
        assert connection.execute(sa.select(sso_identity.c.subject)).all() == [("s-dung",)]
        connection.execute(sa.update(accounts.account).values(email=""))
        changes.change_person(connection, town.so.id, town.so.people["dung"], {"email": ""})
    assert came(town, "s-dung")[1] == "/danh-ba", "by the link now, whatever the address is"


@pytest.mark.parametrize("subject", ["s-unverified", "s-claimless", "s-stranger", "s-new"])
def test_no_account_is_made_or_taken_by_a_claim_nobody_verified(town: Town, subject: str) -> None:
    with town.database.write() as connection:
        changes.add_person(
            connection, town.so.id, code="moi", name="Người Mới", starts_on=wall_now().date(), email="moi@so.test"
        )
    browser, location = came(town, subject)
    assert location == "/dang-nhap"
    assert "chưa nối với tài khoản nào" in browser.get("/dang-nhap").text
    assert signed_in(town) == []


@pytest.mark.parametrize("town", [{"creates": True}], indirect=True)
def test_with_the_setting_a_person_of_the_directory_gets_an_account_and_nobody_else(town: Town) -> None:
    with town.database.write() as connection:
        known = changes.add_person(
            connection, town.so.id, code="moi", name="Người Mới", starts_on=wall_now().date(), email="moi@so.test"
        )
    assert came(town, "s-new")[1] == "/danh-ba"
    assert came(town, "s-stranger")[1] == "/dang-nhap"
    with town.database.read() as connection:
        person = sa.select(changes.person.c.account_id).where(changes.person.c.id == known)
        assert signed_in(town) == [connection.scalar(person)]


def test_a_locked_account_stays_locked(town: Town) -> None:
    came(town, "s-dung")
    with town.database.write() as connection:
        accounts.lock(connection, town.so.accounts["dung"], wall_now())
    assert came(town, "s-dung")[1] == "/dang-nhap"
    assert signed_in(town) == []


def test_a_second_factor_is_asked_unless_the_provider_asked_one(town: Town) -> None:
    from tests.web.test_second_factor import code_of, enter, set_up

    secret, _ = set_up(town.signed_in("dung"))
    browser, location = came(town, "s-dung")
    assert location == "/dang-nhap/buoc-hai?next=/danh-ba"
    assert browser.get("/danh-ba").status_code == 303
    assert enter(browser, code_of(secret)) == (303, "/danh-ba")
    assert came(town, "s-dung-mfa")[1] == "/danh-ba"


def test_an_answer_is_good_once_and_in_the_browser_that_asked(town: Town) -> None:
    browser, other = town.browser(), town.browser()
    back = gone(browser, "s-dung")
    other.get("/dang-nhap/sso")
    assert other.get(back).location == "/dang-nhap", "another browser's answer: somebody would be in a foreign account"
    assert browser.get(back).location == "/danh-ba"
    assert browser.get(back).location == "/dang-nhap"


@pytest.mark.parametrize("change", [{"state": "x"}, {"state": ""}, {"iss": "https://evil.test"}, {"code": "x"}])
def test_a_changed_answer_opens_nothing(town: Town, change: dict[str, str]) -> None:
    browser = town.browser()
    parts = urlsplit(gone(browser, "s-dung"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change
    assert browser.get(f"{parts.path}?{urlencode(query)}").location == "/dang-nhap"
    assert signed_in(town) == []


def test_a_stolen_code_is_worth_nothing_without_its_verifier(town: Town) -> None:
    """The thief has the whole way back and a browser of their own that asked too; the provider compares."""
    browser, thief = town.browser(), town.browser()
    stolen = {name: values[0] for name, values in parse_qs(urlsplit(gone(browser, "s-dung")).query).items()}
    asked = parse_qs(urlsplit(thief.get("/dang-nhap/sso").location).query)
    assert thief.get(f"/dang-nhap/sso/ve?{urlencode({**stolen, 'state': asked['state'][0]})}").location == "/dang-nhap"
    assert signed_in(town) == []


def test_what_is_kept_for_the_way_never_leaves_the_server(town: Town) -> None:
    browser = town.browser()
    query = parse_qs(urlsplit(browser.get("/dang-nhap/sso").location).query)
    with town.database.read() as connection:
        body = connection.scalar(sa.select(sign_in_step.c.body))
    assert query["state"] == [body["state"]]
    assert query["nonce"] == [body["nonce"]]
    assert query["code_challenge_method"] == ["S256"]
    assert body["verifier"] not in str(query)
    cookie = browser.client.get_cookie("neuguong_form")
    assert cookie
    assert body["verifier"] not in cookie.value


def test_the_way_back_stays_here(town: Town) -> None:
    browser = town.browser()
    assert browser.get(gone(browser, "s-dung", "/dang-nhap/sso?next=//evil.test")).location == "/"


def test_only_a_fresh_proof_of_the_same_person_renews_a_sign_in(town: Town) -> None:
    for first, then, renewed in (("s-dung", "s-dung", True), ("s-dung", "s-other", False),
                                 ("s-long-ago", "s-long-ago", False)):  # fmt: skip
        browser, _ = came(town, first)
        before = browser.client.get_cookie("neuguong")
        answer = browser.get(gone(browser, then, "/dang-nhap/sso?lai=1"))
        after = browser.client.get_cookie("neuguong")
        assert before
        assert after
        assert (after.value != before.value) is renewed, (first, then)
        assert answer.location == ("/ca-nhan/bao-mat" if renewed else "/dang-nhap")


# --- signed out at the provider ------------------------------------------------------------------------

SIGNED_OUT = "/dang-nhap/sso/dang-xuat"


def logout_token(issuer: str, **claims: str) -> str:
    """A word of signing out that the provider itself signed."""
    asked = urlencode({"aud": "neu-guong", "jti": secrets.token_hex(8), **claims})
    return urllib3.request("GET", f"{issuer}/test/logout-token?{asked}").data.decode()


def heard(town: Town, token: str) -> int:
    """What a server of the provider is answered, which has no cookie and no form's secret."""
    return town.app.test_client().post(SIGNED_OUT, data={"logout_token": token}).status_code


def test_signing_out_at_the_provider_ends_what_rests_on_it_here(town: Town, issuer: str) -> None:
    browser, other = came(town, "s-dung")[0], came(town, "s-other")[0]
    by_password = town.signed_in("dung")
    token = logout_token(issuer, sub="s-dung")
    answer = town.app.test_client().post(SIGNED_OUT, data={"logout_token": token})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert browser.get("/danh-ba").status_code == 303
    assert other.get("/danh-ba").status_code == 200, "of nobody else"
    assert by_password.get("/danh-ba").status_code == 200, "nor what does not rest on the provider"
    again = came(town, "s-dung")[0]
    assert heard(town, token) == 400, "heard once"
    assert again.get("/danh-ba").status_code == 200


def test_it_ends_a_sign_in_that_went_on_with_our_own_second_step(town: Town, issuer: str) -> None:
    from tests.web.test_second_factor import code_of, enter, set_up

    secret, _ = set_up(town.signed_in("dung"))
    browser, _ = came(town, "s-dung")
    assert enter(browser, code_of(secret)) == (303, "/danh-ba")
    assert heard(town, logout_token(issuer, sub="s-dung")) == 200
    assert browser.get("/danh-ba").status_code == 303


def test_a_session_that_is_named_ends_alone(town: Town) -> None:
    database, now = town.database, wall_now()
    ids = {}
    with database.write() as connection:
        for session in ("one", "two", ""):
            ids[session] = database.new_id()
            sessions.begin(connection, ids[session], town.so.accounts["dung"], now)
            said = {"issuer": "https://cap.test", "subject": "s", "session": session}
            sso_sessions.remember(connection, ids[session], said, now)
    for number, (session, subject, ended) in enumerate(
        [("two", "another", 0), ("two", "s", 2), ("none", "", 0), ("one", "", 1)]
    ):
        with database.write() as connection:
            word = Logout("https://cap.test", str(number), subject, session)
            assert sso_sessions.end(connection, word, now) == ended, (session, subject)
    assert signed_in(town) == []


def test_what_is_no_word_of_the_provider_ends_nothing(town: Town, issuer: str) -> None:
    browser, _ = came(town, "s-dung")
    wrong = [
        "", "x", logout_token(issuer, sub="s-dung", aud="other"), logout_token(issuer, sub="s-dung", nonce="x"),
        logout_token(issuer, sub="s-dung", iss="https://cap.test"), logout_token(issuer),
        logout_token(issuer, sub="s-dung")[:-4] + "AAAA",
    ]  # fmt: skip
    assert [heard(town, one) for one in wrong] == [400] * len(wrong)
    assert town.app.test_client().get(SIGNED_OUT).status_code == 405
    assert browser.get("/danh-ba").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"events": None}, {"events": {}}, {"events": {"another": {}}}, {"events": {LOGOUT: "x"}}, {"sub": None},
        {"sub": 7}, {"jti": None}, {"jti": 7}, {"exp": None}, {"exp": 1_000_000_000}, {"iat": None}, {"nonce": "x"},
        {"iat": 1_000_000_000}, {"aud": "other"}, {"iss": "https://CAP.test"}, {"sid": 7},
    ],
)  # fmt: skip
def test_a_word_of_signing_out_that_says_it_wrongly_is_refused(claims: dict[str, Any]) -> None:
    keys, good = (
        KeySet([RSAKey.import_key(KEY.as_dict(private=False))]),
        {"events": {LOGOUT: {}}, "jti": "1", "nonce": None},
    )
    provider = Provider(SAID, "https://neuguong.test")
    assert provider.read_logout(token(**good), keys) == Logout(SAID.issuer, "1", "s")
    with pytest.raises((JoseError, Failed, ValueError)):
        provider.read_logout(token(**(good | claims)), keys)
    with pytest.raises((JoseError, Failed)):
        provider.read_logout(token(), keys)


# --- tokens that no honest provider gives --------------------------------------------------------------

SAID = SingleSignOn("https://cap.test", "neu-guong", "bí mật")
KEY = RSAKey.generate_key(2048, {"kid": "1"}, private=True)
NONCE = "n" * 43
HS256 = b'{"alg": "HS256", "kid": "1"}'


def token(key: Any = KEY, header: dict[str, str] | None = None, **claims: Any) -> str:
    now = int(time.time())
    good = {
        "iss": SAID.issuer, "aud": SAID.client, "sub": "s", "nonce": NONCE, "iat": now, "exp": now + 300,
    }  # fmt: skip
    given = {name: value for name, value in (good | claims).items() if value is not None}
    head = {"alg": "RS256", "kid": "1", **(header or {})}
    return jwt.encode(head, given, key, algorithms=[head["alg"]])


def read(raw: str) -> str:
    keys = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
    return Provider(SAID, "https://neuguong.test").read(raw, keys, NONCE).subject


def test_an_honest_token_is_read() -> None:
    assert read(token()) == "s"
    assert read(token(aud=[SAID.client, "other"], azp=SAID.client)) == "s"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://cap.test/"}, {"iss": "https://CAP.test"}, {"iss": None}, {"aud": "other"}, {"aud": None},
        {"aud": [SAID.client, "other"]}, {"azp": "other"}, {"nonce": "other"}, {"nonce": None}, {"sub": None},
        {"exp": 1_000_000_000}, {"exp": None}, {"iat": None}, {"nbf": 9_999_999_999},
    ],
)  # fmt: skip
def test_a_token_for_somebody_else_or_another_time_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises((JoseError, Failed)):
        read(token(**claims))


def test_a_token_signed_with_another_key_with_none_or_with_what_everybody_knows_is_refused() -> None:
    other = RSAKey.generate_key(2048, {"kid": "1"}, private=True)
    head, body, _ = token().split(".")
    signed = f"{base64.urlsafe_b64encode(HS256).rstrip(b'=').decode()}.{body}"
    shared = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    by_public = f"{signed}.{base64.urlsafe_b64encode(shared).rstrip(b'=').decode()}"
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    for raw in (token(other), by_public, unsigned, f"{head}.{body}.", f"{head}.{body}.AAAA"):
        with pytest.raises((JoseError, ValueError)):
            read(raw)


def test_metadata_of_another_issuer_is_not_believed(issuer: str) -> None:
    provider = Provider(replace(SAID, issuer=issuer.replace("127.0.0.1", "localhost")), "http://localhost")
    provider.way_there(Asked.new())
    wrong = Provider(replace(SAID, issuer=issuer + "/"), "http://localhost")
    with pytest.raises(Failed, match="another issuer"):
        wrong.way_there(Asked.new())


def test_a_provider_that_does_not_answer_is_one_sentence(town: Town) -> None:
    town.app.extensions["sso"] = Provider(replace(SAID, issuer="http://127.0.0.1:9"), "http://localhost")
    browser = town.browser()
    assert browser.get("/dang-nhap/sso").location == "/dang-nhap"
    assert "không thành" in browser.get("/dang-nhap").text


class Elsewhere(BaseHTTPRequestHandler):
    """Sends whoever asks for its metadata on to another address of this machine."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/inner")  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_a_provider_leads_the_server_nowhere_else() -> None:
    """No redirect is followed, and of what the metadata name only what speaks as the issuer does is asked (SSRF)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        provider = Provider(replace(SAID, issuer=f"http://127.0.0.1:{server.server_port}"), "http://localhost")
        with pytest.raises(Failed, match="302"):
            provider.way_there(Asked.new())
    finally:
        server.shutdown()
        server.server_close()
    assert Elsewhere.asked == ["/.well-known/openid-configuration"]
    provider = Provider(SAID, "https://neuguong.test")
    for address in ("http://169.254.169.254/latest", "file:///etc/passwd", "gopher://127.0.0.1:6379/x", None, 7):
        with pytest.raises(Failed, match="no address to ask"):
            provider._same_scheme(address)
