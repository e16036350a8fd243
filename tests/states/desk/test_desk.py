"""The mail desk: a draft is looked at, corrected, sent once; what a newer decision contradicts never leaves."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from states.desk import queries, writing
from states.desk.addressees import addressee_of
from states.desk.model import letter
from states.desk.tidying import tidy
from states.desk.writing import Office, Sent
from states.erasure import erase_subject
from tests.cast import Cast
from tests.mailbox import Mailbox
from tests.roads import case_at, do, filled
from tests.statements import accesses, sent_to
from workflow import fence, outbox, resumption
from workflow.incidents import incident
from workflow.message import Conflict, Message, Refused
from workflow.outbox import delivery

CLIMB = (
    ("head", "climb"), ("office", "forward"), ("office", "record_passed"), ("director", "recognize"),
    ("office", "climb"), ("office", "prepare"), ("director", "sign"), ("clerk", "send"),
)  # fmt: skip


def rows(cast: Cast, *where: Any) -> list[Any]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(letter).where(*where).order_by(letter.c.id)).all())


def drafts(cast: Cast) -> list[Any]:
    return rows(cast, letter.c.status == "draft")


def office(cast: Cast) -> Office:
    return Office(cast.agency_id, cast.people["office"])


def send(cast: Cast, sent: Sequence[Any], **more: Any) -> Sent:
    with cast.app.database.write() as connection:
        return writing.send(
            connection, cast.app.catalogue, office(cast), {row.id: row.version for row in sent}, **more
        )  # fmt: skip


def edit(cast: Cast, row: Any, **changed: str) -> None:
    words = {"subject": row.subject, "text": row.text, "address": row.address} | changed
    with cast.app.database.write() as connection:
        writing.edit(connection, office(cast), row.id, row.version, words)


def logged(cast: Cast, kind: str) -> list[Any]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(delivery).where(delivery.c.kind == kind)).all())


def recognized(cast: Cast) -> str:
    case_id = case_at(cast, "recognized_unit")
    cast.settle()
    return case_id


def climbed(cast: Cast) -> str:
    """Recognised by the unit, by the Sở, and sent to the province: each told to the desk in its time."""
    case_id = recognized(cast)
    for who, action in CLIMB:
        do(cast, who, case_id, action)
    cast.settle()
    return case_id


def tidied(cast: Cast) -> int:
    return tidy(cast.app.database, cast.app.catalogue)


def test_a_letter_to_the_nominee_is_a_draft_and_leaves_only_when_it_is_sent(
    mailing: Cast, smtp_server: Mailbox
) -> None:
    recognized(mailing)
    (draft,) = drafts(mailing)
    assert (draft.addressee, draft.address) == ("Candidate Nguyễn", "candidate@so.example")
    assert "Công nhận cấp phòng" in draft.text
    assert "https://" not in draft.text, "who has no sign-in has no use for a link"
    to = [one.recipients for one in smtp_server.letters]
    assert ("candidate@so.example",) not in to
    assert send(mailing, [draft]).mailed == (draft.id,)
    mailing.settle()
    (mail,) = [one for one in smtp_server.letters if one.recipients == ("candidate@so.example",)]
    (row,) = rows(mailing)
    assert (row.status, row.done_by) == ("sent", mailing.people["office"])
    assert mail.message["Message-ID"] == f"<{row.out_id}@so.example>"
    assert mail.message.get_body(("plain",)).get_content().replace("\r\n", "\n").strip() == row.text
    assert send(mailing, [draft]) == Sent(kept=((draft.id, "changed"),))
    mailing.settle()
    assert len([one for one in smtp_server.letters if one.recipients == ("candidate@so.example",)]) == 1


def test_a_corrected_letter_keeps_what_was_written_and_who_changed_it(cast: Cast) -> None:
    recognized(cast)
    (draft,) = drafts(cast)
    edit(cast, draft, text="Kính gửi chị,\n\nXin chúc mừng.", subject="Chúc mừng\r\nBcc: evil@x =?UTF-8?Q?=0A?=")
    (row,) = drafts(cast)
    assert row.text == "Kính gửi chị,\n\nXin chúc mừng."
    assert "\n" not in row.subject
    assert "=?" not in row.subject
    with cast.app.database.read() as connection:
        before, after = queries.wordings(connection, cast.agency_id, row.id)
    assert (before["text"], before["by"]) == (draft.text, None)
    assert (after["text"], after["by"]) == (row.text, cast.people["office"])
    with pytest.raises(Conflict):
        edit(cast, draft, text="Bản của người mở trước")


@pytest.mark.parametrize("address", ["a@b.c, d@e.f", "Ai đó <a@b.vn>", "a@b.vn\nBcc: x@y.vn", "khong-phai"])
def test_an_address_that_is_not_one_plain_address_is_refused(cast: Cast, address: str) -> None:
    recognized(cast)
    (draft,) = drafts(cast)
    with pytest.raises(Refused):
        edit(cast, draft, address=address)
    assert drafts(cast) == [draft]


def test_a_revoked_recognition_takes_its_letter_along(cast: Cast) -> None:
    case_id = recognized(cast)
    (told,) = drafts(cast)
    do(cast, "head", case_id, "revoke")
    cast.settle()
    assert {row.id: (row.status, row.why) for row in rows(cast)}[told.id] == ("withdrawn", "revoked")
    (left,) = drafts(cast)
    assert left.action == "revoke"
    (line,) = logged(cast, "desk_withdrawn")
    assert line.detail["why"] == "revoked"


def test_a_letter_on_its_way_is_stopped_by_a_decision_that_came_before_it_left(
    mailing: Cast, smtp_server: Mailbox
) -> None:
    case_id = recognized(mailing)
    (draft,) = drafts(mailing)
    assert send(mailing, [draft]).mailed
    do(mailing, "head", case_id, "revoke")
    mailing.settle()
    assert ("candidate@so.example",) not in [one.recipients for one in smtp_server.letters]
    (row,) = rows(mailing, letter.c.id == draft.id)
    assert (row.status, row.why) == ("withdrawn", "revoked")


def revoke(cast: Cast, case_id: str, **more: Any) -> None:
    """The head's revocation, with what runs between its reading and writing, or within its transaction."""
    view = cast.app.engine.view(cast.actor("head"), case_id)
    (option,) = [one for one in view.options if one.name == "revoke"]
    cast.app.engine.act(
        cast.actor("head"), case_id=case_id, action="revoke", case_version=view.case["version"],
        inputs=filled(cast, "head", option.needs, view.fields), **more,
    )  # fmt: skip


