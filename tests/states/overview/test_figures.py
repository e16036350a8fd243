"""Each number of the dashboards against a count made otherwise: row by row, in Python, from what the tables hold."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from states.overview import figures
from states.overview.figures import Scope
from states.subjects.model import recognition
from states.subjects.visibility import visible
from tests.cast import Cast
from tests.roads import case_at, do
from workflow.case import case, case_field
from workflow.clock import ZONE
from workflow.history import event
from workflow.identity import Organisation, load_organisation
from workflow.worklist import candidate, work_item

LEVELS = ("unit", "department", "province")


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Cases in several places, two units, one on hold, one brought in, some work late and told of, one thing
    published."""
    cast.nominate(who="colleague2")
    case_at(cast, "cultivating", held=["complaint"], who="colleague1")
    recognised = case_at(cast, "recognized_department")
    revoked = case_at(cast, "recognized_unit", who="mentor")
    do(cast, "head", revoked, "revoke")
    cast.nominate(by="outsider", who="head2")
    cast.settle()
    publish(cast, recognised)
    bring_in(cast, "clerk")
    cast.later(days=40)
    cast.run_due()
    return cast


def bring_in(cast: Cast, who: str) -> None:
    """Somebody recognised before this system, as the office enters it."""
    decision = {"decision_number": "9", "decided_on": "2023-12-20", "decision_file": cast.upload("office")}
    cast.app.engine.start(
        cast.actor("office"), process="nominee", action="brought_in", subject_type="subject",
        subject_id=cast.subject(who), inputs={"held_level": "unit", **decision},
    )  # fmt: skip


def test_a_step_its_owner_is_told_to_be_late_with_is_still_the_owners(cast: Cast) -> None:
    """The office hears of its own delay: nobody else is to blame, and it is one of what its inbox calls late."""
    case_at(cast, "office_check")
    cast.later(days=9)
    cast.run_due()
    with cast.app.database.read() as connection:
        scope = seen_by(cast, connection, "office")
        assert [(one.role, one.count) for one in figures.overdue(connection, scope)] == [("office", 1)]
        assert figures.late(connection, scope) == 1


def publish(cast: Cast, about: str) -> None:
    """What came out about a case, as its form would leave it; how it gets there is the process's own test."""
    made = [row for row in cast.cases("publicity") if row.subject_id == cast.row(about).subject_id]
    assert made, "a recognition begins its publicity"
    with cast.app.database.write() as connection:
        for name, value in (("published_on", "2025-04-02"), ("channel", "portal")):
            connection.execute(
                sa.insert(case_field).values(
                    agency_id=cast.agency_id, case_id=made[0].id, name=name, value=value, visit=1, set_at=cast.now()
                )
            )


def seen_by(cast: Cast, connection: sa.Connection, who: str, units: list[str] | None = None) -> Scope:
    org = load_organisation(connection, cast.agency_id, cast.now().date())
    return Scope(cast.agency_id, visible(org, cast.people[who]), units, cast.now())


def org_of(cast: Cast, connection: sa.Connection) -> Organisation:
    return load_organisation(connection, cast.agency_id, cast.now().date())


def rows(connection: sa.Connection, table: sa.Table) -> list[Any]:
    return list(connection.execute(sa.select(table)))


def cases(connection: sa.Connection, scope: Scope) -> dict[str, Any]:
    """Which cases the one who looks sees, asked one at a time."""
    found = {}
    for row in rows(connection, case):
        one = sa.select(case.c.id).where(case.c.id == row.id, scope.seen)
        if connection.scalar(one) and (scope.units is None or row.unit_id in scope.units):
            found[row.id] = row
    return found


LOOKERS = {"office": None, "director": None, "head": ["cntt"], "head2": ["bcvt"]}


def test_every_number_is_what_a_count_by_hand_finds(busy: Cast) -> None:
    with busy.app.database.read() as connection:
        for who, units in LOOKERS.items():
            own = [busy.units[one] for one in units] if units else None
            _compare(connection, seen_by(busy, connection, who, own), busy)


def _compare(connection: sa.Connection, scope: Scope, cast: Cast) -> None:
    seen = cases(connection, scope)
    running = [row for row in seen.values() if row.process == "nominee" and row.ended_at is None]
    for column in ("stage", "state", "unit_id", "top_level"):
        counted = Counter(getattr(row, column) or "" for row in running)
        assert figures.pipeline(connection, scope, "nominee", column) == counted, column
    words = {row.case_id: row.value for row in rows(connection, case_field) if row.name == "life_field"}
    by_field = Counter(words.get(row.id, "") for row in running)
    assert figures.pipeline_by_field(connection, scope, "nominee", "life_field") == by_field
    assert figures.held(connection, scope, "nominee") == sum(row.is_held for row in running)
    before = {row.case_id for row in rows(connection, recognition) if row.brought_in}
    begun = Counter(row.year for row in seen.values() if row.process == "nominee" and row.id not in before)
    assert figures.started(connection, scope, "nominee") == begun
    _steps(connection, scope, seen)
    _overdue(connection, scope, seen)
    _recognitions(connection, scope, seen)
    _workload(connection, scope, seen, cast)


