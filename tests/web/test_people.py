"""The directory: found without diacritics; absences by oneself or the office; roles and accounts by the office."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from config.installation import install
from config.settings import SHIPPED_PLANS
from tests.web.conftest import BOTH, FIRST, PASSWORD, Town
from tests.web.test_sign_in import is_in
from web.directory import PAGE
from web.field_views import MOST_LISTED
from workflow import organisation_changes as changes
from workflow.clock import local_date, wall_now
from workflow.identity import load_organisation
from workflow.organisation import absence, account

pytestmark = BOTH

TODAY = local_date(wall_now())


def names(page: str) -> list[str]:
    return re.findall(r'class="table__main" href="[^"]+">([^<]+)<', page)


def org_of(town: Town) -> object:
    with town.database.read() as connection:
        return load_organisation(connection, town.so.id, TODAY)


def test_people_stand_by_unit_and_given_name(town: Town) -> None:
    page = town.signed_in("chi").get("/danh-ba").text
    assert names(page) == ["Nguyễn Văn Bình", "Trần Thị Chi", "Đặng Thị Ngọc Ánh", "Lê Quốc Dũng"]
    assert "4 người" in page


@pytest.mark.parametrize(
    ("words", "found"),
    [("dang anh", ["Đặng Thị Ngọc Ánh"]), ("ĐẶNG", ["Đặng Thị Ngọc Ánh"]), ("dung", ["Lê Quốc Dũng"]), ("xyz", [])],
)
def test_names_are_found_without_diacritics(town: Town, words: str, found: list[str]) -> None:
    page = town.signed_in("chi").get("/danh-ba", query_string={"q": words}).text
    assert names(page) == found
    assert ("Không có ai khớp" in page) == (not found)


@pytest.mark.parametrize("words", ["yni k", "y'ni k'dam", "Y’Ni K’Đăm", "kdam yni"])
def test_names_with_an_apostrophe_are_found_however_it_is_typed(town: Town, words: str) -> None:
    with town.database.write() as connection:
        changes.add_person(connection, town.so.id, code="nk1", name="Y'Ni K’Đăm", starts_on=FIRST)
    assert names(unescape(town.signed_in("chi").get("/danh-ba", query_string={"q": words}).text)) == ["Y'Ni K’Đăm"]


def test_a_unit_filters_and_a_long_list_has_pages(town: Town) -> None:
    with town.database.write() as connection:
        for number in range(PAGE):
            changes.add_person(
                connection, town.so.id, code=f"p{number}", name=f"Lê Văn {number:03}", starts_on=FIRST,
                unit_id=town.so.units["CNTT"],
            )  # fmt: skip
    chi = town.signed_in("chi")
    assert len(names(chi.get("/danh-ba").text)) == PAGE
    assert len(names(chi.get("/danh-ba?page=2").text)) == 4
    assert len(names(chi.get(f"/danh-ba?unit={town.so.units['VP']}").text)) == 2
    assert chi.get("/danh-ba?page=-3&unit=nothing&q=%00").status_code == 200


def send_absence(town: Town, by: str, whom: str, **more: str) -> object:
    sent = {
        "deputy": town.so.people["binh"], "first": TODAY.strftime("%d/%m/%Y"),
        "last": (TODAY + timedelta(days=3)).strftime("%d/%m/%Y"), "reason": "Đi học", **more,
    }  # fmt: skip
    path = f"/danh-ba/{town.so.people[whom]}"
    return town.signed_in(by).post(f"{path}/vang-mat", sent, seen=path)


@pytest.mark.parametrize(("by", "whom"), [("chi", "chi"), ("an", "dung")])
def test_an_absence_is_set_by_oneself_or_by_the_office(town: Town, by: str, whom: str) -> None:
    assert send_absence(town, by, whom).status_code == 303
    assert org_of(town).present(town.so.people[whom]) == (town.so.people["binh"],)
    page = town.signed_in("chi").get(f"/danh-ba/{town.so.people[whom]}").text
    assert "Người thay: Nguyễn Văn Bình" in page
    with town.database.read() as connection:
        assert connection.scalar(sa.select(absence.c.set_by)) == town.so.people[by]


def test_nobody_else_sets_or_ends_an_absence(town: Town) -> None:
    answer = send_absence(town, "chi", "dung")
    assert answer.status_code == 403
    assert "Chỉ Lê Quốc Dũng hoặc Văn phòng" in answer.text
    assert org_of(town).present(town.so.people["dung"]) == (town.so.people["dung"],)


def test_the_office_makes_itself_nobodys_deputy(town: Town) -> None:
    answer = send_absence(town, "an", "dung", deputy=town.so.people["an"])
    assert answer.status_code == 422
    assert "Không ai tự đặt mình làm người thay của Lê Quốc Dũng" in answer.text
    assert org_of(town).present(town.so.people["dung"]) == (town.so.people["dung"],)


def test_wrong_entries_are_named_and_kept(town: Town) -> None:
    answer = send_absence(town, "chi", "chi", deputy="", first="31/02/2026", last="01/01/2020")
    assert answer.status_code == 422
    assert answer.text.startswith("<!doctype html>")
    assert "<title>Lỗi:" in answer.text
    assert answer.text.count('<li><a href="#f-') == 3
    assert 'value="31/02/2026"' in answer.text
    backwards = send_absence(town, "chi", "chi", first=(TODAY + timedelta(days=9)).strftime("%d/%m/%Y"))
    assert backwards.status_code == 422
    own = send_absence(town, "chi", "chi", deputy=town.so.people["chi"])
    assert own.status_code == 422


def test_among_many_colleagues_the_deputy_is_typed(town: Town) -> None:
    with town.database.write() as connection:
        for number in range(MOST_LISTED):
            changes.add_person(
                connection, town.so.id, code=f"NV{number:03}", name="Đỗ Thị Hạnh" if number < 2 else f"Lê Văn {number}",
                starts_on=FIRST, unit_id=town.so.units["CNTT"],
            )  # fmt: skip
    page = town.signed_in("chi").get(f"/danh-ba/{town.so.people['chi']}").text
    assert '<select id="f-deputy"' not in page
    assert 'data-near="/danh-ba/goi-y"' in page
    several = send_absence(town, "chi", "chi", deputy="hạnh")
    assert several.status_code == 422
    assert "«hạnh» có thể là 2 người" in several.text
    assert several.text.partition('<select id="f-deputy"')[2].partition("</select>")[0].count("Đỗ Thị Hạnh") == 2
    assert send_absence(town, "chi", "chi", deputy=town.so.people["chi"]).status_code == 422
    assert send_absence(town, "chi", "chi", deputy="NV007").status_code == 303
    [deputy] = org_of(town).present(town.so.people["chi"])
    assert org_of(town).name(deputy) == "Lê Văn 7"


def test_back_again_gives_the_work_back_at_once(town: Town) -> None:
    send_absence(town, "chi", "chi")
    chi, path = town.signed_in("chi"), f"/danh-ba/{town.so.people['chi']}"
    end = re.search(r'action="(/danh-ba/[^"]+/ket-thuc)"', chi.get(path).text)[1]
    assert town.signed_in("binh").post(end, seen=path).status_code == 403
    assert chi.post(end, seen=path).status_code == 303
    assert org_of(town).present(town.so.people["chi"]) == (town.so.people["chi"],)
    assert chi.post(end, seen=path).status_code == 404


def test_the_office_gives_and_ends_roles(town: Town, plan_roles: None) -> None:
    an, path = town.signed_in("an"), f"/danh-ba/{town.so.people['chi']}"
    sent = {"role": "unit_head", "unit": town.so.units["CNTT"], "first": TODAY.strftime("%d/%m/%Y"), "ground": "QĐ 1"}
    assert an.post(f"{path}/vai-tro", sent, seen=path).status_code == 303
    [held] = org_of(town).grants[town.so.people["chi"]]
    assert (held.role, held.unit_id) == ("unit_head", town.so.units["CNTT"])
    page = an.get(path).text
    assert "Lãnh đạo phòng" in page
    end = re.search(r'href="(/danh-ba/[^"]+/vai-tro/[^"]+/ket-thuc)"', page)[1]
    assert town.signed_in("binh").post(end, seen=path).status_code == 403
    assert an.post(end, seen=path).status_code == 303
    assert town.so.people["chi"] not in org_of(town).grants
    assert an.post(f"{path}/vai-tro", {**sent, "role": "emperor"}, seen=path).status_code == 422


def test_nobody_gives_a_role_to_themselves(town: Town, plan_roles: None) -> None:
    an, path = town.signed_in("an"), f"/danh-ba/{town.so.people['an']}"
    before = org_of(town).grants[town.so.people["an"]]
    answer = an.post(f"{path}/vai-tro", {"role": "director", "first": TODAY.strftime("%d/%m/%Y")}, seen=path)
    assert answer.status_code == 403
    assert "Không ai tự giao vai trò cho mình" in answer.text
    assert org_of(town).grants[town.so.people["an"]] == before


@pytest.fixture
def plan_roles(town: Town) -> None:
    """The seed's plan in force, so that roles have titles."""
    install(town.app.extensions["neuguong"], SHIPPED_PLANS / "so-tttt-2022-2025", by="test")


