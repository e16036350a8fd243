"""Who is told what, when it is sent: one letter a person, nothing that is no longer true, nothing twice."""

from __future__ import annotations

from datetime import date, datetime
from email.utils import parseaddr

import pytest
import sqlalchemy as sa

from states.desk.model import letter as desk_letter
from states.erasure import erase_subject
from states.notices import queries
from states.notices.log import DESK, DROPPED, PAGE, PART, SENT
from states.notices.pace import DAILY, prefer
from tests.cast import Cast
from tests.finishing import keep_papers_back
from tests.roads import case_at, do
from workflow import clock, incidents, outbox
from workflow.extending import Word
from workflow.organisation import account, person, role_grant
from workflow.organisation_changes import add_account, change_person, revoke_role
from workflow.outbox import Draft, delivery

KEPT = (PAGE, PART, DESK)


def letters(cast: Cast):
    with cast.app.database.read() as connection:
        return queries.outbox_page(connection, cast.agency_id)


def log(cast: Cast, *kinds: str):
    with cast.app.database.read() as connection:
        chosen = sa.select(delivery).where(delivery.c.kind.in_(kinds)).order_by(delivery.c.id)
        return connection.execute(chosen).all()


def again(cast: Cast) -> None:
    """Let a later try come now."""
    with cast.app.database.write() as connection:
        connection.execute(sa.update(outbox.outbox).values(retry_at=None))
    cast.run_due()


def test_the_ten_contents_of_a_letter_that_asks_for_a_decision(cast: Cast):
    case_id = cast.nominate()
    cast.settle()
    [letter] = letters(cast)
    row = cast.row(case_id)
    [item] = cast.open_items(case_id)
    assert letter.subject == f"[Cần quyết định] {row.code} Candidate Nguyễn – Nhân tố mới – hạn 17/03/2025"
    assert (letter.to, letter.address) == ("Head Nguyễn", "head@so.example")
    for words in (
        "Vì sao gửi cho bạn: là Lãnh đạo phòng",
        "Người đề nghị: Nominator Nguyễn: “Sáng kiến rút ngắn một nửa thời gian xử lý”",
        "Chọn một: Đưa vào bồi dưỡng, Chưa đưa vào bồi dưỡng",
        "Ý kiến trước: Giới thiệu nhân tố mới – Nominator Nguyễn, 09:00 03/03/2025",
        "Hạn: 17/03/2025 (còn 10 ngày làm việc)",
        "Nếu để quá hạn: ngày 18/03/2025 việc được giao thêm cho Văn phòng Sở",
        f"Mở để quyết định: https://so.example/viec/{item.id}",
        "Khai báo xung đột lợi ích",
        f"Cần hỏi thêm: Sở Thông tin và Truyền thông, nêu mã hồ sơ {row.code}.",
    ):
        assert words in letter.text
    assert "token" not in letter.text


def test_what_must_not_be_overlooked_stands_in_the_letter(cast: Cast):
    case_id = case_at(cast, "cultivating")
    cast.settle()
    text = next(letter.text for letter in letters(cast) if letter.to == "Head Nguyễn")
    assert "Lưu ý: Chưa thể «Đưa ra bình xét»: " in text
    assert "3" in text.partition("Chưa thể «Đưa ra bình xét»")[2].partition("\n")[0], "how many must endorse"
    for colleague in ("colleague1", "colleague2", "colleague3"):
        do(cast, colleague, case_id, "endorse")
    do(cast, "head", case_id, "propose")
    do(cast, "head", case_id, "send_back")
    cast.settle()
    text = next(letter.text for letter in letters(cast) if letter.to == "Head Nguyễn")
    assert "Lý do: Nội dung đã được tập thể thống nhất" in text
    assert "Lưu ý: Hồ sơ đã bị trả lại 1 lần" in text
    assert "Chưa thể «Đưa ra bình xét»" not in text


def test_a_letter_is_kept_exactly_once(cast: Cast):
    cast.nominate()
    cast.settle()
    cast.run_due()
    assert len(letters(cast)) == 1


def test_who_wants_one_letter_a_day_gets_what_waits_on_the_next_working_morning(mailing: Cast, smtp_server):
    _daily(mailing, "head")
    mailing.at(_local("2025-03-07 09:00"))  # a Friday
    closed, left = mailing.nominate(), mailing.nominate(who="colleague2")
    for moment in ("2025-03-07 09:05", "2025-03-08 12:00", "2025-03-10 06:59"):
        mailing.at(_local(moment))
        mailing.run_due()
        assert not _to(smtp_server, "head"), moment
    do(mailing, "head", closed, "decline", reason="Chưa đủ thời gian theo dõi")
    mailing.at(_local("2025-03-10 07:00"))
    mailing.run_due()
    [letter] = _to(smtp_server, "head")
    assert mailing.row(left).code in letter.message["Subject"]
    assert mailing.row(closed).code not in str(letter.message), "decided meanwhile"
    assert {row.detail["reason"] for row in log(mailing, DROPPED)} >= {"item_closed"}
    mailing.at(_local("2025-03-10 08:00"))
    mailing.nominate(who="colleague3")
    mailing.settle()
    assert len(_to(smtp_server, "head")) == 1, "after that morning: the next"


