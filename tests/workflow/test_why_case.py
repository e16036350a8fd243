"""What an explanation says is what is decided: every role in every state, asked of the function that decides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.cast import SEED, Cast
from tests.roads import ROADS, case_at, do, filled
from workflow import permission, starting
from workflow.draft import By, Draft
from workflow.explain import CaseView
from workflow.facts import load_case
from workflow.message import Invalid, Message, Refused
from workflow.reasons import Line, Why
from workflow.starting import Beginning, begin_case
from workflow.why_case import Behind, explained, of_case, of_item

EVERY_ROLE = (
    "director", "deputy", "office", "clerk", "press", "head", "nominator", "candidate", "mentor", "colleague1",
    "outsider",
)  # fmt: skip
STATES = [None, *ROADS["nominee"]]  # the first is where it begins


def at(cast: Cast, state: str | None) -> str:
    """A case in a state; `STATE:GROUND` is on hold there."""
    name, _, ground = (state or "identified").partition(":")
    case_id = case_at(cast, name, held=[ground] if ground else [])
    for away, deputy in (("head", "colleague1"), ("office", "clerk"), ("director", "deputy")):
        cast.absent(away, deputy, date(2025, 3, 1), date(2025, 3, 31))
    return case_id


def why_case(cast: Cast, case_id: str, name: str) -> tuple[CaseView, Behind, Why]:
    view, behind = explained(cast.app.engine, cast.actor(name), case_id)
    return view, behind, of_case(view, behind, cast.people[name])


def said(cast: Cast, line: Line) -> str:
    return cast.app.texts.render(line.said)


@pytest.mark.parametrize("state", [*STATES, "unit_appraisal:complaint"])
def test_every_role_is_told_what_the_engine_would_say(sqlite_cast: Cast, state: str | None) -> None:
    cast, case_id = sqlite_cast, at(sqlite_cast, state)
    with cast.app.database.read() as connection:
        facts = load_case(connection, cast.app.engine, case_id, cast.agency_id)
        for name in EVERY_ROLE:
            draft = cast.app.engine.draft_for(connection, facts, By("person", cast.people[name], None, "page"))
            view, behind, why = why_case(cast, case_id, name)
            _buttons_say_what_acting_says(draft, cast.people[name], view, why)
        _people_are_whom_the_engine_lets_answer(cast, draft, view, behind)


PROCESSES = sorted(path.stem for path in (SEED / "processes").glob("*.yaml") if path.stem != "en")
STEPS = 6  # of each process, by whoever may


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_of_the_plan_is_told_as_decided(
    sqlite_cast: Cast, process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        cast, case_id = sqlite_cast, begun(sqlite_cast, process, patched)
    states = {cast.row(case_id).state}
    for _ in range(STEPS):
        with cast.app.database.read() as connection:
            facts = load_case(connection, cast.app.engine, case_id, cast.agency_id)
            for name in cast.people:
                draft = cast.app.engine.draft_for(connection, facts, By("person", cast.people[name], None, "page"))
                view, behind, why = why_case(cast, case_id, name)
                _buttons_say_what_acting_says(draft, cast.people[name], view, why)
            _people_are_whom_the_engine_lets_answer(cast, draft, view, behind)
        if not gone_on(cast, case_id, states):
            break
        states.add(cast.row(case_id).state)
    assert len(states) > 1, "it never left where it began"


def begun(cast: Cast, process: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case of any process, as whatever starts it would begin it."""
    app, database = cast.app, cast.app.database
    subjects = {"agency": ("agency", cast.agency_id), "unit": ("unit", cast.units["cntt"])}
    about = ("subject", cast.subject())
    with database.read() as connection:
        life = app.catalogue.living(connection, cast.agency_id, process)
    assert life is not None
    kind = next((one for one in life.definition.subject if one in subjects), "")
    action = next(iter(life.definition.start.values()))
    needs = [life.definition.fields[one] for one in action.needs if one in life.definition.fields]
    days = [one.name for one in needs if one.type == "date"]  # each after the one before
    given = filled(cast, "office", needs, {}) | {
        name: (cast.now().date() + timedelta(days=30 * number)).isoformat() for number, name in enumerate(days, 1)
    }
    monkeypatch.setattr(starting, "submitted", lambda *_: given)  # what a start asks is not this test's matter
    monkeypatch.setattr(starting, "refusals", lambda *_: [])
    for person_id in (*cast.people.values(), None):
        what = Beginning(
            cast.agency_id, process, *subjects.get(kind, about), action=action.name, given=given, person_id=person_id
        )  # fmt: skip
        try:
            with database.write() as connection:
                made = begin_case(connection, app.catalogue, app.engine.registry, database.new_id, what)
                return str(made.case["id"])
        except Refused:
            continue
    raise AssertionError("nothing begins it")


