"""The small, closed languages of a definition: conditions, branches, escalations, counts. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from workflow.deadline_grammar import DURATION_PATTERN, DeadlineSyntaxError, parse_duration
from workflow.definition import Branch, Condition, Escalation, Share, Term
from workflow.yaml_source import Plain

OF_CASE = "case."
PEOPLE = "people"
"""What a share of a quota is of, if not of another quota: never more than all of them."""
NAME = r"[a-z][a-z0-9_]*"
_VALUE = r"[^,\[\]{}]+?"
_AFTER = rf"after {DURATION_PATTERN}"

# One regular expression a form; the schema for editors uses the same texts.
TERM_PATTERNS = (
    r"overdue|parent ended|period ended",
    _AFTER,
    rf"all {NAME}(?: are {_VALUE})?",
    rf"[1-9]\d* of {NAME}",
    rf"{NAME} is (?:not )?{_VALUE}",
    NAME,
)
CONDITION_PATTERN = rf"(?:{'|'.join(TERM_PATTERNS)})(?: and (?:{'|'.join(TERM_PATTERNS)}))*"
BRANCH_PATTERN = rf"(?:last level|{NAME})(?: if {CONDITION_PATTERN})?"
ESCALATION_PATTERN = (
    rf"{NAME}(?: \+{DURATION_PATTERN}| after [1-9]\d* missed)?(?: tell| add_owner| act {NAME})?"
    rf"(?: every {DURATION_PATTERN})?"
)
COUNT_PATTERN = r"none|\d+|\d+\.\.|\.\.\d+|\d+\.\.\d+"
SHARE_PATTERN = (
    rf"(?:(?P<how>at least|at most) )?(?:(?P<percent>\d+(?:\.\d+)?) ?%|(?P<over>\d+)/(?P<under>[1-9]\d*)) "
    rf"of (?P<of>{NAME}), rounded (?P<rounding>up|down|half up)"
)
WEIGHT_PATTERN = r"(?P<percent>\d+(?:\.\d+)?) ?%|(?P<over>[1-9]\d*)/(?P<under>[1-9]\d*)"

CONDITION_FORMS = (
    "GUARD", "{GUARD: ARG}", "F is A or B", "F is not A", "all ASK", "2 of ASK", "all ASK are V", "overdue",
    "after 10 working_days", "parent ended", "period ended", "A and B",
)  # fmt: skip
SHARE_FORMS = ("at most 15 % of people, rounded down", "at least 1/20 of people, rounded up")
ESCALATION_FORMS = (
    "office +1 working_day", "office +1 working_day add_owner", "unit_head after 2 missed",
    "director +5 working_days every 20 working_days", "office +2 days act ACTION",
)  # fmt: skip

_BARE = {"overdue": "overdue", "parent ended": "parent_ended", "period ended": "period_ended"}
_RESERVED = frozenset({"after", "all", "and", "are", "is", "not", "of", "or"})
_IS = re.compile(rf"(?P<name>{NAME}) is (?P<no>not )?(?P<values>.+)")
_ALL = re.compile(rf"all (?P<name>{NAME})(?: are (?P<values>.+))?")
_SOME = re.compile(rf"(?P<count>[1-9]\d*) of (?P<name>{NAME})")
_BRANCH = re.compile(rf"(?P<to>last level|{NAME})(?: if (?P<when>.+))?")
_ESCALATION = re.compile(
    rf"(?P<role>{NAME})(?: \+(?P<after>\d+ \w+)| after (?P<missed>[1-9]\d*) missed)?"
    rf"(?: (?P<mode>tell|add_owner)| act (?P<action>{NAME}))?(?: every (?P<every>\d+ \w+))?"
)
_COUNT = re.compile(r"(?P<none>none)|(?P<exactly>\d+)|(?P<least>\d*)\.\.(?P<most>\d*)")


class GrammarError(ValueError):
    """A text that is not a sentence of its small language: a kind of defect and its parameters."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(f"{key}: {params}")
        self.key, self.params = key, params


def parse_condition(raw: Plain) -> Condition:
    """A conjunction: a text (parts joined by ` and `), `{guard: argument}`, or a list of these."""
    if isinstance(raw, str):
        return tuple(_term(part.strip()) for part in re.split(r"\s+and\s+", raw.strip()))
    if isinstance(raw, Mapping):
        return tuple(_guard_with_argument(name, argument) for name, argument in raw.items())
    return tuple(term for part in raw for term in parse_condition(part))


def parse_branches(raw: Plain) -> tuple[Branch, ...]:
    """Where an action leads: one target, or a list of which the first true one is taken."""
    if isinstance(raw, str):
        return (_branch(raw),)
    if isinstance(raw, Mapping) or not all(isinstance(part, str) for part in raw):
        raise GrammarError("bad_branch", text=raw)
    return tuple(_branch(str(part)) for part in raw)


def parse_escalations(raw: Plain) -> tuple[Escalation, ...]:
    """Whom lateness reaches, one text or a list; `none` is nobody."""
    if raw == "none":
        return ()
    texts = [raw] if isinstance(raw, str) else raw
    if isinstance(texts, Mapping) or not all(isinstance(text, str) for text in texts):
        raise GrammarError("bad_escalation", text=raw, known="; ".join(ESCALATION_FORMS))
    return tuple(_escalation(str(text)) for text in texts)


