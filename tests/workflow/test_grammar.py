"""The small languages: each form reads to its value and prints back; everything else is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.definition import Branch, Escalation, Term
from workflow.grammar import (
    BRANCH_PATTERN,
    CONDITION_PATTERN,
    COUNT_PATTERN,
    ESCALATION_PATTERN,
    GrammarError,
    branch_text,
    condition_texts,
    escalation_text,
    parse_branches,
    parse_condition,
    parse_count,
    parse_escalations,
)

TERMS = {
    "eligible": {"kind": "guard", "name": "eligible"},
    "ground is d": {"kind": "is", "name": "ground", "values": ("d",)},
    "merit_request is refused or dropped or no_ground": {
        "kind": "is", "name": "merit_request", "values": ("refused", "dropped", "no_ground"),
    },
    "held is not moving": {"kind": "is", "name": "held", "values": ("moving",), "negated": True},
    "channel is trục văn bản or bưu chính": {
        "kind": "is", "name": "channel", "values": ("trục văn bản", "bưu chính"),
    },
    "all introduce": {"kind": "all", "name": "introduce"},
    "all unit_report are handed_in": {"kind": "all", "name": "unit_report", "values": ("handed_in",)},
    "2 of reply": {"kind": "some", "name": "reply", "count": 2},
    "overdue": {"kind": "overdue"},
    "after 10 working_days": {"kind": "after", "arg": "10 working_days"},
    "parent ended": {"kind": "parent_ended"},
    "period ended": {"kind": "period_ended"},
}  # fmt: skip

ESCALATIONS = {
    "office +1 working_day": Escalation(role="office", after="1 working_day"),
    "office +1 working_day add_owner": Escalation(role="office", after="1 working_day", mode="add_owner"),
    "director +5 working_days every 20 working_days": Escalation(
        role="director", after="5 working_days", every="20 working_days"
    ),
    "unit_head after 2 missed": Escalation(role="unit_head", missed=2),
    "office +2 days act send_back": Escalation(role="office", after="2 days", mode="act", action="send_back"),
}


@pytest.mark.parametrize("text", TERMS)
def test_a_term_reads_to_its_value(text):
    assert parse_condition(text) == (Term(text=text, **TERMS[text]),)


def test_terms_join_by_and_and_in_lists_and_guards_take_an_argument():
    expected = ("overdue", "all introduce", "eligible")
    assert tuple(term.text for term in parse_condition("overdue and all introduce and eligible")) == expected
    assert tuple(term.text for term in parse_condition(["overdue", "all introduce", "eligible"])) == expected
    (guard,) = parse_condition({"endorsed_by": "3"})
    assert (guard.kind, guard.name, guard.arg) == ("guard", "endorsed_by", "3")


@given(st.lists(st.sampled_from([*TERMS, {"endorsed_by": "3"}]), min_size=1, max_size=5))
def test_a_condition_prints_back_to_itself(parts):
    condition = parse_condition(parts)
    assert parse_condition(condition_texts(condition)) == condition


@pytest.mark.parametrize(
    "text",
    ["", "len(x) > 3", "A is b", "all", "all of them", "0 of reply", "__import__('os')", "a is", "after 3", "a b",
     "after 0 days", "eligible and", "x is a\ny is b", "$value"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(GrammarError) as refused:
        parse_condition(text)
    assert refused.value.key in ("bad_condition", "bad_duration")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_what_is_read_fits_the_schema(text):
    try:
        parse_condition(text)
    except GrammarError:
        return
    assert re.fullmatch(CONDITION_PATTERN, " and ".join(part.strip() for part in re.split(r"\s+and\s+", text.strip())))


def test_branches_name_a_state_or_the_last_level():
    assert parse_branches("cultivating") == (Branch(to="cultivating"),)
    first, last = parse_branches(["last level if level is not none and eligible", "struck_off"])
    assert (first.to, len(first.when), last) == ("last level", 2, Branch(to="struck_off"))
    assert branch_text(first) == "last level if level is not none and eligible"


@pytest.mark.parametrize("raw", ["Last level", "a when b", "a if", "", {"a": "b"}, [["a"]]])
def test_what_is_no_branch_is_refused(raw):
    with pytest.raises(GrammarError):
        parse_branches(raw)


@pytest.mark.parametrize("text", ESCALATIONS)
def test_an_escalation_reads_to_its_value_and_prints_back(text):
    assert parse_escalations(text) == (ESCALATIONS[text],)
    assert escalation_text(ESCALATIONS[text]) == text
    assert re.fullmatch(ESCALATION_PATTERN, text)


def test_escalations_come_in_lists_and_none_is_nobody():
    assert parse_escalations(list(ESCALATIONS)) == tuple(ESCALATIONS.values())
    assert parse_escalations("none") == ()


@pytest.mark.parametrize(
    "raw", ["office in 1 day", "office +1 moon", "+1 day", "a after 0 missed", {"a": "b"}, [["a"]]]
)
def test_what_is_no_escalation_is_refused(raw):
    with pytest.raises(GrammarError):
        parse_escalations(raw)


@pytest.mark.parametrize(
    ("text", "least", "most"), [("1", 1, 1), ("1..", 1, None), ("..3", None, 3), ("1..2", 1, 2), ("none", 0, 0)]
)
def test_a_count_has_a_least_and_a_most(text, least, most):
    assert parse_count(text) == (least, most)
    assert re.fullmatch(COUNT_PATTERN, text)


@pytest.mark.parametrize("raw", ["..", "2..1", "many", "-1", ["1"]])
def test_what_is_no_count_is_refused(raw):
    with pytest.raises(GrammarError):
        parse_count(raw)


def test_the_schema_knows_every_form_that_is_read():
    for text in TERMS:
        assert re.fullmatch(CONDITION_PATTERN, text), text
        assert re.fullmatch(BRANCH_PATTERN, f"cultivating if {text}"), text
