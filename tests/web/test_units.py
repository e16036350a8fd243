"""Units: everyone reads them, the office keeps them."""

from __future__ import annotations

from tests.web.conftest import Town


def test_everyone_reads_who_leads_a_unit(town: Town) -> None:
    page = town.signed_in("chi").get("/don-vi").text
    assert "Phòng Công nghệ thông tin" in page
    assert "Nguyễn Văn Bình" in page
    assert "Thêm đơn vị" not in page


def test_the_office_adds_and_renames(town: Town) -> None:
    an = town.signed_in("an")
    assert an.post("/don-vi", {"code": "BCVT", "name": "Phòng  Bưu chính"}, seen="/don-vi").status_code == 303
    assert "Phòng Bưu chính" in an.get("/don-vi").text
    taken = an.post("/don-vi", {"code": "BCVT", "name": "Phòng khác"}, seen="/don-vi")
    assert taken.status_code == 422
    assert "Mã BCVT là của Phòng Bưu chính" in taken.text
    assert 'value="Phòng khác"' in taken.text
    path = f"/don-vi/{town.so.units['CNTT']}"
    assert an.post(path, {"name": "Phòng Chuyển đổi số"}, seen=path).status_code == 303
    assert "Phòng Chuyển đổi số" in an.get("/don-vi").text
    assert an.post(path, {"name": " "}, seen=path).status_code == 422


def test_others_change_nothing(town: Town) -> None:
    chi = town.signed_in("chi")
    path = f"/don-vi/{town.so.units['CNTT']}"
    assert chi.post("/don-vi", {"code": "X", "name": "Y"}, seen="/don-vi").status_code == 403
    assert chi.post(path, {"name": "Y"}, seen="/don-vi").status_code == 403
    assert chi.get(path).status_code == 403
