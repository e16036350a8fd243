"""Each broken definition is refused with the file, the line, the cause, and the nearest right name or the path."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflow.plans import Broken, broken_plans, changed, lines, make_broken, registry
from workflow.defect_kinds import KINDS
from workflow.defects import DefinitionError
from workflow.loading import load_plan

CASES = {case.name: case for case in broken_plans()}


def refused(folder: Path) -> DefinitionError:
    with pytest.raises(DefinitionError) as error:
        load_plan(folder, registry=registry())
    return error.value


@pytest.fixture(scope="module")
def refusals(tmp_path_factory) -> dict[str, tuple[Path, DefinitionError]]:
    """Every broken definition, made and refused once."""
    folders = {name: make_broken(tmp_path_factory.mktemp(name), case) for name, case in CASES.items()}
    return {name: (folder, refused(folder)) for name, folder in folders.items()}


@pytest.mark.parametrize("name", CASES)
def test_broken_definition_is_refused_at_its_line(name: str, refusals):
    case, (folder, error) = CASES[name], refusals[name]
    about = [line for line in lines(error) if all(said in line for said in case.says)]
    assert case.says, "a case that expects nothing proves nothing"
    assert about, f"none says {case.says}:\n" + "\n".join(lines(error))
    assert case.times in (None, len(lines(error))), "\n".join(lines(error))
    written = (folder / case.file).read_text(encoding="utf-8")
    line = written[: written.index(case.at)].count("\n") + 1
    place = f"{case.file}:{line}: "
    assert any(line.startswith(place) for line in about), f"not at {place}:\n" + "\n".join(about)


def test_every_kind_of_defect_has_a_broken_definition(refusals):
    """But for those about translations (test_translations.py: this plan has one language), organisation.yaml and a
    file without a word.

    Of organisation.yaml speaks tests/config/test_organisation.py: this plan has none; of the last test_yaml_source.py.
    """
    seen = {defect.key for _, error in refusals.values() for defect in error.defects}
    assert set(KINDS) - seen == {"no_translation", "text_of_nothing", "other_agency", "bad_line", "empty_file"}


def test_every_line_is_told_in_vietnamese_too_at_the_same_place(refusals):
    for _, error in refusals.values():
        english, vietnamese = lines(error), lines(error, "vi")
        assert len(english) == len(vietnamese)
        for one, other in zip(english, vietnamese, strict=True):
            assert one.split(": ")[0] == other.split(": ")[0]
            assert one != other


def test_many_defects_are_told_at_once_in_the_order_of_the_files(tmp_path):
    edits = (
        ("processes/nominee.yaml", "if: not_a_duplicate", "if: not_a_dupe"),
        ("processes/nominee.yaml", "do: revoke_recognition", "do: revoke_all"),
        ("processes/unit_report.yaml", "if: no_exemplars_here", "if: nobody_here"),
    )
    error = refused(make_broken(tmp_path, Broken("many", edits, "", "", ())))
    assert [(defect.place.file, defect.key) for defect in error.defects] == [
        ("processes/nominee.yaml", "unknown_guard"),
        ("processes/nominee.yaml", "unknown_effect"),
        ("processes/unit_report.yaml", "unknown_guard"),
    ]


def test_what_the_plan_lends_is_complained_of_once(tmp_path):
    error = refused(changed(tmp_path, "plan.yaml", "escalate: secretariat +2", "escalate: boss +2"))
    assert [str(defect.place) for defect in error.defects] == ["plan.yaml:27"]