def test_what_is_due_soon_does_not_wait_for_the_morning(mailing: Cast, smtp_server):
    _daily(mailing, "head")
    case_id = mailing.nominate()
    mailing.settle()
    assert not _to(smtp_server, "head")
    [item] = mailing.open_items(case_id)
    mailing.at(item.due["due_on"])
    mailing.settle()
    assert _to(smtp_server, "head")


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=clock.ZONE)


def _daily(cast: Cast, name: str) -> None:
    with cast.app.database.write() as connection:
        mine = sa.select(person.c.account_id).where(person.c.id == cast.people[name])
        account_id = connection.scalar(mine) or add_account(connection, login=name, email="", password_hash="")
        change_person(connection, cast.agency_id, cast.people[name], {"account_id": account_id})
        prefer(connection, account_id, DAILY)


def _to(smtp_server, name: str):
    return [one for one in smtp_server.letters if f"{name}@so.example" in one.recipients]


def test_several_waiting_are_one_letter_sorted_by_deadline(cast: Cast):
    first = cast.nominate()
    cast.later(days=1)
    second = cast.nominate(who="colleague1")
    cast.settle()
    [letter] = letters(cast)
    codes = [cast.row(case_id).code for case_id in (first, second)]
    assert letter.subject == f"[Cần quyết định] 2 việc, gấp nhất {codes[0]} – Nhân tố mới – hạn 17/03/2025"
    assert letter.text.index(codes[0]) < letter.text.index(codes[1])
    assert "Có 2 việc" in letter.text
    assert letter.text.count("Kính gửi") == 1


def test_what_was_decided_meanwhile_is_not_asked_for(cast: Cast):
    case_id = cast.nominate()
    cast.act("head", case_id, "decline", reason="Chưa đủ thời gian theo dõi, xét lại năm sau")
    cast.settle()
    assert not [letter for letter in letters(cast) if "Cần quyết định" in letter.subject]
    assert [row.detail["reason"] for row in log(cast, DROPPED)] == ["item_closed"]


def test_who_no_longer_holds_it_is_not_asked(cast: Cast):
    cast.nominate()
    with cast.app.database.write() as connection:
        held = sa.and_(role_grant.c.person_id == cast.people["head"], role_grant.c.role == "unit_head")
        grant = connection.scalar(sa.select(role_grant.c.id).where(held))
        revoke_role(connection, cast.agency_id, grant, last_day=date(2025, 3, 2))
    cast.settle()
    assert letters(cast) == []
    assert [row.detail["reason"] for row in log(cast, DROPPED)] == ["not_theirs"]


def test_of_a_decision_and_a_reminder_about_one_item_the_later_is_said(cast: Cast):
    cast.nominate()
    cast.later(days=14)
    cast.run_due()
    told = [letter for letter in letters(cast) if letter.to == "Head Nguyễn"]
    assert len(told) == 1
    assert told[0].subject.startswith(("[Nhắc hạn]", "[Quá hạn]"))
    assert "superseded" in {row.detail["reason"] for row in log(cast, DROPPED) if "reason" in row.detail}


def test_a_late_item_says_so_and_its_next_step(cast: Cast):
    case_id = cast.nominate()
    cast.settle()
    cast.at("2025-03-18T09:00:00")
    cast.run_due()
    late = [letter for letter in letters(cast) if letter.subject.startswith("[Quá hạn]")]
    assert {letter.to for letter in late} >= {"Office Nguyễn"}
    assert all("(đã quá hạn 1 ngày làm việc)" in letter.text for letter in late)
    assert all(cast.row(case_id).code in letter.subject for letter in late)


def test_a_letter_of_a_day_off_is_a_day_late_at_least(cast: Cast):
    cast.at("2025-03-07")
    cast.nominate()
    cast.at("2025-03-22")  # the Saturday after the Friday it was due
    cast.settle()
    [letter] = [letter for letter in letters(cast) if letter.to == "Head Nguyễn"]
    assert letter.subject.startswith("[Quá hạn]")
    assert "21/03/2025 (đã quá hạn 1 ngày làm việc)" in letter.text


