"""Nothing starts over data that it cannot serve: a moved clock, or a plan that names Python which is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config import wiring
from config.readiness import PROGRESS, unready
from config.settings import Settings
from config.texts import load
from tests.cast import Cast
from tests.workflow.plans import SHIPPED
from workflow.case import case
from workflow.catalogue import definition_version, plan_version
from workflow.clock import OFFSET, setting, wall_now
from workflow.message import Message

PLAN = SHIPPED.name


def spoil(connection: sa.Connection, name: str, process: str = "nominee") -> None:
    """As if the code that knew this name had been replaced: the stored definition says one that nobody registered."""
    of_process = definition_version.c.process == process
    stored = connection.scalars(sa.select(definition_version.c.canonical).where(of_process)).one()
    assert f'"{name}"' in stored
    spoilt = stored.replace(f'"{name}"', f'"{name}_no_more"')
    connection.execute(sa.update(definition_version).where(of_process).values(canonical=spoilt))


def judged(url: str, **given: Any) -> Message | None:
    """By a process that starts now."""
    application = wiring.build(Settings(database_url=url, strict_texts=True, **given))
    try:
        return unready(application)
    finally:
        application.dispose()


@pytest.fixture
def url(cast: Cast) -> Iterator[str]:
    """A running agency at the real time; `cast` looks at its cases with the definitions it has read before."""
    cast.nominate()
    with cast.app.database.write() as connection:
        connection.execute(sa.update(setting).where(setting.c.key == OFFSET).values(value=0))
    return cast.app.database.url.render_as_string(hide_password=False)


def test_an_agency_at_work_may_start(url: str) -> None:
    assert judged(url) is None


@pytest.mark.parametrize("seconds", [-3600, 0.5, 86400.0])
def test_a_moved_clock_is_for_demos_and_rehearsals(cast: Cast, url: str, seconds: float) -> None:
    with cast.app.database.write() as connection:
        connection.execute(sa.update(setting).where(setting.c.key == OFFSET).values(value=seconds))
    against = judged(url)
    assert against is not None
    assert against.key == "process.clock_moved"
    assert judged(url, rehearsal=True) is None
    with cast.app.database.write() as connection:
        connection.execute(sa.insert(setting).values(key=PROGRESS, value={}, changed_at=wall_now()))
    assert judged(url, demo=True) is None


def test_a_demo_keeps_out_of_what_is_not_its_own(url: str) -> None:
    against = judged(url, demo=True)
    assert against is not None
    assert against.key == "process.not_the_demos"


@pytest.mark.parametrize(("shape", "key"), [("0044", "process.older"), ("9999", "process.newer")])
def test_nothing_starts_over_the_shape_of_another_version(cast: Cast, url: str, shape: str, key: str) -> None:
    with cast.app.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{shape}'")
    against = judged(url)
    assert against is not None
    assert (against.key, against.params["shape"]) == (key, shape)


@pytest.mark.parametrize("name", ["not_a_duplicate", "six_months_in_old_unit", "record_recognition", "move_unit"])
def test_a_guard_or_an_effect_that_is_gone_is_named(cast: Cast, url: str, name: str) -> None:
    with cast.app.database.write() as connection:
        spoil(connection, name)
    against = judged(url, rehearsal=True)
    assert against is not None
    assert f"«{name}_no_more» (kế hoạch {PLAN}, quy trình nominee)" in load(strict=True).render(against)


def test_the_form_of_a_report_is_missed_too(cast: Cast, url: str) -> None:
    with cast.app.database.write() as connection:
        spoil(connection, "no_exemplars_here", "unit_report")
        spoil(connection, "unit_counts", "unit_report")
    against = judged(url)
    assert against is not None
    said = load(strict=True).render(against)
    assert "«no_exemplars_here_no_more» (kế hoạch" in said
    assert "«unit_counts_no_more» (kế hoạch" in said


def test_an_old_plan_is_asked_for_as_long_as_a_case_lives_by_it(cast: Cast, url: str) -> None:
    with cast.app.database.write() as connection:
        spoil(connection, "not_a_duplicate")
        connection.execute(sa.update(plan_version).values(is_living=False))
    assert judged(url) is not None, "a nominee lives by it"
    with cast.app.database.write() as connection:
        ended = connection.execute(sa.update(case).values(ended_at=case.c.started_at)).rowcount
    assert ended == 1
    assert judged(url) is None, "nobody does, and nobody will"
    with cast.app.database.write() as connection:
        connection.execute(sa.update(case).values(ended_at=None))


def test_a_database_without_an_agency_or_without_tables_or_away_is_not_judged(
    database_url: str, tmp_path: Path
) -> None:
    assert judged(database_url) is None
    assert judged(f"sqlite:///{tmp_path / 'new.db'}") is None
    assert judged(f"sqlite:///{tmp_path / 'nowhere' / 'new.db'}") is None
    assert judged("postgresql+psycopg://nobody@127.0.0.1:1/none") is None
