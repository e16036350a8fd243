"""What a ballot decides: every council of up to seven against people counted one by one, and places against ranks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from states.councils.rule_sets import RuleSet, read
from states.councils.settling import Line, Seat, attendance, early, misfits, settle

SHARES = {"at least 80 %": (8, 10, False), "more than 1/2": (1, 2, True), "at least 2/3": (2, 3, False)}
BASES = ("all", "present", "consulted", "cast")
PRESENCE = ("present", "written", "absent")


def rules(**changed: object) -> RuleSet:
    said = {"electorate": "council_member", "quorum": "2/3 of all", "pass": "at least 80 % of all", "cite": "Đ.30(7)"}
    return read("titles", said | {"absent": "written", "mode": "hands", "chair": "council_chair"} | changed)


def council(present: int, written: int, absent: int, proxies: int = 0) -> list[Seat]:
    """Numbered members, those there first."""
    each = ["proxy"] * proxies + ["present"] * (present - proxies) + ["written"] * written + ["absent"] * absent
    return [Seat(str(number), presence) for number, presence in enumerate(each)]


# --- one name, counted again ----------------------------------------------------------------------------


def counted_again(people: list[dict], written_heard: bool, out: bool, quorum: tuple, passes: tuple, of: str) -> str:
    """The second implementation: people walk through one by one; whole numbers, cross-multiplied."""
    there = sum(1 for one in people if one["at"] == "present")
    if there == 0 or there * quorum[1] < len(people) * quorum[0]:
        return "no sitting"
    yes = cast = number = 0
    for one in people:
        may = not one["aside"] and (one["at"] == "present" or (one["at"] == "written" and written_heard))
        if may and one["vote"] != "none":
            cast += 1
            yes += one["vote"] == "yes"
        counts = {
            "all": True, "present": one["at"] == "present", "consulted": one["at"] != "absent",
            "cast": may and one["vote"] != "none",
        }[of]  # fmt: skip
        number += counts and not (of != "cast" and out and one["aside"])
    if yes == 0:  # whatever number the share is of, a name nobody is for is not chosen
        return "failed"
    over, under, strict = passes
    if yes * under > number * over or (not strict and yes * under == number * over):
        return "passed"
    return "even" if strict and yes * under == number * over else "failed"


def may_change(people: list[dict], heard: bool, out: bool, passes: tuple, of: str, told: str) -> bool:
    """Whether some way for those who have not voted yet to vote gives another verdict than was told early."""
    idle = [number for number, one in enumerate(people) if one["vote"] == "none"]
    for votes in (dict.fromkeys(idle, "yes"), dict.fromkeys(idle, "no")):
        later = [one | {"vote": votes.get(number, one["vote"])} for number, one in enumerate(people)]
        if counted_again(later, heard, out, (0, 1), passes, of) != told:
            return True
    return False


def councils() -> Iterator[tuple[list[dict], list[Seat], Line, bool]]:
    """Every council of up to seven: who is where, up to two who stand aside, every number who agree, all or one less
    who vote, with and without written opinions heard."""
    for members in range(1, 8):
        for present in range(members + 1):
            for written in range(members - present + 1):
                where = ["present"] * present + ["written"] * written + ["absent"] * (members - present - written)
                seats = [Seat(str(number), at) for number, at in enumerate(where)]
                for aside in _asides(where):
                    for heard in (True, False):
                        may = [
                            number for number, at in enumerate(where)
                            if number not in aside and (at == "present" or (heard and at == "written"))
                        ]  # fmt: skip
                        for cast in {len(may), max(0, len(may) - 1)}:
                            for yes in range(cast + 1):
                                yield _people(where, aside, may, cast, yes, seats, heard)


def _asides(where: list[str]) -> list[set[int]]:
    """Nobody, one of each kind of presence, and two of different kinds: who it is makes no difference."""
    first = [where.index(at) for at in PRESENCE if at in where]
    return [set(), *({one} for one in first), *({first[0], other} for other in first[1:])]


def _people(where, aside, may, cast, yes, seats, heard):
    votes = {number: "yes" if place < yes else "no" for place, number in enumerate(may[:cast])}
    people = [
        {"at": at, "aside": number in aside, "vote": votes.get(number, "none")} for number, at in enumerate(where)
    ]  # fmt: skip
    line = Line("x", agreed=yes, against=cast - yes, recused=frozenset(map(str, aside)))
    return people, seats, line, heard


def test_every_council_of_up_to_seven() -> None:
    seen = set()
    known = {
        (heard, recused, share, of): rules(
            **{"absent": "written" if heard else "none", "recused": recused, "pass": f"{share} of {of}"}
        )
        for heard in (True, False) for recused in ("out", "counted") for share in SHARES for of in BASES
    }  # fmt: skip
    for people, seats, line, heard in councils():
        for recused, (share, exact), of in product(("out", "counted"), SHARES.items(), BASES):
            rule = known[heard, recused, share, of]
            expected = counted_again(people, heard, recused == "out", (2, 3), exact, of)
            seen.add(expected)
            if expected == "no sitting":
                assert not attendance(rule, seats).valid
                continue
            assert attendance(rule, seats).valid
            assert not misfits(rule, seats, [line])
            verdict = settle(rule, seats, [line])["x"].verdict
            assert verdict == ("failed" if expected == "even" else expected), (people, rule)
            known_early = early(rule, seats, line)
            assert known_early in (None, "passed", "failed" if expected != "even" else None), (people, rule)
            if known_early:  # and whoever has not voted yet cannot change it
                assert not may_change(people, heard, recused == "out", exact, of, known_early), (people, rule)
    assert seen == {"no sitting", "passed", "failed", "even"}


@pytest.mark.parametrize("of", BASES)
def test_a_name_nobody_is_for_is_not_chosen(of: str) -> None:
    for passes in ("at least 80 %", "more than 1/2", "more than 0 %"):
        rule = rules(**{"pass": f"{passes} of {of}", "tie": "chair"})
        assert settle(rule, council(9, 0, 0), [Line("a")])["a"].verdict == "failed"
        everybody = frozenset(str(number) for number in range(9))
        aside = settle(rule, council(9, 0, 0), [Line("a", recused=everybody, chair_for=True)])
        assert (aside["a"].verdict, aside["a"].needed) == ("failed", 1), "all stand aside: nobody is left to choose it"


def test_on_paper_those_who_answer_are_those_present() -> None:
    rule = rules(**{"mode": "papers", "pass": "at least 80 % of present"})
    found = settle(rule, council(0, 7, 2), [Line("a", agreed=6), Line("b", agreed=5, against=2), Line("c")])
    assert {name: (one.verdict, one.needed, one.base) for name, one in found.items()} == {
        "a": ("passed", 6, 7), "b": ("failed", 6, 7), "c": ("failed", 6, 7),
    }  # fmt: skip


# --- more names than places -----------------------------------------------------------------------------


def ranked_again(votes: list[tuple[int, bool]], places: int) -> list[str]:
    """The second implementation: how many are strictly better, how many are just as good."""
    verdicts = []
    for agreed, woman in votes:
        better = sum(1 for other, hers in votes if other > agreed or (other == agreed and hers and not woman))
        equal = sum(1 for other, hers in votes if (other, hers) == (agreed, woman))
        verdicts.append("passed" if better + equal <= places else "failed" if better >= places else "equal")
    return verdicts


@pytest.mark.parametrize(("tie", "open_as"), [("fails", "failed"), ("chair", "tied"), ("head", "undecided")])
def test_every_list_of_four_against_ranks(tie: str, open_as: str) -> None:
    rule = rules(
        **{"pass": "more than 0 % of all", "prefer": "woman", "tie": tie, "undecided": "director", "quorum": "none"}
    )
    seats, seen = council(3, 0, 0), set()
    for votes in product(list(product((1, 2, 3), (True, False))), repeat=4):
        lines = [
            Line(str(number), agreed=agreed, traits=frozenset({"woman"} if woman else ()))
            for number, (agreed, woman) in enumerate(votes)
        ]  # fmt: skip
        for places in range(6):
            found = settle(rule, seats, lines, places=places)
            expected = [open_as if one == "equal" else one for one in ranked_again(list(votes), places)]
            assert [found[line.id].verdict for line in lines] == expected, (votes, places)
            seen.update(expected)
            assert sum(one == "passed" for one in expected) <= places
    assert seen == {"passed", "failed", open_as}


def test_equals_at_the_last_place_vote_again_then_the_chair_decides() -> None:
    rule = rules(tie=["again", "chair"], ballots="2")
    seats = council(9, 0, 0)
    first = settle(rule, seats, [Line("a", 9), Line("b", 8), Line("c", 8), Line("d", 7)], places=2)
    assert {name: one.verdict for name, one in first.items()} == {
        "a": "passed", "b": "again", "c": "again", "d": "failed",
    }  # fmt: skip
    second = settle(rule, seats, [Line("b", 8), Line("c", 8)], ballot=2, places=1)
    assert {one.verdict for one in second.values()} == {"tied"}
    asked = [Line("b", 8, chair_for=False), Line("c", 8, chair_for=True)]
    assert [one.verdict for one in settle(rule, seats, asked, ballot=2, places=1).values()] == ["failed", "passed"]
    both = [Line("b", 8, chair_for=True), Line("c", 8, chair_for=True)]
    assert {one.verdict for one in settle(rule, seats, both, ballot=2, places=1).values()} == {"tied"}


def test_half_against_half_is_the_chairs() -> None:
    rule = rules(**{"pass": "more than 1/2 of all", "tie": "chair"})
    for said, verdict in ((None, "tied"), (True, "passed"), (False, "failed")):
        assert settle(rule, council(8, 0, 0), [Line("a", 4, 4, chair_for=said)])["a"].verdict == verdict
    assert settle(rule, council(8, 0, 0), [Line("a", 3, 5, chair_for=True)])["a"].verdict == "failed"


def test_below_the_bar_votes_again_only_while_places_are_left() -> None:
    rule = rules(unreached="again", ballots="2")
    lines = [Line("a", 9), Line("b", 5)]
    assert settle(rule, council(9, 0, 0), lines)["b"].verdict == "again"
    assert settle(rule, council(9, 0, 0), lines, ballot=2)["b"].verdict == "failed"
    assert settle(rule, council(9, 0, 0), lines, places=1)["b"].verdict == "failed"


# --- who is there, who may vote ---------------------------------------------------------------------------


def test_a_proxy_attends_and_a_letter_does_not() -> None:
    seats = council(5, 2, 2, proxies=1)
    assert (attendance(rules(), seats).present, attendance(rules(), seats).needed) == (5, 6)
    assert not attendance(rules(), seats).valid
    assert attendance(rules(mode="papers"), seats).present == 7, "nobody meets: who answers takes part"


def test_the_chair_must_be_there_where_the_plan_says_so() -> None:
    rule = rules(chair_must_attend="true")
    assert not attendance(rule, council(9, 0, 0)).valid
    assert attendance(rule, [*council(8, 0, 0), Seat("chair", "present", "chair")]).valid


def test_more_ballots_than_people_who_may_vote_settle_nothing() -> None:
    line = Line("a", 8, 1, recused=frozenset({"0"}))
    assert misfits(rules(), council(9, 0, 0), [line])
    assert misfits(rules(), council(9, 0, 0), [Line("a", -1)])
    with pytest.raises(ValueError):
        settle(rules(), council(9, 0, 0), [line])


def test_early_only_where_it_tells_no_secret() -> None:
    seats = council(9, 0, 0)
    assert early(rules(), seats, Line("a", 8)) == "passed"
    assert early(rules(), seats, Line("a", 0, 2)) == "failed"
    assert early(rules(), seats, Line("a", 5, 1)) is None
    half = rules(**{"pass": "more than 1/2 of all", "tie": "chair"})
    assert early(half, council(8, 0, 0), Line("a", 3, 4)) is None, "four of eight would be the chair's to decide"
    assert early(half, council(8, 0, 0), Line("a", 3, 5)) == "failed"
    for secret in (
        rules(mode="secret"),
        rules(mode="appraise"),
        rules(places="3"),
        rules(**{"pass": "at least 80 % of cast"}),
    ):
        assert early(secret, seats, Line("a", 8)) is None


def test_who_only_appraises_gives_an_opinion() -> None:
    rule = read("opinion", {"electorate": "council_member", "quorum": "2/3 of all", "mode": "appraise"})
    found = settle(rule, council(6, 0, 3), [Line("a", recommended=True), Line("b", recommended=False), Line("c")])
    assert [one.verdict for one in found.values()] == ["passed", "failed", "undecided"], "no opinion refuses nobody"