def test_a_real_letter_threads_by_case_and_is_in_two_forms(mailing: Cast, smtp_server):
    case_id = mailing.nominate()
    mailing.settle()
    [letter] = smtp_server.wait_for(1)
    message = letter.message
    assert (letter.sender, letter.recipients) == ("neuguong@so.example", ("head@so.example",))
    assert message["Subject"].startswith("[Cần quyết định] DH-2025-0001 Candidate Nguyễn")
    assert message["References"] == f"<case-{case_id}@so.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert parseaddr(message["To"]) == ("", "head@so.example")
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    [item] = mailing.open_items(case_id)
    assert f"https://so.example/viec/{item.id}" in text
    assert html.count("<a ") == 1
    assert f'href="https://so.example/viec/{item.id}"' in html
    assert "<img" not in html
    assert letters(mailing) == []
    [row] = log(mailing, SENT)
    assert (row.item_id, row.person_id) == (item.id, mailing.people["head"])
    assert "text" not in row.detail


def test_a_bad_moment_is_tried_again_under_the_same_id(mailing: Cast, smtp_server):
    mailing.nominate()
    smtp_server.answer("451 4.3.0 try later", times=2)
    mailing.settle()
    assert smtp_server.letters == []
    with mailing.app.database.read() as connection:
        [waiting] = queries.pending(connection, mailing.agency_id)
    assert (waiting.status, waiting.attempts, waiting.error) == ("new", 1, "451 4.3.0 try later")
    again(mailing)
    again(mailing)
    [letter] = smtp_server.wait_for(1)
    assert letter.message["Message-ID"] == f"<{waiting.id}@so.example>"


def test_a_refused_recipient_is_an_incident_that_can_be_retried(mailing: Cast, smtp_server):
    mailing.nominate()
    smtp_server.answer("550 5.1.1 no such mailbox")
    mailing.settle()
    with mailing.app.database.read() as connection:
        [failed] = queries.pending(connection, mailing.agency_id)
        [trouble] = incidents.listed(connection, mailing.agency_id)
    assert failed.status == "failed"
    assert "550 5.1.1 no such mailbox" in mailing.app.texts.render(incidents.reason(trouble))
    with mailing.app.database.write() as connection:
        assert outbox.retry(connection, failed.id, mailing.people["office"])
    mailing.run_due()
    assert len(smtp_server.wait_for(1)) == 1


def test_the_others_of_a_failed_digest_lose_no_try(mailing: Cast, smtp_server):
    mailing.nominate()
    mailing.nominate(who="colleague1")
    smtp_server.answer("451 later")
    mailing.settle()
    with mailing.app.database.read() as connection:
        tries = sorted(row.attempts for row in queries.pending(connection, mailing.agency_id))
    assert tries == [0, 1]
    again(mailing)
    [letter] = smtp_server.wait_for(1)
    assert "2 việc" in letter.message["Subject"]


def test_who_has_no_address_is_kept_to_be_read(mailing: Cast, smtp_server):
    with mailing.app.database.write() as connection:
        connection.execute(sa.update(person).where(person.c.id == mailing.people["head"]).values(email=""))
    mailing.nominate()
    mailing.settle()
    assert smtp_server.letters == []
    assert [letter.to for letter in letters(mailing)] == ["Head Nguyễn"]


def test_each_reads_their_own_language(cast: Cast):
    with cast.app.database.write() as connection:
        mine = {"id": "acc", "login": "head", "language": "en", "created_at": clock.wall_now()}
        connection.execute(sa.insert(account).values(mine))
        connection.execute(sa.update(person).where(person.c.id == cast.people["head"]).values(account_id="acc"))
    cast.nominate()
    cast.settle()
    [letter] = letters(cast)
    assert letter.subject.startswith("[To decide] DH-2025-0001 Candidate Nguyễn – ")
    assert "Due: 17/03/2025 (10 working days left)" in letter.text


def test_a_desk_gets_a_draft_for_the_office_and_never_mail(mailing: Cast, smtp_server):
    case_id = mailing.nominate()
    mailing.settle()
    smtp_server.wait_for(1)
    payload = {"template": "told", "desk": "nominee", "case_id": case_id, "event_seq": 1, "action": "nominate"}
    draft = Draft(mailing.agency_id, "notice", "desk:nominee", payload, "desk", mailing.now(), case_id)
    with mailing.app.database.write() as connection:
        outbox.enqueue(connection, [draft])
    mailing.run_due()
    assert letters(mailing) == []
    with mailing.app.database.read() as connection:
        row = connection.execute(sa.select(desk_letter)).one()
    assert (row.role, row.addressee, row.status) == ("nominee", "Candidate Nguyễn", "draft")
    assert "Việc vừa xong: Giới thiệu nhân tố mới – Nominator Nguyễn" in row.text
    assert len(smtp_server.letters) == 1


