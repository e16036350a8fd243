"""Each kind of defect of a plan, each reason within it and each kind of table has its sentence in every language."""

from __future__ import annotations

import string

import pytest

from config.texts import load, read
from workflow.defect_kinds import KINDS, REASONS, REMARKS, because
from workflow.defects import Place, Report, defect
from workflow.vocabulary import KEYS, LANGUAGES

AROUND = {
    "with_nearest": "what nearest",
    "with_known": "what known",
    "with_path": "what path",
    "with_use": "what place",
    "line": "place what",
}
TOLD = {
    **KINDS,
    **REMARKS,
    **AROUND,
    **{f"because.{reason}": told for reason, told in REASONS.items()},
    **{f"kind.{kind}": "" for kind in KEYS},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_and_says_what_its_kind_tells(language):
    said = {key.removeprefix("definition."): text for key, text in read(language).items() if "definition." in key}
    told = {key: {name for _, name, _, _ in string.Formatter().parse(text) if name} for key, text in said.items()}
    assert told == {key: set(names.split()) for key, names in TOLD.items()}


def test_a_kind_nobody_wrote_a_sentence_for_is_refused_where_it_is_made():
    with pytest.raises(KeyError):
        defect("unheard_of")
    with pytest.raises(KeyError):
        because("unheard_of")


def test_a_defect_that_lacks_a_value_of_its_sentence_is_refused_where_it_is_made():
    with pytest.raises(KeyError, match="expected"):
        Report().add("wrong_name", Place("plan.yaml", 1), name="x")


def test_a_line_tells_place_cause_nearest_name_and_path():
    found = defect("unreachable", ("states", "a"), ("b", "c"), name="a", why=because("no_action_leads"), nearest="ab")
    assert load(strict=True).render(found.line, "vi") == (
        "states.a: không có đường tới bước “a”: không thao tác nào dẫn tới đây; có phải là “ab”?; đường đi: b → c"
    )
    assert str(found) == (
        "states.a: definition.unreachable(name='a', why=definition.because.no_action_leads, nearest='ab'); path: b → c"
    )
