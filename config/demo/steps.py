"""A story becomes dated steps, worked out backwards from the day on which its case came where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from config.demo import acts, reviews, sitting, work
from config.demo.stage import Stage
from config.demo.story import EARLIER, FIRST_DAY, LAST_DAY, REQUESTS, STORIES, Request, Story


@dataclass(frozen=True)
class Step:
    """What somebody does on a day; `name` makes it once."""

    day: date
    name: str
    do: Callable[[Stage], None]


T = TypeVar("T", Story, Request)
Bound = TypeVar("Bound")
Act = Callable[[Stage, Story], None]

LADDER: tuple[tuple[int, Act], ...] = (
    (0, acts.nominate),
    (7, acts.take_up),
    (0, acts.propose),  # after `cultivated` days
    (4, acts.recognize_unit),
    (75, acts.climb),
    (3, acts.forward),
    (12, acts.record_passed),
    (4, acts.recognize_department),
    (90, acts.climb_to_province),
    (4, acts.prepare),
    (3, acts.sign),
    (1, acts.send),
    (24, acts.recognize_province),
)
"""Days since the step before, and the step."""

ENDINGS: dict[str, tuple[tuple[int, Act], ...]] = {
    "": (),
    "sent_back": ((2, acts.send_back),),
    "declined": ((8, acts.decline),),
    "withdrawn": ((40, acts.withdraw),),
    "revoked": ((150, acts.revoke),),
    "held": ((12, acts.hold),),
    "moving": ((126, acts.move),),
    "left": ((14, acts.merit_ground), (31, acts.leave)),
}

REQUEST: tuple[tuple[int, Callable[[Stage, Request], None]], ...] = (
    (0, acts.request_merit),
    (5, acts.choose_ground),
    (4, acts.prepare_request),
    (3, acts.sign_request),
    (1, acts.send_request),
)

REQUEST_ENDINGS: dict[str, tuple[tuple[int, Callable[[Stage, Request], None]], ...]] = {
    "": (),
    "refused": ((24, acts.refuse_request),),
    "no_ground": ((6, acts.no_ground),),
    "dropped": ((3, acts.drop_request),),
}


def script() -> list[Step]:
    """Every step of the demo, oldest first; equal days keep the order of the stories."""
    steps = [Step(FIRST_DAY + timedelta(days=14), one.name, _bound(acts.bring_in, one)) for one in EARLIER]
    for story in STORIES:
        days = [story.cultivated if act is acts.propose else gap for gap, act in LADDER[: story.steps]]
        chain = [act for _, act in LADDER[: story.steps]]
        steps += _dated(story, days, chain, ENDINGS[story.ending], story.on)
        if story.merit_request == "awarded":
            steps += _dated_after(story, acts.AWARDED, story.on)
    for request in REQUESTS:
        days, chain = [gap for gap, _ in REQUEST[: request.steps]], [act for _, act in REQUEST[: request.steps]]
        steps += _dated(request, days, chain, REQUEST_ENDINGS[request.ending], request.on)
    for year in (2023, 2024):
        steps += [
            Step(date(year, 12, 8), f"reports-{year}", reviews.hand_in_reports),
            Step(date(year, 12, 18), f"consolidated-{year}", reviews.submit_review),
            Step(date(year, 12, 25), f"approved-{year}", reviews.approve_review),
        ]
    steps.append(Step(FIRST_DAY + timedelta(days=790), "sang-retires", acts.retire))
    for act in (sitting.convene, sitting.set_agenda, sitting.invite):
        steps.append(Step(date(2025, 10, 31), f"sitting:{act.__name__}", act))
    steps += _other_work()
    return sorted(steps, key=lambda step: step.day)


def _other_work() -> list[Step]:
    """Stories are published once a quarter, what is due is given once a month; the rest in the plan's last year."""
    quarters = [date(year, month, 20) for year in (2023, 2024, 2025) for month in (1, 4, 7, 10)]
    found = [
        Step(day, f"publish-{day:%Y-%m}", work.publish) for day in quarters if day > FIRST_DAY + timedelta(days=60)
    ]
    months = (FIRST_DAY + timedelta(days=30 * number + 25) for number in range((LAST_DAY - FIRST_DAY).days // 30))
    return [
        *found,
        *(Step(day, f"give-{day:%Y-%m-%d}", work.give) for day in months),
        Step(date(2025, 5, 12), "course", work.plan_course),
        Step(date(2025, 5, 26), "course-held", work.hold_course),
        Step(date(2025, 9, 8), "movement", work.propose),
        Step(date(2025, 9, 10), "movement-launched", work.launch),
        Step(date(2025, 10, 20), "movement-registered", work.register),
        Step(date(2025, 10, 22), "text", work.have_read),
    ]


def _dated(
    story: T, days: Sequence[int], chain: Sequence[Callable[[Stage, T], None]],
    ending: Sequence[tuple[int, Callable[[Stage, T], None]]], on: date,
) -> Iterable[Step]:  # fmt: skip
    found, day = [], on
    for gap, act in reversed(list(zip(days, chain, strict=True))):
        found.append(Step(day, f"{story.name}:{act.__name__}", _bound(act, story)))
        day -= timedelta(days=gap)
    return [*reversed(found), *_dated_after(story, ending, on)]


def _dated_after(story: T, ending: Sequence[tuple[int, Callable[[Stage, T], None]]], on: date) -> Iterable[Step]:
    day, found = on, []
    for gap, act in ending:
        day += timedelta(days=gap)
        found.append(Step(day, f"{story.name}:{act.__name__}", _bound(act, story)))
    return found


def _bound(act: Callable[[Stage, Bound], None], story: Bound) -> Callable[[Stage], None]:
    return lambda stage: act(stage, story)