def gone_on(cast: Cast, case_id: str, seen: set[str]) -> bool:
    """Somebody took a step that leads somewhere new; False when nobody could."""
    for name in cast.people:
        view = cast.app.engine.view(cast.actor(name), case_id)
        for option in view.options:
            if option.kind != "action" or not option.allowed:
                continue
            try:
                do(cast, name, case_id, option.name)
            except (Refused, Invalid, KeyError, StopIteration):
                continue
            if cast.row(case_id).state not in seen:
                return True
    return False


def _buttons_say_what_acting_says(draft: Draft, person_id: str, view: CaseView, why: Why) -> None:
    """Of every step out of the present state, also those that are not offered."""
    buttons = next(one for one in why.parts if one.title.key == "explain.part.buttons")
    for option, told in zip(view.options, buttons.lines, strict=True):
        if option.kind != "action":
            continue
        action, held = permission.find_action(draft, option.name)
        try:
            permission.check(draft, action, person_id, held=held)
            refused: tuple[Message, ...] = ()
        except Refused as no:
            refused = no.reasons
        assert option.authority is None or told.under[0].said == option.authority.why
        spoken = [one.said for one in told.all()]
        assert all(reason in spoken for reason in refused), (person_id, option.name)
        assert (told.sign == "yes") == option.allowed
        assert not refused or told.sign == "no"


def _people_are_whom_the_engine_lets_answer(cast: Cast, draft: Draft, view: CaseView, behind: Behind) -> None:
    for row in draft.facts.items:
        may = set()
        for person_id in cast.people.values():
            try:
                permission.check_ask(draft, row, person_id)
                may.add(person_id)
            except Refused:
                continue
        assert {one.person_id for one in behind.people[row["id"]] if one.is_in} == may
        why = of_item(view, behind, row["id"], cast.people["office2"])
        people = next(one for one in why.parts if one.title.key == "explain.part.people")
        told = {one.said.params["name"] for one in people.lines if one.said.key == "explain.people.in"}
        assert told == {view.org.name(one) for one in may}
        assert all(said(cast, one) for one in why.lines())


def test_a_fork_tells_what_was_compared_then_not_now(sqlite_cast: Cast) -> None:
    """Its words are those of the moment: what the case holds since does not change why it went this way."""
    cast, case_id = sqlite_cast, case_at(sqlite_cast, "recognized_unit")
    do(cast, "head", case_id, "revoke")
    taken = next(one for one in why_case(cast, case_id, "office")[0].history if one.action == "revoke")
    assert [(way["to"], way["open"]) for way in taken.body["ways"]] == [("last level", False), ("struck_off", True)]
    assert taken.body["ways"][0]["said"] == {"level": ["none"]}
    _, _, why = why_case(cast, case_id, "office")
    (fork,) = next(one for one in why.parts if one.title.key == "explain.part.way").lines
    assert [one.sign for one in fork.under] == ["no", "yes"]


def test_the_rule_of_each_guard_has_words(sqlite_cast: Cast) -> None:
    texts = sqlite_cast.app.texts
    guards = sqlite_cast.app.engine.registry.guards
    assert [name for name in guards if not texts.has(f"explain.rule.guard.{name}")] == []


def test_when_somebodys_answer_will_change_is_told(sqlite_cast: Cast) -> None:
    cast, case_id = sqlite_cast, case_at(sqlite_cast, "unit_appraisal")
    cast.absent("head", "colleague1", date(2025, 3, 10), date(2025, 3, 20))
    item = cast.open_items(case_id)[0].id
    view, behind = explained(cast.app.engine, cast.actor("colleague1"), case_id, item_id=item)
    told = of_item(view, behind, item, cast.people["colleague1"]).lines()
    assert [one.said.params["on"] for one in told if one.said.key == "explain.people.turns_in"] == [date(2025, 3, 10)]
