"""The inventory of personal data names every table, once, and says of each line what, why, for whom and how long."""

from __future__ import annotations

import sqlalchemy as sa

from config.texts import load
from states.inventory import HELD, NONE
from tests.cast import Cast


def test_every_table_of_the_database_is_in_it_once(sqlite_cast: Cast):
    with sqlite_cast.app.database.read() as connection:
        there = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    named = [table for tables in HELD.values() for table in tables]
    assert len(named) == len(set(named))
    assert not NONE & set(named)
    assert there == NONE | set(named), "a new table says what it holds of whom, in states.inventory"


def test_a_table_with_names_is_not_said_to_hold_none(sqlite_cast: Cast):
    """Whoever has a column of a person in it holds something of theirs."""
    kept = {"fence", "honour_board", "number_counter", "quota_split", "document_template"}  # who decided
    with sqlite_cast.app.database.read() as connection:
        looked = sa.inspect(connection)
        for table in NONE - kept:
            columns = {column["name"] for column in looked.get_columns(table)}
            assert not columns & {"person_id", "name_of", "born_on", "email", "subject_id"}, table


def test_each_line_has_its_words():
    texts = load(strict=True)
    for line in HELD:
        for part in ("", ".why", ".who", ".end"):
            assert texts.has(f"inventory.{line}{part}", "vi")
            assert texts.has(f"inventory.{line}{part}", "en")
