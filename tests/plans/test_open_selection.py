"""A plan that asks everybody: petition, consultation, posting, complaints, letters; YAML only, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config import wiring
from config.settings import Settings
from dev import ROOT
from states.comments import postings, saying
from states.comments.model import comment, commenter
from states.comments.saying import MOST_A_DAY, Said, Signed
from states.complaints.model import complainant, complaint
from states.desk.model import letter
from states.endorsements.model import endorsement
from tests.cast import Cast, make_cast, open_cast, sound
from tests.databases import Databases
from tests.roads import answer, do
from tests.statements import accesses, sent_to
from tests.web.desk import Browser, Desk, open_desk
from web import crowd
from web.views import comments as comment_pages
from workflow.case import ask
from workflow.db import metadata
from workflow.history import event
from workflow.message import Refused
from workflow.organisation_changes import grant_role
from workflow.outbox import delivery

PLAN = ROOT / "tests" / "plans" / "open-selection"
PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "leader": ("bgd", ("leader",)),
    "office": ("vp", ("office",)),
    "union": ("vp", ("union",)),
    "inspector": ("tt", ("complaint_keeper",)),
    "head": ("nv", ("unit_head",)),
    "nominator": ("nv", ()),
    "candidate": ("nv", ()),
    "colleague1": ("nv", ()),
    "colleague2": ("nv", ()),
    "outsider": ("tt", ()),
}
UNITS = {"bgd": "Ban Giám đốc", "vp": "Văn phòng Sở", "nv": "Phòng Nghiệp vụ Y", "tt": "Thanh tra Sở"}
CANARY = "Chimhoangyen"


def installed(database_url: str) -> None:
    settings = Settings(database_url=database_url)
    make_cast(settings, folder=PLAN, cast=PEOPLE, units=UNITS, start="2025-03-03").app.dispose()


@pytest.fixture
def agency(databases: Databases) -> Iterator[Cast]:
    with databases.fresh(installed) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        real = wiring.build(Settings(database_url=url, strict_texts=True))
        cast.app.handlers["notice"] = real.handlers["notice"]
        try:
            yield cast
            sound(cast)
        finally:
            real.dispose()
            cast.app.dispose()


@pytest.fixture
def desk(agency: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(comment_pages, "CROWD", crowd.Crowd())
    return open_desk(agency, tmp_path / "files")


def petition(cast: Cast) -> str:
    return cast.app.engine.start(
        cast.actor("nominator"), process="nominee", action="petition", subject_type="subject",
        subject_id=cast.subject("candidate"), inputs={"merit": "Cứu sống 12 ca nặng"},
    ).case_id  # fmt: skip


def put_forward(cast: Cast) -> str:
    case_id = petition(cast)
    for name in ("colleague1", "colleague2", "nominator"):
        do(cast, name, case_id, "endorse")
    do(cast, "nominator", case_id, "put_forward")
    return case_id


def posted(cast: Cast) -> str:
    case_id = put_forward(cast)
    answer(cast, "office", case_id, "party_opinion", stance="agrees")
    answer(cast, "union", case_id, "union_opinion", stance="agrees")
    do(cast, "office", case_id, "post")
    return case_id


def refused(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    return [reason.key for reason in caught.value.reasons]


def the_posting(cast: Cast, audience: str) -> postings.Posted:
    with cast.app.database.read() as connection:
        found = postings.find_open(connection, cast.app.catalogue, cast.agency_id)
    return next(one for one in found if one.posting.audience == audience)


def say(cast: Cast, where: postings.Posted, text: str = "Tôi hoàn toàn đồng tình.", **more: Any) -> None:
    with cast.app.database.write() as connection:
        saying.say(connection, cast.app.identities, where, Said(more.pop("stance", "agrees"), text, **more))


def rows(cast: Cast, table: sa.Table) -> list[Any]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(table)).all())


# --- endorsement before nomination --------------------------------------------------------------------


def test_a_petition_becomes_the_nomination_when_enough_of_the_unit_stand_to_it(agency: Cast) -> None:
    case_id = petition(agency)
    assert refused(lambda: do(agency, "candidate", case_id, "endorse")) == ["authority.own_case"]
    assert refused(lambda: do(agency, "outsider", case_id, "endorse")) == ["authority.role_missing"]
    do(agency, "colleague1", case_id, "endorse")
    assert refused(lambda: do(agency, "colleague1", case_id, "endorse")) == ["guard.first_by_this_person"]
    do(agency, "colleague2", case_id, "endorse")
    assert refused(lambda: do(agency, "nominator", case_id, "put_forward")) == ["guard.endorsed_by"]
    do(agency, "nominator", case_id, "endorse")
    do(agency, "colleague1", case_id, "take_back")
    assert refused(lambda: do(agency, "colleague1", case_id, "take_back")) == ["guard.endorsed_already"]
    assert refused(lambda: do(agency, "nominator", case_id, "put_forward")) == ["guard.endorsed_by"]
    do(agency, "colleague1", case_id, "endorse")
    do(agency, "nominator", case_id, "put_forward")
    assert len(rows(agency, endorsement)) == 3
    view = agency.app.engine.view(agency.actor("colleague1"), case_id)
    assert "take_back" not in [option.name for option in view.options], "what was used is not taken back"


def test_a_petition_too_few_stand_to_ends_by_itself(agency: Cast) -> None:
    case_id = petition(agency)
    agency.later(days=20)
    agency.run_due()
    assert agency.row(case_id).state == "lapsed"


# --- consultation -------------------------------------------------------------------------------------


def test_the_silence_of_the_party_committee_agrees_that_of_the_union_keeps_waiting(agency: Cast) -> None:
    case_id = put_forward(agency)
    agency.settle()
    (asked,) = [row for row in rows(agency, letter) if row.template == "asked"]
    assert asked.addressee == "Đảng ủy Sở"
    assert "Im lặng đến hết hạn thì coi là không có ý kiến khác (theo Quy chế phối hợp 12-QC/ĐU Điều 5)" in asked.text
    agency.later(days=40)
    agency.run_due()
    status = {row.name: (row.status, row.says) for row in rows(agency, ask)}
    assert status == {"party_opinion": ("silent", "agrees"), "union_opinion": ("open", "")}
    assert refused(lambda: do(agency, "office", case_id, "post")) == ["condition.all"]
    answer(agency, "union", case_id, "union_opinion", stance="objects", opinion="Chưa họp với người lao động")
    do(agency, "office", case_id, "post")
    assert agency.row(case_id).state == "posted"


def test_who_answers_for_a_body_without_a_sign_in_is_named_with_the_scan(agency: Cast) -> None:
    case_id = put_forward(agency)
    assert refused(lambda: answer(agency, "head", case_id, "party_opinion")) == ["authority.role_missing"]
    answer(agency, "office", case_id, "party_opinion", stance="objects", opinion="Đề nghị xem lại")
    with agency.app.database.read() as connection:
        row = connection.execute(sa.select(event).where(event.c.kind == "answered")).one()
    assert row.actor_id == agency.people["office"]
    (given,) = [row for row in rows(agency, ask) if row.name == "party_opinion"]
    assert given.answer["opinion_scan"]


def test_an_objection_stands_before_every_button(desk: Desk) -> None:
    case_id = put_forward(desk.cast)
    answer(desk.cast, "office", case_id, "party_opinion", stance="objects", opinion="Đề nghị xem lại thành tích")
    page = desk.browser("office").get(f"/ho-so/{desk.code(case_id)}").text
    _, _, rest = page.partition("Ý kiến khác của nơi được hỏi")
    assert "Đề nghị xem lại thành tích" in rest[:600]
    assert "Im lặng đến hết hạn" not in rest[:600]


# --- posting ------------------------------------------------------------------------------------------


def test_the_case_waits_for_both_postings_and_goes_on_by_itself(agency: Cast) -> None:
    case_id = posted(agency)
    assert refused(lambda: answer(agency, "office", case_id, "inside")) == ["ask.posted"]
    say(agency, the_posting(agency, "agency"))
    inside, outside = the_posting(agency, "agency"), the_posting(agency, "public")
    assert (inside.until, outside.until) == (date(2025, 3, 17), date(2025, 3, 10)), "working days, and days"
    agency.at("2025-03-11T00:00:05")
    agency.run_due()
    assert refused(lambda: say(agency, outside, name="Bà A", contact="1 phố B")) == ["comment.over"]
    assert agency.row(case_id).state == "posted"
    agency.at("2025-03-18T00:00:05")
    agency.run_due()
    assert agency.row(case_id).state == "deciding"


def test_a_hold_takes_the_posting_down_and_its_days_go_on_afterwards(agency: Cast) -> None:
    case_id = posted(agency)
    inside = the_posting(agency, "agency")
    do(agency, "office", case_id, "complain", complaint_kind="denunciation")
    with agency.app.database.read() as connection:
        assert postings.find_open(connection, agency.app.catalogue, None) == []
    assert refused(lambda: say(agency, inside)) == ["comment.over"]
    agency.later(days=60)
    agency.run_due()
    assert agency.row(case_id).state == "posted"
    do(agency, "office", case_id, "clear")
    assert the_posting(agency, "agency").until > date(2025, 5, 1)
    assert [row.status for row in rows(agency, complaint)] == ["cleared"]


def test_of_an_unsigned_comment_nothing_is_kept_but_words_and_day(agency: Cast) -> None:
    posted(agency)
    say(agency, the_posting(agency, "agency"), "Một ý kiến không ký tên")
    (row,) = rows(agency, comment)
    assert rows(agency, commenter) == []
    assert row.id[14] == "4", "a random id says nothing of when"
    assert set(row._mapping) == {
        "id", "agency_id", "case_id", "ask_id", "stance", "text", "said_on", "is_signed", "status", "moderated_by",
    }  # fmt: skip


def test_signing_is_as_the_plan_says(agency: Cast) -> None:
    posted(agency)
    public = the_posting(agency, "public")
    assert refused(lambda: say(agency, public)) == ["comment.sign"]
    assert refused(lambda: say(agency, public, name="Bà A")) == ["comment.contact"]
    say(agency, public, name="Bà A", contact="1 phố B")
    (who,) = rows(agency, commenter)
    assert "Bà A" not in repr(who), "nobody reads it in the database"
    with agency.app.database.read() as connection:
        signed = saying.signed_by(connection, agency.app.identities, agency.agency_id, who.comment_id)
    assert signed == Signed("", "Bà A", "1 phố B")


@pytest.mark.parametrize(
    "text,why", [("ngắn", "length"), ("x" * 2001, "length"), ("\u200b" * 50, "length"), ("\x00" * 50, "length")]
)
def test_what_cannot_be_a_comment_is_refused(agency: Cast, text: str, why: str) -> None:
    posted(agency)
    assert refused(lambda: say(agency, the_posting(agency, "agency"), text)) == [f"comment.{why}"]
    assert rows(agency, comment) == []


def test_a_flood_of_a_day_is_stopped(agency: Cast) -> None:
    posted(agency)
    inside = the_posting(agency, "agency")
    with agency.app.database.write() as connection:
        for _ in range(MOST_A_DAY):
            saying.say(connection, agency.app.identities, inside, Said("agrees", "Rất đồng tình, rất xứng đáng"))
    assert refused(lambda: say(agency, inside)) == ["comment.too_many"]


def test_looking_for_postings_reads_open_asks_only_and_each_cases_own_items(agency: Cast) -> None:
    posted(agency)
    with sent_to(agency.app.database) as sent:
        the_posting(agency, "public")
    ((statement, parameters),) = sent.of("FROM ask", "JOIN work_item")
    ways = {way.table: way for way in accesses(agency.app.database, statement, parameters)}
    assert ways["ask"].by == "ix_ask_open"
    assert ways["work_item"].sought
    assert len(sent) <= 8


# --- pages --------------------------------------------------------------------------------------------


def test_a_stranger_reads_and_comments_on_what_is_public_and_on_nothing_else(desk: Desk) -> None:
    case_id = posted(desk.cast)
    stranger = desk.app.test_client()
    listed = stranger.get("/lay-y-kien").text
    public, inside = the_posting(desk.cast, "public"), the_posting(desk.cast, "agency")
    assert public.ask_id in listed
    assert inside.ask_id not in listed
    assert stranger.get(f"/lay-y-kien/{inside.ask_id}").status_code == 404
    page = stranger.get(f"/lay-y-kien/{public.ask_id}")
    for shown in ("Candidate Nguyễn", "Phòng Nghiệp vụ Y", "Cứu sống 12 ca nặng", "10/03/2025"):
        assert shown in page.text
    for hidden in (desk.code(case_id), "candidate@so.example", "Nominator", "Colleague1"):
        assert hidden not in page.text
    browser = Browser(stranger)
    typed = {"stance": "objects", "text": f"<script>alert(1)</script> {CANARY}", "name": CANARY, "contact": "1 phố B"}
    assert browser.send(page, "/gui", **typed).status_code == 303
    assert CANARY not in stranger.get(f"/lay-y-kien/{public.ask_id}").text, "nobody reads it before the office"
    wrong = browser.send(page, "/gui", **{**typed, "stance": ""})
    assert (wrong.status_code, "Chọn đồng tình" in wrong.text, CANARY in wrong.text) == (422, True, True)
    office = desk.browser("office")
    look = office.get(f"/lay-y-kien/duyet/{public.ask_id}")
    assert f"&lt;script&gt;alert(1)&lt;/script&gt; {CANARY}" in look.text
    assert look.text.count(CANARY) == 1, "the words; who signed is shown when asked for, and that is written down"
    assert "1 phố B" in office.send(look, "/nguoi-ky").text
    (read,) = [one for one in rows(desk.cast, delivery) if one.kind == "commenter_read"]
    assert (read.person_id, read.case_id) == (desk.cast.people["office"], case_id)
    leader = desk.browser("leader")
    assert CANARY not in leader.get(f"/lay-y-kien/ho-so/{desk.code(case_id)}").text
    assert office.send(look, "/nhan").status_code == 303
    seen = leader.get(f"/lay-y-kien/ho-so/{desk.code(case_id)}").text
    assert "0 đồng tình, 1 không đồng tình, 0 góp ý" in seen
    assert seen.count(CANARY) == 1, "the words, not the name"
    pane = leader.get(f"/ho-so/{desk.code(case_id)}").text
    assert "0 đồng tình, 1 không đồng tình, 0 góp ý" in pane


def test_one_address_cannot_write_without_end(desk: Desk) -> None:
    posted(desk.cast)
    stranger = Browser(desk.app.test_client())
    page = stranger.get(f"/lay-y-kien/{the_posting(desk.cast, 'public').ask_id}")
    typed = {"stance": "agrees", "text": "Rất đồng tình với việc này", "name": "Bà A", "contact": "1 phố B"}
    answers = [stranger.send(page, "/gui", **typed).status_code for _ in range(crowd.MOST + 1)]
    assert answers == [303] * crowd.MOST + [429]
    assert len(rows(desk.cast, comment)) == crowd.MOST


def test_staff_comment_unsigned_and_no_table_knows_them(desk: Desk) -> None:
    posted(desk.cast)
    where = f"/lay-y-kien/{the_posting(desk.cast, 'agency').ask_id}"
    browser = desk.browser("colleague1")
    before = {table.name: rows(desk.cast, table) for table in metadata.sorted_tables}
    assert (
        browser.send(browser.get(where), "/gui", stance="objects", text=f"Không đồng tình {CANARY}").status_code == 303
    )
    after = {table.name: rows(desk.cast, table) for table in metadata.sorted_tables}
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"posting_comment"}
    assert desk.cast.people["colleague1"] not in repr(after["posting_comment"])
    candidate = desk.browser("candidate")
    own = candidate.send(candidate.get(where), "/gui", stance="agrees", text="Tôi rất xứng đáng")
    assert own.status_code == 422
    assert desk.browser("outsider").get(where).status_code == 200


def test_one_click_makes_a_comment_a_complaint_and_holds_the_case(desk: Desk) -> None:
    case_id = posted(desk.cast)
    say(
        desk.cast, the_posting(desk.cast, "public"), f"Tôi tố cáo {CANARY}", stance="objects", name=CANARY,
        contact="1 phố B",
    )  # fmt: skip
    inspector, office = desk.browser("inspector"), desk.browser("office")
    ask_id = the_posting(desk.cast, "public").ask_id
    look = office.get(f"/lay-y-kien/duyet/{ask_id}")
    assert "Chuyển thành đơn" not in look.text, "the keeper's button, not the office's"
    (row,) = rows(desk.cast, comment)
    assert office.client.post(f"/khieu-nai-to-cao/y-kien/{row.id}").status_code in (400, 403)
    grant_office(desk.cast, "inspector")
    look = inspector.get(f"/lay-y-kien/duyet/{ask_id}")
    assert inspector.send(look, f"/y-kien/{row.id}").status_code == 303
    assert desk.cast.row(case_id).is_held
    assert [one.kind for one in rows(desk.cast, complaint)] == ["petition"]
    (who,) = rows(desk.cast, complainant)
    assert desk.cast.app.identities.open(who.complaint_id, who.sealed) == {
        "name": CANARY, "contact": "1 phố B", "content": f"Tôi tố cáo {CANARY}",
    }  # fmt: skip
    assert "commenter_read" not in [one.kind for one in rows(desk.cast, delivery)], "handed on, shown to nobody"
    assert [one.status for one in rows(desk.cast, comment)] == ["complaint"]


def grant_office(cast: Cast, name: str) -> None:
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people[name], role="office", starts_on=date(2025, 1, 1))
