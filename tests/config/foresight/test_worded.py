"""A report in another language of its plan: every title the plan has there, no number changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from config.foresight.worded import worded
from tests.workflow.plans import second, shipped
from workflow.scope import addressed_asks
from workflow.simulation.report import Blocked, NearHoliday, Outcome, Paper, Report, Step

DAY = date(2025, 3, 3)


def report() -> Report:
    """One of each: a state's step and an ask's, an end and where a case stands, a paper, a holiday, a blocked case."""
    loaded = shipped()
    one = loaded.definitions["nominee"]
    names = [*one.states.values()]
    ends = [state.title for state in names if state.end]
    ask = next(ask for _, ask in addressed_asks(one))
    steps = tuple(
        Step("nominee", kind, title, 9, 8, 1, 2, (6, 2, 0, 0, 0), 1.0, 2.0, 0)
        for kind, title in (("state", names[0].title), ("ask", ask.title))
    )
    return Report(
        plan=loaded.plan.plan, title=loaded.plan.title, first=DAY, last=DAY, seed=1, units=1, people=1, nominees=1,
        acts=1, events=1, letters=1, audit_head="x", steps=steps, loads=(), days={}, refused={},
        outcomes=(Outcome("nominee", one.title, 3, dict.fromkeys(ends, 1), {names[0].title: 2}),),
        holidays=(NearHoliday(names[0].title, "Tết Nguyên đán", 1, 0, 0, 0),),
        papers=tuple(Paper(name, paper.title, 1) for name, paper in loaded.plan.documents.items()),
        blocked=(Blocked("DH-1", "nominee", names[0].title, ("vì sao",)),),
    )  # fmt: skip


def test_everything_the_plan_has_in_english_is_said_in_english():
    loaded, said = shipped(), worded(report(), shipped(), "en")
    own, texts = loaded.plan.texts["en"], loaded.definitions["nominee"].texts["en"]
    first = next(iter(loaded.definitions["nominee"].states))
    ends = sorted(texts[f"states.{name}"] for name, one in loaded.definitions["nominee"].states.items() if one.end)
    assert said.title == own["title"]
    assert said.steps[0].title == said.blocked[0].step == said.holidays[0].title == texts[f"states.{first}"]
    assert said.steps[1].title in texts.values()
    assert (said.outcomes[0].title, list(said.outcomes[0].ended), said.outcomes[0].running) == (
        texts["title"], ends, {texts[f"states.{first}"]: 2},
    )  # fmt: skip
    assert [one.title for one in said.papers] == [own[f"documents.{name}"] for name in loaded.plan.documents]
    assert said.holidays[0].holiday == "Tết Nguyên đán"
    assert [(one.asked, one.late) for one in said.steps] == [(9, 2), (9, 2)]


def test_in_the_plan_s_first_language_and_in_one_it_has_not_it_stays():
    assert worded(report(), shipped(), "vi") == report()
    alone = replace(report(), outcomes=(), steps=(), blocked=(), holidays=(), papers=())
    assert worded(alone, second(), "en") == alone