def test_a_decision_withdraws_what_it_contradicts_in_its_own_transaction(cast: Cast) -> None:
    case_id = recognized(cast)
    (draft,) = drafts(cast)

    def fail(_: sa.Connection) -> None:
        raise Refused(Message("error.busy"))

    with pytest.raises(Refused):
        revoke(cast, case_id, also=[fail])
    assert drafts(cast) == [draft], "what is not decided contradicts nothing"
    revoke(cast, case_id)
    assert [(row.status, row.why) for row in rows(cast)] == [("withdrawn", "revoked")]


def test_a_case_without_drafts_is_decided_with_as_many_statements_as_ever(cast: Cast) -> None:
    case_id = recognized(cast)
    send(cast, drafts(cast), paper=True)
    with sent_to(cast.app.database) as said:
        do(cast, "head", case_id, "climb")
    asked = said.of("desk_letter")
    assert asked == said.of("desk_letter", "SELECT json_"), "only beside what is read of a case anyway"


def test_nothing_is_sent_between_a_decision_and_its_end(cast: Cast) -> None:
    """Who sends while a newer decision is being written waits for it, and then sees it."""
    case_id = recognized(cast)
    (draft,) = drafts(cast)
    with ThreadPoolExecutor(1) as hands:
        begun: list[Future[Sent]] = []

        def meanwhile(_: sa.Connection) -> None:
            begun.append(hands.submit(send, cast, [draft], paper=True))
            with pytest.raises(TimeoutError):
                begun[0].result(timeout=0.4)

        revoke(cast, case_id, also=[meanwhile])
        assert begun[0].result(timeout=10) == Sent(kept=((draft.id, "changed"),))
    assert [(row.status, row.why) for row in rows(cast)] == [("withdrawn", "revoked")]


