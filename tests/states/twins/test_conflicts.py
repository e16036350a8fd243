"""What has to be settled before two become one: two voices of one person are never counted, nobody's work is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date

import pytest
import sqlalchemy as sa

from states.criteria.model import score_sheet
from states.endorsements.model import endorsement
from states.honours.model import honour
from states.subjects.model import subject
from states.twins.deciding import Joining
from tests.ballots import box_at, closed
from tests.cast import Cast
from tests.roads import case_at, do
from tests.sealing import counted, sealed_box
from tests.sittings import convene
from tests.states.twins.test_joining import (
    REASON,
    events,
    joined,
    joining,
    keys,
    looked,
    ordered,
    stands_twice,
)
from tests.states.units.test_merging import owners, release, run_now
from workflow import history, runs
from workflow.case import case as case_table
from workflow.message import Refused
from workflow.organisation import absence
from workflow.organisation_changes import grant_role, set_absence
from workflow.outbox import outbox


def test_a_seat_in_an_open_secret_ballot_waits_for_its_end(sqlite_cast: Cast):
    cast = sqlite_cast
    box = box_at(cast, names=2)
    stands_twice(cast, "deputy", "deputy-b")
    (reason,) = looked(cast, joining(cast, "deputy-b", "deputy")).refusals
    assert reason.key == "twins.open_box"
    closed(cast, box)
    assert looked(cast, joining(cast, "deputy-b", "deputy")).refusals == []


def test_who_holds_a_key_of_an_open_box_stays_who_they_are(sqlite_cast: Cast):
    box, held = sealed_box(sqlite_cast, names=1, hands=("office", "press"))
    stands_twice(sqlite_cast, "press", "press-b")
    assert keys(looked(sqlite_cast, joining(sqlite_cast, "press-b", "press"))) == {"twins.open_box"}
    counted(sqlite_cast, box, held)
    assert looked(sqlite_cast, joining(sqlite_cast, "press-b", "press")).refusals == []


def test_two_who_are_asked_in_one_sitting_are_two_voices(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, "deputy", "deputy-b")
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["deputy-b"], role="council_member",
                   starts_on=date(2020, 1, 1))  # fmt: skip
    sitting = convene(cast, [case_at(cast, "council_review")])
    do(cast, "office", sitting, "invite")
    cast.settle()
    seen = looked(cast, joining(cast, "deputy-b", "deputy"))
    assert {one.params["code"] for one in seen.refusals} == {cast.row(sitting).code}
    assert keys(seen) == {"twins.both_asked"}
    assert "twins.one_role" in {one.key for one in seen.notes}
    assert joined(cast, joining(cast, "deputy-b", "deputy"))["status"] == "failed"


def test_nobody_else_may_decide_so_it_is_refused_until_somebody_may(sqlite_cast: Cast):
    """The Director stood under another name before the Director: nobody would be left to sign."""
    cast = sqlite_cast
    stands_twice(cast, "director", "director-b")
    mine = case_at(cast, "director_decision", who="director-b")
    cast.settle()
    seen = looked(cast, joining(cast, "director-b", "director"))
    assert "twins.nobody_left" in keys(seen)
    assert {one.params["code"] for one in seen.refusals if one.key == "twins.nobody_left"} == {cast.row(mine).code}
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["deputy"], role="director",
                   starts_on=date(2020, 1, 1))  # fmt: skip
    assert looked(cast, joining(cast, "director-b", "director")).refusals == []
    assert joined(cast, joining(cast, "director-b", "director"))["status"] == "done"
    assert all(people == [cast.people["deputy"]] for people in owners(cast, mine).values())


def test_who_proposed_under_one_name_does_not_approve_under_the_other(cast: Cast):
    """Four eyes: what one of the two took, the other may not answer."""
    stands_twice(cast, "head", "head-b")
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["head-b"], role="unit_head",
                   starts_on=date(2020, 1, 1), unit_id=cast.units["cntt"])  # fmt: skip
    mine = cast.nominate()
    do(cast, "head-b", mine, "take_up")
    cast.settle()
    before = cast.row(mine).takers
    assert any(cast.people["head-b"] in taker for taker in before.values())
    assert joined(cast, joining(cast, "head-b", "head"))["status"] == "done"
    after = cast.row(mine).takers
    gone, into = cast.people["head-b"], cast.people["head"]
    assert {key: [into if who == gone else who, *rest] for key, (who, *rest) in before.items()} == after


def test_two_endorsements_of_one_person_count_once(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, "colleague1", "colleague1-b")
    mine = cast.nominate()
    for name in ("colleague1", "colleague1-b", "colleague2"):
        cast.act(name, mine, "endorse", endorsement="Rất xứng đáng.")
    cast.settle()
    what = joining(cast, "colleague1-b", "colleague1")
    assert {one.key for one in looked(cast, what).notes} >= {"twins.endorsed_twice"}
    assert joined(cast, what)["status"] == "done"
    with cast.app.database.read() as connection:
        people = set(connection.scalars(sa.select(endorsement.c.person_id)))
    assert people == {cast.people["colleague1"], cast.people["colleague2"]}


def test_two_on_the_board_come_first(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast)
    case_id = case_at(cast, "recognized_unit", who="again")
    for name in ("candidate", "again"):
        about = cast.subject(name)
        with cast.app.database.write() as connection:
            connection.execute(
                sa.insert(honour).values(
                    id=name, agency_id=cast.agency_id, subject_id=about, case_id=case_id, address=name,
                    shows_photo=False, shows_story=False, given_as="paper", given_on=date(2025, 3, 3),
                    recorded_by=cast.people["office"], recorded_at=cast.now(),
                )
            )  # fmt: skip
    assert keys(looked(cast, joining(cast))) == {"twins.both_on_board"}


def test_units_and_kinds_are_not_joined_here(sqlite_cast: Cast):
    cast = sqlite_cast
    with cast.app.database.write() as connection:
        for name, kind in (("một", "person"), ("hai", "collective")):
            connection.execute(
                sa.insert(subject).values(
                    id=name, agency_id=cast.agency_id, kind=kind, name="Tổ số hóa", folded="to so hoa",
                    created_at=cast.now(),
                )
            )  # fmt: skip
    with pytest.raises(Refused) as refused:
        looked(cast, Joining(cast.agency_id, "subject", "một", "hai", cast.people["office"], REASON))
    assert {one.key for one in refused.value.reasons} == {"twins.kinds"}


KILLED = """
import os, signal, sys
from config import wiring
from config.settings import Settings
from states.twins import doing
from tasks import run

