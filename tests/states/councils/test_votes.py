"""Shares exact to the vote: every council of up to seven against integers alone, and the rules of real texts."""

from __future__ import annotations

from itertools import product

import pytest

from states.councils.votes import Count, Rule, Share

SHARES = {  # as written → numerator, denominator, strict
    "2/3": (2, 3, False), "at least 80 %": (80, 100, False), "at least 90 %": (90, 100, False),
    "more than 50 %": (50, 100, True), "more than 90 %": (90, 100, True), "at least 1/1": (1, 1, False),
    "at least 66.7 %": (667, 1000, False), "more than 0 %": (0, 100, True), "at least 4/7": (4, 7, False),
}  # fmt: skip


def reached(votes: int, base: int, share: tuple[int, int, bool]) -> bool:
    """Cross-multiplied whole numbers: no fraction, no rounding, nothing of what is tested."""
    over, under, strict = share
    return votes * under > over * base if strict else votes * under >= over * base


def counted_again(count: Count, quorum: tuple[int, int, bool], passes: tuple[int, int, bool], of: str) -> str:
    """The second implementation of a verdict."""
    if count.present == 0 or not reached(count.present, count.members, quorum):
        return "no_quorum"
    return "passed" if reached(count.agreed, {"all": count.members, "present": count.present}[of], passes) else "failed"


def test_every_council_of_up_to_seven() -> None:
    seen = set()
    for (quorum, first), (passes, then), of in product(SHARES.items(), SHARES.items(), ("all", "present")):
        rule = Rule.read(f"quorum {quorum} of all, pass {passes} of {of}")
        for members in range(1, 8):
            for present in range(members + 1):
                for agreed in range(present + 1):
                    count = Count(agreed, present, members)
                    verdict = rule.verdict(count)
                    assert verdict == counted_again(count, first, then, of), (rule, count)
                    seen.add(verdict)
    assert seen == {"no_quorum", "passed", "failed"}


@pytest.mark.parametrize(
    ("text", "base", "needed"),
    [
        ("at least 80 % of all", 9, 8),  # NĐ 98/2023 Đ.30(7): CSTĐ cơ sở, Cờ
        ("at least 90 % of all", 9, 9),  # the same: CSTĐ bộ, tỉnh, toàn quốc
        ("at least 90 % of all", 10, 9),
        ("more than 90 % of all", 10, 10),  # KTNN QĐ 2264/2014
        ("more than 50 % of all", 9, 5),  # the same, other forms
        ("more than 50 % of present", 8, 5),  # Bắc Ninh 86/2025 Đ.8(4)(b): theo đa số
        ("2/3 of all", 9, 6),  # its quorum
        ("80 % of all", 9, 8),  # its quorum when awards are considered
        ("at least 70 % of present", 10, 7),  # Giáo dục TT 35/2015
    ],
)
def test_rules_of_real_texts(text: str, base: int, needed: int) -> None:
    assert Share.read(text).needed(base) == needed


@pytest.mark.parametrize(
    "text",
    ["", "80 %", "at least 80 % of those awake", "at least 0 % of all", "more than 100 % of all", "3/2 of all",
     "1/0 of all", "at least -5 % of all"],
)  # fmt: skip
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Share.read(text)


@pytest.mark.parametrize(
    "text", [None, "2/3 of all", "quorum 2/3 of present, pass 1/2 of all", "quorum 2/3 of all, pass most of all"]
)
def test_what_is_no_rule_is_refused(text: str | None) -> None:
    with pytest.raises(ValueError):
        Rule.read(text)
