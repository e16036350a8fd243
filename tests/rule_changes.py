"""A new version of the seed's plan on its way, step by step, as the pages and the hands take it."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from states.office.plan_files import sources
from states.revisions import changing
from states.revisions.changing import find
from tasks import run as doing
from tests.cast import Cast
from workflow import runs
from workflow.case import case
from workflow.catalogue import plan_version

TIME = "accept_time:      10 working_days"
REASON = "Quyết định 12/QĐ-STTTT sửa thời hạn rà soát"


def files(cast: Cast) -> tuple[str, dict[str, str]]:
    with cast.app.database.read() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
        assert found is not None
        return found[0], sources(connection, found[0])


def later(given: dict[str, str]) -> dict[str, str]:
    """The same plan with a longer time."""
    return {
        **given,
        "plan.yaml": given["plan.yaml"].replace(TIME, TIME.replace("10", "15")),
    }


def brought(cast: Cast, given: dict[str, str] | None = None) -> str:
    base, now = files(cast)
    given = later(now) if given is None else given
    assert given != now
    with cast.app.database.write() as connection:
        return changing.bring(
            connection, cast.app.database.new_id, cast.agency_id, cast.people["office"], base, given
        )  # fmt: skip


def row(cast: Cast, change_id: str) -> sa.RowMapping:
    with cast.app.database.read() as connection:
        return find(connection, cast.agency_id, change_id)


def work(cast: Cast, change_id: str) -> Any:
    """The change's run is done; what its row says then."""
    doing.run(cast.app, [row(cast, change_id)["run_id"]])
    with cast.app.database.read() as connection:
        return runs.find(connection, cast.agency_id, row(cast, change_id)["run_id"])


def step(cast: Cast, name: str, change_id: str, *more: Any, seen: int | None = None, **named: Any) -> Any:
    seen = row(cast, change_id)["revision"] if seen is None else seen
    with cast.app.database.write() as connection:
        if name == "move":
            more = (cast.people["office"],)
            return changing.move(connection, cast.app.database.new_id, cast.agency_id, change_id, seen, *more)
        return getattr(changing, name)(connection, cast.agency_id, change_id, seen, *more, **named)


def tried(cast: Cast, change_id: str, back: str | None = None) -> dict[str, int]:
    step(cast, "try_out", change_id, cast.people["office"], {}, back)
    assert work(cast, change_id)["status"] == "done"
    return dict(row(cast, change_id)["trial"])


def proposed(cast: Cast, change_id: str, *, moves: bool = True, starts_on: date | None = None) -> None:
    today = cast.now().date()
    step(cast, "propose", change_id, cast.people["office"], starts_on=starts_on or today, moves=moves, reason=REASON)


def living(cast: Cast) -> str:
    with cast.app.database.read() as connection:
        return str(connection.scalar(sa.select(plan_version.c.id).where(plan_version.c.is_living)))


def pinned(cast: Cast, case_id: str) -> str:
    with cast.app.database.read() as connection:
        return str(connection.scalar(sa.select(case.c.plan_id).where(case.c.id == case_id)))