def parse_count(raw: Plain) -> tuple[int | None, int | None]:
    """Least and most: `1` exactly, `1..`, `..3`, `1..2`, `none` (nothing at all, which no number says)."""
    found = _COUNT.fullmatch(raw) if isinstance(raw, str) else None
    if found is None or raw == "..":
        raise GrammarError("bad_count", text=raw, known="1; 1..; ..3; 1..2; none")
    if found["none"]:
        return 0, 0
    parts = (found["exactly"], found["exactly"]) if found["exactly"] else (found["least"], found["most"])
    least, most = (int(part) if part else None for part in parts)
    if most == 0:
        raise GrammarError("count_of_none", text=raw)
    if (least, most) == (0, None) or (least is not None and most is not None and least > most):
        raise GrammarError("bad_count", text=raw, known="1; 1..; ..3; 1..2; none")
    return least, most


def parse_share(raw: Plain) -> Share:
    """`at most 15 % of people, rounded down`, `at least 1/20 of people, rounded up`; the rounding is always said."""
    found = re.fullmatch(SHARE_PATTERN, raw) if isinstance(raw, str) else None
    if found is None:
        raise GrammarError("bad_share", text=raw, known="; ".join(SHARE_FORMS))
    part = Fraction(found["percent"]) / 100 if found["percent"] else Fraction(int(found["over"]), int(found["under"]))
    if not part or (part > 1 and found["of"] == PEOPLE):
        raise GrammarError("share_limits", text=raw)
    written = f"{found['percent']} %" if found["percent"] else f"{found['over']}/{found['under']}"
    values = {"how": found["how"] or "exactly", "rounding": found["rounding"].replace(" ", "_")}
    return Share.model_validate({"part": str(part), "of": found["of"], "written": written, **values})


def parse_weight(raw: Plain) -> Fraction:
    """`40 %`, `1/3`: exact, more than nothing."""
    found = re.fullmatch(WEIGHT_PATTERN, raw) if isinstance(raw, str) else None
    if found is None:
        raise GrammarError("bad_weight", text=raw, known="40 %; 1/3")
    part = Fraction(found["percent"]) / 100 if found["percent"] else Fraction(int(found["over"]), int(found["under"]))
    if not part:
        raise GrammarError("bad_weight", text=raw, known="40 %; 1/3")
    return part


def condition_texts(condition: Condition) -> list[str | dict[str, str]]:
    """A condition as an author would write it, one entry a term; reads back to the same condition."""
    return [{term.name: term.arg} if term.kind == "guard" and term.arg is not None else term.text for term in condition]


def branch_text(branch: Branch) -> str:
    """A branch as an author would write it."""
    return f"{branch.to} if {' and '.join(term.text for term in branch.when)}" if branch.when else branch.to


def escalation_text(escalation: Escalation) -> str:
    """An escalation as an author would write it."""
    words = [escalation.role]
    if escalation.after:
        words.append(f"+{escalation.after}")
    if escalation.missed:
        words.append(f"after {escalation.missed} missed")
    if escalation.mode == "add_owner":
        words.append("add_owner")
    if escalation.mode == "act":
        words.append(f"act {escalation.action}")
    if escalation.every:
        words.append(f"every {escalation.every}")
    return " ".join(words)


def checked_duration(text: str) -> str:
    """The duration as one way of writing it. Raises GrammarError."""
    try:
        return str(parse_duration(text))
    except DeadlineSyntaxError as error:
        raise GrammarError("bad_duration", text=text, why=error.reason, known=error.forms) from error


def _guard_with_argument(name: str, argument: Plain) -> Term:
    if not re.fullmatch(NAME, name) or not isinstance(argument, str):
        raise GrammarError("bad_condition", text=f"{{{name}: {argument}}}", known="; ".join(CONDITION_FORMS))
    return Term(kind="guard", text=f"{name}: {argument}", name=name, arg=argument)


def _term(text: str) -> Term:
    if text in _BARE:
        return Term.model_validate({"kind": _BARE[text], "text": text})
    if text.startswith("after "):
        return Term(kind="after", text=text, arg=checked_duration(text.removeprefix("after ")))
    if found := _ALL.fullmatch(text):
        return Term(kind="all", text=text, name=found["name"], values=_values(found["values"]))
    if found := _SOME.fullmatch(text):
        return Term(kind="some", text=text, name=found["name"], count=int(found["count"]))
    if found := _IS.fullmatch(text):
        values, negated = _values(found["values"]), found["no"] is not None
        return Term(kind="is", text=text, name=found["name"], values=values, negated=negated)
    if re.fullmatch(NAME, text) and text not in _RESERVED:
        return Term(kind="guard", text=text, name=text)
    raise GrammarError("bad_condition", text=text, known="; ".join(CONDITION_FORMS))


def _values(text: str | None) -> tuple[str, ...]:
    return tuple(value.strip() for value in text.split(" or ")) if text else ()


def _branch(text: str) -> Branch:
    found = _BRANCH.fullmatch(text.strip())
    if found is None:
        raise GrammarError("bad_branch", text=text)
    return Branch(to=found["to"], when=parse_condition(found["when"]) if found["when"] else ())


def _escalation(text: str) -> Escalation:
    found = _ESCALATION.fullmatch(text.strip())
    if found is None:
        raise GrammarError("bad_escalation", text=text, known="; ".join(ESCALATION_FORMS))
    after, every = (checked_duration(found[part]) if found[part] else None for part in ("after", "every"))
    action = found["action"]
    parts = {"role": found["role"], "after": after, "every": every, "action": action}
    mode = "act" if action else found["mode"] or "tell"
    missed = int(found["missed"]) if found["missed"] else None
    return Escalation.model_validate({**parts, "mode": mode, "missed": missed})


def field_given(value: str) -> str | None:
    """`case.NAME` of a `with:`: the field of the case that begins another; None for plain words."""
    return value.removeprefix(OF_CASE) if value.startswith(OF_CASE) else None
