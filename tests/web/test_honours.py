"""The public board: only by consent, only in force, gone at once; nothing leaks, nothing poisons a kept copy."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from PIL import Image, ImageChops
from werkzeug.test import TestResponse

from states.erasure import erase_subject
from states.honours.model import honour
from tests.roads import case_at, do
from tests.statements import sent_to
from tests.web.desk import BOTH_DESKS, Desk
from workflow.files import file
from workflow.history import event
from workflow.journal import journal

BOARD = "/guong/so-tttt"
SENTENCE = "Sáng kiến rút ngắn một nửa thời gian xử lý hồ sơ"
ATOM = "{http://www.w3.org/2005/Atom}"


def picture(size: tuple[int, int] = (900, 600), kind: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#9d1c20").save(out, kind, **more)
    return out.getvalue()


def agree(desk: Desk, who: str, subject_id: str, **said: Any) -> TestResponse:
    """Fill in the consent as a person does; a tick is sent as a browser does."""
    browser = desk.browser(who)
    page = browser.get(f"/bang-vinh-danh/{subject_id}")
    assert page.status_code == 200, page.text
    return browser.send(page, f"/bang-vinh-danh/{subject_id}", sentence=SENTENCE, **said)


def take_down(desk: Desk, who: str, subject_id: str) -> TestResponse:
    browser = desk.browser(who)
    return browser.send(browser.get(f"/bang-vinh-danh/{subject_id}"), f"/{subject_id}/go")


@pytest.fixture
def recognised(desk: Desk) -> str:
    """The candidate, recognised by the unit; the subject's id."""
    return str(desk.cast.row(case_at(desk.cast, "recognized_unit")).subject_id)


def stranger(desk: Desk, path: str = BOARD, **headers: str) -> TestResponse:
    return desk.app.test_client().get(path, headers=headers, buffered=True)


def address_of(desk: Desk) -> str:
    found = re.findall(rf'href="({BOARD}/[\w-]{{16}})"', stranger(desk).text)
    assert found, stranger(desk).text
    return str(found[0])


@BOTH_DESKS
def test_nobody_is_shown_without_consent(desk: Desk, recognised: str) -> None:
    assert "Candidate Nguyễn" not in stranger(desk).text
    assert agree(desk, "candidate", recognised).status_code == 303
    shown = stranger(desk).text
    assert "Candidate Nguyễn" in shown
    assert SENTENCE in shown
    one = stranger(desk, address_of(desk)).text
    assert "Phòng Công nghệ thông tin" in one
    assert "Cấp phòng (đơn vị)" in one
    with desk.cast.app.database.read() as connection:
        row = connection.execute(sa.select(honour)).one()
        told = connection.scalars(sa.select(event.c.actor_id).where(event.c.kind == "honour_shown")).all()
        noted = connection.scalars(sa.select(journal.c.verb).where(journal.c.noun == "honour")).all()
    assert (row.given_as, row.shows_photo, row.shows_story) == ("self", False, False)
    assert told == [desk.cast.people["candidate"]]
    assert noted == ["insert"]


@BOTH_DESKS
@pytest.mark.parametrize("who", ["candidate", "office"])
def test_taking_down_works_at_once_also_for_kept_copies(desk: Desk, recognised: str, who: str) -> None:
    agree(desk, "candidate", recognised, shows_photo="1", photo=("toi.jpg", picture()))
    one = address_of(desk)
    kept = {
        path: stranger(desk, path) for path in (BOARD, one, f"{one}/anh.jpg", f"{one}/the.png", f"{BOARD}/atom.xml")
    }
    for path, copy in kept.items():
        assert copy.status_code == 200, path
        assert copy.headers["Cache-Control"] == "public, no-cache"
        assert stranger(desk, path, **{"If-None-Match": copy.headers["ETag"]}).status_code == 304
    assert take_down(desk, who, recognised).status_code == 303
    for path, copy in kept.items():
        asked = {"If-None-Match": copy.headers["ETag"], "If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"}
        again = stranger(desk, path, **asked)
        assert again.status_code == (404 if path.startswith(one) else 200), path
        assert "Candidate" not in again.data.decode(errors="replace")
    with desk.cast.app.database.read() as connection:
        told = connection.scalars(sa.select(event.c.actor_id).where(event.c.kind == "honour_taken_down")).all()
        photos = connection.scalar(sa.select(sa.func.count()).select_from(file).where(file.c.name == "anh.jpg"))
    assert told == [desk.cast.people[who]]
    assert photos == 0


