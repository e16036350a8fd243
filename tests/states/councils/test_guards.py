"""A council's result adds up, or the number that does not fit is named."""

from __future__ import annotations

import pytest

from config.texts import load
from states.councils.guards import counts_fit, vote_fails, vote_passes
from tests.cast import Cast
from tests.roads import case_at, do
from tests.states.facts import context
from workflow.message import Message, Refused
from workflow.registry import Context, Guard

TITLES = {"agreed_count": "Số đồng ý", "present_count": "Số có mặt", "members_count": "Tổng số thành viên"}
RESULTS = ("record_passed", "record_failed", "record_deferred")


def counted(agreed: int, present: int, members: int) -> Context:
    return context(fields={"agreed_count": agreed, "present_count": present, "members_count": members})


def judged(agreed: int | None, present: int | None, members: int | None) -> Message | None:
    fields = {"agreed_count": agreed, "present_count": present, "members_count": members}
    given = {name: count for name, count in fields.items() if count is not None}
    return counts_fit(context(fields=given, facts={"field_titles": TITLES}), None)


@pytest.mark.parametrize("numbers", [(7, 7, 7), (0, 7, 9), (6, 7, 9), (0, 0, 1), (None, 7, 9), (6, None, 5)])
def test_a_result_that_adds_up(numbers: tuple[int | None, int | None, int | None]) -> None:
    assert judged(*numbers) is None


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((99, 3, 9), ["«Số đồng ý» ghi 99, nhiều hơn «Số có mặt» ghi 3"]),
        ((3, 9, 7), ["«Số có mặt» ghi 9, nhiều hơn «Tổng số thành viên» ghi 7"]),
        ((99, 3, 1), ["«Số đồng ý» ghi 99, nhiều hơn «Số có mặt» ghi 3",
                      "«Số có mặt» ghi 3, nhiều hơn «Tổng số thành viên» ghi 1"]),
    ],
)  # fmt: skip
def test_the_number_that_does_not_fit_is_named(numbers: tuple[int, int, int], words: list[str]) -> None:
    against = judged(*numbers)
    assert against is not None
    said = load(strict=True).render(against)
    assert said.count("nhiều hơn") == len(words)
    assert all(one in said for one in words)


def test_a_plan_may_call_its_numbers_otherwise() -> None:
    given = context(fields={"yes": 5, "all": 4}, facts={"field_titles": {}})
    assert counts_fit(given, "yes, all") is not None
    assert counts_fit(given, "all, yes") is None


@pytest.mark.parametrize("action", RESULTS)
def test_the_secretary_cannot_record_more_voices_than_people(sqlite_cast: Cast, action: str) -> None:
    cast = sqlite_cast
    case_id = case_at(cast, "council_review")
    events = cast.row(case_id).chain_seq
    with pytest.raises(Refused) as refused:
        do(cast, "office", case_id, action, present_count=3, agreed_count=99, members_count=1)
    assert [reason.key for reason in refused.value.reasons] == ["guard.both"]
    assert cast.row(case_id).chain_seq == events
    do(cast, "office", case_id, action, present_count=1, agreed_count=int(action != "record_failed"), members_count=1)
    assert cast.row(case_id).chain_seq > events


RULE = "quorum 2/3 of all, pass at least 80 % of all"


@pytest.mark.parametrize(
    ("guard", "numbers", "words"),
    [
        (vote_passes, (7, 9, 9), "7/9 đồng ý là chưa đủ: cần ít nhất 8 (từ 80 % tổng số thành viên trở lên)"),
        (vote_fails, (8, 9, 9), "8/9 đồng ý là đủ: chỉ cần 8 (từ 80 % tổng số thành viên trở lên)"),
        (vote_passes, (5, 5, 9), "có mặt 5/9, cần ít nhất 6 (từ 2/3 tổng số thành viên trở lên)"),
        (vote_fails, (0, 5, 9), "có mặt 5/9, cần ít nhất 6 (từ 2/3 tổng số thành viên trở lên)"),
    ],
)
def test_the_rule_and_what_it_needs_are_said(guard: Guard, numbers: tuple[int, int, int], words: str) -> None:
    against = guard(counted(*numbers), RULE)
    assert against is not None
    assert words in load(strict=True).render(against)


def test_what_the_rule_gives_may_be_recorded() -> None:
    assert vote_passes(counted(8, 8, 9), RULE) is None
    assert vote_fails(counted(7, 9, 9), RULE) is None
    assert vote_passes(context(fields={"agreed_count": 1}), RULE) is None  # the form asks for the others


@pytest.mark.parametrize(("action", "agreed"), [("record_passed", 7), ("record_failed", 8)])
def test_the_secretary_cannot_record_the_contrary_of_the_vote(sqlite_cast: Cast, action: str, agreed: int) -> None:
    cast = sqlite_cast
    case_id = case_at(cast, "council_review")
    with pytest.raises(Refused) as refused:
        do(cast, "office", case_id, action, present_count=9, agreed_count=agreed, members_count=9)
    assert [reason.key for reason in refused.value.reasons] == [
        "guard.vote_passes" if action == "record_passed" else "guard.vote_fails"
    ]
    assert cast.row(case_id).state == "council_review"
