"""Who begins what comes in by hand: whoever the engine would let, also where a case is about the whole agency."""

from __future__ import annotations

from random import Random

from tests.workflow.plans import shipped
from tests.workflow.test_identity import DIRECTOR, HEAD, OFFICE, paper
from workflow.simulation.arrivals import Newcomer, beginner, of_exemplars

PLAN = shipped().plan
PUBLISH = shipped().definitions["dissemination"].start["publish"]  # by the office, the director and every unit's head


def _begun_by(newcomer: Newcomer | None) -> set[str | None]:
    org = paper({"a": (HEAD,), "b": (OFFICE,), "c": (DIRECTOR,)})
    return {beginner(org, PLAN, PUBLISH, newcomer, Random(seed)) for seed in range(40)}


def test_heads_of_units_begin_what_is_about_the_agency() -> None:
    assert PLAN.roles["unit_head"].of == "unit"
    assert _begun_by(None) == {"a", "b", "c"}


def test_where_no_level_is_come_to_nominees_are_those_whom_a_start_names() -> None:
    definitions = shipped().definitions
    assert of_exemplars(definitions) == "nominee"
    flat = {
        name: one.model_copy(
            update={"states": {k: s.model_copy(update={"level": None}) for k, s in one.states.items()}}
        )
        for name, one in definitions.items()
    }
    assert "subject" in next(iter(flat[of_exemplars(flat)].start.values())).needs
    assert of_exemplars({}) == ""


def test_nobody_begins_what_is_about_themselves() -> None:
    assert _begun_by(Newcomer("person", person_id="a", unit_id="u")) == {"b", "c"}


def test_who_is_of_no_unit_of_the_subject_s_begins_as_the_agency_s() -> None:
    """A head of another unit has no say in it."""
    assert _begun_by(Newcomer("person", person_id="x", unit_id="v")) == {"b", "c"}