def newcomer(town: Town) -> str:
    with town.database.write() as connection:
        return changes.add_person(
            connection, town.so.id, code="moi", name="Hồ Thị Mới", starts_on=FIRST, email="moi@so.test"
        )


def test_the_office_opens_an_account_and_its_owner_sets_the_password(town: Town) -> None:
    person = newcomer(town)
    an, path = town.signed_in("an"), f"/danh-ba/{person}"
    page = an.post(f"{path}/tai-khoan", {"login": " Moi@So.Test "}, seen=path).text
    link = re.search(r"http://127.0.0.1:8080(/dat-mat-khau/[\w-]+)", page)[1]
    assert link not in an.get(path).text
    browser = town.browser()
    sent = {"password": "một câu thật là dài", "repeated": "một câu thật là dài"}
    assert browser.post(link, sent, seen=link).status_code == 303
    assert browser.sign_in("moi@so.test", "một câu thật là dài").status_code == 303
    assert is_in(browser)
    assert an.post(f"{path}/tai-khoan", {"login": "khac"}, seen=path).status_code == 403, "one is enough"


def test_a_taken_login_is_refused_and_nothing_is_left(town: Town) -> None:
    person = newcomer(town)
    an, path = town.signed_in("an"), f"/danh-ba/{person}"
    answer = an.post(f"{path}/tai-khoan", {"login": "BINH"}, seen=path)
    assert answer.status_code == 422
    assert "đã có người dùng" in answer.text
    with town.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(account)) == 8