@BOTH_DESKS
def test_a_revoked_recognition_is_gone_at_once(desk: Desk) -> None:
    case_id = case_at(desk.cast, "recognized_unit")
    agree(desk, "candidate", desk.cast.row(case_id).subject_id)
    one, copy = address_of(desk), stranger(desk)
    do(desk.cast, "head", case_id, "revoke")
    assert stranger(desk, one).status_code == 404
    again = stranger(desk, BOARD, **{"If-None-Match": copy.headers["ETag"]})
    assert (again.status_code, "Candidate" in again.text) == (200, False)


def test_a_new_level_shows_under_the_consent_given(desk: Desk) -> None:
    case_id = case_at(desk.cast, "recognized_department")
    agree(desk, "candidate", desk.cast.row(case_id).subject_id)
    one = stranger(desk, address_of(desk)).text
    assert one.index("Cấp Sở") < one.index("Cấp phòng")
    do(desk.cast, "director", case_id, "revoke")
    assert "Cấp Sở" not in stranger(desk, address_of(desk)).text


def test_the_erased_vanish(desk: Desk) -> None:
    case_id = case_at(desk.cast, "struck_off")
    subject_id = desk.cast.row(case_id).subject_id
    # Struck off and not shown; a row that a restore brought back must go with the person all the same.
    with desk.cast.app.database.write() as connection:
        connection.execute(
            sa.insert(honour).values(
                id="h", agency_id=desk.cast.agency_id, subject_id=subject_id, case_id=case_id, address="x" * 16,
                sentence=SENTENCE, shows_photo=False, shows_story=False, given_as="self",
                given_on=desk.cast.now().date(),
                recorded_by=desk.cast.people["office"], recorded_at=desk.cast.now(),
            )
        )  # fmt: skip
        erase_subject(connection, desk.cast.agency_id, subject_id)
        assert connection.scalar(sa.select(sa.func.count()).select_from(honour)) == 0


def test_a_case_on_hold_is_not_shown_as_new(desk: Desk) -> None:
    case_id = case_at(desk.cast, "recognized_unit")
    subject_id = desk.cast.row(case_id).subject_id
    agree(desk, "candidate", subject_id)
    assert "Mới</span>" in stranger(desk).text
    assert "Candidate" in stranger(desk, f"{BOARD}/atom.xml").text
    do(desk.cast, "office", case_id, "hold")
    held = stranger(desk).text
    assert "Candidate" in held
    assert "Mới</span>" not in held
    assert "Candidate" not in stranger(desk, f"{BOARD}/atom.xml").text
    take_down(desk, "candidate", subject_id)
    assert "Candidate" not in stranger(desk).text
    refused = agree(desk, "candidate", subject_id)
    assert refused.status_code == 422
    assert "tạm dừng xét" in refused.text
    assert "Candidate" not in stranger(desk).text


def test_who_may_say_yes(desk: Desk, recognised: str) -> None:
    for who in ("head2", "outsider", "press", "director", "head", "colleague1"):
        assert desk.browser(who).get(f"/bang-vinh-danh/{recognised}").status_code == 404, who
    without = agree(desk, "office", recognised)
    assert without.status_code == 422
    assert agree(desk, "office", recognised, paper="Hồ sơ 2025, tờ 12", given_on="01/03/2025").status_code == 303
    with desk.cast.app.database.read() as connection:
        assert connection.execute(sa.select(honour.c.given_as, honour.c.paper)).all() == [
            ("paper", "Hồ sơ 2025, tờ 12")
        ]


def test_a_collective_is_shown_by_its_head(desk: Desk) -> None:
    from states.subjects.enrol import enrol_unit

    cast = desk.cast
    with cast.app.database.write() as connection:
        subject_id = enrol_unit(connection, cast.agency_id, cast.units["cntt"])
    case_id = cast.nominate(subject=subject_id)
    for who, action in (("head", "take_up"), ("colleague1", "endorse"), ("colleague2", "endorse"),
                        ("colleague3", "endorse"), ("head", "propose"), ("head", "recognize")):  # fmt: skip
        do(cast, who, case_id, action)
    assert desk.browser("head2").get(f"/bang-vinh-danh/{subject_id}").status_code == 404
    assert agree(desk, "head", subject_id).status_code == 303
    assert "Phòng Công nghệ thông tin" in stranger(desk).text


