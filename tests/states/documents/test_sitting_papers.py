"""A council's sitting on paper: the minutes and the count say what the system counted and what each name got."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.roads import case_at, do
from tests.states.councils.test_sittings import MEMBERS, convene, count, fields, grant_members, opened, staff
from tests.states.documents.test_deliver import shown, with_papers, words
from workflow.message import Invalid
from workflow.organisation_changes import change_person

PRESENT = ["director", *MEMBERS[:-1]]


def test_minutes_and_count_agree_with_the_outcome(sqlite_cast: Cast, tmp_path: Path) -> None:
    cast = sqlite_cast
    with_papers(cast, tmp_path)
    grant_members(cast)
    names = staff(cast, 2)
    chosen, refused = (case_at(cast, "council_review", who=name) for name in names)
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people[names[0]], {"post": "Chuyên viên chính"})
    sitting = opened(cast, [chosen, refused], PRESENT)
    do(cast, "office", sitting, "call_vote", tellers=[cast.people["press"]])
    count(cast, sitting, {chosen: 8, refused: 3})
    while cast.row(sitting).state == "in_session":  # a further ballot for whom it is still open
        do(cast, "office", sitting, "call_vote")
        count(cast, sitting, {refused: 2})
    if cast.row(sitting).state == "decided_by_head":
        do(cast, "director", sitting, "decide", head_for={refused: "failed"})
    do(cast, "office", sitting, "write", discussion="Hội đồng nhất trí.\nKhông có ý kiến khác.")
    cast.settle()
    verdict = fields(cast, sitting)["verdict"]
    assert verdict == {chosen: "passed", refused: "failed"}
    papers = {one.row["name"]: one for one in shown(cast, sitting)}
    assert {name: one.status for name, one in papers.items()} == dict.fromkeys(
        ("minutes", "tally", "invitation", "nominee_list", "ballot_paper"), "made"
    )
    assert papers["invitation"].numbered == "Số: 01/GM-HĐTĐKT"
    assert papers["tally"].numbered != papers["minutes"].numbered
    assert papers["nominee_list"].versions[0]["sheet_id"]
    for name in ("minutes", "tally"):
        lines = words(cast, papers[name]).split("\n")
        for case_id, said in verdict.items():
            at = lines.index(cast.row(case_id).label)
            assert lines[at + 8] == {"passed": "Đạt", "failed": "Không đạt"}[said], (name, lines[at : at + 9])
        at = lines.index(cast.row(chosen).label)
        assert lines[at + 2] == "8"
    assert "Chuyên viên chính" in words(cast, papers["nominee_list"])
    signed = words(cast, papers["tally"]).partition("TỔ KIỂM PHIẾU\n")[2].partition("THƯ KÝ")[0]
    assert "Press Nguyễn" in signed
    minutes = words(cast, papers["minutes"])
    assert "Có mặt 8/9 thành viên:" in minutes
    assert "Hội đồng nhất trí." in minutes
    assert "Clerk Nguyễn" in minutes.split("Vắng mặt:")[1].split("Chủ tọa")[0]


def test_an_invitation_is_made_anew_when_the_agenda_changes(sqlite_cast: Cast, tmp_path: Path) -> None:
    cast = sqlite_cast
    with_papers(cast, tmp_path)
    first, second = (case_at(cast, "council_review", who=name) for name in staff(cast, 2))
    sitting = convene(cast, [first])
    do(cast, "office", sitting, "invite")
    cast.settle()
    do(cast, "office", sitting, "postpone")
    do(cast, "office", sitting, "set_agenda", agenda=[first, second])
    cast.settle()
    invitation = next(one for one in shown(cast, sitting) if one.row["name"] == "invitation")
    assert [one["number"] for one in invitation.versions] == [2, 1], "the older file is kept"
    assert invitation.numbered == "Số: 01/GM-HĐTĐKT"
    assert "xét 2 trường hợp" in words(cast, invitation)


def test_minutes_that_are_written_again_keep_their_number(sqlite_cast: Cast, tmp_path: Path) -> None:
    cast = sqlite_cast
    with_papers(cast, tmp_path)
    grant_members(cast)
    chosen = case_at(cast, "council_review", who=staff(cast, 1)[0])
    sitting = opened(cast, [chosen], PRESENT)
    do(cast, "office", sitting, "call_vote")
    count(cast, sitting, {chosen: 8})
    numbers = []
    for words_said in ("Hội đồng nhất trí.", "Hội đồng nhất trí cao."):
        do(cast, "office", sitting, "write", discussion=words_said)
        cast.settle()
        made = {one.row["name"]: one for one in shown(cast, sitting) if one.status == "made"}
        numbers.append((made["minutes"].numbered, made["tally"].numbered))
        assert words_said in words(cast, made["minutes"])
        if len(numbers) == 1:
            do(cast, "director", sitting, "send_back")
    assert numbers[0] == numbers[1]
    assert len(set(numbers[0])) == 2


def test_the_record_of_a_count_is_there_and_numbered_before_its_signed_copy_is_asked_for(
    sqlite_cast: Cast, tmp_path: Path
) -> None:
    cast = sqlite_cast
    with_papers(cast, tmp_path)
    grant_members(cast)
    chosen = case_at(cast, "council_review", who=staff(cast, 1)[0])
    sitting = opened(cast, [chosen], PRESENT)
    do(cast, "office", sitting, "call_vote")
    count(cast, sitting, {chosen: 8})
    cast.settle()
    record = {one.row["name"]: one for one in shown(cast, sitting)}["tally"]
    assert (cast.row(sitting).state, record.status, record.numbered) == ("drafting", "made", "Số: 02/BB-HĐTĐKT")
    with pytest.raises(Invalid) as unsigned:
        cast.act("office", sitting, "write", discussion="Nhất trí.")
    assert list(unsigned.value.fields) == ["tally_file"]
    do(cast, "office", sitting, "recount")
    count(cast, sitting, {chosen: 7})
    do(cast, "office", sitting, "write")
    cast.settle()
    numbered = [(one.row["name"], one.numbered, one.status) for one in shown(cast, sitting)]
    assert [one for one in numbered if one[0] in ("tally", "minutes")] == [
        ("minutes", "Số: 04/BB-HĐTĐKT", "made"),
        ("tally", "Số: 03/BB-HĐTĐKT", "made"),
        ("tally", "Số: 02/BB-HĐTĐKT", "superseded"),
    ], "a count taken anew is a record of its own"
