"""The way is opened group by group: what is sent keeps its number, what is dropped says so, nothing by default."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at
from tests.workflow.test_fence import raise_fence
from workflow import fence, resumption
from workflow.clock import wall_now
from workflow.message import Refused
from workflow.outbox import UNFINISHED, claim, delivery, due_ids, outbox
from workflow.resumption import DROP, SEND, SINCE, Group


@pytest.fixture
def held(cast: Cast) -> Cast:
    """Letters before the cut, one of them in a hand, and a fence."""
    case_at(cast, "cultivating")
    cast.later(seconds=31)
    with cast.app.database.read() as connection:
        ripe = due_ids(connection, 1, notices=True)
    assert len(claim(cast.app.database, ripe)) == 1
    raise_fence(cast)
    return cast


def groups(cast: Cast) -> dict[str, Group]:
    with cast.app.database.read() as connection:
        standing = fence.raised(connection, cast.agency_id)
        assert standing is not None
        return {group.name: group for group in resumption.waiting(connection, standing).groups}


def resume(cast: Cast, **choices: str) -> int:
    with cast.app.database.write() as connection:
        standing = fence.raised(connection, cast.agency_id)
        assert standing is not None
        resumption.move_on(connection, codes=0)  # the dead hands' leases end, as at a restore
        return resumption.resume(connection, standing, choices, by=cast.people["office"])


def unfinished(cast: Cast) -> dict[str, str]:
    """Notices on their way: id → template."""
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.kind == "notice", outbox.c.status.in_(UNFINISHED)))
        return {row.id: row.payload["template"] for row in rows}


def test_it_shows_what_waits_by_kind(held: Cast) -> None:
    waiting = Counter(unfinished(held).values())
    found = groups(held)
    assert {name: group.messages for name, group in found.items()} == waiting
    assert all(group.needs_decision and 0 < group.recipients <= group.messages for group in found.values())
    assert sum(group.sent_perhaps for group in found.values()) == 1


def test_what_came_up_since_is_sent_anyway(held: Cast) -> None:
    held.nominate(who="mentor")
    since = groups(held)[SINCE]
    assert not since.needs_decision
    assert since.messages


def test_nothing_happens_by_default(held: Cast) -> None:
    before, (first, *rest) = unfinished(held), sorted(groups(held))
    assert rest, "one group only: this run proves nothing"
    for choices in ({}, {first: SEND}, dict.fromkeys([first, *rest], "perhaps")):
        with pytest.raises(Refused) as refused:
            resume(held, **choices)
        assert refused.value.reasons[0].key == "fence.undecided"
    assert unfinished(held) == before
    assert groups(held)


def test_what_is_sent_goes_once_under_its_old_number(held: Cast) -> None:
    waiting = unfinished(held)
    assert resume(held, **dict.fromkeys(groups(held), SEND)) == 0
    held.run_due()
    assert unfinished(held) == {}
    with held.app.database.read() as connection:
        done = connection.scalars(sa.select(outbox.c.id).where(outbox.c.kind == "notice", outbox.c.status == "done"))
        assert set(done) >= waiting.keys()
    assert len(held.told.letters) == len(waiting)


def test_what_is_dropped_never_goes_and_says_why(held: Cast) -> None:
    waiting, (first, *rest) = unfinished(held), sorted(groups(held))
    count = resume(held, **{first: DROP, **dict.fromkeys(rest, SEND)})
    gone = {one for one, template in waiting.items() if template == first}
    assert count == len(gone)
    held.run_due()
    assert {one["template"] for one in held.told.letters}.isdisjoint({first})
    with held.app.database.read() as connection:
        said = connection.scalars(sa.select(delivery.c.detail).where(delivery.c.kind == "dropped"))
        assert {one["message_id"] for one in said if one.get("reason") == "restored"} == gone
        kept = connection.execute(sa.select(fence.fence)).one()
    assert kept.decided == {first: DROP, **dict.fromkeys(rest, SEND)}
    assert kept.lowered_by == held.people["office"]
    assert wall_now() - kept.lowered_at < timedelta(minutes=1)


def test_it_says_how_many_timers_fire_at_once(held: Cast) -> None:
    held.later(days=150)
    with held.app.database.read() as connection:
        standing = fence.raised(connection, held.agency_id)
        assert standing is not None
        assert resumption.waiting(connection, standing).overdue > 0
