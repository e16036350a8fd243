"""The outbox page: letters of one's own agency, as text, whoever wrote what is in them."""

from __future__ import annotations

import sqlalchemy as sa

from tests.web.conftest import BOTH, Agency, Town
from tests.web.test_incidents import failed_message
from workflow.clock import wall_now
from workflow.outbox import delivery

pytestmark = BOTH


def letter(town: Town, so: Agency, letter_id: str, subject: str, text: str, kind: str = "outbox_page") -> None:
    to = {"name": "Lê Quốc Dũng", "address": "dung@so.test", "desk": "Sở Nội vụ" if kind == "desk" else ""}
    with town.database.write() as connection:
        connection.execute(
            sa.insert(delivery).values(
                id=letter_id, agency_id=so.id, kind=kind, topic=letter_id, at=wall_now(),
                detail={"to": to, "subject": subject, "text": text},
            )
        )  # fmt: skip


def test_letters_are_read_by_the_office_of_their_agency(town: Town) -> None:
    letter(town, town.so, "l1", "[Cần quyết định] DH-2025-0017", "Kính gửi ông")
    letter(town, town.so, "l2", "[Kết quả] DH-2025-0003", "Kính gửi", kind="desk")
    letter(town, town.other, "l3", "của Sở Khác", "Kính gửi bà")
    an = town.signed_in("an")
    page = an.get("/hop-thu-di").text
    assert page.index("DH-2025-0003") < page.index("DH-2025-0017"), "newest first"
    assert "Văn thư chuyển" in page
    assert "của Sở Khác" not in page
    assert "Kính gửi ông" in an.get("/hop-thu-di/l1").text
    assert an.get("/hop-thu-di/l3").status_code == 404
    assert town.signed_in("chi").get("/hop-thu-di").status_code == 403
    assert town.signed_in("chi").get("/hop-thu-di/l1").status_code == 403


def test_what_a_person_wrote_stays_text(town: Town) -> None:
    letter(town, town.so, "l1", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    an = town.signed_in("an")
    for path in ("/hop-thu-di", "/hop-thu-di/l1"):
        page = an.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_what_still_waits_says_why(town: Town) -> None:
    failed_message(town)
    page = town.signed_in("an").get("/hop-thu-di").text
    assert "Không gửi được" in page
    assert "Đã thử 5 lần" in page
    assert "550 no such user" in page


def test_empty_says_what_will_stand_here(town: Town) -> None:
    assert "Chưa có thư nào" in town.signed_in("an").get("/hop-thu-di").text
