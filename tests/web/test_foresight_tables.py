"""The tables of a simulation, as page and terminal show them: each cell from the history, told by a path of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.config.foresight.living import SAMPLE, SEED, lived
from web import foresight
from web.foresight import figures, headline

Rows = list[tuple[Any, ...]]
Told = dict[str, Any]


def _say(key: str, **params: object) -> str:
    return " ".join([key, *(f"{name}={value}" for name, value in sorted(params.items()))])


def _share(part: int, whole: int) -> str:
    """Half a percent counts as a whole one."""
    return f"{(200 * part + whole) // (2 * whole)}%" if whole else "-"


def _day(day: str) -> str:
    return "/".join(reversed(day.split("-")))


def _spread(counts: dict[str, int]) -> str:
    return "; ".join(f"{name}: {counts[name]}" for name in sorted(counts, key=lambda one: (-counts[one], one)))


def _step(told: Told, step: Told) -> str:
    return f"{step['title']} ({next(one['title'] for one in told['outcomes'] if one['process'] == step['process'])})"


def _outcomes(told: Told) -> Rows:
    return [
        (one["title"], one["began"], sum(one["ended"].values()), _spread(one["ended"]), _spread(one["running"]))
        for one in told["outcomes"] if one["began"]
    ]  # fmt: skip


def _late(told: Told) -> Rows:
    steps = sorted(told["steps"], key=lambda one: (-one["late"], one["process"], one["title"], one["kind"]))
    return [
        (_step(told, one), one["asked"], one["late"], _share(one["late"], one["asked"]), *one["late_by"],
         one["half_days"], one["tenth_days"], one["waiting"])
        for one in steps
    ]  # fmt: skip


def _escalating(told: Told) -> Rows:
    """Of five at least, four of five."""
    often = [one for one in told["steps"] if one["asked"] >= 5 and one["escalated"] / one["asked"] >= 0.8]
    return [(_step(told, one), one["asked"], one["escalated"], _share(one["escalated"], one["asked"])) for one in often]


def _loads(told: Told) -> Rows:
    named = [(", ".join(filter(None, (one["person"], one["unit"]))), one) for one in told["loads"]]
    return [(name, one["decided"], one["peak"], _day(one["peak_on"])) for name, one in named[:20]]


def _peaks(told: Told) -> Rows:
    busiest = sorted(told["days"], key=lambda day: (-told["days"][day], day))
    return [(_day(day), told["days"][day]) for day in busiest[:10]]


def _months(told: Told) -> Rows:
    found = Counter[str]()
    for day, number in told["days"].items():
        found[_day(day)[3:]] += number
    return list(found.items())


def _holidays(told: Told) -> Rows:
    def first(one: Told) -> tuple[int, int, str]:
        return -one["on"] - one["before"] - one["after"], -one["across"], one["title"]

    return [
        (f"{one['title']}: {one['holiday']}", one["on"], one["before"], one["after"], one["across"])
        for one in sorted(told["holidays"], key=first)
    ]


def _papers(told: Told) -> Rows:
    return [(one["title"], one["made"], one["written"]) for one in told["papers"] if one["made"]]


def _blocked(told: Told) -> Rows:
    rows = [(f"{one['code']}: {one['step']}", " ".join(one["reasons"])) for one in told["blocked"]]
    return [*rows[:30], *((trouble, "foresight.trouble") for trouble in told["troubles"])]


def _starts(told: Told) -> Rows:
    return sorted(told["refused"].items())


TABLES: dict[str, Callable[[Told], Rows]] = {
    "outcomes": _outcomes, "late": _late, "escalating": _escalating, "loads": _loads, "peaks": _peaks,
    "months": _months, "holidays": _holidays, "papers": _papers, "blocked": _blocked, "starts": _starts,
}  # fmt: skip


def _headline(told: Told) -> list[tuple[str, str]]:
    asked, late = (sum(one[name] for one in told["steps"]) for name in ("asked", "late"))
    numbers = {
        "began": sum(one["began"] for one in told["outcomes"]), "acts": told["acts"], "late": _share(late, asked),
        "escalating": len(_escalating(told)), "blocked": len(told["blocked"]), "letters": told["letters"],
    }  # fmt: skip
    return [(f"foresight.number.{name}", str(number)) for name, number in numbers.items()]


def test_every_cell_is_that_of_the_history() -> None:
    """Also an inventory: a table more, or a number more that stands first, is missed here."""
    for name in (SEED, SAMPLE):
        one = lived(name)
        told = {table: rows for table, tell in TABLES.items() if (rows := tell(one.retelling.told))}
        shown = {figure.name.removeprefix("foresight-"): list(figure.rows) for figure in figures(one.report, _say)}
        assert shown == told
        assert headline(one.report, _say) == _headline(one.retelling.told)
        assert {"outcomes", "late", "loads", "peaks", "months", "holidays", "papers"} <= shown.keys()


def test_each_column_has_its_head() -> None:
    for figure in figures(lived(SEED).report, _say):
        assert {len(row) for row in figure.rows} == {len(figure.heads)}, figure.name


def test_a_half_percent_is_a_whole_one() -> None:
    assert [foresight.percent(*one) for one in ((1, 8), (3, 8), (1, 200), (0, 0), (2, 3))] == [
        "13%", "38%", "1%", "-", "67%",
    ]  # fmt: skip
