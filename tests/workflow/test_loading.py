"""A plan's folder is read whole: short forms spelled out, reuse and values put in, defaults where nothing is said."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from tests.workflow.plans import OPEN, SECOND, SHIPPED, changed, lines, registry, second, shipped
from workflow.definition import ByCase, ChildStart, Definition, Escalation, Plan
from workflow.editor_schema import json_schema
from workflow.loading import DefinitionError, load_plan, show
from workflow.vocabulary import KEYS

NOMINEE = "processes/nominee.yaml"


def loaded_with(tmp_path, old: str, new: str, file: str = NOMINEE) -> Definition:
    folder = changed(tmp_path, file, old, new)
    return load_plan(folder, registry=registry()).definitions["nominee"]


def test_the_shipped_plan_says_what_its_paper_says():
    plan = shipped().plan
    assert (plan.start, plan.end) == (date(2023, 4, 3), date(2025, 12, 31))
    assert list(plan.levels) == ["unit", "department", "province"]
    assert plan.kinds["collective"].members_may_decide
    assert (plan.number, plan.languages) == ("", ("vi", "en"))
    assert plan.phases["final"].start == date(2025, 1, 1)
    assert plan.cadences["closing"].given == {"final": "true"}
    assert plan.escalate[0] == Escalation(role="office", after="1 working_day", mode="add_owner")
    assert set(shipped().definitions) == set(plan.processes)
    assert len(plan.processes) == 14


def test_short_forms_groups_and_values_are_spelled_out():
    nominee = shipped().definitions["nominee"]
    take_up = nominee.states["identified"].actions["take_up"]
    assert take_up.needs == ("strengths", "shortcomings", "support", "measures", "mentor")
    assert nominee.states["cultivating"].asks["check_in"].every == "3 months"
    assert nominee.states["at_province"].due == "20 working_days after sent_on"
    assert nominee.fields["held_level"].choices == shipped().plan.levels
    assert nominee.fields["measures"].columns == {"what": "line", "who": "person", "due": "date", "done": "yes_no"}
    assert nominee.states["at_province"].actions["recognize"].starts == (
        ChildStart(process="merit_request"),
        ChildStart(process="publicity"),
    )
    assert nominee.held.asks["old_opinion"].of_unit == "old_unit"


def test_return_and_refuse_always_need_a_reason_and_everybody_has_the_field():
    for definition in (*shipped().definitions.values(), *second().definitions.values()):
        assert definition.fields["reason"].type == "text"
        for state in definition.states.values():
            for action in state.actions.values():
                assert action.verb not in ("return", "refuse") or "reason" in action.needs


def test_four_eyes_names_the_state_and_the_action():
    assert shipped().definitions["nominee"].states["signing"].actions["sign"].not_by == ("preparing.prepare",)


def test_defaults_stand_where_nothing_is_said():
    nominee, plan = shipped().definitions["nominee"], shipped().plan
    assert nominee.states["identified"].remind == plan.remind
    assert nominee.states["identified"].escalate == plan.escalate
    assert nominee.states["cultivating"].remind == ()
    check_in = nominee.states["cultivating"].asks["check_in"]
    assert (check_in.remind, check_in.escalate) == (plan.remind, (Escalation(role="unit_head", missed=2),))
    assert nominee.states["identified"].actions["decline"].tell == ("unit_head", "nominator")
    assert nominee.everywhere["close"].tell == ("unit_head", "nominator")
    assert nominee.states["council_review"].actions["record_passed"].tell == ()


def test_a_state_may_decline_the_defaults(tmp_path):
    said = "    due: $reading_time\n    remind: none\n    actions:\n      nurture"
    nominee = loaded_with(tmp_path, "    due: $reading_time\n    actions:\n      nurture", said)
    assert nominee.states["introduced"].remind == ()
    assert nominee.states["introduced"].escalate == second().plan.escalate


def test_like_merges_by_key_replaces_lists_and_takes_away():
    states = shipped().definitions["nominee"].states
    unit, department, province = (states[f"recognized_{level}"] for level in ("unit", "department", "province"))
    assert department.asks == unit.asks
    assert department.actions["revoke"].by == ("director",)
    assert department.actions["revoke"].do == unit.actions["revoke"].do
    assert "climb" in department.actions
    assert "climb" not in province.actions
    assert list(department.actions) == [*unit.actions, "file_signed"]


def test_a_value_by_case_and_the_first_of_several_known_days():
    states = second().definitions["nominee"].states
    cases = {"urgent": "5 working_days"}
    assert states["appraising"].due == ByCase(per="field_of_merit", cases=cases, otherwise="15 working_days")
    assert states["judging"].due == ("3 working_days after judged_on", "10 working_days")


def test_another_agency_shares_no_role_level_or_state_with_the_shipped_plan():
    ours, theirs = shipped(), second()
    assert not set(ours.plan.levels) & set(theirs.plan.levels)
    assert set(ours.plan.roles) & set(theirs.plan.roles) == {"nominator", "nominee"}
    assert not set(ours.definitions["nominee"].states) & set(theirs.definitions["nominee"].states) - {"withdrawn"} - {
        "struck_off"
    }
    assert theirs.plan.cadences["closing"].at == "20/10"


def test_only_fields_that_a_process_asks_are_part_of_it(tmp_path):
    before = second().definitions["unit_report"].content_hash()
    folder = changed(tmp_path, "plan.yaml", "title: Ghi chú}", "title: Ghi chú thêm}")
    after = load_plan(folder, registry=registry()).definitions
    assert after["unit_report"].content_hash() == before
    assert after["nominee"].content_hash() != second().definitions["nominee"].content_hash()


def test_the_same_folder_gives_the_same_hashes_and_keeps_its_sources():
    again = load_plan(SHIPPED, registry=registry())
    assert again.plan.content_hash() == shipped().plan.content_hash()
    assert {n: d.content_hash() for n, d in again.definitions.items()} == {
        n: d.content_hash() for n, d in shipped().definitions.items()
    }
    assert again.sources[NOMINEE] == (SHIPPED / NOMINEE).read_text(encoding="utf-8")
    assert set(again.sources) == {"plan.yaml", "en.yaml", *(f"processes/{name}.yaml" for name in again.definitions)}


@pytest.mark.parametrize("which", [SHIPPED, SECOND], ids=["shipped", "second"])
def test_what_is_stored_reads_back_to_the_same_value(which):
    loaded = load_plan(which, registry=registry())
    assert Plan.model_validate_json(loaded.plan.canonical()) == loaded.plan
    for definition in loaded.definitions.values():
        again = Definition.model_validate_json(definition.canonical())
        assert (again, again.content_hash()) == (definition, definition.content_hash())


@pytest.mark.parametrize("which", [SHIPPED, SECOND, OPEN], ids=["shipped", "second", "open"])
def test_what_is_shown_loads_to_the_same_definition(which, tmp_path):
    loaded = load_plan(which, registry=registry())
    copy = tmp_path / which.name
    shutil.copytree(which, copy)
    for name in loaded.definitions:
        (copy / "processes" / f"{name}.yaml").write_text(show(loaded, name), encoding="utf-8")
    again = load_plan(copy, registry=registry())
    for name, definition in loaded.definitions.items():
        assert again.definitions[name] == definition


def test_what_the_shipped_plan_leaves_off_can_be_switched_on(tmp_path):
    on = tmp_path / "on"
    shutil.copytree(SHIPPED, on)
    process, texts = on / "processes" / "nominee.yaml", on / "en.yaml"
    process.write_text(process.read_text(encoding="utf-8").replace("\n#off", "\n    "), encoding="utf-8")
    known = "          unions_opinion: Opinion of the unions\n"
    title = f"{known}          public_comment: Put up for comment\n"
    texts.write_text(texts.read_text(encoding="utf-8").replace(known, title), encoding="utf-8")
    council = load_plan(on, registry=registry()).definitions["nominee"].states["council_review"]
    assert council.asks["public_comment"].posting.audience == "agency"
    assert (
        "public_comment" not in load_plan(SHIPPED, registry=registry()).definitions["nominee"].states[council.name].asks
    )


def test_a_plan_may_be_like_another_and_say_only_what_differs(tmp_path):
    shutil.copytree(SECOND, tmp_path / "base")
    own = tmp_path / "own"
    (own / "processes").mkdir(parents=True)
    (own / "plan.yaml").write_text(
        "like: base\nplan: own\nagency: own\nphases: {whole: ~, all: {title: Tất cả, within: 2021-01-01..2025-12-31}}\n"
        "values: {reading_time: 2 days}\ncadences: {closing: {phase: all, at: 1/11}}\n",
        encoding="utf-8",
    )
    (own / NOMINEE).write_text(
        "like: base/nominee\nprocess: nominee\nstates: {completing: {due: 4 days}}\n", encoding="utf-8"
    )
    loaded = load_plan(own, registry=registry())
    nominee = loaded.definitions["nominee"]
    assert (loaded.plan.agency, list(loaded.plan.phases)) == ("own", ["all"])
    assert (nominee.states["introduced"].due, nominee.states["completing"].due) == ("2 days", "4 days")
    assert nominee.states["judging"] == second().definitions["nominee"].states["judging"]
    assert set(loaded.sources) >= {"plan.yaml", "base/plan.yaml", NOMINEE, f"base/{NOMINEE}"}
    assert loaded.definitions["unit_report"] == second().definitions["unit_report"]


@pytest.mark.parametrize("name", ["../base", "/etc", "base/..", "no-such-plan"])
def test_like_never_leads_out_of_the_folder_of_plans(name, tmp_path):
    shutil.copytree(SECOND, tmp_path / "base")
    copy = changed(tmp_path, "plan.yaml", "plan: so-tu-phap-2021-2025\n", f"plan: x\nlike: {name}\n")
    with pytest.raises(DefinitionError) as refused:
        load_plan(copy, registry=registry())
    assert [defect.key for defect in refused.value.defects] == ["unknown_like"]


def test_a_file_that_is_not_utf8_or_not_there_is_a_defect(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DefinitionError, match=r"plan\.yaml:1: definition\.no_file\(name='plan\.yaml'\)"):
        load_plan(empty, registry=registry())
    (empty / "plan.yaml").write_bytes("title: Kế hoạch".encode("utf-16"))
    with pytest.raises(DefinitionError, match="not_utf8"):
        load_plan(empty, registry=registry())
    (empty / "plan.yaml").write_text("a: " + "[" * 5000, encoding="utf-8")
    with pytest.raises(DefinitionError, match="bad_yaml"):
        load_plan(empty, registry=registry())


@pytest.mark.parametrize("scalar", ["no", "on", "17:00", "0125", "1e3", "null", "2024-01-01"])
def test_every_scalar_stays_what_the_author_wrote(scalar, tmp_path):
    nominee = loaded_with(tmp_path, "title: Kết quả theo dõi", f"title: {scalar}")
    assert nominee.fields["growth"].title == scalar


def test_a_date_may_be_held_against_today(tmp_path):
    fields = loaded_with(tmp_path, "judged_on:    {type: date,", "judged_on: {type: date, max: today,").fields
    assert (fields["judged_on"].earliest, fields["judged_on"].latest) == (None, "today")
    sent_on = shipped().definitions["nominee"].fields["sent_on"]
    assert (sent_on.earliest, sent_on.latest) == (None, "today")


def test_the_schema_for_editors_knows_the_same_keys():
    schema = json_schema()
    assert schema["$defs"].keys() == KEYS.keys()
    for kind, keys in KEYS.items():
        assert schema["$defs"][kind]["properties"].keys() == keys.keys()
        assert schema["$defs"][kind]["additionalProperties"] is False


def test_a_chain_of_deadlines_moves_with_the_day_it_hangs_on(tmp_path):
    """Unit, office, council and province: each its working days before one day, which stands in one place."""
    changed(
        tmp_path,
        "plan.yaml",
        "review_by:        by 22/12\n",
        "review_by:        10 working_days before $province_on\n",
        SHIPPED,
    )
    unit = "  province_on: 31/12\n  unit_reports_by:  15 working_days before $province_on\n"
    plan = changed(tmp_path, "plan.yaml", "  unit_reports_by:  before 15/12\n", unit, SHIPPED)
    states = load_plan(plan, registry=registry()).definitions["annual_review"].states
    assert states["collecting"].due == "15 working_days before 31/12"
    assert states["consolidating"].due == "10 working_days before 31/12"


def test_a_shared_value_is_wrong_once_where_it_is_written(tmp_path):
    """Three places ask for it; one line says where it stands, and the first of the places."""
    folder = changed(tmp_path, "plan.yaml", "reading_time:   7 working_days", "reading_time:   7 working_dayz")
    with pytest.raises(DefinitionError) as refused:
        load_plan(folder, registry=registry())
    (told,) = lines(refused.value)
    text = (folder / "plan.yaml").read_text(encoding="utf-8")
    assert told.startswith(f"plan.yaml:{text[: text.index('7 working_dayz')].count(chr(10)) + 1}: bad deadline")
    assert "this value is used at processes/" in told


@pytest.mark.parametrize(
    "wrong", ["$reading_tim", "5 working_days before $judgd_on", "{per: kind, person: $a, else: $a}"]
)
def test_a_shared_value_that_is_none_is_told_once(wrong, tmp_path):
    folder = changed(tmp_path, "plan.yaml", "reading_time:   7 working_days", f"reading_time:   {wrong}")
    with pytest.raises(DefinitionError) as refused:
        load_plan(folder, registry=registry())
    assert [one.key for one in refused.value.defects] == ["unknown_value"]


def test_what_nothing_asks_for_is_remarked_and_blocks_nothing(tmp_path):
    """Values that Python reads by their name are asked for; a name close to one of those is told."""
    old = "reading_time:   7 working_days"
    folder = changed(
        tmp_path, "plan.yaml", old, f"{old}\n  trainng_lasts: 2\n  training_needed: {{}}\n  left_over: 1 day"
    )
    changed(tmp_path, "plan.yaml", "plan: so-tu-phap-2021-2025", f"plan: {folder.name}")
    remarks = load_plan(folder, registry=registry()).remarks
    assert [(one.key, one.message.params["name"], one.message.params["nearest"]) for one in remarks] == [
        ("value_unused", "trainng_lasts", "training_lasts"),
        ("value_unused", "left_over", ""),
    ]
    text = (folder / "plan.yaml").read_text(encoding="utf-8").splitlines()
    assert ["trainng_lasts" in text[remarks[0].place.line - 1], "left_over" in text[remarks[1].place.line - 1]] == [
        True
    ] * 2


def test_a_folder_of_another_name_than_its_plan_is_remarked(tmp_path):
    """Copied for the next years and not renamed inside, it would become a new version of the old plan."""
    (one,) = second().remarks
    assert (one.key, one.message.params) == ("other_folder", {"name": "so-tu-phap-2021-2025", "folder": "two-levels"})
    assert str(one.place) == "plan.yaml:3"


@pytest.mark.parametrize("folder", sorted(SHIPPED.parent.iterdir()), ids=lambda one: one.name)
def test_no_shipped_plan_earns_a_remark(folder):
    assert load_plan(folder, registry=registry()).remarks == ()
