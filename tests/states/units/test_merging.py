"""Two units become one with open cases in every state: nothing stands still, everybody still has an owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from states.quotas.heirs import inherit
from states.quotas.model import quota_counter
from states.subjects.model import subject, unit_stay
from states.units import merging
from states.units.deciding import Merge, decide
from states.units.trial import attempt
from tasks import run as doing
from tests.cast import Cast
from tests.roads import ROADS, answer, case_at, do
from tests.states.movements.test_movement import launched, part_of, register
from tests.workflow.test_firing import in_inbox
from workflow import runs
from workflow.carrying import carry_over
from workflow.case import case
from workflow.definition import Quota
from workflow.draft import By
from workflow.facts import load_case
from workflow.history import event
from workflow.identity import who
from workflow.message import Refused
from workflow.organisation import person, role_grant, unit
from workflow.organisation_changes import add_person
from workflow.permission import asked_of_item
from workflow.runs import run
from workflow.worklist import candidate, work_item

ENDS = {"not_taken_up", "withdrawn", "closed", "struck_off", "awarded", "refused", "no_ground", "dropped"}


def newcomer(cast: Cast, name: str) -> str:
    """One more of the old unit, so that each state has a subject of its own."""
    with cast.app.database.write() as connection:
        cast.people[name] = add_person(
            connection, cast.agency_id, code=name, name=f"Người {name}", starts_on=date(2020, 1, 1),
            unit_id=cast.units["cntt"],
        )  # fmt: skip
    return name


def merge_of(cast: Cast, **more: Any) -> Merge:
    wanted = {"into_id": cast.units["bcvt"], "starts_on": cast.now().date(), "decision_number": "45/QĐ-STTTT"} | more
    return Merge(cast.agency_id, cast.units["cntt"], **wanted)


def decided(cast: Cast, merge: Merge, kept: Any = (), key: str = "form") -> str:
    with cast.app.database.write() as connection:
        return decide(connection, merge, cast.people["office"], kept, key)


def in_every_state(cast: Cast, states: Sequence[str]) -> dict[str, str]:
    """An open case of the old unit in each of these states (PROCESS.STATE), and held ones."""
    found = {}
    for name in states:
        process, _, state = name.partition(".")
        found[name] = case_at(cast, state, process=process, who=newcomer(cast, f"in-{name}"))
    for ground in ("complaint", "moving"):
        found[ground] = case_at(cast, "cultivating", held=[ground], who=newcomer(cast, f"held-{ground}"))
    cast.settle()
    return found


EVERY = [
    *(f"nominee.{one}" for one in ("identified", *ROADS["nominee"]) if one not in ENDS),
    *(f"merit_request.{one}" for one in ("choosing_ground", *ROADS["merit_request"]) if one not in ENDS),
]


def owners(cast: Cast, case_id: str) -> dict[str, list[str]]:
    """Each open item of a case with whoever may answer it now, by the engine's own word."""
    with cast.app.database.read() as connection:
        facts = load_case(connection, cast.app.engine, case_id, None)
        draft = cast.app.engine.draft_for(connection, facts, By("case"))
        return {
            item["id"]: [*who(facts.org, facts.life.plan, draft.matter(), asked_of_item(draft, item))]
            for item in facts.items if item["status"] == "open"
        }  # fmt: skip


def still_old(cast: Cast) -> tuple[int, int]:
    """Open cases, and open places in inboxes, of the old unit."""
    old = cast.units["cntt"]
    with cast.app.database.read() as connection:
        cases = sa.select(sa.func.count()).where(case.c.unit_id == old, case.c.ended_at.is_(None))
        places = sa.select(sa.func.count()).where(candidate.c.unit_id == old, candidate.c.is_open)
        return connection.scalar(cases) or 0, connection.scalar(places) or 0


def open_cases(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        ours = sa.select(case.c.id).where(case.c.unit_id == cast.units["cntt"], case.c.ended_at.is_(None))
        return list(connection.scalars(ours))


def carried(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(event.c.case_id).where(event.c.kind == "carried_over")))


