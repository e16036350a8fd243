"""Eight people on one case at the same moment: what each was told fits one order of things, on both databases."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from tests.databases import Databases
from tests.model.linear import Operation, order
from tests.model.machine import REASON
from tests.model.process import Act, Place, Process, Step, Times
from tests.model.world import World, prepare
from workflow.message import Conflict, Refused
from workflow.worklist import work_item

LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
SEED = int(os.environ.get("NEUGUONG_CHAOS_SEED") or random.randrange(10_000))
OFFICE = ("chi", "dung")
NEXT = {"w0": {"go": "w1", "withdraw": "gone"}, "w1": {"back": "w0", "finish": "done", "withdraw": "gone"}}
_LATE = Times(3, (1,), (Step("boss", 1),))
LIFE = Process(
    (
        Place("w0", "office", _LATE, acts=(Act("go", (("w1", ""),)),)),
        Place("w1", "office", _LATE, acts=(Act("back", (("w0", ""),)), Act("finish", (("done", ""),)))),
        Place("done", end=True),
        Place("gone", end=True),
    ),
    everywhere=(Act("withdraw", (("gone", ""),), by=("office",)),),
)


class Seen(NamedTuple):
    """The case as one sees it; in an end nothing is asked of anybody."""

    place: str = "w0"
    version: int = 1
    events: int = 1
    item: Any = 1  # the visit, as the model numbers items
    item_version: int | None = 1
    claimed: str | None = None


def follows(seen: Any, asked: Any, answered: Any) -> Seen | None:
    """The case as it must behave, one thing after the other."""
    what, *given = asked
    if what == "view":
        return seen if answered == seen else None
    if answered == "busy":  # given up after some tries: nothing was done
        return seen
    item, item_version = given[0], given[1]
    fits = seen.item is not None and (item, item_version) == (seen.item, seen.item_version)
    if what == "act":
        _, _, version, action = given
        after = _moved(seen, NEXT.get(seen.place, {}).get(action)) if fits and version == seen.version else None
        told = ("taken", after.place, after.version, after.events) if after else "conflict"
        return (after or seen) if answered == told else None
    events = seen.events + (what == "reassign")
    after = seen._replace(item_version=(item_version or 0) + 1, claimed=given[2], events=events) if fits else None
    return (after or seen) if answered == ("taken" if after else "conflict") else None


def _moved(seen: Seen, place: str | None) -> Seen | None:
    if place is None:
        return None
    version, events = seen.version + 1, seen.events + 1
    if place not in NEXT:
        return Seen(place, version, events, None, None, None)
    return Seen(place, version, events, seen.item + 1, 1, None)


class Crowd:
    """Threads on one case; what each asked and was told, with its times."""

    def __init__(self, world: World, case_id: str, chance: random.Random) -> None:
        self.world, self.case_id, self.chance = world, case_id, chance
        self.noted: list[Operation] = []

    def run(self) -> list[Operation]:
        """Eight people, four of whom look again before they act: twelve operations."""
        first = self.look("chi")
        barrier = threading.Barrier(8)
        plans = [(OFFICE[n % 2], n < 4, *self._command()) for n in range(8)]

        def live(person: str, looks: bool, what: str, action: str) -> None:
            barrier.wait()
            seen = self.note(("view",), lambda: self.look(person)) if looks else first
            self.command(person, seen, what, action)

        threads = [threading.Thread(target=live, args=plan) for plan in plans]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._named()

    def _command(self) -> tuple[str, str]:
        what = self.chance.choice(["act", "act", "claim", "reassign", "view"])
        return what, self.chance.choice(["go", "go", "back", "finish", "withdraw"])

    def command(self, person: str, seen: Seen, what: str, action: str) -> None:
        engine, actor = self.world.app.engine, self.world.actor(person)
        item, version = seen.item, seen.item_version
        if what == "view" or item is None:
            self.note(("view",), lambda: self.look(person))
        elif what == "act":
            action = action if action in NEXT[seen.place] else "withdraw"

            def act() -> Any:
                done = engine.act(actor, case_id=self.case_id, action=action, inputs={}, case_version=seen.version,
                                  item_id=item, item_version=version)  # fmt: skip
                return "taken", done.state, done.case_version, done.event_seq

            self.note(("act", item, version, seen.version, action), act)
        elif what == "claim":
            self.note(("claim", item, version, person), lambda: engine.claim(actor, item, version or 0) or "taken")
        else:
            ident = self.world.ids["hoa"]
            self.note(
                ("reassign", item, version, "hoa"),
                lambda: engine.reassign(actor, item, ident, REASON, version or 0) and "taken",
            )

    def look(self, person: str) -> Seen:
        view = self.world.app.engine.view(self.world.actor(person), self.case_id)
        row, items = view.case, [item for item in view.items if item.status == "open"]
        item = items[0] if items else None
        return Seen(
            row["state"], row["version"], row["chain_seq"], item.id if item else None, item.version if item else None,
            item.claimed_by or None if item else None,
        )  # fmt: skip

    def note(self, asked: Any, call: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        try:
            answered = call()
        except Conflict:
            answered = "conflict"
        except Refused as refused:
            answered = "busy" if refused.status == "busy" else f"refused: {refused}"
        self.noted.append(Operation(begun, time.monotonic(), asked, answered))
        return answered

    def _named(self) -> list[Operation]:
        """Items by the visit they belong to: the model cannot know their ids."""
        with self.world.app.database.read() as connection:
            visits = {row.id: row.visit for row in connection.execute(sa.select(work_item))}

        def named(value: Any) -> Any:
            if isinstance(value, Seen):
                return value._replace(item=visits.get(value.item))
            return tuple(visits.get(part, part) for part in value) if isinstance(value, tuple) else value

        return [Operation(one.begun, one.ended, named(one.asked), named(one.answered)) for one in self.noted]


@pytest.fixture
def world(databases: Databases) -> Iterator[World]:
    with databases.fresh(prepare) as url:
        made = World(url, LIFE)
        try:
            yield made
        finally:
            made.app.dispose()


def crowded(world: World, rounds: int, seed: int) -> int:
    """So many cases, a crowd on each; how many operations gave up as busy."""
    busy = 0
    for number in range(rounds):
        crowd = Crowd(world, world.start("hoa", "khanh", True), random.Random(f"{seed} {number}"))
        history = crowd.run()
        assert len(history) <= 12
        assert order(history, Seen(), follows) is not None, sorted(history, key=lambda one: one.begun)
        busy += sum(one.answered == "busy" for one in history)
    return busy


def test_a_crowd_on_one_case_is_told_what_one_order_explains(world: World) -> None:
    assert crowded(world, 4, 1) == 0, "nobody need give up in so small a crowd"


@pytest.mark.fault
def test_many_crowds(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    rounds = 150 if LONG else 1
    busy = crowded(world, rounds, SEED)
    with capsys.disabled():
        kind = world.app.database.url.get_backend_name()
        print(f"\n{rounds} crowds of eight on {kind}: {busy} operations gave up; NEUGUONG_CHAOS_SEED={SEED}")


# --- the judge is judged --------------------------------------------------------------------------------

W1 = Seen("w1", 2, 2, 2, 1)


def told(*parts: Any) -> list[Operation]:
    return [Operation(begun, ended, asked, answered) for begun, ended, asked, answered in parts]


def test_an_order_is_found_against_the_order_of_the_calls() -> None:
    go = (0.0, 9.0, ("act", 1, 1, 1, "go"), ("taken", "w1", 2, 2))
    assert order(told((1.0, 2.0, ("view",), Seen()), go), Seen(), follows) is not None
    assert order(told(go, (1.0, 2.0, ("view",), W1), (3.0, 4.0, ("view",), W1)), Seen(), follows) is not None


@pytest.mark.parametrize("history", [
    [(0.0, 1.0, ("act", 1, 1, 1, "go"), ("taken", "w1", 2, 2)), (2.0, 3.0, ("view",), Seen())],
    [(0.0, 9.0, ("act", 1, 1, 1, "go"), ("taken", "w1", 2, 2)),
     (1.0, 2.0, ("view",), W1), (3.0, 4.0, ("view",), Seen())],
    [(0.0, 9.0, ("act", 1, 1, 1, "go"), ("taken", "w1", 2, 2)),
     (0.0, 9.0, ("act", 1, 1, 1, "withdraw"), ("taken", "gone", 2, 2))],
    [(0.0, 9.0, ("claim", 1, 1, "chi"), "taken"), (0.0, 9.0, ("claim", 1, 1, "dung"), "taken")],
    [(0.0, 1.0, ("act", 1, 1, 1, "go"), "conflict")],
    [(0.0, 1.0, ("reassign", 1, 1, "hoa"), "taken"), (2.0, 3.0, ("view",), Seen(item_version=2, claimed="hoa"))],
], ids=["lost", "flickers", "two win", "claimed twice", "refused for nothing", "without a trace"])  # fmt: skip
def test_what_no_order_explains_is_found(history: list[Any]) -> None:
    assert order(told(*history), Seen(), follows) is None