@BOTH_DESKS
def test_the_switch_shuts_everything(desk: Desk, recognised: str) -> None:
    agree(desk, "candidate", recognised)
    one, copy = address_of(desk), stranger(desk)
    office = desk.browser("office")
    assert desk.browser("head").send(office.get("/bang-vinh-danh"), "/dong").status_code == 403
    assert office.send(office.get("/bang-vinh-danh"), "/dong").status_code == 303
    for path in (BOARD, one, f"{one}/the.png", f"{BOARD}/atom.xml", f"{BOARD}/the.png"):
        assert stranger(desk, path, **{"If-None-Match": copy.headers["ETag"]}).status_code == 404
    assert "Chưa có bảng vinh danh nào được mở" in stranger(desk, "/guong").text
    office.send(office.get("/bang-vinh-danh"), "/mo")
    assert stranger(desk, one).status_code == 200


# --- attacks ------------------------------------------------------------------------------------------


def test_the_same_to_everyone_whatever_is_sent_along(desk: Desk, recognised: str) -> None:
    """Nothing but the address may change an answer that is kept for others: no cookie, no header, no name of a host."""
    agree(desk, "candidate", recognised)
    signed_in = desk.browser("office").client
    signed_in.set_cookie("language", "en")
    poison = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Host": "evil.example", "HX-Request": "true",
        "Accept-Language": "en", "X-Original-URL": "/su-co", "X-Request-ID": "poison-poison-poison",
        "Authorization": "Bearer x", "Accept": "text/x-poison", "Forwarded": "host=evil.example",
    }  # fmt: skip
    one = address_of(desk)
    for path in (BOARD, one, f"{BOARD}/atom.xml", f"{one}/the.png", f"{BOARD}?nam=2025"):
        plain, poisoned = stranger(desk, path), signed_in.get(path, headers=poison)
        assert (poisoned.status_code, poisoned.data) == (plain.status_code, plain.data), path
        assert "Set-Cookie" not in poisoned.headers
        assert "poison" not in str(poisoned.headers)
        assert "evil" not in str(poisoned.headers)
        assert poisoned.headers["ETag"] == plain.headers["ETag"]
        assert "Vary" not in plain.headers
    assert signed_in.get("/guong", headers=poison).headers["Location"] == BOARD


def test_what_went_wrong_is_kept_by_nobody(desk: Desk) -> None:
    paths = ("/guong/khong-co", f"{BOARD}/khong-co", f"{BOARD}?nam=x", f"{BOARD}?nam=1999", f"{BOARD}?cap=x",
             f"{BOARD}?trang=0",
             f"{BOARD}?trang=99", f"{BOARD}?trang=%C2%B2", f"{BOARD}?don-vi=%00", f"{BOARD}/%00", "/guong/%00",
             f"{BOARD}/x/anh.jpg", f"{BOARD}/x/the.png", f"{BOARD}?nam=%D9%A2%D9%A0%D9%A2%D9%A5")  # fmt: skip
    for path in paths:
        answer = stranger(desk, path)
        assert answer.status_code in (400, 404), path
        assert "no-store" in answer.headers["Cache-Control"], path


def test_addresses_cannot_be_guessed_and_say_nothing(desk: Desk, recognised: str) -> None:
    for guess in (
        recognised,
        "1",
        desk.code(case_at(desk.cast, "recognized_unit", who="mentor")),
        desk.cast.people["candidate"],
    ):
        assert stranger(desk, f"{BOARD}/{guess}").status_code == 404
    agree(desk, "candidate", recognised)
    first = address_of(desk)
    for path in (BOARD, first, f"{BOARD}/atom.xml"):
        ids = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", stranger(desk, path).text))
        assert ids <= {desk.cast.agency_id}, path
    take_down(desk, "candidate", recognised)
    agree(desk, "candidate", recognised)
    assert address_of(desk) != first
    assert stranger(desk, first).status_code == 404


