"""A sitting's ballot in the system's box: opened with who is there, heard once it is closed, given up for paper."""

from __future__ import annotations

import sqlalchemy as sa

from states.ballots import boxes
from states.ballots.boxes import Box, Elector, Opening
from states.councils.sittings import Sitting, load, rules_of
from workflow.db import uuid7
from workflow.message import Message, Refused
from workflow.registry import Context, Registry

THERE = ("present", "proxy")
SEALED = "sealed"  # the word of the field `sealing`


def open_box(context: Context, connection: sa.Connection) -> None:
    """A box for the names of this ballot; who is absent and writes is heard apart, by name, and has no seat in it."""
    sitting = load(connection, context)
    rules = sitting.rules
    if rules.mode != "secret" or not rules.chair or not rules.keeper:
        raise Refused(Message("ballot.no_offices", {"cite": rules.cite}))
    opening = Opening(
        papers=sitting.open, electors=_electors(connection, context, sitting), chair_role=rules.chair,
        keeper_role=rules.keeper, most=sitting.places if rules.choose == "places" else None,
        least=sitting.attendance().needed, tellers=_tellers(sitting),
    )  # fmt: skip
    boxes.open_box(connection, uuid7, context.agency_id, context.case_id, sitting.ballot, opening)


def _tellers(sitting: Sitting) -> tuple[str, ...]:
    """Who holds the key: the sitting's tellers, where it asked for sealing or the plan always does; else nobody.

    Raises Refused where the plan lets no slip be sealed, and where no teller is named.
    """
    rules, asked = sitting.rules, sitting.fields.get("sealing") == SEALED
    if asked and rules.sealed == "never":
        raise Refused(Message("sealed.never", {"cite": rules.cite}))
    if not asked and rules.sealed != "always":
        return ()
    named = tuple(sitting.fields.get("tellers") or ())
    if not named:
        raise Refused(Message("sealed.no_tellers", {"cite": rules.cite}))
    return named


def _electors(connection: sa.Connection, context: Context, sitting: Sitting) -> tuple[Elector, ...]:
    """Those there, each with the papers they, or who sits for them, have no part in."""
    there = [seat for seat in sitting.seats if seat.presence in THERE]
    casters = {
        seat.person_id: sitting.proxies.get(seat.person_id, seat.person_id) if seat.presence == "proxy"
        else seat.person_id
        for seat in there
    }  # fmt: skip
    close = boxes.too_close(connection, context.agency_id, sitting.open, set(casters.values()))
    names = {name.case_id: name for name in sitting.agenda}
    return tuple(
        Elector(
            member, caster,
            frozenset(
                number for number, one in enumerate(sitting.open, 1)
                if member in sitting.recused(names[one]) or (caster, one) in close
            ),
        )
        for member, caster in casters.items()
    )  # fmt: skip


def void_box(context: Context, connection: sa.Connection) -> None:
    """This ballot goes on on paper; a box that is closed stays what it is."""
    sitting = load(connection, context)
    if sitting.box is not None and not sitting.waits:
        raise Refused(Message("ballot.closed_already"))
    boxes.void(connection, context.agency_id, context.case_id)


def certify_boxes(context: Context, connection: sa.Connection) -> None:
    """Nothing is counted again: the ballots go, their figures stay."""
    boxes.certify(connection, context.agency_id, context.case_id)


def box_of(connection: sa.Connection, context: Context) -> tuple[Box | None, str]:
    """This ballot's box, and what its rules rest on: read without what the form asks for, so that a page knows it
    before anybody fills it in."""
    ballot = int(context.fields.get("ballot_no") or 1)
    return boxes.of_round(connection, context.agency_id, context.case_id, ballot), rules_of(context).cite


def box_counted(context: Context, _arg: str | None) -> Message | None:
    """The chair and the secretary have closed the box, and it is counted."""
    box, cite = context.facts["ballot_box"]
    return None if box is not None and box.is_counted else Message("ballot.still_open", {"cite": cite})


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    for effect in (open_box, void_box, certify_boxes):
        registry.effect(effect.__name__)(effect)
    registry.loader("ballot_box")(box_of)
    registry.guard("box_counted", facts=["ballot_box"], cite="Quy chế Hội đồng")(box_counted)