application = wiring.build(Settings(database_url=sys.argv[1]))
doing.note = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # everything is written, nothing committed
run.run(application, [sys.argv[2]])
"""


def test_killed_in_the_middle_by_the_machine_it_is_done_once_by_the_next_hands(cast: Cast):
    stands_twice(cast)
    cast.subject("candidate")
    mine = cast.nominate(who="again")
    cast.settle()
    run_id = ordered(cast, joining(cast))
    url = cast.app.database.engine.url.render_as_string(hide_password=False)
    dead = subprocess.run([sys.executable, "-c", KILLED, url, run_id], env={**os.environ}, timeout=60, check=False)
    assert dead.returncode == -signal.SIGKILL
    with cast.app.database.read() as connection:
        assert runs.find(connection, cast.agency_id, run_id)["status"] == "at_work"
    assert (events(cast), cast.row(mine).subject_id) == ([], cast.subject("again"))
    release(cast, run_id)
    run_now(cast, run_id)
    assert (events(cast), cast.row(mine).subject_id) == ([mine], cast.subject("candidate"))
    with cast.app.database.read() as connection:
        assert history.verify(connection) == []


def test_two_who_sit_in_one_session_are_two_voices_until_it_ends(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, "deputy", "deputy-b")
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["deputy-b"], role="council_member",
                   starts_on=date(2020, 1, 1))  # fmt: skip
    sitting = convene(cast, [case_at(cast, "council_review")])
    do(cast, "office", sitting, "invite")
    present = [cast.people[name] for name in ("director", "deputy", "deputy-b")]
    do(cast, "office", sitting, "open", present=present)
    cast.settle()
    seen = looked(cast, joining(cast, "deputy-b", "deputy"))
    assert ("twins.both_seated", cast.row(sitting).code) in {(one.key, one.params["code"]) for one in seen.refusals}


def test_two_sheets_of_one_round_are_two_voices(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, "deputy", "deputy-b")
    mine = case_at(cast, "council_review")
    visit = cast.row(mine).visit
    with cast.app.database.write() as connection:
        for name in ("deputy", "deputy-b"):
            connection.execute(
                sa.insert(score_sheet).values(
                    id=name, agency_id=cast.agency_id, case_id=mine, visit=visit, scorer_id=cast.people[name],
                    criteria="x", criteria_hash="x", revision=1, key="", words="", scored_at=cast.now(),
                )
            )  # fmt: skip
        connection.execute(
            sa.update(case_table)
            .where(case_table.c.id == mine)
            .values(takers={"x.y": [cast.people["deputy-b"], None, 0]})
        )
    assert keys(looked(cast, joining(cast, "deputy-b", "deputy"))) == {"twins.both_scored"}


def test_nobody_stands_in_for_themselves_and_waiting_letters_find_them(cast: Cast):
    stands_twice(cast, "head2", "head-b")
    today = cast.now().date()
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["head-b"], role="unit_head",
                   starts_on=date(2020, 1, 1), unit_id=cast.units["cntt"])  # fmt: skip
        set_absence(connection, cast.agency_id, person_id=cast.people["head-b"], deputy_id=cast.people["head2"],
                    days=(today, date(2025, 12, 31)))  # fmt: skip
    cast.nominate()  # its letters are held back still
    what = joining(cast, "head-b", "head2")
    assert "twins.own_deputy" in {one.key for one in looked(cast, what).notes}
    run_now(cast, ordered(cast, what))
    with cast.app.database.read() as connection:
        ends = connection.scalars(sa.select(absence.c.ends_on)).all()
        gone = sa.select(outbox.c.id).where(outbox.c.recipient == f"person:{cast.people['head-b']}")
        assert connection.scalars(gone.where(outbox.c.done_at.is_(None))).all() == []
    assert all(day < today for day in ends)
    cast.settle()
    assert cast.people["head2"] in {told.get("person_id") for told in cast.told.letters}
    assert cast.people["head-b"] not in {told.get("person_id") for told in cast.told.letters}