def _steps(connection: sa.Connection, scope: Scope, seen: dict[str, Any]) -> None:
    days: dict[str, list[float]] = {}
    first, after = datetime(2025, 1, 1, tzinfo=ZONE), datetime(2026, 1, 1, tzinfo=ZONE)
    for row in rows(connection, work_item):
        of = seen.get(row.case_id)
        if of and of.process == "nominee" and row.kind == "state" and row.closed_at and first <= row.closed_at < after:
            days.setdefault(row.title, []).append((row.closed_at - row.opened_at) / timedelta(days=1))
    told = {one.title: one for one in figures.steps(connection, scope, "nominee", 2025)}
    assert {title: one.times for title, one in told.items()} == {title: len(many) for title, many in days.items()}
    for title, many in days.items():
        assert told[title].mean == pytest.approx(sum(many) / len(many), abs=1e-6)
        assert told[title].most == pytest.approx(max(many), abs=1e-6)
        for said, share in ((told[title].half, 0.5), (told[title].tenth, 0.9)):
            done = [one for one in many if one <= said + 1e-6]
            assert len(done) >= share * len(many), "so many were done within"
            assert len([one for one in many if one < said - 1e-6]) < share * len(many), "and within no less"
    assert figures.steps(connection, scope, "nominee", 2019) == []


def _overdue(connection: sa.Connection, scope: Scope, seen: dict[str, Any]) -> None:
    late = {
        row.id: row for row in rows(connection, work_item)
        if row.case_id in seen and row.status == "open" and row.due_at and row.due_at <= scope.now
    }  # fmt: skip
    assert figures.late(connection, scope) == len(late)
    asked: dict[str, list[Any]] = {one: [] for one in late}
    for row in rows(connection, candidate):
        if row.item_id in late and row.is_open:
            asked[row.item_id].append(row)
    owners: dict[tuple[str, str, str], set[str]] = {}
    for item_id, them in asked.items():
        its = [row for row in them if row.why == "owner"] or [row for row in them if row.why != "added"] or them
        for row in its:
            owners.setdefault((row.role, row.unit_id or "", row.person_id or ""), set()).add(item_id)
    assert set().union(*owners.values()) == late.keys(), "whatever is late is somebody's"
    told = {(one.role, one.unit_id, one.person_id): one for one in figures.overdue(connection, scope)}
    assert {key: one.count for key, one in told.items()} == {key: len(ids) for key, ids in owners.items()}
    for key, ids in owners.items():
        assert told[key].oldest.replace(tzinfo=UTC) == min(late[one].due_at for one in ids)
        assert late[told[key].item_id].due_at == min(late[one].due_at for one in ids)
        assert told[key].item_id in ids


def _recognitions(connection: sa.Connection, scope: Scope, seen: dict[str, Any]) -> None:
    mine = [row for row in rows(connection, recognition) if row.case_id in seen and not row.brought_in]
    assert figures.recognised(connection, scope) == Counter((row.decided_on.year, row.level) for row in mine)
    gone = [row for row in mine if row.revoked_on]
    assert figures.revoked(connection, scope) == Counter((row.revoked_on.year, row.level) for row in gone)
    dated = {row.case_id for row in rows(connection, case_field) if row.name == "published_on"}
    about = {row.subject_id for row in rows(connection, case) if row.id in dated}
    living = [row for row in mine if row.revoked_at is None]
    told = {one.level: (one.recognised, one.published) for one in figures.coverage(connection, scope, LEVELS)}
    assert told == {
        level: (
            sum(row.level == level for row in living),
            sum(row.level == level and row.subject_id in about for row in living),
        )
        for level in LEVELS
    }
    out = [row for row in seen.values() if row.id in dated]
    assert figures.published(connection, scope, 2025) == Counter(("portal", 4) for _ in out)
    assert figures.published(connection, scope, 2024) == {}


def _workload(connection: sa.Connection, scope: Scope, seen: dict[str, Any], cast: Cast) -> None:
    org, since = org_of(cast, connection), scope.now - timedelta(days=90)
    items = {row.id: row for row in rows(connection, work_item) if row.case_id in seen}
    waiting: dict[str, Counter[str]] = {}
    for row in rows(connection, candidate):
        if row.item_id in items and items[row.item_id].status == "open" and row.is_open:
            for person_id, grants in org.grants.items():
                by_role = not row.person_id and any((a.role, a.unit_id) == (row.role, row.unit_id) for a in grants)
                if by_role or row.person_id == person_id:
                    waiting.setdefault(person_id, Counter())[row.item_id] += 1
    done = Counter(row.closed_by for row in items.values() if row.closed_by and row.closed_at >= since)
    told = {one.person_id: one for one in figures.workload(connection, scope, org, since)}
    assert {key: one.decided for key, one in told.items() if one.decided} == done
    for person_id, counted in waiting.items():
        assert told[person_id].waiting == counted.total()


