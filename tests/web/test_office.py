"""The office keeps its own data: people, roles, units by hand, each edit looked at before and on record after."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from config.installation import install
from config.settings import SHIPPED_PLANS
from states.amendments.model import amendment, history, is_whole
from states.amendments.proof import verify_amendments
from tests.tampering import unguard
from tests.web.conftest import BOTH, FIRST, Browser, Town
from web.sign_in import tokens
from workflow import organisation_changes as changes
from workflow.clock import local_date, wall_now
from workflow.identity import load_organisation
from workflow.journal import journal
from workflow.organisation import person

pytestmark = BOTH

TODAY = local_date(wall_now())
GROUND = "QĐ số 12/QĐ-STTTT"
CLERK = "Đặng Thị Ngọc Ánh"


@pytest.fixture
def seed(town: Town) -> None:
    """The seed's plan in force, so that roles have titles and units types."""
    install(town.app.extensions["neuguong"], SHIPPED_PLANS / "so-tttt-2022-2025", by="test")


def fields(page: str) -> dict[str, str]:
    """What the form of a page would send: hidden fields and lines of text."""
    return {
        name: value
        for name, value in re.findall(r'<input type="(?:hidden|text)"[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page)
        if name not in ("csrf_token", "_proof", "language", "next")
    }


def dmy(day: object) -> str:
    return f"{day:%d/%m/%Y}"


def row(town: Town, code: str) -> sa.RowMapping:
    with town.database.read() as connection:
        mine = sa.select(person).where(person.c.agency_id == town.so.id, person.c.code == code)
        return connection.execute(mine).mappings().one()


def lines(town: Town) -> list[sa.RowMapping]:
    with town.database.read() as connection:
        return list(history(connection, town.so.id))


def edit_path(town: Town, code: str) -> str:
    return f"/danh-ba/{town.so.people[code]}/sua"


def sent_edit(browser: Browser, path: str, **more: str) -> dict[str, str]:
    page = browser.get(path).text
    return {**fields(page), "gender": "", **more}


def test_a_person_is_added_by_hand_with_the_rules_of_the_list(town: Town) -> None:
    an = town.signed_in("an")
    sent = {"code": "moi", "name": "Hồ Thị  Mới", "unit": "CNTT", "gender": "nữ", "email": "moi@so.test"}
    wrong = an.post("/danh-ba/them", {**sent, "email": "không phải", "born_on": "01/01/2030"}, seen="/danh-ba/them")
    assert wrong.status_code == 422
    assert wrong.text.count('<li><a href="#f-') == 2
    assert 'value="Hồ Thị  Mới"' in wrong.text
    assert an.post("/danh-ba/them", sent, seen="/danh-ba/them").status_code == 303
    assert (row(town, "moi")["name"], row(town, "moi")["gender"]) == ("Hồ Thị Mới", "female")
    again = an.post("/danh-ba/them", {**sent, "code": "MOI"}, seen="/danh-ba/them")
    assert again.status_code == 422
    assert "Mã moi là của Hồ Thị Mới" in again.text
    several = {"code": "MOI", "email": "không phải", "born_on": "31/02/1990", "unit": "khong-co", "gender": "?"}
    told = an.post("/danh-ba/them", {**sent, **several}, seen="/danh-ba/them")
    assert told.text.count('<li><a href="#f-') == 5, "all that is wrong at once"
    assert (
        an.post("/danh-ba/them", {**sent, **several, "code": "x"}, seen="/danh-ba/them").text.count('<li><a href="#f-')
        == 4
    )
    [line] = lines(town)
    assert (line["noun"], line["verb"], line["changes"]["email"]) == ("person", "added", ["", "moi@so.test"])


def test_an_edit_is_on_record_with_before_and_after_and_in_the_journal(town: Town) -> None:
    an, path = town.signed_in("an"), edit_path(town, "chi")
    sent = sent_edit(an, path, name="Trần Thị Chi Mai", post="Chuyên viên chính", ground=GROUND)
    assert an.post(path, sent, seen=path).status_code == 303
    assert row(town, "chi")["name"] == "Trần Thị Chi Mai"
    [line] = lines(town)
    assert line["changes"]["name"] == ["Trần Thị Chi", "Trần Thị Chi Mai"]
    assert (line["ground"], line["made_by"], is_whole(line)) == (GROUND, town.so.people["an"], True)
    assert not is_whole({**line, "ground": "khác"})
    with town.database.read() as connection:
        [noted] = connection.execute(sa.select(journal).where(journal.c.noun == "amendment")).mappings()
    assert noted["body"]["digest"] == line["digest"]
    assert "Mai" not in str(noted["body"]), "the journal holds no name"
    page = an.get(f"/thiet-lap/lich-su?row={town.so.people['chi']}").text
    assert "<del>Trần Thị Chi</del> → Trần Thị Chi Mai" in page
    assert GROUND in page
    nothing = sent_edit(an, path)
    assert an.post(path, nothing, seen=path).status_code == 303
    assert len(lines(town)) == 1, "nothing changed is nothing on record"


def test_two_browsers_on_one_person_and_the_second_sees_what_changed(town: Town) -> None:
    an, dung, path = town.signed_in("an"), town.signed_in("an"), edit_path(town, "chi")
    first, second = sent_edit(an, path, post="Phó phòng"), sent_edit(dung, path, post="Kế toán")
    assert an.post(path, first, seen=path).status_code == 303
    answer = dung.post(path, second, seen=path)
    assert answer.status_code == 409
    assert "nay là «Phó phòng», bạn nhập «Kế toán»" in answer.text
    assert "Người sửa: Đặng Thị Ngọc Ánh" in answer.text
    assert row(town, "chi")["post"] == "Phó phòng"
    kept = fields(answer.text)
    assert (kept["post"], kept["seen-post"]) == ("Kế toán", "Phó phòng"), "nothing typed is lost"
    assert dung.post(path, {**kept, "gender": ""}, seen=path).status_code == 303
    assert row(town, "chi")["post"] == "Kế toán"
    assert [one["changes"]["post"] for one in lines(town)] == [["Phó phòng", "Kế toán"], ["Chuyên viên", "Phó phòng"]]


def test_who_leaves_is_looked_at_first_and_their_roles_end_with_them(town: Town, seed: None) -> None:
    an, path = town.signed_in("an"), f"/danh-ba/{town.so.people['binh']}/nghi"
    page = an.get(path).text
    assert "Lãnh đạo phòng, đơn vị</strong> – Phòng Công nghệ thông tin: Không có ai" in page
    day = dmy(TODAY + timedelta(days=30))
    assert an.post(path, {"ends_on": day, "seen-ends_on": ""}, seen=path).status_code == 422, "on a ground"
    assert an.post(path, {"ends_on": day, "seen-ends_on": "", "ground": GROUND}, seen=path).status_code == 303
    with town.database.read() as connection:
        later = load_organisation(connection, town.so.id, TODAY + timedelta(days=31))
        still = load_organisation(connection, town.so.id, TODAY + timedelta(days=30))
    assert town.so.people["binh"] in still.grants
    assert town.so.people["binh"] not in later.grants
    assert not later.active(town.so.people["binh"])
    [line] = lines(town)
    assert line["verb"] == "left"
    assert line["changes"]["role:unit_head:CNTT"] == ["", day]
    stale = an.post(path, {"ends_on": "", "seen-ends_on": "", "ground": GROUND}, seen=path)
    assert stale.status_code == 409
    assert an.post(path, {"ends_on": "", "seen-ends_on": day, "ground": GROUND}, seen=path).status_code == 303
    assert row(town, "binh")["ends_on"] is None


def test_nobody_retires_themselves_and_others_change_nothing(town: Town) -> None:
    an, chi = town.signed_in("an"), town.signed_in("chi")
    own = f"/danh-ba/{town.so.people['an']}/nghi"
    assert an.post(own, {"ends_on": dmy(TODAY), "ground": GROUND}, seen=own).status_code == 403
    for path in ("/thiet-lap", "/thiet-lap/lich-su", "/thiet-lap/con-thieu", "/danh-ba/them", edit_path(town, "binh")):
        assert chi.get(path).status_code == 403, path
    assert chi.post(edit_path(town, "binh"), {"name": "X"}, seen="/danh-ba").status_code == 403
    other = town.other.people["chi"]
    for path in (f"/danh-ba/{other}/sua", f"/danh-ba/{other}/nghi", f"/danh-ba/{other}/vai-tro"):
        assert an.get(path).status_code == 404, path
    assert lines(town) == []


def test_a_role_is_looked_at_given_until_a_day_and_ended(town: Town, seed: None) -> None:
    an, path = town.signed_in("an"), f"/danh-ba/{town.so.people['chi']}/vai-tro"
    sent = {"role": "council_chair", "unit": "", "first": dmy(TODAY), "last": dmy(TODAY + timedelta(days=9))}
    looked = an.post(path, {**sent, "look": "1"}, seen=path)
    assert looked.status_code == 200
    assert "Chủ tịch Hội đồng</strong>: Trần Thị Chi" in looked.text
    assert "Hết thiếu người" in looked.text
    assert lines(town) == [], "a look writes nothing"
    assert an.post(path, sent, seen=path).status_code == 422, "on a ground"
    backwards = an.post(path, {**sent, "last": "01/01/2020", "ground": GROUND}, seen=path)
    assert backwards.status_code == 422
    assert 'href="#f-last"' in backwards.text
    assert an.post(path, {**sent, "ground": GROUND}, seen=path).status_code == 303
    again = an.post(path, {**sent, "ground": GROUND}, seen=path)
    assert "đang giữ vai trò này rồi" in again.text
    page = an.get(f"/danh-ba/{town.so.people['chi']}").text
    end = re.search(r'href="(/danh-ba/[^"]+/vai-tro/[^"]+/ket-thuc)"', page)[1]
    assert "Sẽ thiếu người" in an.get(end).text
    assert an.post(end, {"last": dmy(TODAY), "ground": GROUND}, seen=end).status_code == 303
    assert [one["verb"] for one in lines(town)] == ["ended", "given"]


def test_a_unit_is_corrected_and_ends_only_when_empty(town: Town, seed: None) -> None:
    an = town.signed_in("an")
    sent = {"code": "BCVT", "name": "Phòng Bưu chính", "type": "phong"}
    assert an.post("/don-vi", sent, seen="/don-vi").status_code == 303
    with town.database.read() as connection:
        org = load_organisation(connection, town.so.id, TODAY)
    unit_id = next(one for one, found in org.units.items() if found["code"] == "BCVT")
    assert org.units[unit_id]["type"] == "phong"
    full = f"/don-vi/{town.so.units['CNTT']}"
    end = {"ends_on": dmy(TODAY), "seen-ends_on": "", "ground": GROUND}
    refused = an.post(f"{full}/ket-thuc", end, seen=full)
    assert refused.status_code == 422
    assert "còn 2 người" in refused.text
    path = f"/don-vi/{unit_id}"
    seen = {**fields(an.get(path).text)}
    assert (
        an.post(path, {**seen, "name": "Phòng Bưu chính - Viễn thông", "type": "phong"}, seen=path).status_code == 303
    )
    stale = an.post(path, {**seen, "name": "Phòng BCVT", "type": "phong"}, seen=path)
    assert stale.status_code == 409
    assert an.post(f"{path}/ket-thuc", end, seen=path).status_code == 303
    assert [(one["noun"], one["verb"]) for one in lines(town)] == [
        ("unit", "ended"),
        ("unit", "changed"),
        ("unit", "added"),
    ]


def test_what_is_missing_is_said_with_a_way_to_mend_it(town: Town, seed: None) -> None:
    page = town.signed_in("an").get("/thiet-lap/con-thieu").text
    assert "Chưa có đơn vị nào thuộc loại" in page
    assert "Chưa có ai giữ vai trò: Chủ tịch Hội đồng." in page
    assert "/nhap-danh-sach?kind=roles" in page
    with town.database.write() as connection:
        changes.change_unit(connection, town.so.id, town.so.units["VP"], {"type": "phong"})
        changes.grant_role(
            connection, town.so.id, person_id=town.so.people["dung"], role="council_chair", starts_on=FIRST
        )
    page = town.signed_in("an").get("/thiet-lap/con-thieu").text
    assert "Chưa có đơn vị nào thuộc loại" not in page
    assert "Chưa có ai giữ vai trò: Chủ tịch Hội đồng." not in page
    assert "còn" in town.signed_in("an").get("/thiet-lap").text.lower()


def test_what_was_on_record_of_a_forgotten_person_goes(town: Town) -> None:
    an, path = town.signed_in("an"), edit_path(town, "chi")
    an.post(path, sent_edit(an, path, name="Trần Thị Chi Mai"), seen=path)
    from states.erasure import erase_person

    app = town.app.extensions["neuguong"]
    with town.database.write() as connection:
        erase_person(connection, app.identities, town.so.id, town.so.people["chi"])
        [line] = connection.execute(sa.select(amendment)).mappings()
    assert (line["changes"], line["ground"], line["key"]) == ({}, "", None)
    assert is_whole(line)


def script(town: Town, code: str, *scopes: str) -> dict[str, str]:
    owner = tokens.Owner(town.so.id, town.so.people[code], town.so.accounts[code])
    with town.database.write() as connection:
        token = tokens.create(connection, town.database.new_id(), owner, "thử", scopes, 30, wall_now())
    return {"Authorization": f"Bearer {token}"}


def test_a_script_of_the_office_does_the_same_and_no_more(town: Town) -> None:
    api, mine = town.app.test_client(), script(town, "an", "office")
    chi = f"/api/v1/people/{town.so.people['chi']}"
    for header in (script(town, "an", "read", "act"), script(town, "chi", "office")):
        assert api.get("/api/v1/people", headers=header).status_code == 403
    listed = api.get("/api/v1/people", headers=mine).json["people"]
    assert [one["code"] for one in listed] == ["an", "binh", "chi", "dung"]
    added = api.post("/api/v1/people", json={"code": "moi", "name": "Hồ Thị Mới", "unit": "CNTT"}, headers=mine)
    assert (added.status_code, added.json["unit"]) == (201, "CNTT")
    twice = api.post("/api/v1/people", json={"code": "moi", "name": "Khác"}, headers=mine)
    assert (twice.status_code, list(twice.json["fields"])) == (422, ["code"])
    seen = api.get(chi, headers=mine).headers["ETag"]
    assert api.patch(chi, json={"post": "X"}, headers=mine).status_code == 428
    changed = api.patch(chi, json={"post": "Kế toán", "ground": GROUND}, headers={**mine, "If-Match": seen})
    assert (changed.status_code, changed.json["post"]) == (200, "Kế toán")
    assert api.patch(chi, json={"post": "Y"}, headers={**mine, "If-Match": seen}).status_code == 412
    now = {**mine, "If-Match": changed.headers["ETag"]}
    assert api.patch(chi, json={"email": "ke.gian@so.test"}, headers=now).status_code == 403, "asks for a proof"
    assert api.patch(chi, json={"born_on": "01/01/2030"}, headers=now).json["fields"].keys() == {"born_on"}
    assert api.get(f"/api/v1/people/{town.other.people['chi']}", headers=mine).status_code == 404
    told = api.get("/api/v1/amendments", headers=mine).json["amendments"]
    assert [(one["verb"], one["by"]) for one in told] == [("changed", CLERK), ("added", CLERK)]


def test_a_script_corrects_units_and_reads_roles_and_numbers(town: Town, seed: None) -> None:
    api, mine = town.app.test_client(), script(town, "an", "office")
    answer = api.get("/api/v1/units", headers=mine)
    added = api.post("/api/v1/units", json={"code": "BC", "name": "Phòng BC", "type": "Phòng"}, headers=mine)
    assert added.json["type"] == "phong"
    path = f"/api/v1/units/{added.json['id']}"
    assert api.patch(path, json={"name": "Z"}, headers={**mine, "If-Match": answer.headers["ETag"]}).status_code == 412
    seen = api.get("/api/v1/units", headers=mine).headers["ETag"]
    assert api.patch(path, json={"name": "Phòng Báo chí"}, headers={**mine, "If-Match": seen}).status_code == 200
    grants = api.get("/api/v1/role-grants", headers=mine).json["grants"]
    assert ("binh", "unit_head", "CNTT") in [(one["person"], one["role"], one["unit"]) for one in grants]
    numbers = {one["name"]: one["text"] for one in api.get("/api/v1/plan-numbers", headers=mine).json["numbers"]}
    assert numbers["values.accept_time"] == "10 working_days"


def test_a_line_changed_removed_or_added_behind_the_journal_is_found(town: Town) -> None:
    an, path = town.signed_in("an"), edit_path(town, "chi")
    for post in ("Kế toán", "Thủ quỹ", "Văn thư"):
        an.post(path, sent_edit(an, path, post=post), seen=path)
    found = sa.select(amendment).order_by(amendment.c.id)
    with town.database.read() as connection:
        assert list(verify_amendments(connection)) == []
    with town.database.write() as connection:
        first, second, third = connection.execute(found).mappings().all()
        unguard(connection)
        connection.execute(sa.update(amendment).where(amendment.c.id == first["id"]).values(ground="khác"))
        connection.execute(sa.update(amendment).where(amendment.c.id == third["id"]).values(digest="0" * 64))
        connection.execute(sa.delete(amendment).where(amendment.c.id == second["id"]))
    with town.database.read() as connection:
        broken = {(one.code, one.reason.key.rpartition("_")[2]) for one in verify_amendments(connection, town.so.id)}
    assert broken == {(first["id"], "changed"), (second["id"], "missing"), (third["id"], "changed")}


def test_the_head_of_papers_is_asked_for_kept_and_on_record(town: Town, seed: None) -> None:
    office, path = town.signed_in("an"), "/thiet-lap/van-ban"
    page = office.get("/thiet-lap/con-thieu").text
    assert "Chưa có địa danh" in page
    form = office.get(path).text
    wrong = office.post(path, {**fields(form), "short_name": "QĐ/SVHTT", "place": "Đà Lạt"}, seen=path)
    assert (wrong.status_code, "không có dấu «/»" in wrong.text, 'value="Đà Lạt"' in wrong.text) == (422, True, True)
    said = {"parent_name": "Ủy ban nhân dân tỉnh Lâm Đồng", "short_name": "SVHTT", "place": "Đà Lạt"}
    assert office.post(path, {**fields(form), **said}, seen=path).status_code == 303
    assert "Chưa có địa danh" not in office.get("/thiet-lap/con-thieu").text
    assert "SVHTT" in office.get("/thiet-lap/lich-su?noun=agency").text
    late = office.post(path, {**fields(form), "place": "Thành phố Huế"}, seen=path)
    assert late.status_code == 409, "what somebody else wrote meanwhile is shown, not written over"
