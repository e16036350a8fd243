"""A report in another language of its plan: what the plan says of its processes, states, asks and papers there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from workflow.definition import Definition
from workflow.loading import LoadedPlan
from workflow.scope import addressed_asks
from workflow.simulation.figures import most_first
from workflow.simulation.report import Report

Say = Callable[[str], str]
"""A title as the plan's first language has it → as another has it, or as it is where nothing is said."""


def worded(report: Report, loaded: LoadedPlan, language: str) -> Report:
    """The report with the plan's own titles of this language; as it is where the plan has none.

    Holidays stay as the calendar calls them, people and units as the organisation does.
    """
    own = loaded.plan.texts.get(language, {})
    by_process = {name: _places(one, language) for name, one in loaded.definitions.items()}

    def said(process: str, title: str) -> str:
        return by_process.get(process, {}).get(title, title)

    def anywhere(title: str) -> str:
        return next((places[title] for places in by_process.values() if title in places), title)

    return replace(
        report,
        title=own.get("title", report.title),
        steps=tuple(replace(one, title=said(one.process, one.title)) for one in report.steps),
        outcomes=tuple(
            replace(
                one, title=loaded.definitions[one.process].texts.get(language, {}).get("title", one.title),
                ended=_counted(one.ended, partial(said, one.process)),
                running=_counted(one.running, partial(said, one.process)),
            )
            for one in report.outcomes
        ),
        holidays=tuple(replace(one, title=anywhere(one.title)) for one in report.holidays),
        papers=tuple(replace(one, title=own.get(f"documents.{one.name}", one.title)) for one in report.papers),
        blocked=tuple(replace(one, step=said(one.process, one.step)) for one in report.blocked),
    )  # fmt: skip


def _places(definition: Definition, language: str) -> dict[str, str]:
    """What stands for a place where a case waits → the same in the language: actions may be called alike there."""
    other = definition.texts.get(language, {})
    found: dict[str, str] = {}
    for key, title in _titles(definition):
        if key in other:
            found.setdefault(title, other[key])
    return found


def _titles(definition: Definition) -> Iterator[tuple[str, str]]:
    yield from ((f"states.{name}", state.title) for name, state in definition.states.items())
    if definition.held:
        yield "held", definition.held.title
    yield from ((".".join(at), ask.title) for at, ask in addressed_asks(definition))


def _counted(counts: Mapping[str, int], say: Say) -> dict[str, int]:
    """States of one name are one line."""
    found: Counter[str] = Counter()
    for title, number in counts.items():
        found[say(title)] += number
    return most_first(found)
