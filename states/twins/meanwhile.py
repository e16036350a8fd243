"""Cases that were begun about, or with, one that goes while the two became one: brought after, by the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from states.subjects.model import subject
from workflow.case import case, case_party
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.draft import By
from workflow.facts import load_cases
from workflow.joining import Pair, join, rename, renamed, seen_from
from workflow.organisation import twin
from workflow.writing import guarded, recorded, write

LOOKED_FOR = timedelta(days=1)  # after which whatever raced with it has ended long ago


def catch_up(engine: Changing) -> int:
    """How many open cases still named one that goes, and name the other now."""
    with engine.database.read() as connection:
        late = list(connection.execute(_late(business_now(connection) - LOOKED_FOR)).mappings())
    cases = [list(rows) for _, rows in groupby(late, key=itemgetter("case_id"))]
    for rows in cases:
        _bring(engine, rows)
    return len(cases)


def _late(since: Any) -> sa.Select[Any]:
    recent = sa.and_(twin.c.parted_at.is_(None), twin.c.done_at >= since)
    named = sa.or_(
        sa.and_(twin.c.noun == "subject", case.c.subject_type == "subject", case.c.subject_id == twin.c.gone_id),
        sa.and_(
            twin.c.noun == "person",
            sa.exists().where(case_party.c.case_id == case.c.id, case_party.c.person_id == twin.c.gone_id),
        ),
    )
    wanted = sa.select(twin, case.c.id.label("case_id"))
    joined = wanted.join(case, sa.and_(case.c.agency_id == twin.c.agency_id, case.c.ended_at.is_(None)))
    return joined.where(recent, named).order_by(case.c.id)


def _bring(engine: Changing, rows: Sequence[Any]) -> None:
    row = rows[0]
    with engine.database.write() as connection:
        pair = _pair(connection, {one["noun"]: (one["gone_id"], one["into_id"]) for one in rows})
        for before in load_cases(connection, engine, [row["case_id"]]):
            facts = renamed(before, pair, seen_from(before.org, pair))
            draft = engine.draft_for(connection, facts, By("person", row["decided_by"], None, "page"))
            join(draft, pair, row["reason"])
            guard = guarded(draft)
            write(connection, draft, guard, recorded(draft, guard))
            rename(connection, before, facts)


def _pair(connection: sa.Connection, two: Mapping[str, tuple[str, str]]) -> Pair:
    """Of one case at most one of either noun: what else it names is brought after at the next look."""
    if "subject" not in two:
        return Pair(two["person"])
    into = connection.execute(sa.select(subject).where(subject.c.id == two["subject"][1])).one()
    return Pair(two.get("person"), two["subject"], into.name, into.folded, into.person_id)