def test_no_decision_comes_between_the_look_and_the_sending(cast: Cast) -> None:
    """A newer decision waits until what was sent is written: then it was sent before, and not in spite of it."""
    case_id = recognized(cast)
    (draft,) = drafts(cast)
    with ThreadPoolExecutor(1) as hands:
        with cast.app.database.write() as connection:
            wanted = {draft.id: draft.version}
            sent = writing.send(connection, cast.app.catalogue, office(cast), wanted, paper=True)
            decided = hands.submit(revoke, cast, case_id)
            with pytest.raises(TimeoutError):
                decided.result(timeout=0.4)
        decided.result(timeout=10)
    assert sent.handed == (draft.id,)


def drafted_unseen(cast: Cast) -> tuple[str, Any]:
    """A draft that came between a revocation's reading and its writing."""
    case_id = case_at(cast, "recognized_unit")
    revoke(cast, case_id, before_write=cast.settle)
    (draft,) = drafts(cast)
    return case_id, draft


def test_a_draft_the_decision_did_not_see_withdraws_itself_when_it_is_sent(cast: Cast) -> None:
    _, draft = drafted_unseen(cast)
    assert send(cast, [draft]) == Sent(kept=((draft.id, "revoked"),))
    assert rows(cast, letter.c.id == draft.id)[0].status == "withdrawn"


def test_the_clock_takes_back_a_draft_the_decision_did_not_see(cast: Cast) -> None:
    _, draft = drafted_unseen(cast)
    assert tidied(cast) == 0
    (row,) = rows(cast, letter.c.id == draft.id)
    assert (row.status, row.why) == ("withdrawn", "revoked")


def test_what_became_untrue_without_a_letter_of_its_own_goes_and_what_is_still_so_stays(cast: Cast) -> None:
    case_id = climbed(cast)
    sent_to_province = [row for row in drafts(cast) if row.role == "province_office"]
    assert len(sent_to_province) == 1
    do(cast, "office", case_id, "send_back")
    (row,) = rows(cast, letter.c.id == sent_to_province[0].id)
    assert (row.status, row.why) == ("withdrawn", "overtaken")
    unit_level = [row for row in drafts(cast) if row.role == "nominee"]
    assert len(unit_level) == 2, "what was recognised before still is"


def test_while_a_case_is_held_its_letters_wait(cast: Cast) -> None:
    case_id = recognized(cast)
    (draft,) = drafts(cast)
    do(cast, "office", case_id, "hold")
    assert send(cast, [draft]) == Sent(kept=((draft.id, "held"),))
    assert drafts(cast) == [draft]
    do(cast, "office", case_id, "clear")
    assert send(cast, [draft], paper=True).handed == (draft.id,)


def test_without_a_mail_server_nothing_is_said_to_be_mailed(cast: Cast) -> None:
    recognized(cast)
    send(cast, drafts(cast))
    cast.settle()
    assert [row.status for row in rows(cast)] == ["handed"]


def test_what_a_colleague_changed_since_is_not_sent(cast: Cast) -> None:
    recognized(cast)
    (draft,) = drafts(cast)
    edit(cast, draft, text="Sửa rồi")
    assert send(cast, [draft]).kept == ((draft.id, "changed"),)
    with cast.app.database.write() as connection, pytest.raises(Conflict):
        writing.withdraw(connection, office(cast), draft.id, draft.version)
    (row,) = drafts(cast)
    with cast.app.database.write() as connection:
        writing.withdraw(connection, office(cast), row.id, row.version)
    assert rows(cast)[0].why == "office"


