"""What must be true after each command, in plain Python: it reads the process as written and nothing of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.model import days
from tests.model.people import Matter, People, Wanted
from tests.model.process import GROUNDS, LAST_LEVEL, LEVELS, Act, Ask, Place, Process, Times

PASSED_ON = 10_000  # an ask's number grows by this each time it reaches another inbox
SUBMITTED = {"flag", "note", "ground"}


class No(Exception):
    """The command is not taken: `kind` is refused, invalid or conflict."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass
class Asked:
    """One turn of an ask."""

    ask: Ask
    number: int
    held: bool
    status: str = "open"


@dataclass
class Item:
    """What somebody is asked for now."""

    kind: str
    times: Times
    asked: Asked | None = None
    status: str = "open"
    version: int = 1
    due: date | None = None
    left: int | None = None
    moved: dict[str, str] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    claimed: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """One item of a kind, and of an ask, is open at a time."""
        return self.kind, self.asked.ask.name if self.asked else ""


@dataclass
class Timer:
    """Something that happens at a moment; `left` while it is paused."""

    kind: str
    at: datetime
    item: Item | None = None
    step: int = 0
    repeat: int = 0
    name: str = ""
    began: datetime | None = None
    held: bool = False
    left: timedelta | None = None
    amount: int = 0  # working days an `after` waits
    days_left: int = 0

    @property
    def key(self) -> tuple[str, str, int, int]:
        return self.kind, "/".join(self.item.key) if self.item else self.name, self.step, self.repeat


