"""Each broken definition is refused with the file, the line, the cause, and the nearest right name or the path."""

from __future__ import annotations

import pytest

from tests.workflow.plans import Broken, broken_plans, make_broken, registry
from workflow.defects import DefinitionError
from workflow.loading import load_plan

CASES = broken_plans()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_broken_definition_is_refused_at_its_line(case: Broken, tmp_path):
    folder = make_broken(tmp_path, case)
    with pytest.raises(DefinitionError) as refused:
        load_plan(folder, registry=registry())
    lines = str(refused.value).splitlines()
    about = [line for line in lines if all(said in line for said in case.says)]
    assert case.says, "a case that expects nothing proves nothing"
    assert about, f"none says {case.says}:\n{refused.value}"
    written = (folder / case.file).read_text(encoding="utf-8")
    line = written[: written.index(case.at)].count("\n") + 1
    place = f"{case.file}:{line}: "
    assert any(line.startswith(place) for line in about), f"not at {place}:\n" + "\n".join(about)


def test_there_are_enough_of_them():
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def test_many_defects_of_a_file_are_told_at_once(tmp_path):
    edits = (
        ("processes/nominee.yaml", "if: not_a_duplicate", "if: not_a_dupe"),
        ("processes/nominee.yaml", "do: revoke_recognition", "do: revoke_all"),
        ("processes/unit_report.yaml", "if: no_exemplars_here", "if: nobody_here"),
    )
    with pytest.raises(DefinitionError) as refused:
        load_plan(make_broken(tmp_path, Broken("many", edits, "", "", ())), registry=registry())
    assert [(defect.place.file, defect.key) for defect in refused.value.defects] == [
        ("processes/nominee.yaml", "unknown_guard"),
        ("processes/nominee.yaml", "unknown_effect"),
        ("processes/unit_report.yaml", "unknown_guard"),
    ]
