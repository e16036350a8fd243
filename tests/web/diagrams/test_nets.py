"""PNML and Mermaid say the same moves as the machine."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.web.diagrams.test_bpmn import PLANS
from web.diagrams import mermaid, pnml
from web.diagrams.outcomes import of_state
from workflow.rulebook import HELD, Rulebook

PNML = "{http://www.pnml.org/version-2009/grammar/pnml}"


@pytest.mark.parametrize("plan", PLANS)
def test_the_net_has_every_arc_of_the_machine_and_no_other(plan: str) -> None:
    for definition in PLANS[plan]().definitions.values():
        root = ET.fromstring(pnml.net(definition))
        arcs = {one.get("source"): one.get("target") for one in root.iter(f"{PNML}arc") if "|" in one.get("source")}
        into = {one.get("target"): one.get("source") for one in root.iter(f"{PNML}arc") if "|" in one.get("target")}
        found = {
            (into[one].removeprefix("state "), one.split("|")[1], arcs[one].removeprefix("state ")) for one in arcs
        }
        table = {(source, name.removeprefix(HELD), to) for source, name, to in Rulebook(definition).table()}
        assert {one for one in found if one[0] != "start"} == table
        assert {one[1] for one in found if one[0] == "start"} == set(definition.start)


@pytest.mark.parametrize("plan", PLANS)
def test_mermaid_draws_the_moves_of_each_state(plan: str) -> None:
    for definition in PLANS[plan]().definitions.values():
        text = mermaid.diagram(definition)
        lines = re.findall(r"^    (\S+) --> (\S+)", text, re.MULTILINE)
        drawn = {(source, target) for source, target in lines if "[*]" not in (source, target)}
        own = {(one.source, one.target) for state in definition.states.values() for one in of_state(definition, state)
               if not (one.everywhere or one.held or one.stays)}  # fmt: skip
        assert drawn == own
        named = dict(re.findall(r'^    state "([^"]*)" as ([a-z][a-z0-9_]*)$', text, re.MULTILINE))
        assert set(named.values()) == set(definition.states), "ids are ASCII, labels people's words"
