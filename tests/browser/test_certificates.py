"""The public page of a certificate on a phone, without a script: valid, revoked, unknown; and the look on the case."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from states.certificates.codes import grouped
from states.certificates.issuing import LOOK_UP
from tests.browser.test_ballots import fits
from tests.browser.test_sitting import browser_of
from tests.browser.test_work import shot
from tests.cast import Cast
from tests.roads import do
from tests.servers import served
from tests.states.certificates.test_certificates import codes_of, recognised
from web.app import create_app

pytestmark = pytest.mark.browser


def test_a_certificate_is_checked_on_a_phone(sqlite_cast: Cast, browser: Browser, tmp_path: Path) -> None:
    cast = sqlite_cast
    case_id = recognised(cast, reward="certificate")
    code = codes_of(cast, case_id)["praise"]
    with served(create_app(cast.app)) as port:
        address = f"http://127.0.0.1:{port}"
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", java_script_enabled=False)
        plain = context.new_page()
        plain.goto(f"{address}{LOOK_UP}")
        plain.get_by_label("Mã xác thực").fill(grouped(code).lower())
        plain.get_by_role("button", name="Tra cứu").click()
        expect(plain.get_by_role("heading", name="Còn giá trị")).to_be_visible()
        context.close()
        phone = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN").new_page()
        answers = (("valid", code, "Còn giá trị"), ("unknown", code[:-1], "Không tìm thấy"))
        for name, asked, said in answers:
            phone.goto(f"{address}{LOOK_UP}/{asked}")
            expect(phone.get_by_role("heading", name=said)).to_be_visible()
            fits(phone)
            shot(phone, f"certificate-{name}", 360, tmp_path)
        do(cast, "director", case_id, "revoke")
        phone.goto(f"{address}{LOOK_UP}/{code}")
        expect(phone.get_by_role("heading", name="Đã bị hủy bỏ")).to_be_visible()
        fits(phone)
        shot(phone, "certificate-revoked", 360, tmp_path)
        phone.context.close()
        office = browser_of(cast, browser, address, "office", 1280)
        office.goto(f"{address}/ho-so/{cast.row(case_id).code}")
        expect(office.get_by_text("Đã tra cứu 3 lượt")).to_be_visible()
        shot(office, "certificate-case", 1280, tmp_path)
        office.context.close()
