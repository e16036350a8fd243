"""More time: asked for by who has the item, granted by who stands above, in bounds, once at a time, by four eyes."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.installation import install
from tests.cast import SEED, Cast
from tests.roads import case_at, do
from tests.workflow.plans import changed
from workflow import history
from workflow.due import Due, explain
from workflow.extending import Word
from workflow.message import Conflict, Invalid, Refused
from workflow.organisation_changes import grant_role
from workflow.timers import timer
from workflow.worklist import work_item

REASON = "Chờ số liệu của Phòng Kế hoạch - Tài chính"
# In on Monday 3 March 2025, five working days: due on the 10th, ten more at most: the 24th.
DUE, LATEST = date(2025, 3, 10), date(2025, 3, 24)


def item_of(cast: Cast, case_id: str, kind: str = "state") -> Any:
    return next((one for one in cast.open_items(case_id) if one.kind == kind), None)


def say(
    cast: Cast, who: str, item: Any, kind: Any, until: date | None = None, reason: str = REASON, **more: Any
) -> Any:
    return cast.app.engine.about_time(cast.actor(who), item.id, Word(kind, until, reason), item.version, **more)


def asked(cast: Cast, until: date = date(2025, 3, 14)) -> tuple[str, Any, Any]:
    """The head asks for time to appraise: (case, the item, the request)."""
    case_id = case_at(cast, "unit_appraisal")
    say(cast, "head", item_of(cast, case_id), "ask", until)
    return case_id, item_of(cast, case_id), item_of(cast, case_id, "extension")


def due(item: Any) -> Due:
    return Due.from_json(item.due)


def armed(cast: Cast, item: Any) -> list[tuple[str, str, str]]:
    with cast.app.database.read() as connection:
        mine = sa.select(timer).where(timer.c.item_id == item.id, timer.c.status == "armed").order_by(timer.c.due_at)
        rows = connection.execute(mine).all()
    return [(row.kind, row.name, row.due_at.strftime("%d/%m %H")) for row in rows]


def events(cast: Cast, case_id: str) -> list[Any]:
    return [one for one in cast.app.engine.view(cast.actor("office"), case_id).history if "extension" in one.kind]


def test_a_granted_wish_moves_the_deadline_and_all_that_hangs_on_it(cast: Cast) -> None:
    case_id, item, request = asked(cast)
    assert (due(item).due_on, request.title, request.ask_id) == (DUE, item.title, item.id)
    version, before = cast.row(case_id).version, item.version
    say(cast, "director", request, "grant", reason="")
    after = item_of(cast, case_id)
    assert due(after).due_on == date(2025, 3, 14)
    assert armed(cast, after) == [  # 01:00 UTC is eight o'clock; the fourteenth ends at 17:00 UTC
        ("remind", "7", "05/03 01"), ("remind", "3", "11/03 01"), ("remind", "1", "13/03 01"),
        ("remind", "0", "14/03 01"), ("due", "", "14/03 17"), ("escalate", "office", "17/03 01"),
        ("escalate", "director", "21/03 01"),
    ]  # fmt: skip
    assert item_of(cast, case_id, "extension") is None
    assert (cast.row(case_id).version, after.version) == (version, before), "a form that is open stays good"
    assert explain(due(after), {})[-2:] == [
        ("deadline.extended", {"from": "2025-03-10", "to": "2025-03-14", "on": "2025-03-03"}),
        ("deadline.due", {"on": "2025-03-14"}),
    ]
    told = events(cast, case_id)
    assert [one.kind for one in told] == ["extension_asked", "extension_granted"]
    assert (told[0].body["wished_on"], told[0].inputs[0][1]) == ("2025-03-14", REASON)
    assert (told[1].body["due_from"], told[1].body["due_to"]) == ("2025-03-10", "2025-03-14")
    do(cast, "head", case_id, "recognize")
    with cast.app.database.read() as connection:
        assert history.verify(connection) == []


def test_who_may_grant_is_asked_and_who_asked_is_told(cast: Cast) -> None:
    case_id, _, request = asked(cast)
    cast.settle()
    asked_for = [one for one in cast.told.letters if one.get("item_id") == request.id]
    assert [one["person_id"] for one in asked_for] == [cast.people["director"]]
    say(cast, "director", request, "refuse")
    cast.settle()
    [answer] = [one for one in cast.told.letters if one["template"] == "extension_answer"]
    assert (answer["person_id"], answer["case_id"]) == (cast.people["head"], case_id)
    assert due(item_of(cast, case_id)).due_on == DUE
    assert events(cast, case_id)[-1].kind == "extension_refused"


def test_another_day_may_be_granted_within_the_bounds(sqlite_cast: Cast) -> None:
    case_id, _, request = asked(sqlite_cast)
    with pytest.raises(Invalid):
        say(sqlite_cast, "director", request, "grant", date(2025, 3, 25))
    say(sqlite_cast, "director", request, "grant", date(2025, 3, 12))
    assert due(item_of(sqlite_cast, case_id)).due_on == date(2025, 3, 12)


@pytest.mark.parametrize(("until", "key"), [
    (None, "extension.which_day"),
    (DUE, "extension.out_of_bounds"),
    (date(2025, 3, 25), "extension.out_of_bounds"),
    (date(2025, 3, 15), "extension.day_off"),
])  # fmt: skip
def test_a_day_out_of_bounds_is_refused_and_nothing_is_written(sqlite_cast: Cast, until: Any, key: str) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    before = sqlite_cast.row(case_id).chain_seq
    with pytest.raises(Invalid) as refused:
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", until)
    assert refused.value.fields["on"].key == key
    assert sqlite_cast.row(case_id).chain_seq == before
    assert item_of(sqlite_cast, case_id, "extension") is None
    say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", LATEST)


def test_only_who_has_the_item_asks_and_only_who_is_asked_answers(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    item = item_of(sqlite_cast, case_id)
    for stranger in ("head2", "office", "director", "candidate"):
        with pytest.raises(Refused):
            say(sqlite_cast, stranger, item, "ask", LATEST)
    say(sqlite_cast, "head", item, "ask", LATEST)
    request = item_of(sqlite_cast, case_id, "extension")
    for stranger in ("head", "head2", "office", "candidate"):
        with pytest.raises(Refused):
            say(sqlite_cast, stranger, request, "grant")
    with pytest.raises(Refused) as twice:
        say(sqlite_cast, "head", item, "ask", LATEST)
    assert twice.value.reasons[0].key == "extension.open_already"


def test_nobody_grants_their_own(cast: Cast) -> None:
    """Not with the other role in the same hand, and not through who stands in for whom."""
    with cast.app.database.write() as connection:
        for name in ("head", "deputy"):
            grant_role(
                connection, cast.agency_id, person_id=cast.people[name], role="director", starts_on=date(2020, 1, 1),
                unit_id=None, new_id=cast.app.database.new_id,
            )  # fmt: skip
    _, _, request = asked(cast)
    with pytest.raises(Refused) as own:
        say(cast, "head", request, "grant")
    assert own.value.reasons[0].key == "authority.four_eyes"
    cast.absent("director", "head", date(2025, 3, 1), date(2025, 3, 31))
    with pytest.raises(Refused):
        say(cast, "head", request, "grant")
    say(cast, "deputy", request, "grant")


def test_where_nobody_else_could_grant_it_is_said_at_once(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    sqlite_cast.absent("director", "head", date(2025, 3, 1), date(2025, 3, 31))
    with pytest.raises(Refused) as refused:
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", LATEST)
    assert refused.value.reasons[0].key == "extension.nobody"


def test_what_is_done_needs_no_more_time(cast: Cast) -> None:
    case_id, _, request = asked(cast)
    do(cast, "head", case_id, "send_back", reason=REASON)
    assert item_of(cast, case_id, "extension") is None
    with pytest.raises(Conflict):
        say(cast, "director", request, "grant")
    cast.app.engine.undo(cast.actor("head"), case_id, cast.row(case_id).chain_seq)
    say(cast, "director", item_of(cast, case_id, "extension"), "grant")
    assert due(item_of(cast, case_id)).due_on == date(2025, 3, 14)


def test_a_hold_ends_the_request_and_keeps_what_was_granted(sqlite_cast: Cast) -> None:
    case_id, _, request = asked(sqlite_cast)
    say(sqlite_cast, "director", request, "grant")
    say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", date(2025, 3, 20))
    do(sqlite_cast, "office", case_id, "hold")
    assert item_of(sqlite_cast, case_id, "extension") is None
    sqlite_cast.at("2025-03-10")
    do(sqlite_cast, "office", case_id, "clear")
    item = item_of(sqlite_cast, case_id)
    assert due(item).due_on == date(2025, 3, 21), "nine working days were left on the third"
    assert due(item).extended, "and how it came about is still said"
    assert item_of(sqlite_cast, case_id, "extension") is None, "it may be asked for anew"


def test_so_often_and_no_more(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    for until in (date(2025, 3, 12), date(2025, 3, 14)):
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", until)
        say(sqlite_cast, "director", item_of(sqlite_cast, case_id, "extension"), "grant")
    with pytest.raises(Refused) as refused:
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", date(2025, 3, 18))
    assert refused.value.reasons[0].key == "extension.no_more"


def test_the_same_request_sent_twice_is_one(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    item = item_of(sqlite_cast, case_id)
    first = say(sqlite_cast, "head", item, "ask", LATEST, key="once")
    again = say(sqlite_cast, "head", item, "ask", LATEST, key="once")
    assert (again.event_seq, again.repeated) == (first.event_seq, True)


def test_of_many_who_ask_or_grant_in_one_moment_one_does(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    item = item_of(cast, case_id)
    assert race(lambda: say(cast, "head", item, "ask", LATEST)) == 1
    [request] = [one for one in cast.open_items(case_id) if one.kind == "extension"]
    assert race(lambda: say(cast, "director", request, "grant")) == 1
    assert [one.kind for one in events(cast, case_id)] == ["extension_asked", "extension_granted"]


def race(do_it: Any, hands: int = 4) -> int:
    """How many of several at once succeed; the others are refused in words."""
    start, done = threading.Barrier(hands), []

    def run() -> None:
        start.wait()
        try:
            do_it()
        except Refused:
            return
        done.append(1)

    threads = [threading.Thread(target=run) for _ in range(hands)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return len(done)


# --- what the plan says -------------------------------------------------------------------------------


def planned(cast: Cast, folder: Path, said: str) -> str:
    """A case in the appraisal of a plan that says so of its time."""
    text = (SEED / "processes" / "nominee.yaml").read_text("utf-8")
    end = text.index("\n", text.index("due: $appraisal_time", text.index("  unit_appraisal:")))
    copy = changed(folder, "processes/nominee.yaml", text, f"{text[:end]}\n    {said}{text[end:]}", SEED)
    install(cast.app, copy, by="tests")
    return case_at(cast, "unit_appraisal")


def test_a_plan_may_forbid_it(sqlite_cast: Cast, tmp_path: Path) -> None:
    case_id = planned(sqlite_cast, tmp_path, "extension: none")
    view = sqlite_cast.app.engine.view(sqlite_cast.actor("head"), case_id)
    offered = view.items[0].more_time
    assert offered is not None
    assert [one.key for one in offered.refusals] == ["extension.forbidden"]
    with pytest.raises(Refused):
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", LATEST)


def test_a_plan_names_who_how_far_and_how_often(sqlite_cast: Cast, tmp_path: Path) -> None:
    case_id = planned(sqlite_cast, tmp_path, "extension: {most: 2 working_days, times: 1, by: office}")
    with pytest.raises(Invalid):
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", date(2025, 3, 13))
    say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", date(2025, 3, 12))
    with pytest.raises(Refused):
        say(sqlite_cast, "director", item_of(sqlite_cast, case_id, "extension"), "grant")
    say(sqlite_cast, "office2", item_of(sqlite_cast, case_id, "extension"), "grant")
    with pytest.raises(Refused) as refused:
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", date(2025, 3, 14))
    assert refused.value.reasons[0].key == "extension.no_more"


@pytest.mark.parametrize("window", ["1/3/2025..15/3/2025", "1/3..15/3"])
def test_a_hard_close_is_not_passed(sqlite_cast: Cast, tmp_path: Path, window: str) -> None:
    text = (SEED / "processes" / "nominee.yaml").read_text("utf-8")
    at = text.index("recognize:", text.index("  unit_appraisal:"))
    at = text.index("{", at) + 1
    copy = changed(tmp_path, "processes/nominee.yaml", text, f"{text[:at]}window: {window}, {text[at:]}", SEED)
    install(sqlite_cast.app, copy, by="tests")
    case_id = case_at(sqlite_cast, "unit_appraisal")
    offered = sqlite_cast.app.engine.view(sqlite_cast.actor("head"), case_id).items[0].more_time
    assert offered is not None
    assert offered.room is not None
    assert (offered.room.last, offered.room.closes_on) == (date(2025, 3, 14), date(2025, 3, 15))
    with pytest.raises(Invalid) as refused:
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", date(2025, 3, 17))
    assert refused.value.fields["on"].key == "extension.beyond_close"
    sqlite_cast.at("2025-03-14")
    with pytest.raises(Refused) as late:
        say(sqlite_cast, "head", item_of(sqlite_cast, case_id), "ask", date(2025, 3, 17))
    assert late.value.reasons[0].key == "extension.hard_close"


def test_nobody_is_asked_for_time_of_a_request(sqlite_cast: Cast) -> None:
    _, _, request = asked(sqlite_cast)
    with pytest.raises(Refused) as refused:
        say(sqlite_cast, "director", request, "ask", LATEST)
    assert refused.value.reasons[0].key == "extension.no_deadline"
    with sqlite_cast.app.database.read() as connection:
        kinds = connection.scalars(sa.select(work_item.c.kind).where(work_item.c.status == "open")).all()
    assert sorted(kinds) == ["extension", "state"]
