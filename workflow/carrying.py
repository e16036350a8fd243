"""Open work follows its unit into another one, or whom it is about, each case with an event.

Whatever still looks at the old unit is found by what is stored, so that a run that died half way just goes on.
"""

from __future__ import annotations

import sqlalchemy as sa

from workflow.arming import reoffer
from workflow.case import case
from workflow.commands import Changing
from workflow.draft import By, Draft
from workflow.permission import asked_of_item
from workflow.worklist import candidate, work_item

EVENT = "carried_over"
ALONG = "moved_along"


def left_behind(connection: sa.Connection, agency_id: str, unit_id: str) -> list[str]:
    """Running cases that are the unit's, and those that ask somebody of it, oldest first."""
    own = sa.select(case.c.id).where(
        case.c.agency_id == agency_id, case.c.unit_id == unit_id, case.c.ended_at.is_(None)
    )
    asking = (
        sa.select(work_item.c.case_id)
        .join(candidate, candidate.c.item_id == work_item.c.id)
        .where(
            candidate.c.agency_id == agency_id, candidate.c.unit_id == unit_id, candidate.c.is_open,
            work_item.c.status == "open",
        )
    )  # fmt: skip
    return sorted(connection.scalars(own.union(asking)))


def carry_over(engine: Changing, case_id: str, old: str, decision: str) -> bool:
    """Bring one case to whoever answers for the old unit today. A second time changes nothing; False: it is gone."""
    return engine.change(case_id, By("case"), lambda draft: follow(draft, old, decision))


def follow(draft: Draft, old: str | None, decision: str = "") -> None:
    """The case's unit, and every open item that asks the old one, are the heir's from this event on."""
    heir, units = draft.facts.org.unit_now(old), {draft.case["unit_id"]}
    units |= {row["unit_id"] for row in draft.candidates.all(is_open=True)}
    if old is None or heir is None or heir == old or old not in units:
        return
    if draft.case["unit_id"] == old:
        draft.case["unit_id"] = heir
        draft.dossier_moved = True
    draft.note(EVENT, refs=[old, heir], decision=decision, **{"from": draft.case["state"], "to": draft.case["state"]})
    for item in draft.items.all(status="open"):
        draft.items.update(item["id"], version=item["version"] + 1)
        reoffer(draft, item, asked_of_item(draft, item))
        for row in draft.candidates.all(item_id=item["id"], is_open=True):
            if row["unit_id"] == old:  # a role that was added: asked again above, in the heir
                draft.candidates.update(row["id"], is_open=False)


def move_along(draft: Draft, unit_id: str, decision: str, reason: str = "") -> None:
    """The case goes along with whom it is about into another unit, by a decision; who answers there is asked."""
    draft.note(
        ALONG, inputs={"reason": reason} if reason else {}, refs=[draft.case["unit_id"], unit_id], decision=decision,
        **{"from": draft.case["state"], "to": draft.case["state"]},
    )  # fmt: skip
    draft.case["unit_id"] = unit_id
    draft.dossier_moved = True
    for item in draft.items.all(status="open"):
        draft.items.update(item["id"], version=item["version"] + 1)
        reoffer(draft, item, asked_of_item(draft, item))
