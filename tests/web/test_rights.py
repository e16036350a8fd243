"""The page of who can do what, and the matrix of every route and every kind of caller, made from the code."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import NotFound, Unauthorized
from werkzeug.routing import Rule

from tests.web.desk import Desk
from web import gate
from web.access import Kind, access_of
from web.sign_in.cookie import cookie_name
from workflow.message import Refused

CALLERS = ("nobody", "outsider", "director", "office")
MAY = {  # kind of a mark → who comes through the gate; what they find behind it is the view's, asked of the engine
    Kind.MACHINE: set(CALLERS), Kind.SHARED: set(CALLERS), Kind.PUBLIC: set(CALLERS),
    Kind.ACCOUNT: set(CALLERS) - {"nobody"}, Kind.PERSON: set(CALLERS) - {"nobody"},
    Kind.OFFICE: {"office"}, Kind.TOKEN: set(), Kind.LINK: set(),
}  # fmt: skip


def comes_through(desk: Desk, rule: Rule, cookie: str) -> bool:
    """Whether the gate lets a request go on to the view of a rule."""
    method = next(one for one in ("POST", "PATCH", "PUT", "DELETE", "GET") if one in (rule.methods or ()))
    path = desk.app.url_map.bind("localhost").build(
        rule.endpoint, {name: _any(rule, name) for name in rule.arguments}, method
    )
    with desk.app.test_request_context(path, method=method, headers={"Cookie": cookie} if cookie else {}):
        try:
            return gate.check() is None
        except (Refused, Unauthorized, NotFound):
            return False


def _any(rule: Rule, name: str) -> str:
    """Something that may stand there: of a few words the first."""
    return next(iter(getattr(rule._converters[name], "items", ("1",))))


def cookie_of(desk: Desk, name: str) -> str:
    """What a browser of this person sends; nothing for nobody's."""
    if name == "nobody":
        return ""
    with desk.app.app_context():
        found = desk.browser(name).client.get_cookie(cookie_name())
    assert found is not None
    return f"{found.key}={found.value}"


def test_every_route_lets_through_whom_its_mark_says_and_nobody_else(desk: Desk) -> None:
    cookies = {name: cookie_of(desk, name) for name in CALLERS}
    rules = [rule for rule in desk.app.url_map.iter_rules() if rule.endpoint in desk.app.view_functions]
    assert len(rules) > 150
    for rule in rules:
        access = access_of(desk.app.view_functions[rule.endpoint])
        assert access is not None, f"{rule.endpoint} declares nobody"
        expected = MAY[access.kind]
        if access.name == "complaints":
            expected = {"office"}  # where the plan's keeper is nobody, the office steps in
        found = {name for name in CALLERS if comes_through(desk, rule, cookies[name])}
        assert found == expected, (rule.rule, access)


def test_a_view_without_a_mark_is_refused_to_everyone(desk: Desk) -> None:
    cookie = cookie_of(desk, "office")
    desk.app.view_functions["inbox.index"] = lambda: "open"
    context = desk.app.test_request_context("/viec", headers={"Cookie": cookie})
    with context, pytest.raises(RuntimeError, match="does not declare"):
        gate.check()


def test_the_page_says_who_may_and_why(desk: Desk) -> None:
    head = desk.browser("head")
    page = head.get("/quyen?quy-trinh=nominee").text
    assert "Lãnh đạo phòng, đơn vị – trong đơn vị của hồ sơ" in page
    assert "nếu không có ai: Giám đốc Sở" in page
    assert "Các trang" not in page
    assert head.get("/quyen?quy-trinh=khong-co").status_code == 404
    office = desk.browser("office").get("/quyen").text
    assert "/xoa-thong-tin" in office
    assert "Không ai (chưa khai báo)" not in office


def test_anybody_here_reads_which_personal_data_are_held(desk: Desk) -> None:
    page = desk.browser("outsider").get("/quyen/du-lieu-ca-nhan").text
    assert "Ai xem được" in page
    assert "dossier_record" in page
