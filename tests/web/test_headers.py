"""Every answer carries the headers, every form its secret, and no page anything inline or foreign."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from config import wiring
from tests.databases import SqliteDatabases
from tests.web.conftest import PASSWORD, Town, settings_for, settle
from web.app import create_app

ADDRESSES = {"src", "href", "action", "formaction", "poster", "data", "hx-get", "hx-post"}


class Markup(HTMLParser):
    """What a content policy would refuse: inline code and style, and every address of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inline += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]
        self._inside = tag if tag in ("script", "style") else ""

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.inline.append(f"<{self._inside}>{data[:40]}")


def pages_of(town: Town) -> dict[str, str]:
    """Every page of the shell, as the office sees it."""
    an = town.signed_in("an")
    paths = [
        "/chon-co-quan", "/danh-ba", f"/danh-ba/{town.so.people['an']}", f"/danh-ba/{town.so.people['dung']}",
        "/don-vi", f"/don-vi/{town.so.units['VP']}", "/nhap-danh-sach", "/hop-thu-di", "/su-co", "/su-co?xem=repaired",
        "/ca-nhan", "/khong-co-trang-nay",
    ]  # fmt: skip
    return {"/dang-nhap": town.browser().get("/dang-nhap").text, **{path: an.get(path).text for path in paths}}


def test_pages_carry_nothing_inline_and_nothing_foreign(town: Town) -> None:
    for path, page in pages_of(town).items():
        markup = Markup(page)
        assert markup.inline == [], path
        foreign = [one for one in markup.addresses if not one.startswith(("/", "#")) or one.startswith("//")]
        assert foreign == [], path
        assert page.count("<h1") == 1, path
        assert "data:" not in page, path


def test_every_answer_carries_the_headers(town: Town) -> None:
    an = town.signed_in("an")
    for path in ("/danh-ba", "/dang-nhap", "/khong-co", "/healthz", "/static/app.js", "/api/v1/khong-co"):
        headers = an.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_kept_nowhere_and_assets_for_good(town: Town) -> None:
    an = town.signed_in("an")
    page = an.get("/danh-ba")
    assert page.headers["Cache-Control"] == "no-store"
    assert {"Cookie", "HX-Request"} <= {name.strip() for name in page.headers["Vary"].split(",")}
    assets = re.findall(r'"(/static/[^"]+)"', page.text)
    assert len(assets) > 6
    for address in assets:
        answer = an.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"], address
    assert an.get("/static/app.js").headers["Cache-Control"] == "no-cache"


def test_the_sign_in_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Town) -> None:
    answer = town.browser().sign_in("an")
    [cookie] = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("neuguong=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_the_cookie_is_bound_to_the_host(town: Town) -> None:
    town.app.config["SESSION_COOKIE_SECURE"] = True
    client = town.app.test_client()
    secure = {"base_url": "https://so.test"}
    page = client.get("/dang-nhap", **secure).text
    secret = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    form = {"csrf_token": secret, "login": "an", "password": PASSWORD}
    answer = client.post("/dang-nhap", data=form, headers={"Referer": "https://so.test/dang-nhap"}, **secure)
    assert answer.status_code == 303
    [cookie] = [one for one in answer.headers.getlist("Set-Cookie") if "neuguong=" in one and "form" not in one]
    assert cookie.startswith("__Host-neuguong=")
    assert "Secure" in cookie
    assert "Strict-Transport-Security" in answer.headers


def test_every_cookie_is_bound_to_the_host_over_https(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:  # fmt: skip
    with sqlite_databases.fresh() as url:
        application = wiring.build(settings_for(url, tmp_path, base_url="https://so.test"))
        settle(application.database, "so-tttt", "Sở Thông tin và Truyền thông")
        client, secure = create_app(application).test_client(), {"base_url": "https://so.test"}
        page = client.get("/dang-nhap", **secure)
        secret = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        sent = {"headers": {"Referer": "https://so.test/dang-nhap"}, **secure}
        spoken = client.post("/ngon-ngu", data={"csrf_token": secret, "language": "en"}, **sent)
        form = {"csrf_token": secret, "login": "an", "password": PASSWORD}
        entered = client.post("/dang-nhap", data=form, **sent)
        assert 'lang="en"' in client.get("/dang-nhap", **secure).text or entered.status_code == 303
        application.dispose()
    cookies = [one for answer in (page, spoken, entered) for one in answer.headers.getlist("Set-Cookie")]
    names = {one.partition("=")[0] for one in cookies}
    assert names == {"__Host-neuguong_form", "__Host-language", "__Host-neuguong"}
    for one in cookies:
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in one.split(";")}, one
        assert "SameSite=" in one
        assert "Domain" not in one
    assert "includeSubDomains" in page.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_methods_nobody_needs_are_refused(town: Town, method: str) -> None:
    for path in ("/dang-nhap", "/api/v1/cases", "/static/app.js", "/healthz"):
        answer = town.app.test_client().open(path, method=method, headers={"X-Echo": "canary"})
        assert answer.status_code in (400, 405)
        assert "canary" not in answer.text


POSTS = ["/dang-nhap", "/dang-xuat", "/ngon-ngu", "/chon-co-quan", "/ca-nhan/tuy-chon", "/ca-nhan/mat-khau", "/don-vi"]


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_its_secret_changes_nothing(town: Town, path: str) -> None:
    an = town.signed_in("an")
    sent = {"login": "an", "password": PASSWORD, "theme": "dark", "language": "en", "code": "X", "name": "Y"}
    assert an.client.post(path, data=sent).status_code == 400
    assert an.client.post(path, data={**sent, "csrf_token": "x.y.z"}).status_code == 400
    assert 'lang="vi" data-theme="system"' in an.get("/ca-nhan").text


def test_a_secret_from_before_signing_in_is_worth_nothing_after(town: Town) -> None:
    browser = town.browser()
    before = browser.secret("/dang-nhap")
    browser.sign_in("an")
    assert browser.client.post("/ca-nhan/tuy-chon", data={"csrf_token": before, "theme": "dark"}).status_code == 400


def test_every_post_form_of_every_page_carries_a_secret(town: Town) -> None:
    for path, page in pages_of(town).items():
        for form in re.findall(r'<form method="post".*?</form>', page, re.DOTALL):
            assert 'name="csrf_token"' in form, (path, form)
