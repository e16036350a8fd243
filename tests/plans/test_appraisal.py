"""A committee that appraises and does not vote, and a council whose awards ask for their own quorums: YAML only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from config.settings import Settings
from dev import ROOT
from states.councils.live import look
from tests.cast import Cast, make_cast, open_cast, sound
from tests.databases import Databases
from tests.roads import do
from tests.web.desk import open_desk
from workflow.message import Refused

PLAN = ROOT / "tests" / "plans" / "appraisal"
PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "chair": ("bgd", ("chair",)),
    "secretary": ("vp", ("secretary",)),
    "head": ("qh", ("unit_head", "standing_member", "council_member")),
    "standing2": ("vp", ("standing_member", "council_member")),
    **{f"member{number}": ("vp", ("council_member",)) for number in range(3)},
    "one": ("qh", ()), "two": ("qh", ()), "three": ("vp", ()),
}  # fmt: skip
UNITS = {"bgd": "Ban Giám đốc", "vp": "Văn phòng Sở", "qh": "Phòng Quy hoạch"}


def installed(database_url: str) -> None:
    make_cast(Settings(database_url=database_url), folder=PLAN, cast=PEOPLE, units=UNITS).app.dispose()


@pytest.fixture
def agency(databases: Databases) -> Iterator[Cast]:
    with databases.fresh(installed) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield cast
            sound(cast)
        finally:
            cast.app.dispose()


def proposed(cast: Cast, who: str, award: str) -> str:
    return cast.app.engine.start(
        cast.actor("secretary"), process="nominee", action="propose", subject_type="subject",
        subject_id=cast.subject(who), inputs={"merit": "Rút ngắn nửa thời gian cấp phép", "award": award},
    ).case_id  # fmt: skip


def sitting(cast: Cast, action: str, cases: list[str]) -> str:
    return cast.app.engine.start(
        cast.actor("secretary"), process="sitting", action=action, subject_type="agency", subject_id=cast.agency_id,
        inputs={"agenda": cases},
    ).case_id  # fmt: skip


def there(cast: Cast, *names: str) -> list[str]:
    return [cast.people[name] for name in names]


def appraised(cast: Cast, cases: list[str]) -> str:
    held = sitting(cast, "appraise", cases)
    do(cast, "secretary", held, "gather", present=there(cast, "standing2"))
    said = dict.fromkeys(cases, "passed") | {cases[-1]: "failed"}
    do(cast, "secretary", held, "advise", recommended=said)
    cast.settle()
    return held


def test_a_committee_gives_its_opinion_and_counts_nothing(agency: Cast, tmp_path: Path) -> None:
    cast = agency
    cases = [proposed(cast, who, "giay_khen") for who in ("one", "three")]
    held = appraised(cast, cases)
    assert [cast.row(one).state for one in cases] == ["voting", "returned"]
    tally = cast.app.engine.view(cast.actor("secretary"), held).fields["tally"]
    assert [(line["key"], line["value"], "cast" in line["params"]) for line in tally] == [
        ("advice.passed", "", False), ("advice.failed", "", False),
    ]  # fmt: skip
    with cast.app.database.read() as connection:
        rows = look(connection, cast.app.engine, cast.actor("secretary"), held).rows
    assert [[one.key for one in row.ballots[-1].why] for row in rows] == [
        ["vote.recommended"], ["vote.not_recommended"],
    ]  # fmt: skip
    desk = open_desk(cast, tmp_path)
    page = desk.browser("secretary").get(f"/phien-hop/{desk.code(held)}").text
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert "Chỉ thẩm định, không bỏ phiếu" in words
    assert "Hội đồng không đề nghị" in words
    assert "0/0" not in words
    assert "tally" not in cast.app.engine.view(cast.actor("member0"), held).fields, "the council tells verdicts alone"


def test_each_award_is_voted_on_only_with_its_own_quorum(agency: Cast) -> None:
    cast = agency
    cases = [proposed(cast, who, award) for who, award in
             (("one", "giay_khen"), ("two", "bang_khen"), ("three", "giay_khen"))]  # fmt: skip
    appraised(cast, cases)
    plain, high = cases[:2]
    held = sitting(cast, "convene", cases[:2])
    with pytest.raises(Refused, match="no_quorum"):
        do(cast, "secretary", held, "attend", present=there(cast, "chair", "head", "standing2"))
    do(cast, "secretary", held, "attend", present=there(cast, "chair", "head", "standing2", "member0"))
    with pytest.raises(Refused) as refused:
        do(cast, "secretary", held, "call")
    (reason,) = refused.value.reasons
    assert (reason.key, reason.params["needed"], reason.params["codes"]) == (
        "vote.no_quorum_of", 5, [cast.row(high).code],
    )  # fmt: skip
    do(cast, "secretary", held, "put_off", put_off=[high])
    do(cast, "secretary", held, "call")
    do(cast, "secretary", held, "count", agreed={plain: 4})
    cast.settle()
    assert [cast.row(one).state for one in (plain, high)] == ["recognized", "voting"]
    again = sitting(cast, "convene", [high])
    do(cast, "secretary", again, "attend", present=there(cast, "chair", "head", "standing2", "member0", "member1"))
    with cast.app.database.read() as connection:
        found = look(connection, cast.app.engine, cast.actor("secretary"), again)
    assert (found.quorums[0][0], found.quorums[0][2], found.awards["bang_khen"]) == ("bang_khen", 5, "Bằng khen")
    do(cast, "secretary", again, "call")
    do(cast, "secretary", again, "count", agreed={high: 4})
    cast.settle()
    assert cast.row(high).state == "returned", "four of six are not 80 %"


def test_the_head_of_the_unit_has_no_part_in_the_appraisal_of_their_own(agency: Cast) -> None:
    cast = agency
    own, other = proposed(cast, "one", "giay_khen"), proposed(cast, "three", "giay_khen")
    held = sitting(cast, "appraise", [own, other])
    with pytest.raises(Refused):
        sitting(cast, "appraise", [other])  # an agenda given at the start is as exclusive as any
    do(cast, "secretary", held, "gather", present=there(cast, "head", "standing2"))
    with cast.app.database.read() as connection:
        rows = look(connection, cast.app.engine, cast.actor("secretary"), held).rows
        members = look(connection, cast.app.engine, cast.actor("secretary"), held).members
    assert [row.name.case_id for row in rows] == [own, other]
    assert {one.person_id: one.aside for one in members} == {cast.people["head"]: 1, cast.people["standing2"]: 0}
    assert not cast.app.engine.view(cast.actor("head"), own).allowed()
