"""Places are taken, held and given back by the decisions themselves, on both databases and when many want the last."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.settings import Settings
from dev import ROOT
from states.quotas.model import quota_counter, quota_place
from states.quotas.splitting import Split, set_split
from states.subjects.enrol import enrol_other
from tests.cast import Cast, make_cast, open_cast, sound
from tests.databases import Databases
from tests.plans.test_two_levels import DIVISIONS, PEOPLE
from tests.roads import do
from tests.workflow.test_engine import together
from workflow.commands import Receipt
from workflow.message import Refused

WITH_QUOTAS = ROOT / "tests" / "plans" / "with-quotas"
CROWD = 50


def prepare(database_url: str) -> None:
    """The second agency under its plan with quotas, with as many colleagues as may be introduced."""
    make_cast(
        Settings(database_url=database_url), folder=WITH_QUOTAS, cast=PEOPLE, units=DIVISIONS, start="2025-03-03"
    ).app.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def agency(request: pytest.FixtureRequest) -> Iterator[Cast]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    with databases.fresh(prepare) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield cast
            sound(cast)
            counted_alike(cast)
        finally:
            cast.app.dispose()


def counted_alike(cast: Cast) -> None:
    """The counters are what counting the places gives."""
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(quota_place).where(quota_place.c.freed_at.is_(None)))
        places = Counter((row.quota, row.period, scope) for row in rows for scope in row.scopes)
        counters = connection.execute(sa.select(quota_counter).where(quota_counter.c.taken > 0))
        assert {(c.quota, c.period, c.scope): c.taken for c in counters} == dict(places)


def another(cast: Cast, number: int = 0, unit: str = "htp", kind: str = "household") -> str:
    """A household of a division."""
    database = cast.app.database
    with database.write() as connection:
        return enrol_other(
            connection, cast.agency_id, kind=kind, name=f"Hộ ông Số {number}", unit_id=cast.units[unit],
            new_id=database.new_id,
        )  # fmt: skip


def introduce(cast: Cast, subject: str) -> Receipt:
    return cast.app.engine.start(
        cast.actor("member"), process="nominee", action="introduce", subject_type="subject", subject_id=subject,
        inputs={"field_of_merit": "mediation", "merit": "Hòa giải thành 40 vụ việc ở cơ sở"},
    )  # fmt: skip


def taken(cast: Cast, quota: str) -> int:
    with cast.app.database.read() as connection:
        found = sa.select(quota_place).where(quota_place.c.quota == quota, quota_place.c.freed_at.is_(None))
        return len(connection.execute(found).all())


def said(cast: Cast, refused: BaseException) -> str:
    assert isinstance(refused, Refused)
    return " ".join(cast.app.texts.render(reason) for reason in refused.reasons)


def test_the_third_of_a_quarter_is_refused_in_words_and_the_next_quarter_has_places_again(agency: Cast):
    introduce(agency, agency.subject("candidate"))
    introduce(agency, another(agency))
    with pytest.raises(Refused) as refused:
        introduce(agency, another(agency, 1))
    assert said(agency, refused.value) == (
        "Giới thiệu hằng quý: Phòng Hộ tịch đã dùng 2/2 chỗ của quý 1 năm 2025, không còn chỗ"
        " (theo Kế hoạch 15/KH-STP mục II.2). Rút hoặc trả lại một hồ sơ thì mới có chỗ."
    )
    introduce(agency, another(agency, 2, "bt"))  # another division has its own
    agency.at("2025-04-01")
    introduce(agency, another(agency, 3))


def test_a_withdrawn_or_refused_case_gives_its_place_back(agency: Cast):
    first = introduce(agency, agency.subject("candidate"))
    second = introduce(agency, another(agency))
    do(agency, "head", first.case_id, "turn_down")
    assert taken(agency, "proposed") == 1
    do(agency, "member", second.case_id, "withdraw")
    assert taken(agency, "proposed") == 0
    introduce(agency, another(agency, 1))


def honoured(cast: Cast, subject: str, head: str = "head") -> str:
    case_id = introduce(cast, subject).case_id
    do(cast, head, case_id, "judge")
    do(cast, head, case_id, "honour")
    return case_id


def two_before_the_agency(cast: Cast) -> tuple[str, str]:
    """Two cases of two divisions that wait for the agency's honour, of which there is one."""
    cast.at("2025-05-05")
    with_places(cast)
    subjects = {"head": cast.subject("candidate"), "head2": another(cast, 1, "bt")}
    first, second = (honoured(cast, subject, head) for head, subject in subjects.items())
    for head, case_id in (("head", first), ("head2", second)):
        do(cast, head, case_id, "climb")
        for other in ("head", "head2"):
            cast.answer(other, case_id, "opinion", nil=True, reason="Phòng không có ý kiến")
    return first, second


