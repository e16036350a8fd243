"""Random commands on random processes; after each of them the database holds what the model says, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.databases import Databases
from tests.model.generate import processes
from tests.model.people import Away, Granted, Matter
from tests.model.process import GROUNDS, OWN_GROUND, Process
from tests.model.reference import Case, Item, No
from tests.model.world import MONDAY, STAFF, Dropped, World, prepare
from workflow import history, stalls, watch
from workflow.case import case as case_row
from workflow.message import Conflict, Invalid, Refused
from workflow.organisation import unit as unit_row
from workflow.organisation_changes import (
    declare_conflict,
    end_absence,
    grant_role,
    revoke_role,
    set_absence,
    withdraw_conflict,
)

REASON = "Chưa đủ căn cứ để đi tiếp"
MOST_CASES = 4
DAY = timedelta(days=1)
USUAL = [
    *["act"] * 8, *["answer"] * 3, *["time_passes"] * 5, *["run_due"] * 2, "take_or_hand_over", "take_or_hand_over",
    "roles_change", "absences_change", "conflicts_change", "start", "start", "process_dies", "watch",
]  # fmt: skip
names = st.sampled_from(sorted(STAFF))


@dataclass(frozen=True)
class Draw:
    """Everything left to chance in one step."""

    pick: int
    who: str
    other: str
    any_one: bool
    yes: bool
    rare: bool
    stale: bool
    fault: str
    amount: int


sometimes = st.sampled_from([False, False, False, False, True])
draws = st.builds(
    Draw, pick=st.integers(0, 10_000), who=names, other=names, any_one=sometimes, yes=st.booleans(), rare=sometimes,
    stale=sometimes, fault=st.sampled_from(["", "", "", "", "", "before", "after", "twice"]), amount=st.integers(0, 9),
)  # fmt: skip


class Machine(RuleBasedStateMachine):
    """One run: a process, its people, some cases, and what happens to them."""

    databases: Databases

    @initialize(process=processes(), flag=st.booleans())
    def begin(self, process: Process, flag: bool) -> None:
        self.copies = self.databases.fresh(prepare)
        self.world = World(self.copies.__enter__(), process)
        self.process, self.people, self.now = process, self.world.people, MONDAY
        self.cases: dict[str, Case] = {}
        self.ids: dict[int, tuple[str, str | None]] = {}  # of a model's item: the row's id, its ask's
        self.seen: list[tuple[str, int, Item | None, int]] = []
        self.keys = self.changes = 0
        self.looked: Any = None
        self.conflicts: dict[tuple[str, str], str] = {}
        self.subjects: dict[str, str] = {}
        self.world.at(self.now)
        self.start(Draw(0, "hoa", "khanh", False, flag, False, False, "", 0))

    @rule(what=st.sampled_from(USUAL), draw=draws)
    def happens(self, what: str, draw: Draw) -> None:
        """One rule for all: each run should see every kind of thing, the usual ones often."""
        note(f"{self.now:%d/%m %H:%M} {what}")
        getattr(self, what)(draw)

    # --- commands -------------------------------------------------------------------------------------

    def start(self, draw: Draw) -> None:
        """Anybody may begin a case about anybody but themselves."""
        by, subject, flag = draw.who, draw.other, draw.yes
        if len(self.cases) >= MOST_CASES:
            return
        matter = Matter(subject, STAFF[subject][0], by)
        try:
            made: Case | None = Case(self.process, self.people, matter, self.now, flag)
            expected = ""
        except No as no:
            made, expected = None, no.kind
        kind, case_id = _outcome(lambda: self.world.start(by, subject, flag))
        assert kind == expected
        if made is None:
            return
        self.cases[case_id] = made
        self.subjects[subject] = self._subject_of(case_id)

    def act(self, draw: Draw) -> None:
        """Mostly something that is allowed, by somebody who may; sometimes anything, by anybody."""
        pick, who, yes, fault = draw.pick, draw.who, draw.yes, draw.fault
        case_id, case = self._case(pick)
        may = {person: {name for name in case.allowed(person) if name[0] != "?"} for person in STAFF}
        known = sorted(set().union(*may.values()))
        every = sorted({*case.named(), *(act.name for state in self.process.states for act in state.acts)})
        name, person = every[pick % len(every)], who
        if known and not draw.any_one:  # what ends a case less often than the rest
            name = known[pick % len(known)]
            name = known[draw.amount % len(known)] if name == "withdraw" else name
            able = [one for one in STAFF if name in may[one]]
            person = able[(pick + draw.amount) % len(able)]
        self._look(case_id, case, person)
        act, held = case.named().get(name, (None, False))
        asked = act.asked if act and not draw.rare else ()
        inputs = {one: self._input(case, one, pick, yes, releases=bool(act and act.releases)) for one in asked}
        item = case.own_item(act, held) if act else None
        seen, item_version = case.version, item.version if item else None
        old = [one for one in self.seen if one[0] == case_id]
        if draw.stale and old:
            _, seen, item, item_version = old[pick % len(old)]
        self.seen.append((case_id, case.version, item, item.version if item else 0))
        self.keys += 1
        ident = self.ids[id(item)][0] if item else None

        def call() -> Any:
            return self.world.app.engine.act(
                self.world.actor(person), case_id=case_id, action=name, inputs=inputs, case_version=seen,
                item_id=ident, item_version=item_version if item else None, key=f"k{self.keys}",
            )  # fmt: skip

        note(f"act {name} by {person} on {case.state} {inputs} v{seen} {fault}")
        self._do(call, lambda: case.act(person, name, inputs, seen, item, item_version), fault)

    def answer(self, draw: Draw) -> None:
        """Somebody answers what they are asked, or says there is nothing."""
        pick, yes, nil, fault = draw.pick, draw.yes, draw.rare, draw.fault
        found = [(i, c, item) for i, c in self.cases.items() for item in c.open() if item.asked]
        if not found:
            return
        _, case, item = found[pick % len(found)]
        assert item.asked is not None
        may = [person for person in STAFF if self.people.may(person, case.matter(), case.wanted(item))]
        person = draw.who if draw.any_one or not may else may[pick % len(may)]
        inputs = {one: self._input(case, one, pick, yes) for one in (("reason",) if nil else item.asked.ask.answer)}
        version = item.version - 1 if draw.stale else item.version
        ask_id = self.ids[id(item)][1]
        assert ask_id is not None
        self.keys += 1

        def call() -> Any:
            return self.world.app.engine.answer(
                self.world.actor(person), ask_id=ask_id, inputs=inputs, nil=nil, item_version=version,
                key=f"k{self.keys}",
            )  # fmt: skip

        note(f"answer {item.asked.ask.name} by {person} nil={nil} {fault}")
        self._do(call, lambda: case.answer(person, item, inputs, nil, version), fault)

    def take_or_hand_over(self, draw: Draw) -> None:
        """Somebody says they are at it, or gives it to a colleague; sometimes of an item that is closed."""
        pick, to, what = draw.pick, draw.other, ("claim", "release", "reassign")[draw.amount % 3]
        found = [(i, c, item) for i, c in self.cases.items() for item in (c.items if draw.stale else c.open())]
        if not found:
            return
        _, case, item = found[pick % len(found)]
        may = [p for p in STAFF if item.status == "open" and self.people.may(p, case.matter(), case.wanted(item))]
        person = draw.who if draw.any_one or not may else may[pick % len(may)]
        engine, actor, ident, version = (
            self.world.app.engine,
            self.world.actor(person),
            self.ids[id(item)][0],
            item.version,
        )
        note(f"{what} {item.key} by {person} to {to}")
        if what == "reassign":
            self._do(
                lambda: engine.reassign(actor, ident, self.world.ids[to], REASON, version),
                lambda: case.reassign(person, item, to, version),
            )
        else:
            release = what == "release"
            self._do(
                lambda: engine.claim(actor, ident, version, release=release),
                lambda: case.claim(person, item, version, release),
            )

    # --- people ---------------------------------------------------------------------------------------

    def roles_change(self, draw: Draw) -> None:
        """A role is given, or one in force taken away at once."""
        person, role = draw.who, ("head", "office", "boss")[draw.amount % 3]
        in_force = [one for one in self.people.granted if one.on(self.now.date())]
        with self.world.app.database.write() as connection:
            if draw.yes and len(in_force) > 2:
                gone = in_force[draw.pick % len(in_force)]
                gone.last = self.now.date() - DAY
                self.changes += 1
                revoke_role(connection, self.world.agency_id, gone.id, last_day=gone.last)
                return
            unit = STAFF[person][0] if role == "head" else None
            if any(one.person == person and one.role == role for one in in_force):
                return
            self.changes += 1
            ident = grant_role(
                connection, self.world.agency_id, person_id=self.world.ids[person], role=role,
                starts_on=self.now.date(), unit_id=self._unit(unit), new_id=self.world.app.database.new_id,
            )  # fmt: skip
            self.people.granted.append(Granted(self.now.date(), None, person, role, unit, ident))

    def absences_change(self, draw: Draw) -> None:
        """Somebody is away from today and somebody stands in, or an absence ends at once."""
        person, deputy = draw.who, draw.other
        today = self.now.date()
        running = [one for one in self.people.away if one.on(today)]
        with self.world.app.database.write() as connection:
            if draw.rare and running:
                one = running[draw.pick % len(running)]
                one.last = today - DAY
                self.changes += 1
                end_absence(connection, self.world.agency_id, one.id, last_day=one.last)
            elif person != deputy and len(running) < 4:
                last = today + DAY * draw.amount
                self.changes += 1
                ident = set_absence(
                    connection, self.world.agency_id, person_id=self.world.ids[person],
                    deputy_id=self.world.ids[deputy], days=(today, last), new_id=self.world.app.database.new_id,
                )  # fmt: skip
                self.people.away.append(Away(today, last, person, deputy, ident))

    def conflicts_change(self, draw: Draw) -> None:
        """A conflict of interest is declared, or was declared by mistake."""
        if not self.subjects:
            return
        person, pick = draw.who, draw.pick
        with self.world.app.database.write() as connection:
            if draw.rare and self.conflicts:
                pair = sorted(self.conflicts)[pick % len(self.conflicts)]
                self.changes += 1
                withdraw_conflict(connection, self.world.agency_id, self.conflicts.pop(pair))
                self.people.conflicts.discard(pair)
            elif len(self.conflicts) < 2:
                subject = sorted(self.subjects)[pick % len(self.subjects)]
                self.changes += 1
                self.conflicts[person, subject] = declare_conflict(
                    connection, self.world.agency_id, person_id=self.world.ids[person],
                    subject_id=self.subjects[subject], kind="declared",
                )  # fmt: skip
                self.people.conflicts.add((person, subject))

    # --- time and faults ------------------------------------------------------------------------------

    def time_passes(self, draw: Draw) -> None:
        """Hours or days."""
        self._move_to(self.now + timedelta(hours=(1, 24, 48, 48, 72, 72, 120, 120, 240, 240)[draw.amount]))
        if draw.yes:
            self.run_due(draw)

    def run_due(self, draw: Draw) -> None:
        """Everything due is done, once each however often it is asked for; the process may die on the way."""
        for _ in range(60):
            ripe = self.world.ripe()
            for case_id, case in self.cases.items():
                told = sorted(key for _, owner, key in ripe if owner == case_id)
                assert told == sorted(timer.key for timer in case.due_timers())
            if not ripe:
                return
            for number, (ident, case_id, key) in enumerate(ripe):
                if draw.rare and number == draw.amount:
                    self.world.crash()
                self._fire(ident, case_id, key, twice=draw.yes, together=number % 2 == 1)
        raise AssertionError("it never comes to rest")

    def _fire(self, ident: str, case_id: str, key: tuple[str, str, int, int], *, twice: bool, together: bool) -> None:
        """Alone, or by the way that takes many: what that way leaves is fired alone."""
        case, engine = self.cases[case_id], self.world.app.engine
        due = next((timer for timer in case.due_timers() if timer.key == key), None)

        note(f"fire {key}{' together' if together else ''}")
        fired = (together and ident in engine.fire_together([ident])) or engine.fire(ident)
        assert fired == (due is not None), key
        if due is not None:
            case.fire(due)
        if twice:
            assert not engine.fire(ident)

    def process_dies(self, _draw: Draw) -> None:
        """Between two commands."""
        self.world.crash()
        self.world.at(self.now)

    def watch(self, _draw: Draw) -> None:
        """The watch makes every standstill known; after a change of day or people it looks at every open item."""
        watch.watch(self.world.app.engine)
        looked = (self.changes, self.now.date())
        for case in self.cases.values() if looked != self.looked else ():
            case.look()
        self.looked = looked
        assert stalls.stalls(self.world.app.engine) == []

    # --- what must hold -------------------------------------------------------------------------------

    @invariant()
    def database_is_the_model(self) -> None:
        """Every row the model speaks of, of every case."""
        if not hasattr(self, "cases"):
            return
        rows = self.world.rows()
        assert set(rows) == set(self.cases)
        for case_id, case in self.cases.items():
            found = rows[case_id]
            assert found["row"] == case.row()
            assert found["chain_seq"] == case.events
            assert found["items"] == case.item_rows()
            assert found["asks"] == case.ask_rows()
            assert found["timers"] == case.timer_rows()
            for item in case.items:
                if item.status != "closed":
                    self.ids.setdefault(id(item), found["ids"][item.key])

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            with self.world.app.database.read() as connection:
                assert history.verify(connection) == []
        finally:
            self.world.app.dispose()
            self.copies.__exit__(None, None, None)

    # --- parts ----------------------------------------------------------------------------------------

    def _do(self, call: Callable[[], Any], model: Callable[[], None], fault: str = "") -> None:
        """The same command on both: both take it, or both refuse it in the same way."""
        if fault == "before":  # nothing of it may stay; then it is sent again, under the same key
            self._dropped(call, committed=False)
            self.database_is_the_model()
        try:
            model()
            expected = ""
        except No as no:
            expected = no.kind
        if fault == "after":  # it is done, but nobody was told
            assert self._dropped(call, committed=True) == expected
        self._expect(call, expected, repeated=fault == "after" and not expected)
        if fault == "twice" and not expected:
            self._expect(call, expected, repeated=True)

    def _expect(self, call: Callable[[], Any], expected: str, *, repeated: bool) -> None:
        kind, receipt = _outcome(call)
        assert kind == expected
        assert receipt is None or receipt.repeated == repeated

    def _dropped(self, call: Callable[[], Any], *, committed: bool) -> str:
        try:
            with self.world.dropped(committed=committed):
                kind, _ = _outcome(call)
        except Dropped:
            self.world.at(self.now)
            return ""
        assert kind, "it was taken, and the power did not go"
        return kind

    def _look(self, case_id: str, case: Case, person: str) -> None:
        """What a person's page offers is what the model lets them do."""
        view = self.world.app.engine.view(self.world.actor(person), case_id)
        offered = {f"?{one.name}" if one.kind == "ask" else one.name for one in view.allowed()}
        assert offered == case.allowed(person), person

    def _case(self, pick: int) -> tuple[str, Case]:
        running = [pair for pair in self.cases.items() if not pair[1].place.end] or list(self.cases.items())
        return running[-1 - pick // 7 % len(running)]

    def _input(self, case: Case, name: str, pick: int, yes: bool, *, releases: bool = False) -> Any:
        if name == "ground":
            held = [ground for ground in case.holds if ground != OWN_GROUND]
            return held[0] if releases and yes and held else GROUNDS[pick % len(GROUNDS)]
        return yes if name == "flag" else REASON

    def _move_to(self, moment: Any) -> None:
        self.now, self.people.today = moment, moment.date()
        self.world.at(moment)
        for case in self.cases.values():
            case.now = moment

    def _unit(self, code: str | None) -> str | None:
        with self.world.app.database.read() as connection:
            return connection.scalar(sa.select(unit_row.c.id).where(unit_row.c.code == code)) if code else None

    def _subject_of(self, case_id: str) -> str:
        with self.world.app.database.read() as connection:
            return str(connection.scalar(sa.select(case_row.c.subject_id).where(case_row.c.id == case_id)))


def _outcome(call: Callable[[], Any]) -> tuple[str, Any]:
    """How it was refused ("" when it was taken), and what was given back."""
    try:
        return "", call()
    except Conflict:
        return "conflict", None
    except Invalid:
        return "invalid", None
    except Refused:
        return "refused", None
