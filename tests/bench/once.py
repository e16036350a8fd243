"""What happens once a year or once an installation: a thousand reviews, ten thousand people, a long history."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from config.installation import install
from states.imports import run
from states.imports.people import COLUMNS
from tests.bench.figures import in_turns, ratios, said, timed
from tests.bench.filling import colleagues, endorse
from tests.bench.places import Place
from tests.cast import SEED, Cast
from tests.statements import sent_to
from workflow.case import case
from workflow.catalogue import definition_version, plan_version
from workflow.history import event, event_detail
from workflow.organisation import agency

AGENCIES, PEOPLE, LONG = 1000, 10_000, 10_000


def measure(place: Place, kind: str) -> None:
    """All three."""
    people(place, kind)
    history(place, kind)
    years(place, kind)


def people(place: Place, kind: str) -> None:
    """A list of so many people, each with a sign-in, taken in at once and then once more with nothing new."""
    cast = place.cast(kind, "people")
    names = [column.heading for column in COLUMNS]
    rows = [names] + [_person(n) for n in range(PEOPLE)]
    for turn in ("new", "the same again"):
        begin = time.perf_counter()
        tally = run.run(cast.app.database, rows, COLUMNS, run.applying_people(cast.agency_id), dry_run=False)
        assert tally.written, tally.problems[:3]
        print(f"{kind}: import of {PEOPLE} people ({turn}): {time.perf_counter() - begin:.1f} s")
    cast.app.dispose()


def _person(n: int) -> list[str]:
    given = {
        "code": f"B{n:05d}",
        "name": f"Nguyễn Văn {n}",
        "unit": "cntt",
        "email": f"b{n}@so.example",
        "login": f"b{n}",
    }
    return [given.get(column.name, "") for column in COLUMNS]


def history(place: Place, kind: str) -> None:
    """One more decision on a case whose history is long, against one whose history has just begun."""
    cast = place.cast(kind, "history")
    short, long = cast.nominate(), cast.nominate(who="mentor")
    cast.settle()
    names = colleagues(cast, 80)
    _lengthen(cast, names.pop(), long)
    turns = {case_id: iter(names) for case_id in (short, long)}
    lengths = {"1": short, f"{LONG}": long}
    calls = {name: partial(_next_endorses, cast, turns[one], one) for name, one in lengths.items()}
    in_turns(calls, 5)
    spent = in_turns(calls, 60)
    for name, one in spent.items():
        print(f"{kind}: decision at history length {name}: {said(one)}")
    print(f"{kind}: decision by history length: {ratios(spent)}")
    views = {"1": partial(_view, cast, short), f"{LONG}": partial(_view, cast, long)}
    print(f"{kind}: page of a case by history length: {ratios(in_turns(views, 5))}")
    cast.app.dispose()


def _next_endorses(cast: Cast, names: Iterator[str], case_id: str) -> None:
    endorse(cast, next(names), case_id)


def _view(cast: Cast, case_id: str) -> None:
    cast.app.engine.view(cast.actor("head"), case_id)


def _lengthen(cast: Cast, who: str, case_id: str) -> None:
    """Endorsements, as many as nobody writes: copies of one, numbered on (their chain is not checked here)."""
    endorse(cast, who, case_id)
    new_id = cast.app.database.new_id
    with cast.app.database.write() as connection:
        of_case = sa.select(event).where(event.c.case_id == case_id).order_by(event.c.seq.desc())
        row = dict(connection.execute(of_case).mappings().first() or {})
        detail = connection.execute(sa.select(event_detail).where(event_detail.c.case_id == case_id)).mappings().first()
        copies = [{**row, "id": new_id(), "seq": row["seq"] + n + 1, **_chained(row, n)} for n in range(LONG)]
        connection.execute(sa.insert(event), copies)
        assert detail is not None
        connection.execute(sa.insert(event_detail), [{**detail, "event_id": one["id"]} for one in copies])
        last = sa.update(case).where(case.c.id == case_id)
        connection.execute(last.values(chain_seq=row["seq"] + LONG, chain_head=f"{LONG:064d}"))


def _chained(row: dict, n: int) -> dict:
    return {"previous": f"{n:064d}" if n else row["hash"], "hash": f"{n + 1:064d}"}


def years(place: Place, kind: str) -> None:
    """The plan's date of a thousand agencies at once."""
    cast = place.cast(kind, "years")
    cast.at("2025-11-03")
    with tempfile.TemporaryDirectory() as folder:
        for n in range(AGENCIES - 1):
            target = Path(folder) / "plan"
            shutil.copytree(SEED, target, dirs_exist_ok=True)
            plan = target / "plan.yaml"
            text = plan.read_text(encoding="utf-8").replace("agency: so-tttt\n", f"agency: so-{n}\n")
            plan.write_text(text, encoding="utf-8")
            if n == 0:
                install(cast.app, target, by="bench", name=f"Sở {n}")
                first = n
            else:
                _like(cast, n, first)
    engine = cast.app.engine
    engine.start_due_cadences()
    with sent_to(cast.app.database) as heard:
        idle = [timed(engine.start_due_cadences) for _ in range(5)]
    print(f"{kind}: a look at the dates of {AGENCIES} agencies: {said(idle)}, {len(heard) // 5} statements")
    cast.at("2025-12-01T00:00:01")
    begin = time.perf_counter()
    started = engine.start_due_cadences()
    spent = time.perf_counter() - begin
    print(f"{kind}: year-end: {started} reviews begun in {spent:.1f} s ({started / spent:.0f}/s)")
    cast.app.dispose()


def _like(cast: Cast, n: int, first: int) -> None:
    """An agency with the same plan as the first that was installed, by copying its rows."""
    new_id = cast.app.database.new_id
    with cast.app.database.write() as connection:
        old = connection.execute(sa.select(agency).where(agency.c.code == f"so-{first}")).mappings().one()
        mine = new_id()
        connection.execute(sa.insert(agency).values({**old, "id": mine, "code": f"so-{n}", "name": f"Sở {n}"}))
        plan = connection.execute(sa.select(plan_version).where(plan_version.c.agency_id == old["id"])).mappings().one()
        copy = new_id()
        connection.execute(sa.insert(plan_version).values({**plan, "id": copy, "agency_id": mine}))
        for row in (
            connection.execute(sa.select(definition_version).where(definition_version.c.plan_id == plan["id"]))
            .mappings()
            .all()
        ):
            again = {**row, "id": new_id(), "agency_id": mine, "plan_id": copy}
            connection.execute(sa.insert(definition_version).values(again))