def test_behind_a_fence_a_sent_letter_waits_and_what_is_dropped_there_never_goes(
    mailing: Cast, smtp_server: Mailbox
) -> None:
    recognized(mailing)
    (draft,) = drafts(mailing)
    send(mailing, [draft])
    database = mailing.app.database
    with database.write() as connection:
        fence.raise_everywhere(connection, cut_at=mailing.now(), origin={})
    mailing.settle()
    assert rows(mailing)[0].status == "leaving"
    with database.write() as connection:
        standing = fence.raised(connection, mailing.agency_id)
        held = resumption.waiting(connection, standing)
        assert "letter" in [group.name for group in held.groups]
        resumption.resume(connection, standing, {group.name: "drop" for group in held.groups}, None)
    mailing.settle()
    tidied(mailing)
    assert (rows(mailing)[0].status, rows(mailing)[0].why) == ("withdrawn", "restored")
    assert ("candidate@so.example",) not in [one.recipients for one in smtp_server.letters]


def test_a_desk_nobody_empties_is_an_incident_until_it_is(cast: Cast) -> None:
    recognized(cast)
    assert tidied(cast) == 0
    cast.later(days=4)
    assert tidied(cast) == 1
    assert tidied(cast) == 0
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(incident).where(incident.c.kind == "desk")).one()
    assert (row.status, row.reason["params"]) == ("open", {"days": 3}), "nothing that goes stale while it is open"
    send(cast, drafts(cast), paper=True)
    tidied(cast)
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(incident.c.status).where(incident.c.kind == "desk")) == "repaired"


def test_filters_narrow_by_kind_age_and_recipient(cast: Cast) -> None:
    climbed(cast)
    cast.later(days=2)

    def found(**wanted: Any) -> list[str]:
        with cast.app.database.read() as connection:
            listed = queries.listed(connection, cast.agency_id, queries.Filter(**wanted), now=cast.now())
        return sorted(row["role"] for row in listed)

    assert found() == ["nominee", "nominee", "province_office"]
    assert found(role="province_office") == ["province_office"]
    assert found(kind="told.approve", process="nominee", unit=cast.units["cntt"]) == found()
    assert found(kind="told.refuse") == found(unit=cast.units["vp"]) == []
    assert (found(days=1), found(days=3)) == (found(), [])
    with cast.app.database.read() as connection:
        full = queries.summary(connection, cast.agency_id)
    assert (full.drafts, full.roles) == (3, ("nominee", "province_office"))
    assert cast.now() - full.oldest_at < timedelta(days=3)


def test_who_is_erased_is_erased_on_the_desk_too(cast: Cast) -> None:
    case_id = recognized(cast)
    edit(cast, drafts(cast)[0], text="Chúc mừng chị Candidate")
    do(cast, "office", case_id, "close")
    with cast.app.database.write() as connection:
        erase_subject(connection, cast.agency_id, cast.row(case_id).subject_id)
    with cast.app.database.read() as connection:
        said = [dict(row) for row in queries.wordings(connection, cast.agency_id, rows(cast)[0].id)]
    assert "Candidate" not in repr(said) + repr(rows(cast))


def test_looking_at_many_drafts_takes_as_many_statements_as_at_one(cast: Cast) -> None:
    recognized(cast)
    with sent_to(cast.app.database) as few:
        tidied(cast)
    send(cast, drafts(cast), paper=True)
    case_id = rows(cast)[0].case_id
    for who, action in CLIMB:
        do(cast, who, case_id, action)
    cast.settle()
    assert len(drafts(cast)) == 2
    with sent_to(cast.app.database) as many:
        tidied(cast)
    assert len(many) == len(few)