def test_open_cases_in_every_state_go_on_in_the_new_unit(sqlite_cast: Cast):
    cast = sqlite_cast
    found = in_every_state(cast, EVERY)
    ended = case_at(cast, "not_taken_up", who=newcomer(cast, "ended"))
    all_open = open_cases(cast)  # with the children that some of these began
    assert set(found.values()) - {found["moving"]} < set(all_open)
    trial = attempt(cast.app.engine, merge_of(cast))
    assert trial.counts["cases"] == len({*all_open, found["moving"]})
    assert trial.ownerless == []
    assert still_old(cast)[0] > 0, "a trial writes nothing"
    run_id = decided(cast, merge_of(cast))
    cast.settle()
    with cast.app.database.read() as connection:
        row = runs.find(connection, cast.agency_id, run_id)
    assert (row["status"], row["reasons"], row["result"]["cases"]) == ("done", [], trial.counts["cases"])
    assert still_old(cast) == (0, 0)
    assert sorted(carried(cast)) == sorted({*all_open, found["moving"]}), "each of them once, and nothing else"
    assert cast.row(ended).unit_id == cast.units["cntt"], "what has ended stays where it was"
    for name, case_id in found.items():
        assert cast.row(case_id).unit_id == cast.units["bcvt"], name
        for people in owners(cast, case_id).values():
            assert people, f"{name} is nobody's"
            assert cast.people["head"] not in people, name
    do(cast, "head2", found["nominee.identified"], "take_up")
    do(cast, "head2", found["nominee.unit_appraisal"], "recognize")
    do(cast, "office", found["complaint"], "clear")
    answer(cast, "head2", found["moving"], "old_opinion")
    do(cast, "head2", found["moving"], "take_over")
    assert all(owners(cast, found[one]) for one in ("complaint", "moving", "nominee.identified"))


def test_people_roles_dossiers_and_the_unit_follow(cast: Cast):
    nominee = cast.nominate()
    before = merge_of(cast)
    trial = attempt(cast.app.engine, before)
    assert [one.name for one in trial.roles if not one.kept] == ["Head Nguyễn"], "the new unit has a head"
    assert "Candidate Nguyễn" in trial.people
    decided(cast, before)
    cast.settle()
    today = cast.now().date()
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(person.c.unit_id).where(person.c.code == "head")) == cast.units["bcvt"]
        ended = connection.execute(sa.select(unit.c.ends_on).where(unit.c.code == "cntt")).scalar_one()
        grants = connection.execute(sa.select(role_grant).where(role_grant.c.person_id == cast.people["head"])).all()
        stays = connection.execute(sa.select(unit_stay).order_by(unit_stay.c.starts_on)).all()
        about = connection.scalar(sa.select(subject.c.unit_id).where(subject.c.person_id == cast.people["candidate"]))
    assert ended == today - timedelta(days=1)
    assert [(one.unit_id, one.ends_on) for one in grants] == [(cast.units["cntt"], ended)]
    assert [(one.unit_id, one.starts_on, one.ends_on) for one in stays] == [
        (cast.units["cntt"], date(2020, 1, 1), ended), (cast.units["bcvt"], today, None),
    ]  # fmt: skip
    assert about == cast.units["bcvt"]
    assert cast.row(nominee).unit_id == cast.units["bcvt"]
    fresh = cast.nominate(who="colleague1")
    assert cast.row(fresh).unit_id == cast.units["bcvt"]


def test_a_role_that_is_kept_goes_on_in_the_new_unit(cast: Cast):
    case_id = cast.nominate()
    wanted = merge_of(cast)
    (head,) = attempt(cast.app.engine, wanted).roles
    decided(cast, wanted, [head.grant_id])
    cast.settle()
    (people,) = owners(cast, case_id).values()
    assert set(people) == {cast.people["head"], cast.people["head2"]}
    assert case_id in in_cases(cast, "head")


def in_cases(cast: Cast, name: str) -> set[str]:
    """Cases of whose items some stand in a person's inbox."""
    mine = in_inbox(cast, name)
    with cast.app.database.read() as connection:
        return set(connection.scalars(sa.select(work_item.c.case_id).where(work_item.c.id.in_(mine))))


def test_what_units_were_asked_for_is_answered_by_the_new_head(cast: Cast):
    movement = launched(cast)
    mine = register(cast, movement, "candidate").case_id
    theirs = register(cast, movement, "outsider").case_id
    old, new = part_of(cast, movement, "cntt"), part_of(cast, movement, "bcvt")
    decided(cast, merge_of(cast))
    cast.settle()
    assert {cast.row(one).unit_id for one in (old, new, mine, theirs)} == {cast.units["bcvt"]}
    do(cast, "head2", old, "open")
    do(cast, "head2", new, "open")
    cast.at("2025-10-01")
    cast.run_due()
    do(cast, "head2", old, "nothing")  # whoever registered is judged once, by the unit that went on
    cast.act("head2", new, "hand_in", result={mine: "excelled", theirs: "met"}, report="Hai người.")
    assert cast.row(old).state == cast.row(new).state == "reported"


