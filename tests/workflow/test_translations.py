"""Every text in every language of the plan: complete, and none of nothing."""

from __future__ import annotations

import shutil

import pytest

from tests.workflow.plans import SHIPPED, changed, lines, registry, shipped
from workflow.loading import DefinitionError, load_plan
from workflow.translations import definition_texts, plan_texts


def refused(folder) -> str:
    with pytest.raises(DefinitionError) as error:
        load_plan(folder, registry=registry())
    return "\n".join(lines(error.value))


def test_the_shipped_plan_is_complete_in_english():
    plan, definitions = shipped().plan, shipped().definitions
    assert plan.texts["en"].keys() == {key for key, text in plan_texts(plan) if text}
    for definition in definitions.values():
        assert definition.texts["en"].keys() == {key for key, text in definition_texts(definition) if text}
    assert definitions["nominee"].texts["en"]["states.unit_appraisal.actions.send_back"] == "Return for completion"
    assert definitions["nominee"].texts["en"]["fields.reason"] == "Reason"
    assert definitions["merit_request"].texts["en"]["fields.signed_copy"] == "Signed copy"


def test_no_english_text_is_the_vietnamese_one():
    for definition in shipped().definitions.values():
        own = dict(definition_texts(definition))
        assert {key for key, text in definition.texts["en"].items() if text == own[key]} == set()


def test_everything_people_are_shown_has_a_title():
    for definition in shipped().definitions.values():
        assert {key for key, text in definition_texts(definition) if not text and "may_wait" not in key} == set()


def test_a_missing_text_is_told_at_the_title_it_translates(tmp_path):
    error = refused(changed(tmp_path, "en.yaml", "          take_up: Take into cultivation\n", "", SHIPPED))
    line = (SHIPPED / "processes/nominee.yaml").read_text(encoding="utf-8").split("take_up:")[0].count("\n") + 1
    name = "'states.identified.actions.take_up' (Đưa vào bồi dưỡng)"
    assert error == f"processes/nominee.yaml:{line}: no 'en' text for {name}"


def test_a_text_of_nothing_is_told_at_its_line(tmp_path):
    folder = changed(tmp_path, "en.yaml", "          take_up: Take", "          take_upp: Take", SHIPPED)
    assert "'states.identified.actions.take_upp' is the text of nothing; did you mean" in refused(folder)


def test_a_role_without_a_text_is_told_in_the_plan(tmp_path):
    assert "plan.yaml:" in refused(
        changed(tmp_path, "en.yaml", "  mentor: Mentor\n  unit_head", "  unit_head", SHIPPED)
    )


def test_a_language_without_its_file_is_refused(tmp_path):
    copy = tmp_path / SHIPPED.name
    shutil.copytree(SHIPPED, copy)
    (copy / "en.yaml").unlink()
    assert "plan.yaml:1: the file 'en.yaml' is missing" in refused(copy)
