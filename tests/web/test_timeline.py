"""The timeline speaks as people do: no key of a definition on it, and every answer beside what it was given about."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.cast import Cast
from tests.roads import answer, case_at, do
from tests.web.desk import Desk
from tests.workflow.plans import shipped
from workflow.defaults import all_actions
from workflow.scope import addressed_asks

ALONE, UNSURE = "Chưa chủ động chia sẻ kinh nghiệm", "Còn ngại nói trước đông người"


class Lines(HTMLParser):
    """The visible lines of a page's main part."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed("<main" + page.partition("<main")[2].partition("</main>")[0])

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip())


def keys() -> set[str]:
    """Every name that the shipped definitions give to a state, an action, an ask or a field."""
    found: set[str] = set()
    for definition in shipped().definitions.values():
        found |= {*definition.states, *definition.fields}
        found |= {action.name for action in all_actions(definition)}
        found |= {ask.name for _, ask in addressed_asks(definition)}
    return found


def pages(desk: Desk, case_id: str) -> list[list[str]]:
    """The lines of the history and of the case page."""
    code, director = desk.code(case_id), desk.browser("director")
    return [Lines(director.get(f"/ho-so/{code}{path}").text).found for path in ("/lich-su", "")]


def passes(cast: Cast, *days: str) -> None:
    """Each of these days at eight in the morning, with what is due then."""
    for day in days:
        cast.at(f"{day}T08:00:01")
        cast.run_due()


def checked_in(cast: Cast) -> str:
    """A nominee in cultivation: one check-in answered, two missed in a row, the head answers in the mentor's place."""
    case_id = case_at(cast, "identified")
    do(cast, "head", case_id, "take_up", shortcomings=[ALONE, UNSURE])
    passes(cast, "2025-06-03")
    cast.answer("mentor", case_id, "check_in", progress=["none", "partly"])
    passes(cast, "2025-09-03", "2025-09-18", "2025-12-03", "2025-12-18")
    cast.answer("head", case_id, "check_in", progress=["partly", "done"])
    return case_id


def a_long_life(cast: Cast) -> None:
    """A nominee from check-ins to the province, held and moved on its way; the merit request; the year's review."""
    case_id = checked_in(cast)
    do(cast, "head", case_id, "replan", shortcomings=["Ít viết bài"])
    for who in ("colleague1", "colleague2", "colleague3"):
        do(cast, who, case_id, "endorse")
    do(cast, "head", case_id, "propose")
    do(cast, "office", case_id, "hold")
    passes(cast, "2026-02-02")
    answer(cast, "office", case_id, "chase")
    do(cast, "office", case_id, "clear")
    steps = (("head", "send_back"), ("head", "propose"), ("head", "recognize"), ("head", "climb"))
    for who, action in (*steps, ("office", "send_back"), ("head", "resubmit"), ("office", "forward")):
        do(cast, who, case_id, action)
    for who, action in (
        ("office", "record_deferred"), ("office", "record_passed"), ("director", "recognize"), ("office", "climb"),
        ("office", "prepare"), ("director", "sign"), ("clerk", "send"), ("office", "recognize"),
    ):  # fmt: skip
        do(cast, who, case_id, action)
    cast.settle()
    do(cast, "office", cast.cases("merit_request")[0].id, "none")
    cast.settle()
    passes(cast, "2026-12-01", "2027-01-20")


def test_no_key_of_a_definition_is_read_on_a_timeline(desk: Desk) -> None:
    a_long_life(desk.cast)
    named, walked = keys(), ("nominee", "merit_request", "annual_review", "unit_report")
    cases = [row for process in walked for row in desk.cast.cases(process)]
    assert {row.process for row in cases} == set(walked)
    for row in cases:
        for lines in pages(desk, row.id):
            words = {word for line in lines for word in (line.strip(" :"), *re.findall(r"\w+_\w+", line))}
            assert words & named == set(), row.code


def test_a_missed_check_in_is_named_and_said_to_be_missed(desk: Desk) -> None:
    case_id = checked_in(desk.cast)
    for lines in pages(desk, case_id):
        assert "Ghi nhận bồi dưỡng: bỏ lỡ" in lines
        assert "Ghi nhận bồi dưỡng: báo lên cấp trên" in lines
        assert "Ghi nhận bồi dưỡng" in lines


@pytest.mark.parametrize("again", [False, True], ids=["as planned", "planned anew"])
def test_an_answer_stands_beside_the_shortcoming_it_is_about(desk: Desk, again: bool) -> None:
    case_id = checked_in(desk.cast)
    if again:
        do(desk.cast, "head", case_id, "replan", shortcomings=["Ít viết bài"])
    for lines in pages(desk, case_id):
        for words in (f"{ALONE}: Đang khắc phục", f"{UNSURE}: Đã khắc phục"):
            assert words in lines
    history, page = pages(desk, case_id)
    assert not [line for line in page if line.startswith("Ít viết bài: ")], "no old answer is given to a new plan"
    assert f"{ALONE}: Chưa khắc phục" in history
    assert not [line for line in history if re.match(r"\d: ", line)]


def test_a_parent_reads_why_its_merit_request_was_lost(desk: Desk) -> None:
    case_id = case_at(desk.cast, "recognized_province")
    desk.cast.settle()
    why = "Chưa đủ hai năm liên tục, sáng kiến chưa được công nhận."
    do(desk.cast, "office", desk.cast.cases("merit_request")[0].id, "none", reason=why)
    desk.cast.settle()
    for lines in pages(desk, case_id):
        told = lines.index("Không được tặng Bằng khen")
        assert {"Lý do:", why} <= set(lines[told - 8 : told + 8])
    assert desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text.count(why) == 2  # among the words, on the line
