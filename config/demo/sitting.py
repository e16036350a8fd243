"""A sitting of the council that is about to come: members find their invitation, the secretary the agenda."""

from __future__ import annotations

from datetime import date

from config.demo.cast import OFFICE
from config.demo.stage import Stage

SITS_ON = date(2025, 11, 7)
SITTING, NAMES = "sitting", ("council_review",)


def convene(stage: Stage) -> None:
    """The secretary convenes it."""
    inputs = {"sits_on": SITS_ON.isoformat(), "place": "Phòng họp số 2, tầng 3", "form": "meeting"}
    stage.begin(SITTING, OFFICE, "sitting", "convene", lambda _: stage.agency_id, inputs, about="agency")


def set_agenda(stage: Stage) -> None:
    """Every case that waits for the council."""
    stage.act(SITTING, OFFICE, "set_agenda", agenda=[stage.cases[name] for name in NAMES])


def invite(stage: Stage) -> None:
    """Invitations and files go out."""
    stage.act(SITTING, OFFICE, "invite")
