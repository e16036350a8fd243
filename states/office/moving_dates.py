"""A plan's own days moved by whole years: its period, phases, dated jobs; what the law or a past paper dates stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from states.office.plan_files import PLAN_FILE, entries, trees

_DAY = r"(?:\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})"
_WHOLLY = re.compile(rf"(?:{_DAY}(?:\.\.(?:{_DAY})?)?|\d+ (?:working_)?days? (?:before|after) {_DAY})")
_ISO, _SLASHED = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b"), re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_YEAR, _SPAN = re.compile(r"\b20\d\d\b"), re.compile(r"\b(20\d\d)( ?[-–] ?)(20\d\d)\b")
_STAY = frozenset({"bases", "follows", "cite", "number", "base_salary"})  # of laws and papers, not of this plan
_NAMES = frozenset({"title", "plan"})


def first_and_last(text: str) -> tuple[date, date]:
    """The period a plan.yaml states, both days included. ValueError for one that is no period."""
    period = dict(entries(trees({PLAN_FILE: text})[PLAN_FILE]))["period"].value
    first, _, last = str(period).partition("..")
    return date.fromisoformat(first), date.fromisoformat(last)


def move(folder: Path, year: int) -> tuple[date, date]:
    """The files in `folder` with a plan that begins on 1 January of `year`; its new period. Comments stay, but for
    one that explained a line's old years. ValueError for a period that cannot be read."""
    first, last = first_and_last((folder / PLAN_FILE).read_text(encoding="utf-8"))
    paths = [folder / PLAN_FILE, *sorted((folder / "processes").glob("*.yaml")), *sorted(folder.glob("en.yaml"))]
    files = {str(path): path.read_text(encoding="utf-8") for path in paths}
    for name, text in moved(files, first, last, year).items():
        Path(name).write_text(text, encoding="utf-8")
    return first_and_last((folder / PLAN_FILE).read_text(encoding="utf-8"))


def moved(files: Mapping[str, str], first: date, last: date, year: int) -> dict[str, str]:
    """The same files with every day of a plan that ran from `first` to `last` moved to begin in `year`."""
    by = year - first.year
    return {name: _moved(text, trees({name: text})[name], first, last, by) for name, text in files.items()}


def _moved(text: str, tree: Any, first: date, last: date, by: int) -> str:
    for key, node in sorted(_dated(tree), key=lambda one: -one[1].start_mark.index):  # from the end: places hold
        start, end = node.start_mark.index, node.end_mark.index
        said = _named(text[start:end], first, last, by) if key in _NAMES else _days(text[start:end], first, by)
        text = text[:start] + said + _uncommented(text[end:])
    return text


def _dated(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Scalars that are a day of the plan, or that name its years; each with the key it stands under."""
    if key in _STAY:
        return
    if isinstance(node, yaml.ScalarNode):
        if _YEAR.search(node.value) if key in _NAMES else _WHOLLY.fullmatch(node.value):
            yield key, node
        return
    for name, inner in entries(node):
        yield from _dated(inner, name)
    if isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            yield from _dated(inner, key)


def _days(text: str, first: date, by: int) -> str:
    """What began with the plan begins on 1 January, so that the plan is in force at once."""

    def later(year: str, month: str, day: str) -> date:
        old = date(int(year), int(month), int(day))
        if old == first:
            return date(old.year + by, 1, 1)
        leap = (old.month, old.day) == (2, 29)
        return old.replace(year=old.year + by, day=28 if leap else old.day)

    def slashed(found: re.Match[str]) -> str:
        new = later(found[3], found[2], found[1])
        return f"{new.day}/{new.month}/{new.year}"

    return _SLASHED.sub(slashed, _ISO.sub(lambda found: later(*found.groups()).isoformat(), text))


def _named(text: str, first: date, last: date, by: int) -> str:
    """A title that names one span of years up to the plan's last names the plan's own; any other year goes along."""
    spans = _SPAN.findall(text)
    if len(spans) == 1 and int(spans[0][2]) == last.year:
        return _SPAN.sub(lambda found: f"{first.year + by}{found[2]}{last.year + by}", text)
    return _YEAR.sub(lambda found: str(int(found[0]) + by), text)


def _uncommented(rest: str) -> str:
    """What follows a moved value, without a comment of its line that speaks of years."""
    line, newline, after = rest.partition("\n")
    value, mark, comment = line.partition(" #")
    return (value.rstrip() if mark and _YEAR.search(comment) else line) + newline + after
