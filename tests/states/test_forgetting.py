"""Whoever asks to be forgotten: looked at, confirmed with a ground, done, written down without a name."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from states.erasure import papers_kept
from states.forgetting import Forgetting, forget, look, record
from states.subjects.enrol import enrol_other
from tests.cast import Cast
from tests.roads import case_at
from tests.states.test_erasure import MERIT, _said_anywhere
from tests.states.twins.test_joining import joined, joining, stands_twice
from workflow import history, runs
from workflow.message import NotFound, Refused
from workflow.organisation_changes import add_account, change_person

GROUND = "Theo yêu cầu ngày 02/01/2026."


def wanted(cast: Cast, who: str = "candidate", **more: Any) -> Forgetting:
    said = {"noun": "person", "by": cast.people["office"], "ground": GROUND, "typed": who} | more
    return Forgetting(cast.agency_id, ident=cast.people.get(who, who), **said)


def refused_by(cast: Cast, what: Forgetting) -> set[str]:
    with cast.app.database.write() as connection, pytest.raises(Refused) as refused:
        forget(connection, cast.app.identities, what)
    return {one.key for one in refused.value.reasons}


def test_it_is_looked_at_done_and_written_down(cast: Cast):
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["candidate"], {"name": "Phan Duy Nhất"})
    case_id = case_at(cast, "not_taken_up")
    cast.settle()
    with cast.app.database.read() as connection:
        seen = look(connection, wanted(cast))
        assert seen.refusals == []
        assert (seen.counts["cases"], seen.counts["files"]) == (1, 1)
        assert (seen.kept["papers"], seen.kept["events"] > 1) == (
            len(papers_kept(connection, cast.agency_id, [case_id])),
            True,
        )
    with cast.app.database.write() as connection:
        forget(connection, cast.app.identities, wanted(cast))
    assert _said_anywhere(cast, "Phan Duy Nhất") == set()
    assert _said_anywhere(cast, MERIT) == set()
    with cast.app.database.read() as connection:
        (line,) = record(connection, cast.agency_id)
        assert (line.erased_id, line.ground, line.decided_by) == (
            cast.people["candidate"],
            GROUND,
            cast.people["office"],
        )
        assert line.counts["gone"] == seen.counts
        assert history.verify(connection) == []
        assert record(connection, "another") == []


def test_what_must_be_right_before_it_is_done(sqlite_cast: Cast):
    cast = sqlite_cast
    code = cast.row(cast.nominate()).code
    assert refused_by(cast, wanted(cast)) == {"erasure.open_case"}
    with cast.app.database.read() as connection:
        assert look(connection, wanted(cast)).refusals[0].params["codes"] == [code]
        with pytest.raises(NotFound):
            look(connection, Forgetting("another", "person", cast.people["mentor"], "x"))
    assert refused_by(cast, wanted(cast, "mentor", ground=" ", typed="mento")) == {
        "erasure.no_ground",
        "erasure.not_confirmed",
    }
    assert refused_by(cast, wanted(cast, "mentor", ground="Chị MENTOR NGUYỄN xin.")) == {"erasure.ground_names"}
    assert refused_by(cast, wanted(cast, "office")) == {"erasure.not_oneself"}


def test_who_was_joined_goes_with_them_and_of_the_reason_nothing_is_left(cast: Cast):
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["candidate"], {"name": "Phan Duy Nhất"})
    stands_twice(cast, called="Phan Duy Nhứt")
    with cast.app.database.write() as connection:
        for name, login in (("candidate", "phanduynhat"), ("again", "phanduynhut")):
            made = add_account(connection, login=login, email=f"{login}@so.example")
            change_person(connection, cast.agency_id, cast.people[name], {"account_id": made})
    case_at(cast, "not_taken_up", who="again")
    cast.subject("candidate")
    cast.settle()
    assert joined(cast, joining(cast, reason="Phan Duy Nhất xác nhận cũng là Phan Duy Nhứt."))["status"] == "done"
    assert refused_by(cast, wanted(cast, "again")) >= {"erasure.joined"}
    with cast.app.database.read() as connection:
        assert look(connection, wanted(cast)).counts["cases"] == 1
    with cast.app.database.write() as connection:
        forget(connection, cast.app.identities, wanted(cast))
    assert _said_anywhere(cast, "Phan Duy") == set()
    assert _said_anywhere(cast, "phanduy") == set()
    assert refused_by(cast, wanted(cast, typed=cast.people["candidate"])) >= {"erasure.done_already"}


def test_somebody_from_outside_is_forgotten_by_their_name(sqlite_cast: Cast):
    cast = sqlite_cast
    with cast.app.database.write() as connection:
        outside = enrol_other(connection, cast.agency_id, kind="person", name="Phan Duy Nhất")
    mine = cast.nominate(subject=outside)
    cast.act("nominator", mine, "withdraw", reason="Người ấy xin rút hồ sơ.")
    cast.settle()
    what = wanted(cast, outside, noun="subject", typed="Phan  Duy Nhất")
    with cast.app.database.write() as connection:
        forget(connection, cast.app.identities, what)
    assert _said_anywhere(cast, "Phan Duy Nhất") == set()
    inside = cast.subject("mentor")
    assert "erasure.of_staff" in refused_by(cast, wanted(cast, inside, noun="subject", typed="x"))


def test_a_list_that_names_them_keeps_its_numbers_alone(sqlite_cast: Cast):
    cast = sqlite_cast
    row = {"id": "a list", "agency_id": cast.agency_id, "kind": "import", "about": "Phan Duy Nhất.xlsx", "wanted": {},
           "status": "done", "result": {"added": 1, "rows": [{"name": "Phan Duy Nhất"}]}, "reasons": [],
           "asked_by": cast.people["office"], "not_before": cast.now(), "dedupe_key": "x", "asked_at": cast.now(),
           "ended_at": cast.now()}  # fmt: skip
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["candidate"], {"name": "Phan Duy Nhất"})
        connection.execute(sa.insert(runs.run), [row, {**row, "id": "another", "dedupe_key": "y", "about": "khác.xlsx",
                                                       "result": {"added": 2, "rows": []}}])  # fmt: skip
    with cast.app.database.write() as connection:
        forget(connection, cast.app.identities, wanted(cast))
    assert _said_anywhere(cast, "Phan Duy Nhất") == set()
    with cast.app.database.read() as connection:
        kept = sa.select(runs.run.c.about, runs.run.c.result).order_by(runs.run.c.id)
        assert [tuple(row) for row in connection.execute(kept)] == [
            ("", {"added": 1}), ("khác.xlsx", {"added": 2, "rows": []}),
        ]  # fmt: skip