def test_hostile_sentences_stay_text(desk: Desk, recognised: str) -> None:
    hostile = "</summary><script>alert(1)</script>]]>&amp; \"'><img src=x onerror=alert(1)> {{7*7}}"
    browser = desk.browser("candidate")
    page = browser.get(f"/bang-vinh-danh/{recognised}")
    sent = browser.send(page, f"/{recognised}", sentence=hostile, shows_story="1", story=f"{hostile}\n\n{hostile}")
    assert sent.status_code == 303
    one = address_of(desk)
    for path in (BOARD, one):
        text = stranger(desk, path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "49" not in re.sub(r"[?&]v=[0-9a-f]+", "", text)
    feed = ElementTree.fromstring(stranger(desk, f"{BOARD}/atom.xml").data)
    assert len(feed.findall(f"{ATOM}entry")) == 1
    assert hostile in str(feed.findtext(f"{ATOM}entry/{ATOM}summary"))
    assert stranger(desk, f"{one}/the.png").data[:8] == b"\x89PNG\r\n\x1a\n"


def test_letters_that_xml_does_not_know_break_no_feed() -> None:
    from datetime import UTC, datetime

    from web import atom

    bad = "a\x00\x0b\x1f\ud800\ufffe\uffffb😀"
    entry = atom.Entry("urn:1", bad, "https://so.example/1", datetime(2025, 1, 1, tzinfo=UTC), bad)
    made = atom.feed("urn:x", bad, "https://so.example", "https://so.example/a", [entry])
    assert ElementTree.fromstring(made).findtext(f"{ATOM}entry/{ATOM}title") == "ab😀"


def test_the_photo_has_only_its_points(desk: Desk, recognised: str) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "MayAnhBiMat", 6  # maker; turned on its side
    exif.get_ifd(0x8825)[2] = (16.0, 28.0, 0.0)  # where it was taken
    sent = picture((900, 600), exif=exif, comment=b"BiMat") + b"PK\x03\x04BiMat"
    assert b"MayAnhBiMat" in sent
    agree(desk, "candidate", recognised, shows_photo="1", photo=("toi.jpg", sent))
    shown = stranger(desk, f"{address_of(desk)}/anh.jpg")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert b"BiMat" not in shown.data
    assert b"Exif" not in shown.data
    with Image.open(io.BytesIO(shown.data)) as made:
        assert made.size == (533, 800)
        assert dict(made.getexif()) == {}


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "Không đọc được ảnh"),
        ("html", b"\xff\xd8\xff<script>alert(1)</script>", "Không đọc được ảnh"),
        ("half", picture()[:2_000], "Không đọc được ảnh"),
        ("small", picture((199, 600)), "nhỏ quá"),
        ("bomb", picture((12_000, 12_000), "PNG"), "quá nhiều điểm"),
        ("gif", picture(kind="GIF"), "Không đọc được ảnh"),
        ("heavy", picture() + b"\0" * 12_000_000, "nặng quá"),
    ],
    ids=lambda one: one if isinstance(one, str) and len(one) < 6 else "",
)
def test_photos_that_are_none_are_refused_and_nothing_is_shown(
    desk: Desk, recognised: str, name: str, content: bytes, key: str
) -> None:
    answer = agree(desk, "candidate", recognised, shows_photo="1", photo=(f"{name}.jpg", content))
    assert answer.status_code == 422
    assert key in answer.text
    assert "Candidate" not in stranger(desk).text


def test_without_the_consent_to_it_a_photo_and_a_story_are_not_shown(desk: Desk, recognised: str) -> None:
    agree(desk, "candidate", recognised, photo=("toi.jpg", picture()), story="Chuyện riêng")
    one = address_of(desk)
    assert stranger(desk, f"{one}/anh.jpg").status_code == 404
    assert "Chuyện riêng" not in stranger(desk, one).text


def test_narrowed_by_year_level_unit_and_field(desk: Desk, recognised: str) -> None:
    agree(desk, "candidate", recognised)
    for query in ("nam=2025", "cap=unit", "don-vi=cntt", "nam=2025&cap=unit&don-vi=cntt"):
        assert "Candidate" in stranger(desk, f"{BOARD}?{query}").text, query
    field = re.search(r"linh-vuc=(\w+)", stranger(desk).text)
    assert field is not None
    assert "Candidate" in stranger(desk, f"{BOARD}?linh-vuc={field[1]}").text
    assert stranger(desk, f"{BOARD}?cap=department").status_code == 404


# --- in English, by name, cheap to ask about again ----------------------------------------------------


