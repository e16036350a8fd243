"""The outbox page: newest first, in pages, one agency's only; erased words are gone."""

from __future__ import annotations

from states.notices import log, queries
from tests.cast import Cast


def test_pages_newest_first_and_only_the_agencys_own(cast: Cast):
    for who in ("candidate", "colleague1", "colleague2"):
        cast.nominate(who=who)
        cast.settle()
    with cast.app.database.read() as connection:
        first = queries.outbox_page(connection, cast.agency_id, limit=2)
        rest = queries.outbox_page(connection, cast.agency_id, limit=2, after=first[-1].id)
        assert [letter.subject.split()[3] for letter in (*first, *rest)] == [
            "DH-2025-0003", "DH-2025-0002", "DH-2025-0001",
        ]  # fmt: skip
        assert queries.outbox_page(connection, "another") == []
        assert queries.one_letter(connection, cast.agency_id, first[0].id) == first[0]
        assert queries.one_letter(connection, "another", first[0].id) is None


def test_erasing_a_case_takes_its_words_out_of_digests_too(cast: Cast):
    first, second = cast.nominate(), cast.nominate(who="colleague1")
    cast.settle()
    with cast.app.database.write() as connection:
        [letter] = queries.outbox_page(connection, cast.agency_id)
        assert "Candidate" in letter.text
        assert log.erase(connection, cast.agency_id, [first]) == 1
        assert log.erase(connection, "another", [second]) == 0
        [left] = queries.outbox_page(connection, cast.agency_id)
    assert "Candidate" not in left.text
    assert "Candidate" not in left.subject
    assert "Colleague1" in left.text


def test_erasing_a_single_letter(cast: Cast):
    case_id = cast.nominate()
    cast.settle()
    with cast.app.database.write() as connection:
        log.erase(connection, cast.agency_id, [case_id])
        [letter] = queries.outbox_page(connection, cast.agency_id)
    assert (letter.erased, letter.text, letter.subject) == (True, "", "")


def test_a_cases_deliveries_are_its_own(cast: Cast):
    first, second = cast.nominate(), cast.nominate(who="colleague1")
    cast.settle()
    with cast.app.database.read() as connection:
        kinds = [row["kind"] for row in queries.of_case(connection, cast.agency_id, first)]
        others = [row["kind"] for row in queries.of_case(connection, cast.agency_id, second)]
    assert kinds == others == ["outbox_part"]
