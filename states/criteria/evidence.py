"""Papers bound to the criterion they speak for: files the case has, or new ones that come with the binding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from states.criteria.model import criterion_evidence
from workflow import files, permission
from workflow.commands import Actor, Changing
from workflow.criteria import sets_of
from workflow.db import insert_ignoring
from workflow.draft import By, Draft
from workflow.files import file
from workflow.identity import Authority
from workflow.message import Invalid, Message, NotFound, Refused
from workflow.registry import Context, EffectEntry

BOUND = "evidence_bound"
Key = tuple[str, str]  # set, criterion


def bind(
    engine: Changing, actor: Actor, case_id: str, key: Key, file_ids: Sequence[str], uploads: Sequence[str]
) -> None:
    """Say that these files of the case, and these new ones, speak for a criterion; what is bound already stays.

    Whoever may do something with the case now may say so. Raises NotFound, Refused, Invalid.
    """

    def apply(draft: Draft) -> None:
        _bind(draft, actor, key, file_ids, uploads)

    engine.change(case_id, By("person", actor.person_id, None, actor.channel), apply)


def _bind(draft: Draft, actor: Actor, key: Key, file_ids: Sequence[str], uploads: Sequence[str]) -> None:
    if draft.case["agency_id"] != actor.agency_id:
        raise NotFound("case")
    if draft.held or draft.case["ended_at"] is not None:
        raise Refused(Message("criteria.held" if draft.held else "criteria.over"))
    draft.by = By("person", actor.person_id, _authority(draft, actor.person_id), actor.channel)
    if key not in {(one.name, name) for one in sets_of(draft.plan, draft.case, draft.fields) for name in one.criteria}:
        raise Invalid({"criterion": Message("criteria.which")})
    if not file_ids and not uploads:
        raise Invalid({"files": Message("criteria.no_file")})
    own = set(case_files(draft.connection, draft.case["agency_id"], draft.case["id"]))
    new = files.unclaimed(draft.connection, draft.case["agency_id"], actor.person_id)
    if not set(file_ids) <= own or not set(uploads) <= set(new):
        raise NotFound("file")
    draft.uploads = files.digests(draft.connection, draft.case["agency_id"], uploads) if uploads else {}
    draft.note(BOUND, refs=[*file_ids, *uploads], criteria=key[0], criterion=key[1])

    def write(context: Context, connection: sa.Connection) -> None:
        for file_id in (*file_ids, *uploads):
            row = {
                "agency_id": context.agency_id, "case_id": context.case_id, "criteria": key[0], "criterion": key[1],
                "file_id": file_id, "bound_by": actor.person_id, "bound_at": context.now,
            }  # fmt: skip
            connection.execute(insert_ignoring(connection, criterion_evidence).values(row))

    draft.effects.append((EffectEntry(write), draft.context()))


def _authority(draft: Draft, person_id: str) -> Authority:
    """What lets a person do something here; Refused when nothing does."""
    for action in draft.facts.life.definition.actions_in(draft.case["state"]).values():
        found = None if action.when else permission.why_not(draft, action, person_id, held=False)[0]
        if found is not None:
            return found
    raise Refused(Message("criteria.not_yours"), status="forbidden")


def case_files(connection: sa.Connection, agency_id: str, case_id: str) -> dict[str, str]:
    """id → name of the files a case carries, the oldest first."""
    mine = sa.select(file.c.id, file.c.name).where(file.c.agency_id == agency_id, file.c.case_id == case_id)
    return {row.id: row.name for row in connection.execute(mine.order_by(file.c.uploaded_at, file.c.id))}


def bound(connection: sa.Connection, agency_id: str, case_id: str) -> Mapping[Key, list[str]]:
    """(set, criterion) → ids of the files that speak for it."""
    c = criterion_evidence.c
    rows = connection.execute(
        sa.select(c.criteria, c.criterion, c.file_id)
        .where(c.agency_id == agency_id, c.case_id == case_id)
        .order_by(c.bound_at, c.file_id)
    )
    found: dict[Key, list[str]] = {}
    for row in rows:
        found.setdefault((row.criteria, row.criterion), []).append(row.file_id)
    return found
