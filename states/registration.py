"""Every guard, effect, loader and form of the domain, gathered for the one who wires the application."""

from __future__ import annotations

from states.benefits import prize
from states.certificates import issuing as certificates
from states.complaints import register as complaints
from states.councils import computed as council_forms
from states.councils import effects as council_effects
from states.councils import guards as councils
from states.councils import publishing as council_publishing
from states.councils import secret as council_ballots
from states.criteria import guards as criteria
from states.dissemination import reading
from states.documents import effects as documents
from states.eligibility import guards as eligibility
from states.eligibility import titles
from states.endorsements import rules as endorsements
from states.honours import board
from states.merit_requests import effects as merit_effects
from states.merit_requests import facts as merit_facts
from states.merit_requests import guards as merit_guards
from states.movements import counts as movement_counts
from states.movements import facts as movement_facts
from states.movements import guards as movements
from states.nominees import facts as nominee_facts
from states.nominees import guards as nominees
from states.publicity import calendar
from states.publicity import guards as publicity
from states.quotas import effects as quota_effects
from states.quotas import guards as quotas
from states.reviews import counts
from states.reviews import guards as reviews
from states.subjects import effects as subjects
from states.subjects import facts as subject_facts
from states.subjects import port, records, visibility
from states.training import effects as training
from states.training import record
from states.webhooks import model as webhooks
from workflow.registry import Registry

ROOMS = (
    subject_facts,
    subjects,
    visibility,
    titles,
    eligibility,
    endorsements,
    quotas,
    quota_effects,
    criteria,
    nominee_facts,
    nominees,
    councils,
    council_effects,
    council_forms,
    council_ballots,
    council_publishing,
    complaints,
    documents,
    certificates,
    merit_facts,
    merit_guards,
    merit_effects,
    counts,
    reviews,
    movement_facts,
    movements,
    movement_counts,
    publicity,
    reading,
    training,
    prize,
    webhooks,
)


VALUES = (
    board.SETTING,
    calendar.SLOTS,
    counts.TARGETS,
    prize.MONEY,
    record.LASTS,
    record.NEEDED,
    records.DOSSIER,
)
"""Names under a plan's `values:` that the domain reads, whether or not a `$name` asks for them."""


def register(registry: Registry) -> None:
    """Put every name of the domain into the registry. A name given twice is an error."""
    registry.subject = port.SUBJECTS
    registry.values = VALUES
    for room in ROOMS:
        room.register(registry)
