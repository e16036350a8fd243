"""Joins two who are one: every case, row and role in one transaction, together with the end of the run.

So there is no moment in which the two are half one: who dies in the middle has written nothing, and the next hands
begin anew. What is looked at before it is confirmed is worked out by the same code.
"""

from __future__ import annotations

from states.twins.deciding import decided
from states.twins.looking import Look, Touched, look
from states.twins.rows import move_people, move_subjects, note
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.joining import rename
from workflow.message import Refused
from workflow.organisation_changes import touched
from workflow.runs import Work
from workflow.writing import guarded, recorded, write


class TwinJoining:
    """The doer of runs of the kind `join_twins`."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """All of it or nothing. Raises Refused with everything that has to be settled first."""
        joining = decided(work.taken)
        with self._engine.database.write() as connection:
            seen = look(self._engine, connection, joining, locked=True)
            if seen.refusals:
                raise Refused(*seen.refusals)
            for number, one in enumerate(seen.cases):
                work.at(number, len(seen.cases))
                guard = guarded(one.draft)
                write(connection, one.draft, guard, recorded(one.draft, guard))
                rename(connection, one.before, one.draft.facts)
            now = business_now(connection)
            moved = {**move_subjects(connection, seen.found, joining, now), **move_people(connection, seen.found, now)}
            note(connection, seen.found, joining, {**moved, "cases": dict(map(_was, seen.cases))}, now)
            touched(connection, joining.agency_id, [row.id for row in seen.found.people or ()])
            work.at(len(seen.cases), len(seen.cases))
            work.finish(connection, result=_result(seen, moved))


def _was(one: Touched) -> tuple[str, dict[str, object]]:
    """What of a case is the other's from now on: whether it is about it, and as what it named the one that goes."""
    old, new = one.before.parties, one.draft.facts.parties
    about = one.before.case["subject_id"] != one.draft.facts.case["subject_id"]
    return one.before.case["id"], {"about": about, "as": sorted({p.relation for p in new if p not in old})}


def _result(seen: Look, moved: dict[str, list[str]]) -> dict[str, int]:
    return {**seen.counts, "moved": sum(map(len, moved.values()))}