def test_there_is_something_to_count(busy: Cast) -> None:
    """The counts above would prove nothing over nothing."""
    with busy.app.database.read() as connection:
        scope = seen_by(busy, connection, "office")
        assert len(figures.pipeline(connection, scope, "nominee", "state")) >= 3
        assert figures.held(connection, scope, "nominee") == 1
        assert figures.steps(connection, scope, "nominee", 2025)
        assert figures.overdue(connection, scope)
        assert sum(figures.revoked(connection, scope).values()) == 1
        assert [one.published for one in figures.coverage(connection, scope, LEVELS)] == [1, 1, 0]
        assert figures.published(connection, scope, 2025) == {("portal", 4): 1}


def test_what_is_named_in_a_text_about_others_counts_as_published(cast: Cast) -> None:
    first, other = case_at(cast, "recognized_department"), case_at(cast, "recognized_unit", who="mentor")
    cast.settle()
    publish(cast, first)
    with cast.app.database.write() as connection:
        item = next(row for row in rows(connection, case_field) if row.name == "published_on")
        row = {"agency_id": cast.agency_id, "case_id": item.case_id, "name": "exemplars", "value": [other]}
        connection.execute(sa.insert(case_field).values(**row, visit=1, set_at=cast.now()))
    with cast.app.database.read() as connection:
        found = figures.coverage(connection, seen_by(cast, connection, "office"), LEVELS)
    assert (found[0].recognised, found[0].published) == (2, 2)


def test_who_may_not_see_a_case_does_not_learn_of_it_by_a_number(cast: Cast) -> None:
    """A head who is the one talked about: their own undecided case is in nobody's numbers but the others'."""
    cast.nominate(by="nominator", who="head")
    with cast.app.database.read() as connection:
        own = seen_by(cast, connection, "head", [cast.units["cntt"]])
        office = seen_by(cast, connection, "office")
        assert figures.pipeline(connection, own, "nominee", "stage") == {}
        assert sum(figures.pipeline(connection, office, "nominee", "stage").values()) == 1
        assert figures.workload(connection, own, org_of(cast, connection), cast.now() - timedelta(days=9)) == []


def test_half_and_the_slowest_tenth_of_a_step(cast: Cast) -> None:
    """Twenty steps of 1 to 20 days: half took ten at most, the slowest tenth eighteen at least, one took twenty."""
    case_id = cast.nominate()
    with cast.app.database.write() as connection:
        item = connection.execute(sa.select(work_item).where(work_item.c.case_id == case_id)).mappings().first()
        assert item is not None
        for days in range(1, 21):
            ended = item["opened_at"] + timedelta(days=days)
            more = {"id": f"i{days}", "title": "Một bước", "visit": 100 + days, "status": "closed", "closed_at": ended}
            connection.execute(sa.insert(work_item).values({**item, **more}))
        (one,) = [
            one for one in figures.steps(connection, seen_by(cast, connection, "office"), "nominee", 2025)
            if one.title == "Một bước"
        ]  # fmt: skip
    found = (one.times, one.mean, one.half, one.tenth, one.most)
    assert found == pytest.approx((20, 10.5, 10, 18, 20), abs=1e-6)


def test_time_per_step_is_that_of_the_history(busy: Cast) -> None:
    """From entering a state to leaving it, as the events of the cases tell."""
    stayed: dict[str, list[float]] = {}
    with busy.app.database.read() as connection:
        life = busy.app.catalogue.living(connection, busy.agency_id, "nominee")
        assert life is not None
        titles = {name: state.title for name, state in life.definition.states.items()}
        mine = sa.select(event).join(case, case.c.id == event.c.case_id).where(case.c.process == "nominee")
        entered: dict[str, datetime] = {}
        for row in connection.execute(mine.order_by(event.c.case_id, event.c.seq)):
            body = row.body
            if body["from"] == body["to"]:
                continue
            if body["from"]:
                stayed.setdefault(titles[body["from"]], []).append((row.at - entered[row.case_id]) / timedelta(days=1))
            entered[row.case_id] = row.at
        told = {
            one.title: one for one in figures.steps(connection, seen_by(busy, connection, "office"), "nominee", 2025)
        }
    assert {title: (one.times, round(one.most, 6)) for title, one in told.items()} == {
        title: (len(many), round(max(many), 6)) for title, many in stayed.items()
    }