def merit_lost(cast: Cast, reason: str, *, held: bool = False) -> str:
    """A nominee of the province whose merit request ended without a ground, heard while held or at once."""
    case_id = case_at(cast, "recognized_province")
    cast.settle()
    [merit] = cast.cases("merit_request")
    do(cast, "office", merit.id, "none", reason=reason)
    if held:
        do(cast, "office", case_id, "hold")
    cast.settle()
    if held:
        do(cast, "office", case_id, "clear")
        cast.settle()
    return case_id


@pytest.mark.parametrize(
    "held, names", [(False, {"Head Nguyễn", "Director Nguyễn"}), (True, {"Director Nguyễn"})],
    ids=["at once", "after a hold"],  # with its end the head is asked again, and needs no second letter
)  # fmt: skip
def test_a_letter_about_a_lost_merit_request_says_why(cast: Cast, held: bool, names: set[str]):
    merit_lost(cast, "Chưa đủ hai năm liên tục;\nxem www.example.vn", held=held)
    told = [letter for letter in letters(cast) if "[Để biết] Không được tặng Bằng khen" in letter.text]
    assert {letter.to for letter in told} == names
    for letter in told:
        assert "- Lý do: Chưa đủ hai năm liên tục; xem www.\u200bexample.\u200bvn\n" in letter.text


def test_a_reason_too_long_for_a_letter_is_cut_there(cast: Cast):
    merit_lost(cast, "rất dài " * 1000)
    [letter] = [one for one in letters(cast) if "Bằng khen" in one.subject and one.to == "Director Nguyễn"]
    assert "rất dài …\n" in letter.text
    assert len(letter.text) < 1500


def test_the_reason_in_a_kept_letter_is_erased_with_its_case(cast: Cast):
    case_id = merit_lost(cast, "Phan Duy Nhất chưa đủ hai năm liên tục")
    do(cast, "office", case_id, "close")
    cast.settle()
    keep_papers_back(cast)
    assert any("Phan Duy Nhất" in letter.text for letter in letters(cast))
    subject_id = cast.subject()
    with cast.app.database.write() as connection:
        erase_subject(connection, cast.agency_id, subject_id)
    assert not any("Phan Duy Nhất" in str(row.detail) for row in log(cast, *KEPT))


def test_a_letter_about_a_case_that_is_gone_is_dropped(cast: Cast):
    payload = {"template": "told", "person_id": cast.people["head"], "case_id": "gone", "event_seq": 1}
    recipient = f"person:{cast.people['head']}"
    with cast.app.database.write() as connection:
        outbox.enqueue(connection, [Draft(cast.agency_id, "notice", recipient, payload, "x", cast.now(), "gone")])
    cast.run_due()
    assert [row.detail["reason"] for row in log(cast, DROPPED)] == ["case_gone"]


def test_a_notice_that_cannot_be_said_fails_alone(cast: Cast):
    cast.nominate()
    cast.later(seconds=31)
    recipient = f"person:{cast.people['head']}"
    with cast.app.database.write() as connection:
        outbox.enqueue(connection, [Draft(cast.agency_id, "notice", recipient, {}, "poison", cast.now())])
    cast.run_due()
    assert len(letters(cast)) == 1
    with cast.app.database.read() as connection:
        rows = {row.dedupe_key: row for row in connection.execute(sa.select(outbox.outbox))}
    poison = rows.pop("poison")
    assert (poison.status, poison.attempts) == ("new", 1)
    assert {row.status for row in rows.values()} == {"done"}


def test_letters_about_more_time_say_from_when_to_when_and_why(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    cast.settle()
    [item] = cast.open_items(case_id)
    say = cast.app.engine.about_time
    say(cast.actor("head"), item.id, Word("ask", date(2025, 3, 14), "Chờ số liệu đối chiếu"), item.version)
    cast.settle()
    [wish] = [one for one in letters(cast) if one.to == "Director Nguyễn"]
    [request] = [one for one in cast.open_items(case_id) if one.kind == "extension"]
    for words in (
        "Head Nguyễn xin gia hạn việc “Bình xét tại phòng, đơn vị” từ 10/03/2025 đến 14/03/2025.",
        "Lý do: Chờ số liệu đối chiếu",
        f"https://so.example/viec/{request.id}",
    ):
        assert words in wish.text
    say(cast.actor("director"), request.id, Word("grant"), request.version)
    cast.settle()
    told = next(one for one in letters(cast) if one.to == "Head Nguyễn" and "gia hạn" in one.text)
    assert "Đồng ý gia hạn – Director Nguyễn" in told.text
    assert "Hạn: 10/03/2025 → 14/03/2025" in told.text
