"""The page that reads a file again: true or false, and what its signatures say; for who may see the case alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.roads import case_at
from tests.signed import SIGNER, authority, rewritten, signed
from tests.web.desk import BOTH_DESKS, Desk, Forms

SIGN = "recognized_department"


@pytest.fixture
def filed(desk: Desk) -> str:
    """The address of a case where the clerk has filed a signed decision through the page."""
    case_id = case_at(desk.cast, SIGN)
    address = f"/ho-so/{desk.code(case_id)}"
    file_it(desk, address, signed(authority()))
    return address


def file_it(desk: Desk, address: str, content: bytes) -> None:
    clerk = desk.browser("clerk")
    page = clerk.get(address)
    form = next(one for one in Forms(page.text).forms if "signed_paper" in one.names)
    done = clerk.send(page, form.action, signed_paper="recognition", signed_copy=("quyet-dinh.pdf", content))
    assert done.status_code == 303, done.text


def checked(desk: Desk, address: str, who: str = "office") -> str:
    """The page that checks the filed copy."""
    browser = desk.browser(who)
    return str(browser.get(link_of(browser.get(address).text)).text)


def link_of(page: str) -> str:
    """Where the filed copy is checked."""
    return re.findall(r'href="(/tep/[^"]+/kiem-tra)" aria-label="[^"]*quyet-dinh.pdf"', page)[0]


@BOTH_DESKS
def test_a_signed_copy_is_proved_by_its_hash_and_its_signer_named(desk: Desk, filed: str) -> None:
    page = checked(desk, filed)
    assert "Đúng: tệp đang lưu chính là tệp đã nộp." in page
    assert "(dòng " in page, "the chain has the hash, too"
    assert f"Có chữ ký số của {SIGNER}" in page
    assert "Chưa xác minh được chuỗi tin cậy" in page
    desk.cast.app.settings = replace(desk.cast.app.settings, trusted_roots=authority().root)
    assert "Chuỗi tin cậy đã xác minh" in checked(desk, filed)


def test_bytes_changed_on_the_disk_are_told(desk: Desk, filed: str) -> None:
    stored = [path for path in Path(desk.cast.app.files.root).rglob("*") if path.is_file()]
    kept = next(path for path in stored if b"/ByteRange" in path.read_bytes())
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes().replace(b"%PDF", b"%PDf", 1))
    assert "Sai: tệp đang lưu khác tệp đã nộp." in checked(desk, filed)
    kept.unlink()
    assert "Không còn tệp trong kho lưu trữ." in checked(desk, filed)


def test_a_paper_changed_after_it_was_signed_is_told(desk: Desk) -> None:
    address = f"/ho-so/{desk.code(case_at(desk.cast, SIGN))}"
    file_it(desk, address, rewritten(signed(authority())))
    assert "Văn bản đã bị thay đổi sau khi ký" in checked(desk, address)


def test_who_may_not_see_the_case_learns_nothing_of_its_files(desk: Desk, filed: str) -> None:
    link = link_of(desk.browser("office").get(filed).text)
    assert desk.browser("office").get(link).status_code == 200
    assert desk.browser("outsider").get(link).status_code == 404