def test_the_office_locks_and_unlocks(town: Town) -> None:
    an, chi = town.signed_in("an"), town.signed_in("chi")
    path = f"/danh-ba/{town.so.people['chi']}"
    assert an.post(f"{path}/tai-khoan/khoa", seen=path).status_code == 303
    assert not is_in(chi)
    assert town.browser().sign_in("chi").status_code == 422
    assert "Đã khóa" in an.get(path).text
    assert an.post(f"{path}/tai-khoan/mo-khoa", seen=path).status_code == 303
    assert not is_in(chi), "what was ended stays ended"
    assert town.browser().sign_in("chi", PASSWORD).status_code == 303
    own = f"/danh-ba/{town.so.people['an']}"
    assert an.post(f"{own}/tai-khoan/khoa", seen=own).status_code == 403


@pytest.mark.parametrize("action", ["khoa", "moi", "mo-khoa"])
def test_an_office_never_reaches_into_an_account_that_serves_elsewhere(town: Town, action: str) -> None:
    with town.database.write() as connection:
        account_id = town.so.accounts["chi"]
        changes.change_person(connection, town.other.id, town.other.people["chi"], {"account_id": account_id})
    an, path = town.signed_in("an"), f"/danh-ba/{town.so.people['chi']}"
    answer = an.post(f"{path}/tai-khoan/{action}", seen=path)
    assert answer.status_code == 403
    assert "người quản trị hệ thống giữ" in answer.text


def test_only_the_office_sees_and_keeps_accounts(town: Town) -> None:
    chi, path = town.signed_in("chi"), f"/danh-ba/{town.so.people['binh']}"
    assert "Tên đăng nhập" not in chi.get(path).text
    for action in ("", "/khoa", "/moi", "/mo-khoa"):
        assert chi.post(f"{path}/tai-khoan{action}", {"login": "x"}, seen=path).status_code == 403


def test_ones_own_data_are_ones_own_or_the_offices_to_fetch(town: Town) -> None:
    chi, an = town.signed_in("chi"), town.signed_in("an")
    mine, other = (f"/danh-ba/{town.so.people[name]}" for name in ("chi", "binh"))
    assert "Lập tệp dữ liệu" in chi.get(mine).text
    assert "Lập tệp dữ liệu" not in chi.get(other).text
    assert chi.post(f"{mine}/du-lieu", {"_nonce": "a"}, seen=mine).status_code == 303
    assert chi.post(f"{other}/du-lieu", {"_nonce": "b"}, seen=mine).status_code in (403, 422)
    assert an.post(f"{other}/du-lieu", {"_nonce": "c"}, seen=other).status_code == 303
