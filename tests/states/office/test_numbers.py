"""A number of a plan, edited: found by what it is called, written where it stands, proved, in force from its day."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.settings import SHIPPED_PLANS
from dev import ROOT
from states.amendments.model import history
from states.office import numbers
from states.office.editing import Edit, Stale
from states.office.numbers import Change, decide
from states.office.plan_files import sources
from states.registration import register
from tests.cast import Cast
from tests.web.commands.terminal import called
from workflow import runs
from workflow.catalogue import plan_version
from workflow.clock import business_now, local_date
from workflow.loading import load_plan
from workflow.message import Invalid
from workflow.registry import Registry


@pytest.fixture(scope="module")
def seed_files() -> dict[str, str]:
    registry = Registry()
    register(registry)
    return load_plan(SHIPPED_PLANS / "so-tttt-2022-2025", registry=registry).sources


def test_every_number_is_called_by_where_it_is_used(seed_files: dict[str, str]) -> None:
    found = {one.name: one for one in numbers.numbers(seed_files)}
    accept = found["values.accept_time"]
    assert accept.text == "10 working_days"
    assert ("Nhân tố mới", "due") in [(use.title, use.key) for use in accept.uses]
    assert found["votes.recognition.quorum"].text == "2/3 of all"
    assert found["eligibility.year_served.months"].title == "Thời gian công tác trong năm"
    assert "values.base_salary" not in found
    assert all(one.title or one.uses for one in found.values())


def test_a_quota_of_a_plan_that_is_like_another_may_get_a_least() -> None:
    registry = Registry()
    register(registry)
    files = load_plan(ROOT / "tests" / "plans" / "with-quotas", registry=registry).sources
    found = {one.name: one for one in numbers.numbers(files)}
    assert found["quotas.proposed.count"].title == "Giới thiệu hằng quý"
    assert found["quotas.honoured.share"].text == "at most 1/5 of people, rounded up"
    wanted = Change("a", "quotas.proposed.count", "..2", "1..3", date(2026, 1, 1), Edit("p"))
    assert numbers.tried(files, "with-quotas", wanted, registry).plan.quotas["proposed"].bounds == {"": (1, 3)}
    closed = numbers.tried(files, "with-quotas", replace(wanted, after="none"), registry).plan.quotas["proposed"]
    assert closed.bounds == {"": (0, 0)}
    for wrong in ("..2 of all", "two", "3..1", "..0"):
        with pytest.raises(Invalid):
            numbers.tried(files, "with-quotas", replace(wanted, after=wrong), registry)


def change(cast: Cast, number: str, before: str, after: str, days: int = 0, ground: str = "QĐ 12") -> Change:
    return Change(
        cast.agency_id, number, before, after, today(cast) + timedelta(days=days), Edit(cast.people["office"], ground)
    )  # fmt: skip


def today(cast: Cast) -> object:
    with cast.app.database.read() as connection:
        return local_date(business_now(connection))


def order(cast: Cast, wanted: Change, key: str = "one") -> str:
    app = cast.app
    return decide(app.database, app.catalogue, app.registry, wanted, ("Nhân tố mới", "3 → 4"), key)


def living(cast: Cast) -> tuple[str, str]:
    """The id of the plan in force, and the deadline of its first state."""
    with cast.app.database.read() as connection:
        life = cast.app.catalogue.living(connection, cast.agency_id, "nominee")
    return life.plan_id, life.definition.states["identified"].due


def test_from_its_day_on_new_cases_follow_it_and_running_ones_do_not(cast: Cast) -> None:
    old = cast.nominate()
    before = living(cast)
    assert before[1] == "10 working_days"
    run_id = order(cast, change(cast, "values.accept_time", "10 working_days", "7 working_days", days=3))
    assert order(cast, change(cast, "values.accept_time", "10 working_days", "7 working_days", days=3)) == run_id
    cast.settle()
    assert living(cast) == before, "its day has not come"
    cast.later(days=4)
    cast.settle()
    now = living(cast)
    assert now[1] == "7 working_days"
    with cast.app.database.read() as connection:
        assert runs.find(connection, cast.agency_id, run_id)["status"] == "done"
        [line] = history(connection, cast.agency_id, noun="plan")
        assert line["changes"] == {"number:Nhân tố mới": ["10 working_days", "7 working_days"]}
        assert line["row_id"] == now[0]
        assert "# working days before the deadline" in sources(connection, now[0])["plan.yaml"], "comments stay"
        kept = connection.scalar(sa.select(sa.func.count()).select_from(plan_version))
        pinned = cast.app.catalogue.life(connection, cast.row(old).definition_id)
    assert kept == 2
    assert pinned.definition.states["identified"].due == "10 working_days"


REFUSED = ("mười ngày", "", "3", "3, x: 1", "3}\n  evil: 1", "3 # tail", "'4'", "$levels", "[4]", "{a: 4}", "4\x00")


def test_what_is_no_number_or_unsound_is_refused_and_nothing_is_ordered(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    for words in REFUSED:
        with pytest.raises(Invalid) as refused:
            order(cast, change(cast, "values.endorsements", "3", words))
        assert set(refused.value.fields) == {"number"}, words
    with pytest.raises(Invalid, match=r"numbers\.unsound"):
        order(cast, change(cast, "votes.recognition.quorum", "2/3 of all", "9/3 of all"))
    for wrong, field in (({"days": -1}, "starts_on"), ({"ground": " "}, "ground")):
        with pytest.raises(Invalid) as refused:
            order(cast, change(cast, "values.endorsements", "3", "4", **wrong))
        assert set(refused.value.fields) == {field}
    with cast.app.database.read() as connection:
        assert numbers.waiting(connection, cast.agency_id) == []


def test_two_change_one_number_and_the_second_is_told(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    first = order(cast, change(cast, "values.endorsements", "3", "4", days=1), "first")
    with pytest.raises(Invalid, match=r"numbers\.waits"):
        order(cast, change(cast, "values.endorsements", "3", "5", days=2), "second")
    with cast.app.database.write() as connection:  # both at once: neither saw the other
        wanted = runs.find(connection, cast.agency_id, first)["wanted"] | {"after": "5"}
        both = runs.Order(cast.agency_id, numbers.KIND, cast.people["office"], wanted, "both", "", cast.now())
        run_id = runs.order(connection, replace(both, not_before=cast.now() + timedelta(days=2)))
    cast.later(days=3)
    cast.settle()
    with pytest.raises(Stale):
        order(cast, change(cast, "values.endorsements", "3", "6"), "third")
    with cast.app.database.read() as connection:
        row = runs.find(connection, cast.agency_id, run_id)
    assert row["status"] == "failed", "what was decided on 3 is not put upon 4 unseen"
    assert [(one["key"], one["params"]) for one in row["reasons"]] == [
        ("numbers.other_now", {"before": "3", "number": "4"})
    ]  # fmt: skip


def test_a_time_longer_than_the_plan_is_refused(sqlite_cast: Cast) -> None:
    for words in ("9999 working_days", "9999 days"):
        with pytest.raises(Invalid) as refused:
            order(sqlite_cast, change(sqlite_cast, "values.accept_time", "10 working_days", words))
        assert set(refused.value.fields) == {"number"}
    order(sqlite_cast, change(sqlite_cast, "values.accept_time", "10 working_days", "300 working_days"))


def test_an_older_folder_does_not_undo_what_was_edited_unless_somebody_says_so(
    sqlite_cast: Cast, tmp_path: Path
) -> None:
    cast, seed = sqlite_cast, tmp_path / "seed"
    shutil.copytree(SHIPPED_PLANS / "so-tttt-2022-2025", seed, ignore=shutil.ignore_patterns("organisation.yaml"))
    url = {"NEUGUONG_DATABASE_URL": cast.app.settings.database_url, "NEUGUONG_VAR": str(tmp_path)}
    order(cast, change(cast, "values.endorsements", "3", "4"))
    cast.settle()
    refused = called("init", seed, **url)
    assert (refused.exit_code, "Nhân tố mới: 3 → 4" in refused.stderr) == (1, True)
    assert called("write-plan", tmp_path / "now", **url).exit_code == 0
    assert "endorsements:     4" in (tmp_path / "now" / "plan.yaml").read_text(encoding="utf-8")
    assert called("init", tmp_path / "now", **url).exit_code == 0, "the same again changes nothing"
    assert called("init", seed, "--over-edits", **url).exit_code == 0
    with cast.app.database.read() as connection:
        plan_id, _ = cast.app.catalogue.living_plan(connection, cast.agency_id)
        assert "endorsements:     3" in sources(connection, plan_id)["plan.yaml"]
