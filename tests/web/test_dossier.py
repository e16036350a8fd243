"""What a case's page tells of the cases it lists: nothing of one that who looks has no part in."""

from __future__ import annotations

from tests.cast import Cast
from tests.roads import answer, case_at, do
from tests.sittings import convene
from tests.states.councils.test_sittings import staff
from web.dossier import load_names
from workflow.clock import local_date
from workflow.identity import load_organisation


def test_a_member_who_stands_aside_does_not_read_the_name(cast: Cast):
    cases = [case_at(cast, "council_review", who=who) for who in staff(cast, 2)]
    sitting = convene(cast, cases)
    do(cast, "office", sitting, "invite")
    answer(cast, "deputy", sitting, "reply", attendance="present", conflicts=[cases[0]])
    fields = cast.app.engine.view(cast.actor("deputy"), sitting).fields
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, local_date(cast.now()))
        told = {who: load_names(connection, org, sitting, fields, cast.people[who]) for who in ("deputy", "office")}
    assert (set(told["deputy"].cases), told["deputy"].kept) == ({cases[1]}, {cases[0]})
    assert (set(told["office"].cases), told["office"].kept) == (set(cases), frozenset())
