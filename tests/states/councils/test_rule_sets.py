"""Every rule set of real texts can be said as data; words that mean nothing are refused with the nearest right one."""

from __future__ import annotations

import pytest

from states.councils.rule_sets import RuleSet, read
from states.councils.settling import Line, Seat, attendance, settle
from workflow.registry import BadRules

TITLES = {"per": "item.award", "cstd_co_so": "at least 80 % of all", "flag": "at least 80 % of all",
          "else": "at least 90 % of all"}  # fmt: skip
REAL = {  # the text → its words (`electorate` left out), members, present, award, the least who must agree
    "NĐ 98/2023 Đ.30(7)": ({"quorum": "none", "pass": TITLES, "absent": "written"}, 9, 6, "cstd_co_so", 8),
    "NĐ 98/2023 Đ.30(7), others": ({"quorum": "none", "pass": TITLES, "absent": "written"}, 10, 6, "cstd_tinh", 9),
    "NĐ 98/2023 Đ.47": ({"quorum": "2/3 of all", "pass": "at least 90 % of all", "absent": "written"}, 9, 6, None, 9),
    "Bắc Ninh 86/2025 Đ.8(4)(b)": (
        {"quorum": "80 % of all", "pass": "more than 1/2 of present", "mode": "hands", "absent": "written"},
        9, 8, None, 5,
    ),
    "BKHCN TT 25/2025 Đ.23": (
        {"quorum": "2/3 of all", "pass": "more than 1/2 of all", "absent": "proxy", "tie": "chair", "places": "5",
         "chair": "council_chair"},
        9, 6, None, 5,
    ),
    "BTNMT QĐ 2218/2019": (
        {"quorum": "2/3 of all", "pass": "at least 90 % of all", "mode": "secret", "chair_must_attend": "true"},
        9, 9, None, 9,
    ),
    "KTNN QĐ 2264/2014": (
        {"quorum": "none", "mode": "hands", "absent": "written",
         "pass": {"per": "item.award", "cstd": "more than 90 % of all", "else": "more than 50 % of all"}},
        10, 10, "cstd", 10,
    ),
    "Giáo dục TT 35/2015": ({"quorum": "2/3 of all", "pass": "at least 70 % of consulted"}, 10, 10, None, 7),
    "An Giang": (
        {"quorum": "none",
         "pass": {"per": "item.award", "bang_khen": "at least 80 % of all", "else": "at least 90 % of all"}},
        5, 5, "bang_khen", 4,
    ),
    "NĐ 91/2017 Đ.45(8)": (
        {"quorum": "none", "pass": "at least 90 % of all", "mode": "secret", "absent": "written"}, 9, 9, None, 9,
    ),
}  # fmt: skip


def rule_set(**said: object) -> RuleSet:
    return read(
        "titles", {"electorate": "council_member", "quorum": "2/3 of all", "pass": "more than 1/2 of all"} | said
    )


def test_each_award_may_ask_for_a_quorum_of_its_own() -> None:
    """Bắc Ninh 86/2025 Đ.8(4)(b): two thirds, but 80 % when awards are considered."""
    rules = rule_set(quorum={"per": "item.award", "flag": "80 % of all", "notice": "none", "else": "2/3 of all"})
    seats = [Seat(str(n), "present" if n < 6 else "absent") for n in range(9)]
    assert [attendance(rules, seats, [award]).needed for award in (None, "flag", "notice", "another")] == [6, 8, 1, 6]
    assert attendance(rules, seats, [None, "flag"]).valid is False
    assert attendance(rules, seats, [None, "flag"], to_begin=True).valid is True
    with pytest.raises(ValueError, match="no ballot"):
        settle(rules, seats, [Line("a", 6), Line("b", 6, award="flag")])
    assert settle(rules, seats, [Line("a", 6), Line("b", 6, award="notice")])["b"].verdict == "passed"


