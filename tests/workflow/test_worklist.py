"""An inbox: who sees what and in whose place, whole pages, search without diacritics, at a constant price."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from states.subjects.enrol import enrol_other
from tests.cast import Cast
from tests.roads import case_at, do
from tests.statements import accesses, sent_to
from workflow.case import case
from workflow.clock import local_date
from workflow.folding import fold
from workflow.identity import load_organisation
from workflow.inbox import Page, inbox
from workflow.organisation_changes import declare_conflict
from workflow.worklist import candidate, work_item

FIRST, LAST = date(2025, 3, 3), date(2025, 3, 31)


def page(cast: Cast, name: str, **how: Any) -> Page:
    """What a person finds."""
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, local_date(cast.now()))
        return inbox(connection, org, cast.people[name], **how)


def cases(cast: Cast, name: str, **how: Any) -> list[str]:
    """Of which cases."""
    return [row.case_id for row in page(cast, name, **how).rows]


def test_an_item_is_the_owners_and_nobody_elses(cast: Cast):
    case_id = cast.nominate()
    found = {name for name in cast.people if case_id in cases(cast, name)}
    assert found == {"head"}
    do(cast, "head", case_id, "take_up")
    assert {name for name in cast.people if case_id in cases(cast, name)} == {"head"}


def test_a_role_of_the_agency_is_every_holders(cast: Cast):
    case_id = case_at(cast, "office_check")
    assert {name for name in cast.people if case_id in cases(cast, name)} == {"office", "office2"}


def test_deputies_find_it_in_the_absent_ones_place(cast: Cast):
    case_id = case_at(cast, "director_decision")
    cast.absent("director", "deputy", FIRST, LAST)
    cast.absent("deputy", "press", FIRST, LAST)
    places = {name: [r.on_behalf_of for r in page(cast, name).rows if r.case_id == case_id] for name in cast.people}
    director = cast.people["director"]
    assert {n: p for n, p in places.items() if p} == {"director": [None], "deputy": [director], "press": [director]}


def test_whom_a_case_is_about_never_finds_it(cast: Cast):
    case_id = cast.nominate(who="colleague1")
    cast.absent("head", "colleague1", FIRST, LAST)
    assert cases(cast, "colleague1") == []
    assert cases(cast, "head") == [case_id]
    own = cast.nominate(who="head")
    assert own not in cases(cast, "head")


def test_a_conflict_keeps_out_the_person_and_who_comes_through_them(cast: Cast):
    case_id = case_at(cast, "director_decision")
    cast.absent("director", "deputy", FIRST, LAST)
    cast.absent("deputy", "press", FIRST, LAST)
    subject, people = cast.row(case_id).subject_id, cast.people
    with cast.app.database.write() as connection:
        declare_conflict(connection, cast.agency_id, person_id=people["deputy"], subject_id=subject, kind="kin")
    assert {name for name in cast.people if case_id in cases(cast, name)} == {"director"}


def test_another_units_head_does_not_find_it(cast: Cast):
    case_id = cast.nominate()
    assert case_id not in cases(cast, "head2")
    cast.absent("head", "head2", FIRST, LAST)
    assert case_id in cases(cast, "head2")


def test_a_case_without_a_unit_is_for_who_steps_in_not_for_every_units_head(cast: Cast):
    database = cast.app.database
    with database.write() as connection:
        subject = enrol_other(connection, cast.agency_id, kind="person", name="Cụ Bảy", new_id=database.new_id)
    case_id = cast.nominate(subject=subject)
    assert {name for name in cast.people if case_id in cases(cast, name)} == {"director"}
    do(cast, "director", case_id, "take_up")
    assert {name for name in cast.people if case_id in cases(cast, name)} == {"director"}


# --- pages --------------------------------------------------------------------------------------------


def many(cast: Cast, number: int) -> None:
    """Open items of the office, in one case each, many of them due at the same moment."""
    case_id = case_at(cast, "office_check")
    with cast.app.database.write() as connection:
        of_case = sa.select(case).where(case.c.id == case_id)
        first = dict(connection.execute(of_case).mappings().one())
        items = connection.execute(sa.select(work_item).where(work_item.c.case_id == case_id)).mappings().all()
        item = next(dict(row) for row in items if row["status"] == "open")
        place = dict(connection.execute(sa.select(candidate).where(candidate.c.item_id == item["id"])).mappings().one())
        new_id = cast.app.database.new_id
        for n in range(number):
            ids = {"case_id": new_id(), "item_id": new_id()}
            label = f"Trần Đức Ánh {n}"
            due = item["sort_due_at"].replace(minute=n // 4 % 60)
            more = {"subject_id": new_id(), "code": f"DH-2030-{n:04d}", "label": label, "folded": fold(label)}
            connection.execute(sa.insert(case).values({**first, **more, "id": ids["case_id"]}))
            row = {**item, "id": ids["item_id"], "case_id": ids["case_id"], "sort_due_at": due, "due_at": due}
            connection.execute(sa.insert(work_item).values(row))
            connection.execute(sa.insert(candidate).values({**place, **ids, "id": new_id(), "sort_due_at": due}))


def test_pages_leave_nothing_out_and_repeat_nothing(unchecked_cast: Cast):
    cast = unchecked_cast
    many(cast, 60)
    whole = page(cast, "office", limit=100)
    assert len(whole.rows) == whole.count == 61
    assert [(r.sort_due_at, r.item_id) for r in whole.rows] == sorted((r.sort_due_at, r.item_id) for r in whole.rows)
    seen, after = [], None
    while True:
        part = page(cast, "office", limit=7, after=after)
        assert part.count == 61
        seen += [row.item_id for row in part.rows]
        if part.next is None:
            break
        assert len(part.rows) == 7
        after = part.next
    assert seen == [row.item_id for row in whole.rows]


def test_what_is_decided_between_two_pages_moves_nothing_else(unchecked_cast: Cast):
    cast = unchecked_cast
    many(cast, 30)
    first = page(cast, "office", limit=10)
    rest = [row.item_id for row in page(cast, "office", limit=100).rows[10:]]
    with cast.app.database.write() as connection:
        connection.execute(sa.update(work_item).where(work_item.c.id == first.rows[3].item_id).values(status="closed"))
    assert [row.item_id for row in page(cast, "office", limit=100, after=first.next).rows] == rest


def test_search_needs_no_diacritics_and_takes_codes(unchecked_cast: Cast):
    cast = unchecked_cast
    many(cast, 5)
    assert len(cases(cast, "office", search="trần đức ánh")) == 5
    assert len(cases(cast, "office", search="ANH  duc")) == 5
    assert len(cases(cast, "office", search="dh-2030-0003")) == 1
    assert len(cases(cast, "office", search="candidate")) == 1
    assert cases(cast, "office", search="%") == []
    assert cases(cast, "office", search="không có ai") == []
    assert cases(cast, "clerk", search="duc") == []


def test_an_inbox_costs_the_same_however_long_it_is(unchecked_cast: Cast):
    cast = unchecked_cast
    sent: list[str] = []
    sa.event.listen(cast.app.database.engine, "before_cursor_execute", lambda *a: sent.append(a[2]))
    costs = []
    for number in (0, 40):
        if number:
            many(cast, number)
        page(cast, "office")  # the organisation is read once
        sent.clear()
        page(cast, "office")
        costs.append(sum(statement.startswith("SELECT") for statement in sent))
    assert costs[1] <= costs[0] + 2
    assert costs[1] <= 7, "two more look up places and parties of the page's rows"


def test_a_page_counts_no_further_than_somebody_reads(unchecked_cast: Cast):
    many(unchecked_cast, 3)
    assert page(unchecked_cast, "office").count == 4
    assert page(unchecked_cast, "clerk").count == 0


def test_a_page_is_read_off_indexes_that_hold_what_waits_in_its_order(unchecked_cast: Cast):
    cast = unchecked_cast
    many(cast, 30)
    cast.absent("director", "office", FIRST, LAST)
    first = page(cast, "office", limit=10)
    with sent_to(cast.app.database) as heard:
        page(cast, "office", limit=10, after=first.next)
    asked = heard.of("reaching")
    assert len(asked) == 2, "a page and a count"
    for statement, parameters in asked:
        ways = [way for way in accesses(cast.app.database, statement, parameters) if way.table == "work_item_candidate"]
        assert {way.by for way in ways} == {"ix_candidate_role", "ix_candidate_person"}
        assert all(way.sought for way in ways)
        assert sorts(cast, statement, parameters) < len(ways), "each place comes in order by itself"


def sorts(cast: Cast, statement: str, parameters: Any) -> int:
    """How often the database would sort to answer."""
    with cast.app.database.write() as connection:
        if cast.app.database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return sum("FOR ORDER BY" in row.detail for row in plan)
        for name in ("enable_seqscan", "enable_bitmapscan", "enable_incremental_sort"):
            connection.exec_driver_sql(f"SET LOCAL {name} = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return sum("Sort  (" in row[0] for row in plan)


def test_somebody_asked_in_two_roles_of_one_case_finds_it_once_and_no_page_comes_short(unchecked_cast: Cast):
    cast = unchecked_cast
    many(cast, 12)
    office = cast.people["office"]
    with cast.app.database.write() as connection:
        for row in connection.execute(sa.select(candidate).where(candidate.c.is_open)).mappings().all():
            for role in ("mentor", "nominator"):
                extra = {**row, "id": cast.app.database.new_id(), "role": role, "person_id": office}
                connection.execute(sa.insert(candidate).values(extra))
    whole = page(cast, "office", limit=100)
    assert (whole.count, len(whole.rows)) == (13, 13)
    assert len(page(cast, "office", limit=5).rows) == 5