class Case:
    """One case: its rows, and every command on it."""

    def __init__(self, process: Process, people: People, matter: Matter, now: datetime, flag: bool) -> None:
        behalf = people.may(matter.nominator, matter, Wanted(("staff",), matter.unit))
        if behalf is None:
            raise No("refused")
        self.process, self.people, self.now = process, people, now
        self.subject, self.unit, self.nominator = matter.subject, matter.unit, matter.nominator
        self.state, self.version, self.events = "", 1, 1
        self.levels: list[str] = []
        self.holds: list[str] = []
        self.fields: dict[str, Any] = {"flag": flag}
        self.takers: dict[str, tuple[str | None, str | None]] = {"start.begin": (matter.nominator, behalf[0])}
        self.items: list[Item] = []
        self.timers: list[Timer] = []
        self.asks: list[Asked] = []
        self.entered = now
        self._moved = False
        self._enter(process.states[0].name)
        self._settle()
        self._moved = False

    # --- asked of it ----------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        return self.process.by_name[self.state]

    def matter(self) -> Matter:
        return Matter(self.subject, self.unit, self.nominator, self.takers)

    def named(self) -> dict[str, tuple[Act, bool]]:
        """Every action a person could name here, and whether it is the hold's."""
        found = {name: (act, False) for name, act in self.process.acts_in(self.state).items() if not act.when}
        if self.process.held and not self.place.end:
            found |= {f"held:{act.name}": (act, True) for act in self.process.held.acts}
        return found

    def open(self) -> list[Item]:
        return [item for item in self.items if item.status == "open"]

    def wanted(self, item: Item) -> Wanted:
        """Who may answer an open item."""
        if item.asked is not None:
            roles: tuple[str, ...] = (self._role_of(item.asked),)
        elif item.kind == "held":
            assert self.process.held is not None
            roles = (self.process.held.owner,)
        else:
            roles = (self.place.owner,)
        return Wanted(tuple(dict.fromkeys((*roles, *item.added))), self.unit, item.moved)

    @staticmethod
    def _role_of(asked: Asked) -> str:
        passed = asked.number // PASSED_ON
        return asked.ask.times.steps[0].role if passed else asked.ask.of

    def own_item(self, act: Act, held: bool) -> Item | None:
        if act.by and not held:
            return None
        return next((item for item in self.open() if item.kind == ("held" if held else "state")), None)

    def authority(self, person: str, act: Act, held: bool) -> tuple[str | None] | None:
        if act.by:
            base = Wanted(act.by, self.unit)
        elif item := self.own_item(act, held):
            base = self.wanted(item)
        else:
            place = self.process.held if held and self.process.held else self.place
            base = Wanted((place.owner,), self.unit)
        return self.people.may(person, self.matter(), Wanted(base.roles, base.unit, base.moved, act.not_by))

    def allowed(self, person: str) -> set[str]:
        """What a person's page offers: actions by name, asks by `?name`."""
        found = {
            name for name, (act, held) in self.named().items()
            if (not held or self.holds) and self.authority(person, act, held) and not self._against(act, held)
            and (not act.guard or "flag" in act.asked or self._true(act.guard, {}))
        }  # fmt: skip
        return found | {
            f"?{item.asked.ask.name}" for item in self.open()
            if item.asked and self.people.may(person, self.matter(), self.wanted(item))
        }  # fmt: skip

    def _against(self, act: Act, held: bool) -> bool:
        """Whether a hold, or its absence, speaks against an action."""
        if held and not self.holds:
            return True
        if self.holds and not held and not act.while_held:
            return True
        open_ = set(self.holds)
        if act.holds and not _possible(act.holds) - open_:
            return True
        return bool(act.releases and act.releases != "all" and not _possible(act.releases) & open_)

    def _true(self, condition: str, inputs: Mapping[str, Any]) -> bool:
        return all(self._term(term, inputs) for term in condition.split(" and ")) if condition else True

    def _term(self, term: str, inputs: Mapping[str, Any]) -> bool:
        words = term.split()
        if term == "overdue":
            ends = [days.end_of(item.due) for item in self.open() if item.kind == "state" and item.due]
            return any(end <= self.now for end in ends)
        if words[0] == "after":
            waits = [timer for timer in self.timers if timer.kind == "after" and timer.amount == int(words[1])]
            if any(timer.left is not None for timer in waits):
                return False
            return min((timer.at for timer in waits), default=self._after(int(words[1]))) <= self.now
        if words[0] in ("all", "1"):
            done = [
                asked.status in ("answered", "nil", "silent") for asked in self.asks
                if asked.ask.name == words[-1] and asked.status != "closed"
            ]  # fmt: skip
            return all(done) if words[0] == "all" else any(done)
        if words[0] == "level":
            return bool(self.levels)
        flag = inputs.get("flag", self.fields.get("flag"))
        return (flag is True) if term == "flag is yes" else (flag is not True)

    def _after(self, amount: int, start: datetime | None = None) -> datetime:
        return days.end_of(days.plus((start or self.entered).astimezone(days.ZONE).date(), amount))

    # --- commands -------------------------------------------------------------------------------------

    def act(
        self, person: str, name: str, inputs: Mapping[str, Any], seen: int, item: Item | None, item_version: int | None
    ) -> None:
        """Take an action, or No."""
        if item is not None:
            if item.status == "closed":
                raise No("conflict")
            if item.status == "open" and item_version != item.version:
                raise No("conflict")
        if seen != self.version:
            raise No("conflict")
        if name not in self.named():
            raise No("refused")
        act, held = self.named()[name]
        behalf = self.authority(person, act, held)
        if behalf is None or self._against(act, held):
            raise No("refused")
        if set(inputs) != set(act.asked):
            raise No("invalid")
        if act.guard and not self._true(act.guard, inputs):
            raise No("refused")
        self._check_ground(act, inputs)
        self._take(act, inputs, (person, behalf[0]), held)
        self._settle()
        self._written()

    def answer(self, person: str, item: Item, inputs: Mapping[str, Any], nil: bool, item_version: int | None) -> None:
        """Answer an ask, or No."""
        assert item.asked is not None
        if item.status != "open" or (item_version is not None and item_version != item.version):
            raise No("conflict")
        if self.people.may(person, self.matter(), self.wanted(item)) is None or (nil and not item.asked.ask.nil):
            raise No("refused")
        if set(inputs) != ({"reason"} if nil else set(item.asked.ask.answer)):
            raise No("invalid")
        item.asked.status = "nil" if nil else "answered"
        self.events += 1
        if not nil:
            self.fields |= inputs
        self._close(item)
        self._settle()
        self._written()

    def claim(self, person: str, item: Item, item_version: int, release: bool) -> None:
        """Say one is at it."""
        self._mine(person, item, item_version)
        item.claimed = None if release else person
        item.version += 1

    def reassign(self, person: str, item: Item, to: str, item_version: int) -> None:
        """Hand an item to a colleague."""
        self._mine(person, item, item_version)
        if to in self.people.out(self.matter()):
            raise No("refused")
        item.moved.setdefault(to, person)
        item.claimed = to
        item.version += 1
        self.events += 1

    def _mine(self, person: str, item: Item, item_version: int) -> None:
        if item.status != "open" or item_version != item.version:
            raise No("conflict")
        if self.people.may(person, self.matter(), self.wanted(item)) is None:
            raise No("refused")

    def due_timers(self) -> list[Timer]:
        return [timer for timer in self.timers if timer.left is None and timer.at <= self.now]

    def fire(self, timer: Timer) -> None:
        """A moment has come."""
        self.timers.remove(timer)
        {"remind": self._nothing, "after": self._nothing, "due": self._overdue, "escalate": self._escalate,
         "rhythm": self._turn}[timer.kind](timer)  # fmt: skip
        self._settle()
        self._written()

    def look(self) -> None:
        """Somebody looks after every open item: what has become true by itself is done."""
        if self.open():
            self._settle()
            self._written()

    # --- what follows ---------------------------------------------------------------------------------

    def _check_ground(self, act: Act, inputs: Mapping[str, Any]) -> None:
        if act.releases and act.releases != "all" and self._ground(act.releases, inputs) not in self.holds:
            raise No("refused")
        if act.holds and self._ground(act.holds, inputs) in self.holds:
            raise No("refused")

    def _ground(self, word: str, inputs: Mapping[str, Any]) -> str:
        return str(inputs.get("ground") or self.fields.get("ground")) if word == "ground" else word

    def _take(self, act: Act, inputs: Mapping[str, Any], by: tuple[str | None, str | None], held: bool) -> None:
        self.fields |= {name: value for name, value in inputs.items() if name in SUBMITTED}
        self.events += 1
        if act.drops and self.place.level in self.levels:
            self.levels.remove(self.place.level)
        self.takers[f"{'held' if held else self.state}.{act.name}"] = by
        was = bool(self.holds)
        if act.releases:
            gone = set(self.holds) if act.releases == "all" else {self._ground(act.releases, inputs)}
            self.holds = [ground for ground in self.holds if ground not in gone]
        if act.holds:
            self.holds.append(self._ground(act.holds, inputs))
        if self.holds and not was:
            self._suspend()
        elif was and not self.holds:
            self._resume(reopen=not act.to)
        elif self.holds and (act.holds or act.releases):
            self._ask_of_hold()
        if act.to:
            target = next(to for to, when in act.to if self._true(when, inputs))
            if target == LAST_LEVEL:
                target = next(one.name for one in self.process.states if one.level == self.levels[-1])
            self._leave()
            self._enter(target)
        self._moved = True

    def _written(self) -> None:
        """Everything one command moved is one version."""
        self.version += self._moved
        self._moved = False

    def _settle(self) -> None:
        while act := self._next_by_itself():
            self._take(act, {}, (None, None), False)

    def _next_by_itself(self) -> Act | None:
        acts = self.process.acts_in(self.state).values()
        return next((act for act in acts if act.when and not self.holds and self._true(act.when, {})), None)

    def _enter(self, target: str) -> None:
        self.state, self.entered = target, self.now
        level = self.place.level
        if level in LEVELS and level not in self.levels:
            self.levels = sorted([*self.levels, level], key=LEVELS.index)
        if self.place.end:
            self.holds, self.timers = [], []
            for item in self.items:
                self._close(item)
            for asked in self.asks:
                asked.status = "closed" if asked.status == "open" else asked.status
        elif not self.holds:
            self._open_state()

    def _open_state(self) -> None:
        self._open("state", self.place.times)
        self._begin(self.place.asks, held=False)
        for act in self.process.acts_in(self.state).values():
            for term in act.when.split(" and "):
                if term.startswith("after"):
                    amount = int(term.split()[1])
                    at = self._after(amount, self.now)
                    self.timers.append(Timer("after", at, name=act.name, amount=amount))

    def _leave(self) -> None:
        """What the state asked for is over; what the hold asks for is not."""
        for item in self.items:
            if item.kind == "state" or (item.asked and not item.asked.held):
                self._close(item)
        for asked in self.asks:
            if not asked.held and asked.status == "open":
                asked.status = "closed"
        self.asks = [asked for asked in self.asks if asked.held]
        self.timers = [timer for timer in self.timers if timer.held]

    def _open(self, kind: str, times: Times, asked: Asked | None = None) -> Item:
        today = self.now.astimezone(days.ZONE).date()
        item = Item(kind, times, asked, due=days.plus(today, times.due) if times.due else None)
        self.items.append(item)
        self._arm(item)
        return item

    def _arm(self, item: Item, steps: bool = True) -> None:
        if item.due is None:
            return
        held = item.kind == "held" or bool(item.asked and item.asked.held)
        end = days.end_of(item.due)
        last = item.due if days.works(item.due) else days.plus(item.due, -1)
        for offset in item.times.remind:
            moment = days.at(days.plus(last, -offset), days.HOUR)
            if self.now <= moment < end:
                self.timers.append(Timer("remind", moment, item, step=offset, held=held))
        self.timers.append(Timer("due", end, item, held=held))
        for number, step in enumerate(item.times.steps if steps else ()):
            if not step.missed:
                self.timers.append(Timer("escalate", _late(item.due, step.after), item, number, held=held))

    def _close(self, item: Item) -> None:
        if item.status == "closed":
            return
        item.status = "closed"
        item.version += 1
        self.timers = [timer for timer in self.timers if timer.item is not item]

    def _begin(self, asks: tuple[Ask, ...], *, held: bool) -> None:
        for ask in asks:
            if not self._true(ask.guard, {}):
                continue
            if ask.every:
                self._arm_turn(ask, 1, self.now, held)
            else:
                number = 1 + max((one.number for one in self.asks if one.ask.name == ask.name), default=0)
                self._ask(ask, number, held)

    def _ask(self, ask: Ask, number: int, held: bool) -> None:
        asked = Asked(ask, number, held)
        self.asks.append(asked)
        self._open("ask", ask.times, asked)

    def _arm_turn(self, ask: Ask, number: int, began: datetime, held: bool) -> None:
        day = days.plus(began.astimezone(days.ZONE).date(), ask.every * number)
        self.timers.append(
            Timer("rhythm", days.at(day, days.HOUR), name=ask.name, repeat=number, began=began, held=held)
        )

    def _turn(self, timer: Timer) -> None:
        place = self.process.held if timer.held and self.process.held else self.place
        ask = next(one for one in place.asks if one.name == timer.name)
        assert timer.began is not None
        self._arm_turn(ask, timer.repeat + 1, timer.began, timer.held)
        if not any(one.ask.name == ask.name and one.status == "open" for one in self.asks):
            self._ask(ask, timer.repeat, timer.held)

    def _nothing(self, timer: Timer) -> None:
        pass

    def _overdue(self, timer: Timer) -> None:
        assert timer.item is not None
        asked = timer.item.asked
        if asked is not None and asked.ask.silence == "agrees":
            asked.status = "silent"
            self.events += 1
            self._close(timer.item)
            return
        if asked is None or not asked.ask.every or not any(step.missed for step in asked.ask.times.steps):
            return
        asked.status = "missed"
        self.events += 1
        self._close(timer.item)
        run = 0
        for one in reversed([one for one in self.asks if one.ask.name == asked.ask.name and one.status != "open"]):
            if one.status != "missed":
                break
            run += 1
        if run >= asked.ask.times.steps[0].missed:
            self.events += 1
            again = Asked(asked.ask, asked.number + PASSED_ON, asked.held)
            self.asks.append(again)
            self._open("ask", asked.ask.times, again)

    def _escalate(self, timer: Timer) -> None:
        item = timer.item
        assert item is not None
        assert item.due is not None
        step = item.times.steps[timer.step]
        if step.every:
            repeat = timer.repeat
            at = self.now
            while at <= self.now:
                repeat += 1
                first = _late(item.due, step.after).astimezone(days.ZONE).date()
                at = days.at(days.plus(first, step.every * repeat), days.HOUR)
            self.timers.append(Timer("escalate", at, item, timer.step, repeat, held=timer.held))
        if step.mode == "add_owner":
            self.events += 1
            if step.role not in item.added:
                item.added.append(step.role)
        elif step.mode == "act":
            held = self.process.held if timer.held else None
            acts = {act.name: act for act in (held or self.place).acts}
            act = acts[step.action]
            known = all(self.fields.get(name) is not None for name in act.needs if name == "flag")
            if known and (not act.guard or self._true(act.guard, {})):  # else an incident, and nothing moves
                self._take(act, {}, (None, None), timer.held)

    def _suspend(self) -> None:
        today = self.now.astimezone(days.ZONE).date()
        for item in self.open():
            item.status, item.version = "suspended", item.version + 1
            item.left = days.between(today, item.due) if item.due else None
            self.timers = [timer for timer in self.timers if timer.item is not item]
        for timer in self.timers:
            timer.left = timer.at - self.now
            if timer.kind == "after":
                last = (timer.at - timedelta(microseconds=1)).astimezone(days.ZONE).date()
                timer.days_left = days.between(today, last)
        held = self.process.held
        assert held is not None
        self._open("held", held.times)
        self._ask_of_hold()

    def _ask_of_hold(self) -> None:
        """Each of the hold's asks, unless it runs."""
        assert self.process.held is not None
        running = {one.ask.name for one in self.asks if one.held and one.status in ("open", "answered", "silent")}
        running |= {timer.name for timer in self.timers if timer.kind == "rhythm" and timer.held}
        self._begin(tuple(ask for ask in self.process.held.asks if ask.name not in running), held=True)

    def _resume(self, *, reopen: bool) -> None:
        for item in self.items:
            if item.kind == "held" or (item.asked and item.asked.held):
                self._close(item)
        for asked in self.asks:
            if asked.held:
                asked.status = "closed"
        self.timers = [timer for timer in self.timers if not timer.held]
        if not reopen:
            return
        suspended = [item for item in self.items if item.status == "suspended"]
        for timer in self.timers:
            self._go_on(timer)
        for item in suspended:
            self._reopen(item)
        if not any(item.kind == "state" for item in suspended):
            self._open_state()

    def _go_on(self, timer: Timer) -> None:
        if timer.left is None:
            return
        timer.at, timer.left = self.now + max(timer.left, timedelta()), None
        if timer.kind == "after":
            timer.at = days.end_of(days.plus(self.now.astimezone(days.ZONE).date(), timer.days_left))

    def _reopen(self, item: Item) -> None:
        self._close(item)
        again = Item(item.kind, item.times, item.asked, due=item.due)
        if item.left is not None:
            again.due = days.plus(self.now.astimezone(days.ZONE).date(), item.left)
        self.items.append(again)
        self._arm(again)

    # --- what the database must hold ------------------------------------------------------------------

    def row(self) -> dict[str, Any]:
        """The case's own row, and how long its history is."""
        return {
            "state": self.state, "version": self.version, "levels": self.levels, "holds": sorted(self.holds),
            "ended": self.place.end, "events": self.events, "takers": dict(self.takers),
            "fields": {name: value for name, value in self.fields.items() if name in SUBMITTED},
        }  # fmt: skip

    def item_rows(self) -> list[tuple[Any, ...]]:
        return sorted(
            (item.key, item.status, item.version, item.due, item.claimed) for item in self.items
            if item.status != "closed"
        )  # fmt: skip

    def timer_rows(self) -> list[tuple[Any, ...]]:
        """Kind, item, and when (or that it stands still)."""
        return sorted(
            (*timer.key, "paused" if timer.left is not None else timer.at.isoformat(timespec="minutes"))
            for timer in self.timers
        )

    def ask_rows(self) -> list[tuple[str, bool, str]]:
        """Of the present visit and of holds: name, whether it reached another inbox, what became of it."""
        return sorted((one.ask.name, one.number >= PASSED_ON, one.status) for one in self.asks)


def _possible(word: str) -> set[str]:
    return set(GROUNDS) if word == "ground" else {word}


def _late(due: date, after: int) -> datetime:
    return days.at(days.plus(due, after), days.HOUR)
