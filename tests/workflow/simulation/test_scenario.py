"""What is assumed of people: read from data, every mistake named."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import texts
from workflow.message import Refused
from workflow.simulation.scenario import EVERYONE, FILE, Habit, Scenario, read_scenario


def _read(folder: Path, text: str) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text(text, "utf-8")
    return read_scenario(path)


def test_a_role_has_its_own_habit_and_the_others_everybodys(tmp_path: Path) -> None:
    read = _read(
        tmp_path,
        """
people:
  everyone: {forgets: 10}
  director: {days: {5: 1}, refuses: 0}
arrivals: {nominee.nominate: 40}
values: {reward: {certificate: 3, study: 1}, place: Hội trường}
rests: [1, 9]
""",
    )
    assert read.habit("office", "director").days == {5: 1}
    assert read.habit("office").forgets == 10
    assert read.habit().refuses == Habit().refuses
    assert (read.arrivals, read.rests) == ({"nominee.nominate": 40}, (1, 9))
    assert Scenario.model_validate(read.model_dump(mode="json")) == read


def test_an_empty_file_is_the_usual(tmp_path: Path) -> None:
    assert _read(tmp_path, "") == Scenario()
    assert Scenario().habit("anybody") == Scenario().people[EVERYONE]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("others: -1\nawy: 3", {"scenario.bad", "scenario.unknown"}),
        ("people: {director: {forgets: 101}}", {"scenario.bad"}),
        ("rests: [9, 1]", {"scenario.bad"}),
        ("people: {director: {days: {soon: 1}}}", {"scenario.bad"}),
        ("- a list", {"scenario.no_table"}),
        ("a: [", {"scenario.unreadable"}),
    ],
)  # fmt: skip
def test_every_mistake_is_named(tmp_path: Path, text: str, keys: set[str]) -> None:
    with pytest.raises(Refused) as refused:
        _read(tmp_path, text)
    assert {one.key for one in refused.value.reasons} == keys


def test_what_is_no_yaml_is_told_in_our_words_and_where(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        _read(tmp_path, "others: 1\npeople:\n\tdirector: {}\n")
    said = texts.load().render(refused.value.reasons[0], "vi")
    assert said.startswith("scenario.yaml:3: ")
    assert "tab" in said
    assert "found character" not in said


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes("people: {giám đốc: {}}".encode("utf-16"))
    with pytest.raises(Refused) as refused:
        read_scenario(tmp_path / FILE)
    assert "UTF-8" in texts.load().render(refused.value.reasons[0], "vi")
