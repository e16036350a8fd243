"""Two who turn out to be one: looked at, joined whole, each case with an event, nobody's work left lying."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from states.honours.model import honour
from states.subjects.enrol import enrol_other
from states.subjects.model import recognition, subject
from states.subjects.records import Entry, add_record
from states.subjects.visibility import visible
from states.twins import doing
from states.twins.deciding import Joining, decide
from states.twins.looking import Look, look
from tasks import run as doer
from tests.audited import sealed_past
from tests.cast import Cast
from tests.roads import case_at, do
from tests.states.imports.test_thousand import brought_in
from tests.states.units.test_merging import Died, in_cases, owners, release
from tests.workflow.test_firing import in_inbox
from workflow import history, runs
from workflow.case import case, case_party
from workflow.history import event
from workflow.identity import load_organisation
from workflow.message import NotFound, Refused
from workflow.organisation import account, person, role_grant, twin
from workflow.organisation_changes import add_account, add_person, change_person, grant_role, set_absence
from workflow.verification import verify_seals

REASON = "Nhập trùng khi chuyển danh sách; sinh cùng ngày, cùng số hiệu."


def stands_twice(cast: Cast, name: str = "candidate", code: str = "again", **more: Any) -> str:
    """The same human once more in the directory."""
    with cast.app.database.write() as connection:
        more = {"unit_id": cast.units["cntt"], "name": more.pop("called", f"{name.title()} Nguyễn"), **more}
        cast.people[code] = add_person(connection, cast.agency_id, code=code, starts_on=date(2020, 1, 1), **more)
    return code


def joining(cast: Cast, gone: str = "again", into: str = "candidate", **more: Any) -> Joining:
    wanted = {"noun": "person", "by": cast.people["office"], "reason": REASON} | more
    return Joining(cast.agency_id, gone_id=cast.people.get(gone, gone), into_id=cast.people.get(into, into), **wanted)


def looked(cast: Cast, what: Joining) -> Look:
    with cast.app.database.read() as connection:
        return look(cast.app.engine, connection, what)


def ordered(cast: Cast, what: Joining, key: str = "form") -> str:
    with cast.app.database.write() as connection:
        return decide(connection, what, key)


def joined(cast: Cast, what: Joining, key: str = "form") -> Any:
    run_id = ordered(cast, what, key)
    doer.run(cast.app, [run_id])
    with cast.app.database.read() as connection:
        return runs.find(connection, cast.agency_id, run_id)


def keys(seen: Look) -> set[str]:
    return {one.key for one in seen.refusals}


def events(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(event.c.case_id).where(event.c.kind == "joined")))


def parties(cast: Cast, name: str) -> set[tuple[str, str]]:
    with cast.app.database.read() as connection:
        mine = sa.select(case_party.c.case_id, case_party.c.relation).where(case_party.c.person_id == cast.people[name])
        return {(row.case_id, row.relation) for row in connection.execute(mine)}


def test_every_case_of_one_is_the_others_with_an_event_and_an_owner(cast: Cast):
    stands_twice(cast)
    own = cast.subject("candidate")  # so that as subjects they are two as well
    ended = case_at(cast, "not_taken_up", who="again")
    about = case_at(cast, "cultivating", who="again")
    cast.settle()
    before = parties(cast, "again")
    seen = looked(cast, joining(cast))
    assert (seen.refusals, {one.row["id"] for one in seen.cases}) == ([], {one for one, _ in before})
    assert all(item.owners for one in seen.cases for item in one.items)
    assert (events(cast), parties(cast, "again")) == ([], before), "looking writes nothing"
    row = joined(cast, joining(cast))
    assert (row["status"], row["reasons"], row["result"]["cases"]) == ("done", [], len(seen.cases))
    assert sorted(events(cast)) == sorted(one for one, _ in before), "each of them once, and no other"
    assert parties(cast, "again") == set()
    assert parties(cast, "candidate") >= before
    assert {cast.row(about).subject_id, cast.row(ended).subject_id} == {own}
    assert all(owners(cast, about).values())
    with cast.app.database.read() as connection:
        gone = connection.execute(sa.select(person).where(person.c.code == "again")).one()
        assert gone.ends_on < cast.now().date(), "it stays in the directory of those who were here"
        assert (
            load_organisation(connection, cast.agency_id, cast.now().date()).person_now(gone.id)
            == cast.people["candidate"]
        )
        with pytest.raises(Refused):
            look(cast.app.engine, connection, joining(cast))


def test_what_one_held_is_the_others_and_what_waited_for_one_waits_for_the_other(cast: Cast):
    stands_twice(cast, "head2", "head2b", unit_id=cast.units["bcvt"])
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["head2b"], role="unit_head",
                   starts_on=date(2020, 1, 1), unit_id=cast.units["cntt"])  # fmt: skip
        set_absence(connection, cast.agency_id, person_id=cast.people["mentor"], deputy_id=cast.people["head2b"],
                    days=(date(2025, 3, 1), date(2025, 4, 1)))  # fmt: skip
    mine = case_at(cast, "identified")
    (item,) = cast.open_items(mine)
    cast.app.engine.reassign(cast.actor("head"), item.id, cast.people["head2b"], REASON, item.version)
    cast.settle()
    assert mine in in_cases(cast, "head2b")
    assert joined(cast, joining(cast, "head2b", "head2"))["status"] == "done"
    assert mine in in_cases(cast, "head2")
    assert not in_inbox(cast, "head2b")
    today = cast.now().date()
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, today)
        held = {(grant.role, grant.unit_id) for grant in org.grants[cast.people["head2"]]}
        assert [one[0] for one in org.deputies[cast.people["mentor"]]] == [cast.people["head2"]]
        ends = sa.select(role_grant.c.ends_on).where(role_grant.c.person_id == cast.people["head2b"])
        assert connection.scalars(ends).all() == [today - timedelta(days=1)]
    assert held == {("unit_head", cast.units["bcvt"]), ("unit_head", cast.units["cntt"])}
    do(cast, "head2", mine, "take_up")
    assert cast.row(mine).state != "identified"


def test_two_open_nominations_come_first_and_one_of_them_ends(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, called="Nguyễn Candidate")  # else a namesake is refused at once
    first, second = cast.nominate(), cast.nominate(who="again")
    seen = looked(cast, joining(cast))
    (reason,) = (one for one in seen.refusals if one.key == "twins.both_open")
    assert set(reason.params["codes"]) == {cast.row(first).code, cast.row(second).code}
    row = joined(cast, joining(cast))
    assert (row["status"], [one["key"] for one in row["reasons"]]) == ("failed", ["twins.both_open"])
    assert events(cast) == []
    cast.act("nominator", second, "withdraw", reason=REASON)
    cast.settle()
    assert joined(cast, joining(cast), "second")["status"] == "done"


def test_one_who_would_judge_themselves_keeps_out_and_somebody_is_left(sqlite_cast: Cast):
    """The head nominated under another name: the case was theirs to decide."""
    cast = sqlite_cast
    stands_twice(cast, "head", "head-b")
    mine = cast.nominate(who="head-b")
    cast.settle()
    assert mine in in_cases(cast, "head")
    assert joined(cast, joining(cast, "head-b", "head"))["status"] == "done"
    assert mine not in in_cases(cast, "head")
    assert all(cast.people["head"] not in people and people for people in owners(cast, mine).values())


def test_what_was_decided_on_ones_own_case_is_named(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, "head", "head-b")
    mine = cast.nominate(who="head-b")
    do(cast, "head", mine, "take_up")
    seen = looked(cast, joining(cast, "head-b", "head"))
    assert "twins.judged_own" in {one.key for one in seen.notes}
    assert seen.refusals == []


def test_two_recognitions_of_one_level_and_records_that_differ_are_refused(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, called="Nguyễn Candidate")
    case_at(cast, "recognized_unit")
    case_at(cast, "recognized_unit", who="again")
    for name, value in (("candidate", "htxsnv"), ("again", "htnv")):
        said = {"year": 2024, "value": value}
        about = cast.subject(name)
        with cast.app.database.write() as connection:
            add_record(connection, Entry(cast.agency_id, about, "rating", said), name)
    assert {"twins.both_recognised", "twins.records"} <= keys(looked(cast, joining(cast)))


def test_recognition_and_dossier_go_over_and_what_is_alike_counts_once(cast: Cast):
    stands_twice(cast)
    case_at(cast, "recognized_unit", who="again")
    said = {"year": 2024, "value": "htxsnv"}
    for name in ("candidate", "again"):
        about = cast.subject(name)
        with cast.app.database.write() as connection:
            add_record(connection, Entry(cast.agency_id, about, "rating", said), name)
    assert joined(cast, joining(cast))["status"] == "done"
    mine = cast.subject("candidate")
    with cast.app.database.read() as connection:
        assert set(connection.scalars(sa.select(recognition.c.subject_id))) == {mine}
        live = sa.text("SELECT subject_id FROM dossier_record WHERE withdrawn_at IS NULL")
        assert connection.scalars(live).all() == [mine]
        assert connection.scalar(sa.select(sa.func.count()).select_from(honour)) == 0


def test_a_subject_from_outside_turns_out_to_be_one_of_the_staff(cast: Cast):
    with cast.app.database.write() as connection:
        outside = enrol_other(connection, cast.agency_id, kind="person", name="Head Nguyễn", unit_id=cast.units["cntt"])
    mine, inside = cast.nominate(subject=outside), cast.subject("head")
    cast.settle()
    assert mine in in_cases(cast, "head")
    what = joining(cast, outside, inside, noun="subject")
    with pytest.raises(Refused):
        looked(cast, joining(cast, inside, outside, noun="subject"))
    assert joined(cast, what)["status"] == "done"
    assert (cast.row(mine).subject_id, cast.row(mine).label) == (inside, "Head Nguyễn")
    assert mine not in in_cases(cast, "head"), "it is their own case now"
    assert all(owners(cast, mine).values())


def test_nobody_joins_themselves_or_anothers_agency_or_twice(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, "office", "office-b")
    with pytest.raises(Refused) as refused:
        looked(cast, joining(cast, "office-b", "office"))
    assert {one.key for one in refused.value.reasons} == {"twins.not_oneself"}
    assert looked(cast, joining(cast, "office-b", "office", by_admin=True)).refusals == []
    with pytest.raises(NotFound):
        looked(cast, Joining("another", "person", cast.people["office-b"], cast.people["office"], "x"))
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["office-b"], {"born_on": date(1980, 1, 1)})
        change_person(connection, cast.agency_id, cast.people["office2"], {"born_on": date(1981, 1, 1)})
    with pytest.raises(Refused) as refused:
        looked(cast, joining(cast, "office-b", "office2"))
    assert {one.key for one in refused.value.reasons} == {"twins.born"}


def test_the_sign_in_goes_over_or_is_shut(cast: Cast):
    for code, other in (("again", False), ("more", True)):
        stands_twice(cast, code=code)
        with cast.app.database.write() as connection:
            login = add_account(connection, login=code)
            change_person(connection, cast.agency_id, cast.people[code], {"account_id": login})
        assert joined(cast, joining(cast, code), code)["status"] == "done"
        with cast.app.database.read() as connection:
            mine = connection.scalar(sa.select(person.c.account_id).where(person.c.code == "candidate"))
            shut = connection.scalar(sa.select(account.c.disabled_at).where(account.c.login == code))
        assert (mine == login, shut is not None) == (not other, other)


def test_whoever_dies_in_the_middle_has_written_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    stands_twice(cast)
    cast.subject("candidate")
    mine = [case_at(cast, "not_taken_up", who="again"), cast.nominate(who="again")]
    cast.settle()
    run_id = ordered(cast, joining(cast))
    for name in ("rename", "move_people", "note"):
        with monkeypatch.context() as patched:
            patched.setattr(doing, name, _dies)
            with pytest.raises(Died):
                doer.run(cast.app, [run_id])
        assert events(cast) == []
        assert {cast.row(one).subject_id for one in mine} == {cast.subject("again")}
        with cast.app.database.read() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(twin)) == 0
        release(cast, run_id)
    doer.run(cast.app, [run_id])
    doer.run(cast.app, [run_id])
    assert sorted(events(cast)) == sorted(mine)
    assert ordered(cast, joining(cast)) == run_id, "the same form again is the same run"


def _dies(*_: Any) -> None:
    raise Died


def test_the_audit_holds_and_both_histories_can_be_read(cast: Cast):
    kept = sealed_past(cast)
    stands_twice(cast, "mentor", "mentor-b")
    mine = cast.nominate(by="mentor-b", who="colleague3")
    cast.settle()
    assert joined(cast, joining(cast, "mentor-b", "mentor"))["status"] == "done"
    cast.app.seal()
    today = cast.now().date()
    with cast.app.database.read() as connection:
        assert history.verify(connection) == []
        assert verify_seals(connection, kept).faults == []
        org = load_organisation(connection, cast.agency_id, today)
        seen = sa.select(case.c.id).where(visible(org, cast.people["mentor"]))
        assert mine in set(connection.scalars(seen))
        said = sa.select(event.c.actor_id).where(event.c.case_id == mine).order_by(event.c.seq)
        assert connection.scalars(said).first() == cast.people["mentor-b"], "who did it then is written as it was"
    assert (mine, "nominator") in parties(cast, "mentor")


def test_a_list_that_names_the_old_code_is_told_the_other(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast)
    assert joined(cast, joining(cast))["status"] == "done"
    failed = brought_in(cast, [["Mã người", "Họ và tên"], ["again", "Candidate Nguyễn"]])
    (reason,) = failed["reasons"]
    assert (reason["key"], reason["params"]["known"], reason["row"]) == ("import.joined", "candidate", 2)


def test_what_was_done_under_the_other_code_can_still_be_read(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast, "outsider", "outsider-b", unit_id=cast.units["bcvt"])
    mine = cast.nominate()
    cast.settle()
    (item,) = cast.open_items(mine)
    cast.app.engine.reassign(cast.actor("head"), item.id, cast.people["outsider-b"], REASON, item.version)
    cast.settle()
    do(cast, "outsider-b", mine, "take_up")
    cast.settle()
    today = cast.now().date()

    def seen_by(name: str) -> set[str]:
        with cast.app.database.read() as connection:
            org = load_organisation(connection, cast.agency_id, today)
            return set(connection.scalars(sa.select(case.c.id).where(visible(org, cast.people[name]))))

    assert mine not in seen_by("outsider")
    assert joined(cast, joining(cast, "outsider-b", "outsider"))["status"] == "done"
    assert mine in seen_by("outsider")


def test_a_case_begun_meanwhile_is_brought_after(cast: Cast):
    stands_twice(cast)
    old = cast.subject("again")
    cast.subject("candidate")
    assert joined(cast, joining(cast))["status"] == "done"
    late = cast.nominate(subject=old)
    assert cast.app.reach() > 0
    assert cast.row(late).subject_id == cast.subject("candidate")
    assert events(cast) == [late]
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(subject.c.person_id).where(subject.c.id == old)) == cast.people["again"]
