"""What a plan's `eligibility:` says: which conditions are asked for what, by which text, with which figures.

A condition names a rule of `states.eligibility.rules` or joins others (`any_of`, `all_of`). Only those with `for` are
asked by themselves; the others are asked where one joins them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal

from states.eligibility.conditions import Certainty
from states.subjects.records import KINDS
from workflow.registry import BadRules

JudgedOn = Literal["decision", "start"]
CERTAINTIES: tuple[Certainty, ...] = ("A", "B", "C", "plan")
PLAN = "Kế hoạch"
_IN_A_BASIS = re.compile(r"(?P<basis>[a-z][a-z0-9_]*): (?P<words>.+)")


@dataclass(frozen=True)
class Basis:
    """A legal text of the plan, and the days on which it is in force (both included)."""

    title: str
    first_day: date = date.min
    last_day: date = date.max

    def in_force(self, on: date) -> bool:
        """Whether it counts on that day."""
        return self.first_day <= on <= self.last_day


@dataclass(frozen=True)
class Cite:
    """A place in a text: of a basis of the plan, or (no basis) in the plan's own words."""

    basis: str
    words: str


@dataclass(frozen=True)
class Requirement:
    """One condition, as the plan words it. Empty `levels`, `kinds`, `only`: in every case."""

    name: str
    title: str
    rule: str = ""
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    asked_for: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] | None = None  # field of the case → the values it then has
    unless: Mapping[str, tuple[str, ...]] | None = None
    cites: tuple[Cite, ...] = ()
    sure: Certainty = "plan"
    judged_on: JudgedOn = "decision"
    proof: tuple[str, ...] = ()  # fields of the case whose paper stands in for a record
    tells_only: bool = False
    figures: Mapping[str, Any] | None = None

    def number(self, key: str) -> int:
        """A figure the rule counts to; reading the plan has made sure that it is there."""
        return int((self.figures or {})[key])

    def words(self, key: str) -> tuple[str, ...]:
        """Words of the plan a rule compares with; none given: none."""
        return _texts((self.figures or {}).get(key))


@dataclass(frozen=True)
class Rule:
    """What a rule needs to be told: figures (whole numbers from 1) and words; `may` may be left out."""

    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


FRAME = (
    "rule", "any_of", "all_of", "title", "for", "levels", "kinds", "only", "unless", "cite", "sure", "judged_on",
    "proof", "tells_only", "like",
)  # fmt: skip
"""Keys of every condition; all others are the rule's own."""
NUMBERS_TOO = ("within_years",)
"""Figures a rule does without, but counts with where the plan gives them."""
KINDS_SAID = ("what", "kinds_counted")
"""Keys of rules whose words are kinds of the dossier's records."""


def read_all(
    table: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Rule], bases: Collection[str] = ()
) -> dict[str, Requirement]:
    """Every condition of a plan, by name. Raises BadRules(`CONDITION.KEY`) for the first word that means nothing."""
    found: dict[str, Requirement] = {}
    for name, said in table.items():
        with _inside(name):
            found[name] = read(name, said, rules)
    for one in found.values():
        with _inside(one.name):
            _known("cite", [cite.basis for cite in one.cites if cite.basis], bases)
            for key, names in (("any_of", one.any_of), ("all_of", one.all_of)):
                _known(key, names, found)
    for one in found.values():
        if (circle := _circle(one.name, found, ())) is not None:
            raise BadRules(f"{one.name}.{'any_of' if one.any_of else 'all_of'}", circle)
    return found


@contextmanager
def _inside(name: str) -> Iterator[None]:
    try:
        yield
    except BadRules as bad:
        raise BadRules(f"{name}.{bad.key}", bad.word, bad.nearest) from bad


def read(name: str, said: Mapping[str, Any], rules: Mapping[str, Rule]) -> Requirement:
    """One condition. Raises BadRules."""
    ways = [key for key in ("rule", "any_of", "all_of") if said.get(key)]
    if len(ways) != 1:
        raise BadRules("rule", ", ".join(ways) or name, ", ".join(rules) if not ways else ways[0])
    _known("sure", [str(said.get("sure", "plan"))], CERTAINTIES)
    _known("judged_on", [str(said.get("judged_on", "decision"))], ("decision", "start"))
    rule = str(said.get("rule") or "")
    if rule:
        _known("rule", [rule], rules)
    own = {key: value for key, value in said.items() if key not in FRAME}
    _figures(own, rules.get(rule, Rule()))
    return Requirement(
        name=name, title=str(said.get("title") or name), rule=rule, any_of=_texts(said.get("any_of")),
        all_of=_texts(said.get("all_of")), asked_for=_texts(said.get("for")), levels=_texts(said.get("levels")),
        kinds=_texts(said.get("kinds")), only=_choices("only", said), unless=_choices("unless", said),
        cites=tuple(_cite(one) for one in _texts(said.get("cite"))), sure=said.get("sure", "plan"),
        judged_on=said.get("judged_on", "decision"), proof=_texts(said.get("proof")),
        tells_only=str(said.get("tells_only", "")).lower() == "true", figures=own,
    )  # fmt: skip


def bases_of(plan: Mapping[str, Any]) -> dict[str, Basis]:
    """The legal texts of a stored plan."""
    return {
        name: Basis(one["title"], date.fromisoformat(one["start"]),
                    date.fromisoformat(one["end"]) if one["end"] else date.max)
        for name, one in plan.get("bases", {}).items()
    }  # fmt: skip


def _figures(own: Mapping[str, Any], rule: Rule) -> None:
    _known("rule", own, (*rule.numbers, *rule.words, *rule.may))
    for key in (*rule.numbers, *rule.words):
        if key not in own:
            raise BadRules(key, "–", key)
    for key in KINDS_SAID:
        _known(key, _texts(own.get(key)), KINDS)
    for key in (*rule.numbers, *(key for key in NUMBERS_TOO if key in own)):
        if not str(own[key]).isascii() or not str(own[key]).isdecimal() or int(own[key]) < 1:
            raise BadRules(key, str(own[key]), "1")
        if key == "percent" and int(own[key]) > 100:
            raise BadRules(key, str(own[key]), "100")


def _known(key: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in (known := list(known)):
            close = get_close_matches(str(name), known, n=1)
            raise BadRules(key, str(name), close[0] if close else "")


def _circle(name: str, table: Mapping[str, Requirement], way: tuple[str, ...]) -> str | None:
    if name in way:
        return " → ".join((*way, name))
    one = table[name]
    ways = (_circle(inner, table, (*way, name)) for inner in (*one.any_of, *one.all_of))
    return next((circle for circle in ways if circle), None)


def _texts(said: Any) -> tuple[str, ...]:
    if said in (None, ""):
        return ()
    return tuple(str(one) for one in said) if isinstance(said, list | tuple) else (str(said),)


def _choices(key: str, said: Mapping[str, Any]) -> dict[str, tuple[str, ...]] | None:
    given = said.get(key)
    if given is None:
        return None
    if not isinstance(given, dict):
        raise BadRules(key, str(given))
    return {name: _texts(values) for name, values in given.items()}


def _cite(text: str) -> Cite:
    """`BASIS: WORDS` is a place in a basis; anything else is the plan's own words."""
    found = _IN_A_BASIS.fullmatch(text)
    return Cite(found["basis"], found["words"]) if found else Cite("", text)