def test_a_return_past_the_action_keeps_the_place_and_a_return_before_it_frees_it(agency: Cast):
    case_id = honoured(agency, agency.subject("candidate"))
    assert taken(agency, "honoured") == 1
    do(agency, "head", case_id, "climb")
    assert taken(agency, "climbing") == 1
    do(agency, "receiver", case_id, "back")
    assert taken(agency, "climbing") == 1, "what is completed and handed in again is still before the agency"
    do(agency, "head", case_id, "give_up")
    assert (taken(agency, "climbing"), taken(agency, "honoured")) == (0, 1), "the division's honour stands"
    do(agency, "leader", case_id, "strike")
    assert (taken(agency, "honoured"), agency.row(case_id).ended_at is not None) == (0, True)


def test_what_was_won_stays_counted_when_the_climb_is_withdrawn(agency: Cast):
    case_id = honoured(agency, agency.subject("candidate"))
    do(agency, "head", case_id, "climb")
    do(agency, "member", case_id, "withdraw")
    assert agency.row(case_id).ended_at is not None
    assert (taken(agency, "climbing"), taken(agency, "honoured"), taken(agency, "proposed")) == (0, 1, 0)


def test_who_may_go_over_says_why_and_nobody_else_can(agency: Cast):
    first, second = two_before_the_agency(agency)
    do(agency, "receiver", first, "honour")
    option = next(o for o in agency.app.engine.view(agency.actor("receiver"), second).options if o.name == "honour")
    assert "over_quota" in {field.name for field in option.takes}
    with pytest.raises(Refused) as refused:
        do(agency, "receiver", second, "honour")
    assert "nhập lý do vượt chỉ tiêu" in said(agency, refused.value)
    agency.act("receiver", second, "honour", over_quota="Tỉnh giao thêm một suất theo công văn 12")
    with agency.app.database.read() as connection:
        over = connection.execute(sa.select(quota_place).where(quota_place.c.is_over)).one()
    assert (over.case_id, over.quota) == (second, "topmost")
    last = agency.app.engine.view(agency.actor("receiver"), second).history[-1]
    assert ("over_quota", "Tỉnh giao thêm một suất theo công văn 12") in [(f.name, v) for f, v in last.inputs]


def with_places(cast: Cast) -> None:
    """The office splits the places among the two divisions of the tests."""
    places = {cast.units["htp"]: 3, cast.units["bt"]: 2}
    with cast.app.database.write() as connection:
        _, plan = cast.app.catalogue.living_plan(connection, cast.agency_id) or ("", None)
        assert plan is not None
        set_split(
            connection, plan, cast.agency_id,
            Split(plan.quotas["climbing"], "2025", places, "Công văn 3", cast.people["secretary"]),
            version=None,
        )  # fmt: skip


def test_of_many_who_want_the_last_place_at_once_one_gets_it(agency: Cast):
    introduce(agency, agency.subject("candidate"))
    subjects = [another(agency, number) for number in range(CROWD)]
    results = together([lambda one=one: introduce(agency, one) for one in subjects])
    won = [one for one in results if isinstance(one, Receipt)]
    lost = [said(agency, one) for one in results if not isinstance(one, Receipt)]
    assert len(won) == 1
    assert len(lost) == CROWD - 1
    assert {"đã dùng 2/2 chỗ" in one for one in lost} == {True}
    assert taken(agency, "proposed") == 2


def test_two_decisions_for_the_last_place_at_once(agency: Cast):
    """Both were decided while a place was left, and are written at the same moment; the counter was there before."""
    agency.at("2025-01-06")
    do(agency, "leader", honoured(agency, agency.subject("candidate")), "strike")
    agency.at("2025-05-05")
    cases = [introduce(agency, another(agency, number)).case_id for number in range(2)]
    for case_id in cases:
        do(agency, "head", case_id, "judge")
    meet = threading.Barrier(2, timeout=20)
    calls = [lambda one=one: decide(agency, one, meet) for one in cases]
    results = together(calls)
    lost = [one for one in results if not isinstance(one, Receipt)]
    assert [type(one) for one in lost] == [Refused]
    assert taken(agency, "honoured") == 1
    assert "Phòng Hộ tịch đã dùng 1/1 chỗ của năm 2025, không còn chỗ" in said(agency, lost[0])


def decide(cast: Cast, case_id: str, meet: threading.Barrier) -> Receipt:
    """Honour a case; between deciding and writing wait, once, for the other."""
    version = cast.row(case_id).version
    inputs = {"judgement": cast.upload("head")}
    waited: list[int] = []
    return cast.app.engine.act(
        cast.actor("head"), case_id=case_id, action="honour", inputs=inputs, case_version=version,
        before_write=lambda: waited or waited.append(meet.wait()),
    )  # fmt: skip


def test_the_plan_is_data_alone():
    words = {"proposed", "honoured", "topmost", "climbing"}
    for room in ("states", "workflow"):
        for path in Path(ROOT / room).rglob("*.py"):
            known = {"proposed"} if path.parent.name in ("calendars", "revisions") else set()  # changes are, too
            assert not (words - known) & set(path.read_text(encoding="utf-8").split('"')), path
