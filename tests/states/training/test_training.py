"""A course is approved, answered, held; each one who attended has it on record, once."""

from __future__ import annotations

import sqlalchemy as sa

from states.training.model import training
from tests.cast import Cast, sound


def test_who_attended_has_it_on_record(cast: Cast) -> None:
    people = [cast.people[name] for name in ("mentor", "colleague1", "press")]
    course = cast.app.engine.start(
        cast.actor("office"), process="training", action="plan_course", subject_type="agency",
        subject_id=cast.agency_id,
        inputs={
            "course": "Nghiệp vụ thi đua, khen thưởng 2025", "topics": "emulation", "content": "Luật và nghị định mới",
            "host": "Sở Nội vụ", "held_on": "2025-03-20", "place": "Hội trường A", "invited": people,
        },
    ).case_id  # fmt: skip
    cast.act("director", course, "approve")
    cast.answer("mentor", course, "reply", coming=True)
    cast.answer("colleague1", course, "reply", coming=False, excuse="Đi công tác.")
    cast.act("office", course, "held", attended=[people[0], people[2]])
    cast.act("office", course, "record", assessed={people[0]: "good", people[2]: "passed"})
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(training.c.person_id, training.c.result, training.c.topic)).all()
    assert {tuple(row) for row in rows} == {(people[0], "good", "emulation"), (people[2], "passed", "emulation")}
    sound(cast)
