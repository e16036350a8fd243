"""A plan's conditions over a case: which are asked, how they join, which text is cited, what the guard says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from config.settings import SHIPPED_PLANS
from config.texts import load
from states.eligibility.judging import Judged, Table, citation, judge
from states.eligibility.panel import endings
from states.eligibility.requirement import Basis, read_all
from states.eligibility.rules import RULES
from states.registration import register
from tests.states.eligibility.fixtures import D, discipline, facts, ratings, record, titles
from workflow.defaults import all_actions
from workflow.loading import LoadedPlan, load_plan
from workflow.registry import BadRules, Registry

SEED = SHIPPED_PLANS / "so-tttt-2022-2025"
BASES = {
    "law": Basis("Luật", D(2024, 1, 1)), "nd98": Basis("NĐ 98", D(2024, 1, 1), D(2025, 6, 30)),
    "nd152": Basis("NĐ 152", D(2025, 7, 1), D(2027, 3, 1)),
}  # fmt: skip


@pytest.fixture(scope="module")
def seed() -> LoadedPlan:
    registry = Registry()
    register(registry)
    return load_plan(SEED, registry=registry)


def table(started_on: date | None = None, **conditions: dict[str, Any]) -> Table:
    return Table(read_all(conditions, RULES, BASES), BASES, started_on)


def of_seed(seed: LoadedPlan) -> Table:
    bases = {name: Basis(one.title, one.start, one.end or date.max) for name, one in seed.plan.bases.items()}
    return Table(read_all(seed.plan.eligibility, RULES, bases), bases)


def named(found: tuple[Judged, ...], name: str) -> Judged:
    return next(one for one in found if one.requirement.name == name)


@pytest.mark.parametrize(
    ("day", "words", "sure", "lapsed"),
    [
        (D(2023, 12, 31), "Kế hoạch", "plan", 2), (D(2024, 1, 1), "NĐ 98, Đ.4", "A", 0),
        (D(2025, 6, 30), "NĐ 98, Đ.4", "A", 0), (D(2025, 7, 1), "NĐ 152, Đ.4(3)", "A", 0),
        (D(2027, 3, 1), "NĐ 152, Đ.4(3)", "A", 0), (D(2027, 3, 2), "Kế hoạch", "plan", 2),
    ],
)  # fmt: skip
def test_the_text_cited_is_the_one_in_force_that_day(day: date, words: str, sure: str, lapsed: int) -> None:
    asked = table(hold={"rule": "not_on_hold", "for": "x", "cite": ["nd152: Đ.4(3)", "nd98: Đ.4"], "sure": "A"})
    found = citation(asked, asked.requirements["hold"], day)
    assert (found.words, found.certainty, len(found.lapsed)) == (words, sure, lapsed)


@pytest.mark.parametrize(("judged_on", "words"), [("decision", "NĐ 152, Đ.4(3)"), ("start", "NĐ 98, Đ.4")])
def test_a_case_begun_under_an_older_text_keeps_it_only_where_the_plan_says_so(judged_on: str, words: str) -> None:
    said = {"rule": "not_on_hold", "for": "x", "cite": ["nd152: Đ.4(3)", "nd98: Đ.4"], "judged_on": judged_on}
    [found] = judge(table(D(2025, 6, 1), hold=said), facts(today=D(2025, 7, 15)), "x")
    assert found.citation.words == words


def test_alternatives_and_chosen_grounds(seed: LoadedPlan) -> None:
    asked = of_seed(seed)
    none = named(judge(asked, facts(), "merit"), "merit_person")
    assert none.outcome.result == "proof"
    assert [part.requirement.name for part in none.parts] == [
        "ground_a",
        "ground_b",
        "ground_c",
        "ground_d",
        "ground_e",
    ]
    chosen = {"ground": "d"}
    good = facts(fields=chosen, records=titles(2023, 2024))
    found = named(judge(asked, good, "merit"), "merit_person")
    assert found.outcome.result == "pass"
    assert [part.requirement.name for part in found.parts] == ["ground_d"]
    weak = facts(fields=chosen, records=[*titles(2022, 2024), *ratings(y2023="httnv", y2024="htxsnv")])
    assert named(judge(asked, weak, "merit"), "merit_person").outcome.result == "fail"
    other = facts(fields={"ground": "c"}, records=titles(2023, 2024))
    assert named(judge(asked, other, "merit"), "merit_person").outcome.result == "proof"


def test_two_excellent_years_need_the_two_initiatives_beside_them(seed: LoadedPlan) -> None:
    asked, two = of_seed(seed), ratings(y2023="htxsnv", y2024="htxsnv")
    one = facts(fields={"ground": "d"}, records=[*two, record("initiative", year=2024, title="A")])
    assert named(judge(asked, one, "merit"), "merit_person").outcome.result != "pass"
    both = facts(fields={"ground": "d"}, records=[*two, *(record("initiative", year=2024, title=t) for t in "AB")])
    assert named(judge(asked, both, "merit"), "merit_person").outcome.result == "pass"


def test_a_paper_of_the_case_stands_in_for_a_record_but_not_against_one(seed: LoadedPlan) -> None:
    asked, fields = of_seed(seed), {"ground": "d", "ground_proof": ["f1"]}
    bare = named(judge(asked, facts(fields=fields), "merit"), "merit_person")
    assert bare.outcome.result == "pass"
    against = facts(fields=fields, records=[*titles(2022, 2024), *ratings(y2023="htxsnv", y2024="httnv")])
    assert named(judge(asked, against, "merit"), "merit_person").outcome.result == "fail"


def test_what_only_tells_stops_nothing_and_says_so() -> None:
    [told] = judge(table(pref={"rule": "preferred", "percent": 70, "for": "x", "tells_only": "true"}), facts(), "x")
    assert told.outcome.result == "proof"
    assert not told.stands_in_the_way


def test_levels_kinds_and_choices_narrow() -> None:
    said = {"rule": "not_on_hold", "for": "x"}
    asked = table(
        top={**said, "levels": "province"}, people={**said, "kinds": ["person"]}, sudden={**said, "unless": {"g": "b"}}
    )
    assert [one.requirement.name for one in judge(asked, facts(), "x")] == ["people", "sudden"]
    near = facts(levels=("unit", "department"), kind="collective", fields={"g": "b"})
    assert [one.requirement.name for one in judge(asked, near, "x")] == ["top"]


@pytest.mark.parametrize(
    ("said", "key", "word", "nearest"),
    [
        ({"rule": "ratted", "for": "x"}, "a.rule", "ratted", "rated"),
        ({"rule": "rated", "values": "x"}, "a.years", "–", "years"),
        ({"rule": "rated", "values": "x", "years": "two"}, "a.years", "two", "1"),
        ({"rule": "rated", "values": "x", "years": 0}, "a.years", "0", "1"),
        ({"rule": "not_on_hold", "years": 2}, "a.rule", "years", ""),
        ({"rule": "not_on_hold", "cite": "nd125: Đ.4"}, "a.cite", "nd125", "nd152"),
        ({"rule": "not_on_hold", "sure": "D"}, "a.sure", "D", ""),
        ({"rule": "not_on_hold", "judged_on": "stat"}, "a.judged_on", "stat", "start"),
        ({"any_of": ["b"]}, "a.any_of", "b", ""),
        ({"any_of": ["a"]}, "a.any_of", "a → a", ""),
        ({"rule": "not_on_hold", "any_of": ["a"]}, "a.rule", "rule, any_of", "rule"),
        ({"rule": "not_on_hold", "only": "d"}, "a.only", "d", ""),
    ],
)
def test_a_word_that_means_nothing_is_named_with_its_place(said: Any, key: str, word: str, nearest: str) -> None:
    with pytest.raises(BadRules) as bad:
        read_all({"a": said}, RULES, BASES)
    assert (bad.value.key, bad.value.word, bad.value.nearest) == (key, word, nearest)


def test_shipped_plans_ask_for_what_some_condition_is_for(seed: LoadedPlan) -> None:
    asked = {
        term.arg for definition in seed.definitions.values() for action in all_actions(definition)
        for term in action.conditions if term.name == "eligible_for"
    }  # fmt: skip
    assert asked == {"recognition", "merit"}
    conditions = of_seed(seed).requirements
    assert asked <= {purpose for one in conditions.values() for purpose in one.asked_for}
    joined = {name for one in conditions.values() for name in (*one.any_of, *one.all_of)}
    assert all(one.asked_for or one.name in joined for one in conditions.values())
    assert all(one.cites and one.title for one in conditions.values())


def test_every_rule_is_asked_for_by_the_shipped_plan(seed: LoadedPlan) -> None:
    assert {one.rule for one in of_seed(seed).requirements.values()} - {""} == set(RULES)


@pytest.mark.parametrize(
    ("day", "over"),
    [(D(2026, 10, 31), None), (D(2026, 11, 1), False), (D(2027, 3, 1), False), (D(2027, 3, 2), True)],
)
def test_a_text_that_ends_is_told_four_months_before_and_from_then_on(
    seed: LoadedPlan, day: date, over: bool | None
) -> None:
    found = endings(seed.plan, day)
    assert [one.over for one in found] == ([] if over is None else [over])
    if found:
        assert found[0].last_day == D(2027, 3, 1)
        assert "Không trong thời gian kỷ luật" in found[0].conditions


@pytest.mark.parametrize(
    ("purpose", "good", "poor"),
    [
        ("cstd_tinh", [*titles(2022, 2023, 2024), record("initiative", year=2024, title="A", scope="province")],
         [*titles(2023, 2024), record("initiative", year=2024, title="A", scope="province")]),
        ("cstd_co_so", [*titles(2024, value="ldtt"), *ratings(y2024="htxsnv")], ratings(y2024="htnv")),
        ("giay_khen", [*ratings(y2024="httnv"), record("result", year=2024, value="sudden", title="A")],
         [*ratings(y2024="htnv"), record("result", year=2024, value="sudden", title="A")]),
        ("household_merit", [record("contribution", year=2024, title="Hiến đất")], []),
    ],
)  # fmt: skip
def test_titles_and_awards_of_other_purposes(seed: LoadedPlan, purpose: str, good: Any, poor: Any) -> None:
    asked = of_seed(seed)
    assert all(one.outcome.result == "pass" for one in judge(asked, facts(records=good), purpose))
    assert any(one.stands_in_the_way for one in judge(asked, facts(records=poor), purpose))


def test_a_refusal_names_condition_figures_source_and_certainty(seed: LoadedPlan) -> None:
    case = facts(records=[discipline(D(2025, 1, 1), D(2025, 12, 31))])
    refused = named(judge(of_seed(seed), case, "recognition"), "discipline").refusal
    said = load(strict=True).render(refused)
    for part in (
        "Không trong thời gian kỷ luật",
        "9/QĐ-KL",
        "31/12/2025",
        "Nghị định 152/2025/NĐ-CP, Đ.4(4)",
        "chắn: A",
    ):
        assert part in said