@BOTH_DESKS
def test_the_board_in_english_is_another_address_with_its_own_copy(desk: Desk, recognised: str) -> None:
    agree(desk, "candidate", recognised)
    one = address_of(desk)
    for path, vietnamese, english in (
        (BOARD, "Gương điển hình", "Exemplars"), (one, "Cấp phòng (đơn vị)", "Unit level"),
        (f"{BOARD}?nam=2025", "Tìm theo tên", "Search by name"),
    ):  # fmt: skip
        other = f"{path}{'&' if '?' in path else '?'}lang=en"
        first, second = stranger(desk, path), stranger(desk, other)
        assert (vietnamese in first.text, english in first.text) == (True, False), path
        assert english in second.text
        assert '<html lang="en"' in second.text
        assert first.headers["ETag"] != second.headers["ETag"]
        for language, href in (("vi", path), ("en", other), ("x-default", path)):
            written = href.replace("&", "&amp;")
            assert f'hreflang="{language}" href="http://127.0.0.1:8080{written}"' in first.text, (path, language)
            assert f'hreflang="{language}" href="http://127.0.0.1:8080{written}"' in second.text
        assert stranger(desk, other, **{"If-None-Match": second.headers["ETag"]}).status_code == 304
        assert stranger(desk, other, **{"If-None-Match": first.headers["ETag"]}).status_code == 200
    english_board = stranger(desk, f"{BOARD}?lang=en").text
    assert f'href="{one}?lang=en"' in english_board, "one stays in the language"
    assert f'<p lang="vi">{SENTENCE}' in english_board, "what was consented to is read out as what it is"
    for wrong in ("vi", "fr", "", "%00"):
        assert stranger(desk, f"{BOARD}?lang={wrong}").status_code == 404, wrong


@BOTH_DESKS
def test_somebody_is_found_by_a_part_of_the_name_without_diacritics(desk: Desk, recognised: str) -> None:
    agree(desk, "candidate", recognised)
    for words, found in (
        ("candidate nguyen", True), ("NGUYỄN", True), ("  ngu ", True), ("nguyên%", False), ("_", False),
        ("khong", False),
    ):  # fmt: skip
        answer = desk.app.test_client().get(BOARD, query_string={"ten": words})
        assert answer.status_code == 200, words
        assert ("Candidate Nguyễn" in answer.text) is found, words
        assert '<meta name="robots" content="noindex">' in answer.text
    narrowed = stranger(desk, f"{BOARD}?nam=2025&ten=candidate").text
    assert '<input type="hidden" name="nam" value="2025">' in narrowed
    assert 'value="candidate"' in narrowed
    assert stranger(desk, f"{BOARD}?ten=%00").status_code in (200, 400, 404)


@BOTH_DESKS
def test_asking_again_costs_three_small_statements(desk: Desk, recognised: str) -> None:
    agree(desk, "candidate", recognised)
    one = address_of(desk)
    for path in (BOARD, f"{BOARD}?nam=2025", one, f"{one}/the.png", f"{BOARD}/atom.xml", f"{BOARD}/the.png"):
        etag = stranger(desk, path).headers["ETag"]
        with sent_to(desk.cast.app.database) as heard:
            assert stranger(desk, path, **{"If-None-Match": etag}).status_code == 304
        assert len(heard) == 3, path


LONG = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Phủ Ngọc Tường Vi Khánh Ân và Tập thể Đội ứng cứu sự cố an toàn thông tin"


@pytest.mark.parametrize("name", [LONG, LONG * 3, "W" * 200, "Ng\u0302", "Nguyễn Văn Ừ"])
def test_no_letter_of_a_long_name_leaves_the_shared_picture(name: str) -> None:
    """Every point that is drawn keeps the margins; a text that is cut says so."""
    from web import share_image

    words = ("Cấp phòng (đơn vị) · 2025", name, f"{LONG} – Sở Thông tin và Truyền thông", f"{SENTENCE}. {LONG} {LONG}")
    with Image.open(io.BytesIO(share_image.draw(*words))) as drawn:
        assert drawn.size == (1200, 630)
        paper = Image.new("RGB", drawn.size, share_image.PAPER)
        paper.paste(drawn.crop((0, 0, 1200, 25)), (0, 0))
        left, _, right, lower = ImageChops.difference(drawn, paper).getbbox()
    assert left >= share_image.MARGIN - 4
    assert right <= 1200 - share_image.MARGIN + 4
    assert lower <= 630 - 20
