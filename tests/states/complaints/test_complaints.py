"""Complaints hold their case until a written conclusion; who complained is sealed, in one table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from states.complaints import complainants, queries
from states.complaints.complainants import Identity
from states.complaints.model import complainant, complaint
from states.erasure import erase_subject
from tests.cast import Cast
from tests.roads import case_at, do
from workflow import history
from workflow.db import metadata
from workflow.message import Refused
from workflow.organisation_changes import grant_role
from workflow.outbox import delivery

CANARY = "Chimhoangyen"
WHO = Identity(f"Bà {CANARY}", f"số 1 phố {CANARY}", f"Tôi, {CANARY}, tố cáo")


def complain(cast: Cast, case_id: str, who: Identity = WHO, action: str = "hold", **more: Any) -> None:
    row = cast.row(case_id)
    inputs = {
        "hold_ground": "complaint", "hold_document": cast.upload("office"), "complaint_kind": "denunciation",
        "complaint_on": "2025-03-03", **more,
    }  # fmt: skip
    cast.app.engine.act(
        cast.actor("office"), case_id=case_id, action=action, inputs=inputs, case_version=row.version,
        also=[lambda c: complainants.keep_latest(c, cast.app.identities, cast.agency_id, case_id, who)],
    )  # fmt: skip


def lines(cast: Cast) -> list[Any]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(complaint).order_by(complaint.c.number)).all())


def test_a_complaint_holds_its_case_until_a_written_conclusion(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    complain(cast, case_id)
    (line,) = lines(cast)
    assert (line.kind, line.ground, line.status, line.number, line.received_on) == (
        "denunciation", "complaint", "open", 1, date(2025, 3, 3),
    )  # fmt: skip
    assert cast.row(case_id).is_held
    with pytest.raises(Refused):
        do(cast, "head", case_id, "recognize")
    do(cast, "office", case_id, "clear")
    assert not cast.row(case_id).is_held
    assert lines(cast)[0].status == "cleared"
    assert lines(cast)[0].concluded_by == cast.people["office"]


def test_a_finding_of_a_violation_concludes_every_complaint(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    complain(cast, case_id)
    do(cast, "office", case_id, "guilty")
    assert [line.status for line in lines(cast)] == ["upheld"]
    assert cast.row(case_id).state == "cultivating"


def test_a_hold_for_another_reason_is_no_complaint(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    do(cast, "office", case_id, "hold", hold_ground="press")
    assert lines(cast) == []
    complain(cast, case_id, action="held:add_ground")
    do(cast, "office", case_id, "clear", hold_ground="press")
    assert [line.status for line in lines(cast)] == ["open"]
    assert cast.row(case_id).is_held
    do(cast, "office", case_id, "clear", hold_ground="complaint")
    assert [line.status for line in lines(cast)] == ["cleared"]


def test_who_complained_is_nowhere_to_be_read_in_the_database(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    complain(cast, case_id)
    cast.settle()
    with cast.app.database.read() as connection:
        found = {
            table.name
            for table in metadata.sorted_tables
            if any(CANARY in repr(row) for row in connection.execute(sa.select(table)).all())
        }
        assert found == set()
        assert connection.scalar(sa.select(sa.func.count()).select_from(complainant)) == 1
        assert history.verify(connection) == []
        seen = queries.listed(connection, cast.agency_id, visible=sa.true())
    assert CANARY not in repr(seen)
    assert CANARY not in repr(WHO)
    view = cast.app.engine.view(cast.actor("head"), case_id)
    assert CANARY not in repr(view)
    assert view.grounds == ("Đang giải quyết khiếu nại, tố cáo",)


def test_a_failed_recording_keeps_neither_hold_nor_name(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    with pytest.raises(Refused):
        complain(cast, case_id, Identity(content="x" * (complainants.LONGEST + 1)))
    assert lines(cast) == []
    assert not cast.row(case_id).is_held


def test_each_look_at_who_complained_is_written_down(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    complain(cast, case_id)
    (line,) = lines(cast)
    with cast.app.database.write() as connection:
        assert (
            complainants.told(connection, cast.app.identities, cast.agency_id, line.id, cast.people["office2"]) == WHO
        )
    with cast.app.database.read() as connection:
        (row,) = connection.execute(sa.select(delivery).where(delivery.c.kind == "complainant_read")).all()
    assert (row.person_id, row.case_id) == (cast.people["office2"], case_id)


def test_where_somebody_keeps_complaints_the_office_does_not_and_nobody_reads_of_themselves(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")

    def keeps(name: str, *, this_case: bool = False) -> bool:
        with cast.app.database.read() as connection:
            life = cast.app.catalogue.living(connection, cast.agency_id, "nominee")
            matter = complainants.matter_of(connection, cast.agency_id, case_id) if this_case else None
        org = cast.app.engine.view(cast.actor(name), case_id).org
        return complainants.may_keep(org, life.plan, cast.people[name], matter)

    assert (keeps("office"), keeps("director"), keeps("candidate")) == (True, False, False)
    with cast.app.database.write() as connection:
        grant_role(
            connection, cast.agency_id, person_id=cast.people["candidate"], role="complaint_keeper",
            starts_on=date(2025, 1, 1),
        )  # fmt: skip
    assert (keeps("office"), keeps("candidate")) == (False, True)
    assert not keeps("candidate", this_case=True)
    assert keeps("office", this_case=True), "the office steps in where the keeper is the subject"


def test_who_is_erased_takes_the_complaints_words_along(cast: Cast) -> None:
    case_id = case_at(cast, "cultivating")
    complain(cast, case_id)
    do(cast, "office", case_id, "clear")
    do(cast, "office", case_id, "close")
    with cast.app.database.write() as connection:
        erase_subject(connection, cast.agency_id, cast.row(case_id).subject_id)
        assert connection.execute(sa.select(complainant)).all() == []
    assert len(lines(cast)) == 1
