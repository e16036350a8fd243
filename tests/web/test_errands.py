"""What waits beside work items stands in the inbox of whoever it waits for, until it is done, and in nobody else's."""

from __future__ import annotations

import re

import sqlalchemy as sa

from states.ballots.model import LOCKED, ballot_box
from tests.ballots import ballot, box_at
from tests.roads import case_at
from tests.sittings import convene, grant_members, staff
from tests.web.desk import BOTH_DESKS, Desk

VOTE, CLOSE, CALL = "Bỏ phiếu kín", "Xác nhận kết thúc bỏ phiếu", "Triệu tập phiên họp"


def waits(desk: Desk, who: str) -> str:
    """What stands in this person's inbox above the list."""
    return desk.browser(who).get("/viec").text.partition('class="errands"')[2].partition("</section>")[0]


@BOTH_DESKS
def test_a_vote_waits_for_who_has_not_voted_and_the_end_for_who_closes(desk: Desk) -> None:
    box = box_at(desk.cast, names=2)
    members = [name for name, one in desk.cast.people.items() if box.seats_of(one)]
    voter, *others = members
    address = f"/bo-phieu/{box.id}/phieu/{desk.cast.people[voter]}"
    assert VOTE in waits(desk, voter)
    assert address in waits(desk, voter)
    assert VOTE not in waits(desk, "mentor"), "no seat, nothing to vote on"
    ballot(desk.cast, box, voter, "ab")
    assert VOTE not in waits(desk, voter), "done"
    assert all(VOTE in waits(desk, one) for one in others[:2])
    assert CLOSE not in waits(desk, "office"), "while somebody has yet to vote"
    for one in others:
        ballot(desk.cast, box, one, "ab")
    assert CLOSE in waits(desk, "office")
    secretary = desk.browser("office")
    assert secretary.send(secretary.get(f"/bo-phieu/{box.id}"), "/khoa").status_code == 303
    assert CLOSE not in waits(desk, "office"), "the word is given"
    assert CLOSE in waits(desk, "director"), "and the other one's waits"
    head = desk.browser("director")
    assert head.send(head.get(f"/bo-phieu/{box.id}"), "/khoa").status_code == 303
    assert CLOSE not in waits(desk, "office"), "closed and counted"


@BOTH_DESKS
def test_a_box_that_is_locked_and_not_counted_waits_to_be_counted(desk: Desk) -> None:
    box = box_at(desk.cast, names=2)
    with desk.cast.app.database.write() as connection:  # a failure between the second word and the count
        mine = ballot_box.c.id == box.id
        said = {"chair_locked": desk.cast.people["director"], "keeper_locked": desk.cast.people["office"]}
        connection.execute(sa.update(ballot_box).where(mine).values(status=LOCKED, **said))
    for who in ("office", "director"):
        assert "Niêm phong và kiểm phiếu" in waits(desk, who)
        assert "Đã khóa, chưa kiểm phiếu" in waits(desk, who)
        assert CLOSE not in waits(desk, who)


@BOTH_DESKS
def test_cases_before_the_council_lead_to_calling_a_sitting(desk: Desk) -> None:
    grant_members(desk.cast)
    assert CALL not in waits(desk, "office"), "nothing waits"
    cases = [case_at(desk.cast, "council_review", who=one) for one in staff(desk.cast, 2)]
    assert CALL in waits(desk, "office")
    names = ", ".join(desk.cast.row(one).label for one in cases)
    assert f"2 hồ sơ đang chờ đưa vào phiên họp: {names}" in waits(desk, "office")
    assert "/gioi-thieu/sitting/convene" in waits(desk, "office")
    assert CALL not in waits(desk, "head")
    assert "/gioi-thieu/sitting/convene" in desk.browser("office").get(f"/ho-so/{desk.cast.row(cases[0]).code}").text
    form = desk.browser("office").get("/gioi-thieu/sitting/convene").text
    ticked = [one for one in cases if re.search(rf'name="agenda"[^>]*value="{one}"[^>]* checked', form)]
    assert ticked == cases, "all that wait go on the new sitting's agenda in one step"
    convene(desk.cast, cases)
    assert CALL not in waits(desk, "office"), "both stand on an agenda"
