"""Sealed identities through a rotation, a lost key, an upgrade from clear columns, and erasure."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from config import migrations
from config.keys import new_identity_key
from states import identities
from states.comments.model import commenter
from states.complaints import complainants
from states.complaints.complainants import Identity
from states.complaints.model import complainant, complaint
from states.erasure import erase_person
from states.sealed import Envelope, KeyLost
from tests.cast import Cast
from tests.roads import case_at
from tests.states.complaints.test_complaints import WHO, complain
from workflow.db import uuid7


@pytest.fixture
def complained(cast: Cast) -> str:
    """A complaint that somebody made."""
    complain(cast, case_at(cast, "unit_appraisal"))
    with cast.app.database.read() as connection:
        return str(connection.scalar(sa.select(complaint.c.id)))


def told(cast: Cast, ident: str, envelope: Envelope) -> Identity:
    with cast.app.database.write() as connection:
        return complainants.told(connection, envelope, cast.agency_id, ident, cast.people["office"])


def renewed(cast: Cast, envelope: Envelope, **more: Any) -> int:
    with cast.app.database.write() as connection:
        return identities.renew(connection, envelope, **more)


def test_after_a_rotation_the_old_key_can_go(cast: Cast, complained: str) -> None:
    old, new = cast.app.settings.identity_keys[0], new_identity_key()
    assert renewed(cast, Envelope(lambda: [new, old])) == 1
    assert told(cast, complained, Envelope(lambda: [new])) == WHO
    with pytest.raises(KeyLost):
        told(cast, complained, Envelope(lambda: [old]))


def test_a_lost_key_is_told_and_loses_nothing_else(cast: Cast, complained: str) -> None:
    key = new_identity_key()
    other = Envelope(lambda: [key])
    with cast.app.database.read() as connection:
        assert identities.unreadable(connection, other) == 1
        assert identities.unreadable(connection, cast.app.identities) == 0
    with pytest.raises(KeyLost):
        renewed(cast, other)
    assert told(cast, complained, cast.app.identities) == WHO, "what could not be sealed anew is as it was"


def test_an_upgrade_from_clear_columns_is_sealed_by_init(cast: Cast, complained: str) -> None:
    url = cast.app.database.url.render_as_string(hide_password=False)
    cast.app.dispose()
    migrations.downgrade(url, "0015")
    with cast.app.database.write() as connection:
        connection.execute(
            sa.text("UPDATE complainant SET name = :name, contact = :contact, content = :content"), vars(WHO)
        )  # fmt: skip
    cast.app.dispose()
    migrations.upgrade(url)
    with cast.app.database.read() as connection:
        assert identities.in_clear(connection) == 1
    assert told(cast, complained, cast.app.identities) == WHO
    assert renewed(cast, cast.app.identities, clear_only=True) == 1
    with cast.app.database.read() as connection:
        assert identities.in_clear(connection) == 0
        assert WHO.name not in repr(connection.execute(sa.select(complainant)).all())
    assert told(cast, complained, cast.app.identities) == WHO


def test_who_is_erased_signed_nothing_also_under_an_older_key(cast: Cast) -> None:
    """A comment of one of the staff is found by a mark that says whose it is to nobody without a key."""
    old, new = cast.app.settings.identity_keys[0], new_identity_key()
    gone, stays = cast.people["candidate"], cast.people["colleague1"]
    with cast.app.database.write() as connection:
        if cast.app.database.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        else:
            connection.exec_driver_sql(
                "ALTER TABLE posting_commenter DROP CONSTRAINT fk_posting_commenter_agency_id_comment_id"
            )
        for person_id, key in ((gone, old), (gone, new), (stays, old)):
            envelope, ident = Envelope(lambda key=key: [key]), uuid7()
            words = {"person_id": person_id, "name": "", "contact": ""}
            values = {"comment_id": ident, "sealed": envelope.seal(ident, words), "mark": envelope.mark(person_id)}
            connection.execute(sa.insert(commenter).values(agency_id=cast.agency_id, **values))
        erase_person(connection, Envelope(lambda: [new, old]), cast.agency_id, gone)
        (left,) = connection.execute(sa.select(commenter)).all()
        assert Envelope(lambda: [old]).open(left.comment_id, left.sealed)["person_id"] == stays
        connection.rollback()