@pytest.mark.parametrize("text", REAL)
def test_rule_sets_of_real_texts(text: str) -> None:
    said, members, present, award, needed = REAL[text]
    rules = read("titles", {"electorate": "council_member", "cite": text, **said})
    seats = [
        Seat(str(n), "present" if n < present else "absent", "chair" if n == 0 else "member") for n in range(members)
    ]
    assert attendance(rules, seats).valid
    for agreed in range(present + 1):
        found = settle(rules, seats, [Line("a", agreed, present - agreed, award=award)])["a"]
        assert found.needed == needed
        assert (found.verdict == "passed") == (agreed >= needed), text
        assert all(message.params["cite"] == text for message in found.why), "every threshold names its source"


def test_where_the_province_only_appraises() -> None:
    rules = read(
        "merit", {"electorate": "standing", "quorum": "none", "mode": "appraise", "cite": "Bắc Ninh Đ.5(2)(b)"}
    )
    assert settle(rules, [Seat("1", "present")], [Line("a", recommended=True)])["a"].verdict == "passed"


def test_everything_a_rule_set_can_say() -> None:
    rules = rule_set(
        chair="council_chair", mode="hands", absent="proxy", recused="counted", ballots="2", unreached="again",
        undecided="director", tie=["again", "chair", "head"], places="7",
        prefer=["woman", "collective_70_percent_women"], publish="counts",
        cite="Quy chế Hội đồng Đ.5",
    )  # fmt: skip
    assert (rules.ballots, rules.tie, rules.places) == (2, ("again", "chair", "head"), 7)
    assert (rules.recused, rules.publish, rules.undecided) == ("counted", "counts", "director")
    assert rules.share("anything").written == "1/2"
    assert rules.sealed == "never"
    assert rule_set(sealed="offered", keeper="council_secretary").sealed == "offered"


@pytest.mark.parametrize(
    ("said", "key", "nearest"),
    [
        ({"mode": "secrt"}, "mode", "secret"),
        ({"absent": "writen"}, "absent", "written"),
        ({"quorom": "1/2 of all"}, "quorom", "quorum"),
        ({"quorum": "2/3 of present"}, "quorum", "2/3 of all"),
        ({"quorum": ""}, "quorum", "at least 80 % of all"),
        ({"pass": "most"}, "pass", "at least 80 % of all"),
        ({"pass": {"per": "item.award", "flag": "1/2 of all"}}, "pass", "per: item.award, else: …"),
        ({"pass": {"per": "item.award", "else": "110 % of all"}}, "pass", ""),
        ({"ballots": "0"}, "ballots", "1..5"),
        ({"ballots": "many"}, "ballots", "1..5"),
        ({"tie": "chairman"}, "tie", "chair"),
        ({"tie": "again"}, "tie", "ballots: 2"),
        ({"tie": "head"}, "tie", "undecided"),
        ({"tie": "chair"}, "tie", "chair: council_chair"),
        ({"quorum": {"per": "item.award", "flag": "80 % of all"}}, "quorum", "per: item.award, else: …"),
        ({"quorum": {"per": "item.award", "else": "80 % of present"}}, "quorum", "80 % of all"),
        ({"prefer": ["women"]}, "prefer", "woman"),
        ({"recused": "count"}, "recused", "counted"),
        ({"places": "$council_places"}, "places", "none"),
        ({"places": "-1"}, "places", "none"),
        ({"publish": "verdict"}, "publish", "verdicts"),
        ({"electorate": ""}, "electorate", "electorate: council_member"),
        ({"sealed": "offer"}, "sealed", "offered"),
        ({"sealed": "offered"}, "sealed", "choose: each, keeper: council_secretary"),
        (
            {"sealed": "always", "keeper": "council_secretary", "choose": "places", "places": "2"},
            "sealed",
            "choose: each, keeper: council_secretary",
        ),
    ],
)
def test_what_means_nothing_is_refused(said: dict, key: str, nearest: str) -> None:
    with pytest.raises(BadRules) as refused:
        rule_set(**said)
    assert (refused.value.key, refused.value.nearest, refused.value.is_share) == (key, nearest, not nearest)
