"""Somebody asks for their own data to be put right: answered once, by another, each step kept, what stood there too."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from states import corrections
from states.corrections import Answer, Asking
from states.erasure import erase_person
from states.office import people
from states.office.editing import Edit
from states.subjects.model import subject
from tests.cast import Cast
from tests.roads import case_at
from workflow import history
from workflow.message import NotFound, Refused
from workflow.organisation import person


def asked(cast: Cast, field: str = "name", wanted: str = "Phan Duy Nhất", who: str = "candidate") -> str:
    said = Asking(cast.agency_id, cast.people[who], field, wanted, "Theo giấy khai sinh", "Họ tên")
    with cast.app.database.write() as connection:
        return corrections.ask(connection, said, cast.app.catalogue.calendar(connection))


def by_hand(cast: Cast) -> corrections.Change:
    return lambda connection, person_id, given: people.change(
        connection, cast.agency_id, person_id, given, Edit(cast.people["office"], "Yêu cầu đính chính")
    )


def answered(cast: Cast, correction_id: str, status: str = "done", words: str = "Đã sửa.", by: str = "office") -> None:
    with cast.app.database.write() as connection:
        corrections.answer(
            connection, Answer(cast.agency_id, correction_id, status, words, cast.people[by]), by_hand(cast)
        )


def refusals(cast: Cast, *args: str, **more: str) -> set[str]:
    with pytest.raises(Refused) as refused:
        answered(cast, *args, **more)
    return {one.key for one in refused.value.reasons}


def one(cast: Cast) -> corrections.Correction:
    with cast.app.database.read() as connection:
        return corrections.listed(connection, cast.agency_id)[0]


def test_a_fact_is_changed_with_the_answer_and_history_stays_as_it_was(cast: Cast):
    case_at(cast, "not_taken_up")
    with cast.app.database.read() as connection:
        before = [tuple(row) for row in connection.execute(sa.select(history.event).order_by(history.event.c.id))]
    made = asked(cast)
    assert one(cast).due_on == date(2025, 3, 5), "two working days after Monday 3 March"
    answered(cast, made)
    found = one(cast)
    assert found.status == "done"
    (step,) = found.steps
    assert (step.was, step.words, step.by) == ("Candidate Nguyễn", "Đã sửa.", cast.people["office"])
    with cast.app.database.read() as connection:
        mine = sa.select(person.c.name).where(person.c.id == cast.people["candidate"])
        own = sa.select(subject.c.name).where(subject.c.person_id == cast.people["candidate"])
        assert connection.scalar(mine) == connection.scalar(own) == "Phan Duy Nhất"
        after = [tuple(row) for row in connection.execute(sa.select(history.event).order_by(history.event.c.id))]
        assert history.verify(connection) == []
    assert after == before


def test_what_is_refused_is_told_and_changes_nothing(sqlite_cast: Cast):
    cast = sqlite_cast
    answered(cast, asked(cast), "not_done", "Giấy khai sinh ghi khác.")
    assert one(cast).status == "not_done"
    with cast.app.database.read() as connection:
        mine = sa.select(person.c.name).where(person.c.id == cast.people["candidate"])
        assert connection.scalar(mine) == "Candidate Nguyễn"


def test_once_by_another_in_words_and_only_here(sqlite_cast: Cast):
    cast = sqlite_cast
    made = asked(cast)
    assert refusals(cast, made, by="candidate") == {"correction.own"}
    assert refusals(cast, made, "open", " ") == {"correction.no_answer", "correction.no_words"}
    with cast.app.database.write() as connection:
        with pytest.raises(NotFound):
            corrections.answer(
                connection, Answer("another", made, "done", "Đã sửa.", cast.people["office"]), by_hand(cast)
            )
        with pytest.raises(NotFound):
            corrections.withdraw(connection, cast.agency_id, made, cast.people["head"])
        corrections.withdraw(connection, cast.agency_id, made, cast.people["candidate"])
    assert refusals(cast, made) == {"correction.answered"}
    assert [step.status for step in one(cast).steps] == ["taken_back"]


@pytest.mark.parametrize(
    ("field", "wanted", "key"),
    [
        ("born_on", "31/02/1990", "form.date_unknown"), ("email", "không phải địa chỉ", "correction.no_mail"),
        ("post", "   ", "correction.no_wish"), ("salary", "x", "correction.no_field"),
        ("other", "x" * 1001, "correction.too_long"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence(sqlite_cast: Cast, field: str, wanted: str, key: str):
    with pytest.raises(Refused) as refused:
        asked(sqlite_cast, field, wanted)
    assert {one.key for one in refused.value.reasons} == {key}


def test_each_fact_is_written_as_it_is_read(sqlite_cast: Cast):
    cast = sqlite_cast
    for field, wanted in {"born_on": "02/01/1990", "email": "nhat@so.gov.vn", "post": "Chuyên viên chính"}.items():
        answered(cast, asked(cast, field, wanted))
    chosen = sa.select(person.c.born_on, person.c.email, person.c.post)
    with cast.app.database.read() as connection:
        row = connection.execute(chosen.where(person.c.id == cast.people["candidate"])).one()
    assert tuple(row) == (date(1990, 1, 2), "nhat@so.gov.vn", "Chuyên viên chính")


def test_words_go_with_who_is_forgotten(cast: Cast):
    answered(cast, asked(cast))
    with cast.app.database.write() as connection:
        erase_person(connection, cast.app.identities, cast.agency_id, cast.people["candidate"])
    found = one(cast)
    assert (found.wanted, found.why, found.steps[0].words, found.steps[0].was) == ("", "", "", "")
    assert found.steps[0].by == cast.people["office"]