def test_the_same_message_delivered_twice_is_one_draft(cast: Cast) -> None:
    recognized(cast)
    (draft,) = drafts(cast)
    with cast.app.database.write() as connection:
        known = sa.update(outbox.outbox).where(outbox.outbox.c.id == draft.message_id)
        connection.execute(known.values(status="new", done_at=None))
    cast.run_due()
    assert drafts(cast) == [draft]


def test_two_clerks_who_send_at_once_send_one_letter(mailing: Cast, smtp_server: Mailbox) -> None:
    recognized(mailing)
    sent = drafts(mailing)
    with ThreadPoolExecutor(4) as hands:
        results = [one.result() for one in [hands.submit(send, mailing, sent) for _ in range(8)]]
    assert sum(len(one.mailed) for one in results) == 1
    assert sum(len(one.kept) for one in results) == 7
    mailing.settle()
    assert len([one for one in smtp_server.letters if one.recipients == ("candidate@so.example",)]) == 1


def test_a_letter_the_server_refuses_is_an_incident_and_goes_once_when_tried_again(
    mailing: Cast, smtp_server: Mailbox
) -> None:
    recognized(mailing)
    smtp_server.letters.clear()
    smtp_server.answer("550 no such user")
    send(mailing, drafts(mailing))
    mailing.settle()
    (row,) = rows(mailing)
    assert row.status == "leaving"
    with mailing.app.database.write() as connection:
        assert outbox.retry(connection, row.out_id, mailing.people["office"])
    mailing.settle()
    assert rows(mailing)[0].status == "sent"
    (mail,) = [one for one in smtp_server.letters if one.recipients == ("candidate@so.example",)]
    assert mail.message["Message-ID"] == f"<{row.out_id}@so.example>"


def test_a_desk_with_years_behind_it_looks_at_what_waits_only(cast: Cast) -> None:
    recognized(cast)
    with sent_to(cast.app.database) as sent:
        tidied(cast)
        with cast.app.database.read() as connection:
            queries.summary(connection, cast.agency_id)
            queries.listed(connection, cast.agency_id, queries.Filter(), now=cast.now())
    asked = [one for one in sent.sent if "FROM desk_letter" in one[0] and "desk_letter.id IN" not in one[0]]
    assert len(asked) >= 4
    for statement, parameters in asked:
        ways = [way for way in accesses(cast.app.database, statement, parameters) if way.table == "desk_letter"]
        assert [way.by for way in ways] == ["ix_desk_letter_open"], statement


def test_where_a_body_outside_was_written_to_last_its_next_letter_goes(mailing: Cast) -> None:
    case_id = climbed(mailing)
    (first,) = [row for row in drafts(mailing) if row.role == "province_office"]
    assert (first.addressee, first.address) == ("Phòng Thi đua - Khen thưởng, Sở Nội vụ", "")
    edit(mailing, first, address="tdkt@snv.example")
    send(mailing, [row for row in drafts(mailing) if row.id == first.id])
    mailing.settle()
    for who, action in (("office", "send_back"), ("office", "prepare"), ("director", "sign"), ("clerk", "send")):
        do(mailing, who, case_id, action)
    mailing.settle()
    (second,) = [row for row in drafts(mailing) if row.role == "province_office"]
    assert second.address == "tdkt@snv.example"


def test_a_units_role_is_written_to_with_its_unit(cast: Cast) -> None:
    case_id = recognized(cast)
    with cast.app.database.read() as connection:
        plan = cast.app.catalogue.living(connection, cast.agency_id, "nominee").plan
        about = SimpleNamespace(agency_id=cast.agency_id, unit_id=cast.row(case_id).unit_id, label="", email=None)
        whom = addressee_of(connection, plan.roles["unit_head"], about)
        several = addressee_of(connection, plan.roles["office"], about)
    assert (whom.name, whom.address) == (
        "Lãnh đạo phòng, đơn vị – Phòng Công nghệ thông tin", "head@so.example",
    )  # fmt: skip
    assert (several.name, several.address) == ("Văn phòng Sở", "")