class Died(BaseException):
    """Stands for kill -9: nothing catches it."""


def test_a_run_that_dies_half_way_goes_on_and_nothing_happens_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    ids = [cast.nominate(who=who) for who in ("candidate", "colleague1", "colleague2")]
    run_id = decided(cast, merge_of(cast))
    for after in (0, 1, 2):  # dies before the first case, between two, and before the last transaction
        with monkeypatch.context() as patched:
            _dies_after(patched, after)
            with pytest.raises(Died):
                run_now(cast, run_id)
        assert all(people for one in ids for people in owners(cast, one).values()), "at no moment is a case nobody's"
        release(cast, run_id)
    run_now(cast, run_id)
    assert sorted(carried(cast)) == sorted(ids), "each case once"
    assert still_old(cast) == (0, 0)
    with cast.app.database.read() as connection:
        assert runs.find(connection, cast.agency_id, run_id)["result"]["cases"] == 3
        assert connection.scalar(sa.select(sa.func.count()).select_from(unit_stay)) == 6
    run_now(cast, run_id)
    assert len(carried(cast)) == 3


def _dies_after(patched: pytest.MonkeyPatch, cases: int) -> None:
    done = []

    def carry(*args: Any) -> bool:
        if len(done) == cases:
            raise Died
        done.append(args)
        return carry_over(*args)

    patched.setattr(merging, "carry_over", carry)
    if cases == 2:
        patched.setattr(merging, "_close", lambda *_: (_ for _ in ()).throw(Died()))
        patched.setattr(merging, "carry_over", carry_over)


def run_now(cast: Cast, run_id: str) -> None:
    doing.run(cast.app, [run_id])


def release(cast: Cast, run_id: str) -> None:
    """The lease of dead hands ends; how often they died is not what is looked at here."""
    with cast.app.database.write() as connection:
        connection.execute(sa.update(run).where(run.c.id == run_id).values(lease_until=None, attempts=0))


def test_a_merge_waits_for_its_day(cast: Cast):
    case_id = cast.nominate()
    run_id = decided(cast, merge_of(cast, starts_on=date(2025, 4, 1)))
    cast.settle()
    assert cast.row(case_id).unit_id == cast.units["cntt"]
    cast.at("2025-04-01T00:05:00")
    cast.run_due()
    assert cast.row(case_id).unit_id == cast.units["bcvt"]
    with cast.app.database.read() as connection:
        assert runs.find(connection, cast.agency_id, run_id)["status"] == "done"


def test_what_cannot_be_decided_is_refused_in_words(cast: Cast):
    for wanted, key in [
        (merge_of(cast, into_id=cast.units["cntt"]), "merge.same"),
        (merge_of(cast, starts_on=date(2025, 1, 1)), "merge.past"),
        (merge_of(cast, decision_number="  "), "merge.no_number"),
        (merge_of(cast, into_id="nothing"), "merge.unknown"),
    ]:
        with pytest.raises(Refused) as refused:
            decided(cast, wanted)
        assert [one.key for one in refused.value.reasons] == [key]
    first = decided(cast, merge_of(cast))
    assert decided(cast, merge_of(cast)) == first, "the same form sent twice"
    with pytest.raises(Refused):
        decided(cast, merge_of(cast), key="another form")
    back = Merge(cast.agency_id, cast.units["vp"], cast.units["cntt"], cast.now().date(), "46/QĐ")
    with pytest.raises(Refused):
        decided(cast, back, key="into one that ends")


def test_places_of_a_quota_are_brought_along(cast: Cast):
    rows = {"cntt": (2, 3), "bcvt": (1, 2)}
    quota = Quota.model_construct(name="q", period="year")
    plan = SimpleNamespace(plan="p", quotas={"q": quota}, phases={}, school_year=(9, 1))
    with cast.app.database.write() as connection:
        for code, (taken, places) in rows.items():
            connection.execute(
                sa.insert(quota_counter).values(
                    agency_id=cast.agency_id, plan="p", quota="q", period="2025", scope=cast.units[code],
                    taken=taken, places=places,
                )
            )  # fmt: skip
        units = (cast.units["cntt"], cast.units["bcvt"])
        for expected in (1, 0):
            assert inherit(connection, cast.agency_id, plan, units, date(2025, 3, 3)) == expected
        stood = {row.scope: (row.taken, row.places) for row in connection.execute(sa.select(quota_counter))}
    assert stood == {cast.units["cntt"]: (0, None), cast.units["bcvt"]: (3, 5)}
