"""Rules of how long: who is due is proposed and nothing more; carried out by an administrator, or kept longer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from states import forgetting, retention
from states.subjects.enrol import enrol_other
from tests.cast import Cast
from tests.roads import case_at
from workflow.message import NotFound, Refused
from workflow.organisation import person
from workflow.organisation_changes import change_person

SOURCE = "Quy chế lưu trữ của Sở, điều 12"


def ruled(cast: Cast, name: str = "left", years: int | None = 5) -> None:
    with cast.app.database.write() as connection:
        months = years * 12 if years else None
        retention.set_rule(connection, cast.agency_id, name, months, SOURCE, cast.people["office"])


def leaves(cast: Cast, who: str, on: date) -> None:
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people[who], {"ends_on": on})


def proposed(cast: Cast, status: str = "open") -> dict[str, str]:
    """Id of the one → id of the proposal, after the clock has looked."""
    cast.app.propose_forgetting()
    with cast.app.database.read() as connection:
        return {one.about_id: one.id for one in retention.listed(connection, cast.agency_id, status)}


def test_nothing_is_proposed_without_a_rule_and_nothing_goes_by_itself(cast: Cast):
    leaves(cast, "mentor", date(2019, 12, 31))
    assert proposed(cast) == {}
    ruled(cast)
    for _ in range(2):
        assert set(proposed(cast)) == {cast.people["mentor"]}, "once, however often the clock looks"
    with cast.app.database.read() as connection:
        kept = sa.select(person.c.erased_at).where(person.c.id == cast.people["mentor"])
        assert connection.scalar(kept) is None


@pytest.mark.parametrize(("left_on", "is_due"), [(date(2020, 3, 3), True), (date(2020, 3, 4), False)])
def test_the_day_itself_counts(sqlite_cast: Cast, left_on: date, is_due: bool):
    leaves(sqlite_cast, "mentor", left_on)  # the cast stands on 3 March 2025
    ruled(sqlite_cast)
    assert bool(proposed(sqlite_cast)) is is_due


def test_a_case_holds_it_back_and_its_end_is_counted_from(sqlite_cast: Cast):
    cast = sqlite_cast
    case_id = cast.nominate()
    leaves(cast, "candidate", date(2019, 1, 1))
    ruled(cast)
    assert proposed(cast) == {}
    cast.act("head", case_id, "decline", reason="Chưa đủ thời gian theo dõi")
    assert proposed(cast) == {}, "from the end of the case on, five years"
    cast.later(days=5 * 366)
    assert set(proposed(cast)) == {cast.people["candidate"]}


def test_who_was_recognised_is_under_another_rule(unchecked_cast: Cast):
    cast = unchecked_cast  # the end is written by hand: its history cannot add up
    case_at(cast, "recognized_unit")
    with cast.app.database.write() as connection:
        connection.execute(sa.text("UPDATE case_ SET ended_at = '2025-03-03 00:00:00'"))
    leaves(cast, "candidate", date(2025, 3, 3))
    ruled(cast, "left", 1)
    cast.later(days=800)
    assert cast.people["candidate"] not in proposed(cast)
    ruled(cast, "left_honoured", 1)
    assert cast.people["candidate"] in proposed(cast)


def test_others_who_were_considered(sqlite_cast: Cast):
    cast = sqlite_cast
    with cast.app.database.write() as connection:
        someone = enrol_other(connection, cast.agency_id, kind="person", name="Lò Thị Mai", born_on=date(1980, 1, 1),
                              unit_id=cast.units["cntt"])  # fmt: skip
    case_id = cast.nominate(subject=someone)
    cast.act("head", case_id, "decline", reason="Chưa đủ thời gian theo dõi")
    ruled(cast, "outside", 1)
    assert proposed(cast) == {}
    cast.later(days=366)
    assert set(proposed(cast)) == {someone}
    wanted, by = proposed(cast)[someone], cast.people["director"]
    with cast.app.database.write() as connection:
        retention.carry_out(connection, cast.app.identities, cast.agency_id, wanted, by)
    with cast.app.database.read() as connection:
        (line,) = forgetting.record(connection, cast.agency_id)
    assert (line.erased_id, line.ground) == (someone, f"Hết thời hạn lưu 12 tháng: {SOURCE}")


def test_carried_out_once_by_the_rule_of_now(cast: Cast):
    leaves(cast, "mentor", date(2015, 1, 1))
    ruled(cast)
    wanted = proposed(cast)[cast.people["mentor"]]
    with cast.app.database.write() as connection, pytest.raises(NotFound):
        retention.carry_out(connection, cast.app.identities, "another", wanted, cast.people["office"])
    with cast.app.database.write() as connection:
        connection.execute(sa.update(retention.retention_rule).values(months=1200))
    with pytest.raises(Refused) as refused, cast.app.database.write() as connection:
        retention.carry_out(connection, cast.app.identities, cast.agency_id, wanted, cast.people["office"])
    assert refused.value.reasons[0].key == "retention.not_due"
    assert proposed(cast) == {}, "and the clock takes it back"
    ruled(cast)
    wanted = proposed(cast)[cast.people["mentor"]]
    with cast.app.database.write() as connection:
        retention.carry_out(connection, cast.app.identities, cast.agency_id, wanted, cast.people["office"])
    with cast.app.database.write() as connection, pytest.raises((NotFound, Refused)):
        retention.carry_out(connection, cast.app.identities, cast.agency_id, wanted, cast.people["office"])
    assert proposed(cast) == {}
    with cast.app.database.read() as connection:
        gone = sa.select(person.c.erased_at).where(person.c.id == cast.people["mentor"])
        assert connection.scalar(gone) is not None


def test_kept_longer_is_asked_again_after_the_day(sqlite_cast: Cast):
    cast = sqlite_cast
    leaves(cast, "mentor", date(2015, 1, 1))
    ruled(cast)
    (wanted,), until = proposed(cast).values(), cast.now().date() + timedelta(days=30)
    with cast.app.database.write() as connection:
        for day, why, key in ((date(2025, 3, 3), "Đang kiện", "day_over"), (until, " ", "no_reason")):
            with pytest.raises(Refused) as refused:
                retention.keep(connection, cast.agency_id, wanted, day, why, cast.people["office"])
            assert {one.key for one in refused.value.reasons} == {f"retention.{key}"}
        retention.keep(connection, cast.agency_id, wanted, until, "Đang kiện", cast.people["office"])
    assert proposed(cast) == {}
    assert set(proposed(cast, "kept")) == {cast.people["mentor"]}
    cast.later(days=31)
    assert set(proposed(cast)) == {cast.people["mentor"]}


@pytest.mark.parametrize(("months", "source", "key"), [(11, SOURCE, "bad_length"), (60, " ", "no_source")])
def test_a_rule_needs_a_length_and_a_source(sqlite_cast: Cast, months: int, source: str, key: str):
    with sqlite_cast.app.database.write() as connection, pytest.raises(Refused) as refused:
        retention.set_rule(connection, sqlite_cast.agency_id, "left", months, source, sqlite_cast.people["office"])
    assert refused.value.reasons[0].key == f"retention.{key}"


def test_a_rule_that_ends_takes_its_proposals_along(sqlite_cast: Cast):
    leaves(sqlite_cast, "mentor", date(2015, 1, 1))
    ruled(sqlite_cast)
    assert proposed(sqlite_cast)
    ruled(sqlite_cast, years=None)
    assert proposed(sqlite_cast) == {}
