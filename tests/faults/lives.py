"""Nominees' lives as their people act them out, some to the certificate, some left standing on the way."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.client import Do, NotAllowed, Town, Upload

Wait = Callable[[], Any]
"""Asked now and then until it gives something."""

THINKING = 0.2  # seconds of a person before the next decision: the hands behind must keep up

Life = Generator[Do | Wait, Any, None]


def life(town: Town, name: str, dice: random.Random) -> Life:
    """One nominee. Each `yield` gives the receipt of what was done, or what was waited for."""
    merit = {"life_field": "work", "merit": "Rút ngắn một nửa thời gian xử lý", "evidence": [Upload]}
    receipt = yield Do("nominator", "nominate", merit, about=name)
    code = receipt["code"]
    steps = list(_to_the_province(town, code))
    for step in steps[: dice.choice((3, 8, 12, len(steps), len(steps)))]:
        receipt = yield step
    if receipt["state"] != "at_province":
        return
    if dice.random() < 0.5:
        ask_id = yield lambda: town.open_ask(code, "chase")
        yield Do("office", "chase", {"note": "Tỉnh đang xem"}, code, ask_id)
    yield Do("office2", "recognize", _decision(town), code)
    child = yield lambda: town.child(code)
    yield from _to_the_certificate(town, child)


def _to_the_province(town: Town, code: str) -> list[Do]:
    council = {"present_count": 8, "agreed_count": 8, "members_count": 9, "minutes_number": "12/BB-HĐ",
               "minutes_file": Upload}  # fmt: skip
    return [
        Do("head", "take_up", _cultivation(town), code),
        *(Do(f"colleague{n}", "endorse", {"endorsement": "Xứng đáng"}, code) for n in (1, 2, 3)),
        Do("mentor", "propose", {}, code),
        Do("head", "recognize", {"unit_minutes": Upload}, code),
        Do("head", "climb", {"report": Upload}, code),
        Do("office2", "forward", {}, code),
        Do("office", "record_passed", council, code),
        Do("director", "recognize", {"reward": "certificate"}, code),
        Do("office2", "climb", {"report": Upload}, code),
        Do("office2", "prepare", {}, code),
        Do("director", "sign", {"signed_copy": Upload}, code),
        Do("clerk", "send", _sent(town), code),
    ]


def _to_the_certificate(town: Town, code: str) -> Life:
    yield Do("office2", "choose", {"ground": "a", "ground_proof": [Upload]}, code)
    yield Do("office2", "prepare", {}, code)
    yield Do("director", "sign", {"signed_copy": Upload}, code)
    yield Do("clerk", "send", _sent(town), code)
    yield Do("office2", "award", _decision(town), code)


def _cultivation(town: Town) -> dict[str, Any]:
    mentor = town.cast.people["mentor"]
    return {
        "strengths": ["Tận tụy"], "shortcomings": ["Ngại nói trước đông người"], "support": "Bố trí thời gian học",
        "measures": [{"what": "Học thuyết trình", "who": mentor, "due": "2035-12-31"}], "mentor": mentor,
    }  # fmt: skip


def _decision(town: Town) -> dict[str, Any]:
    return {"decision_number": "88/QĐ-UBND", "decided_on": _today(town), "decision_file": Upload}


def _sent(town: Town) -> dict[str, Any]:
    return {"sent_on": _today(town), "channel": "exchange"}


def _today(town: Town) -> str:
    return town.cast.now().date().isoformat()


@dataclass
class People:
    """Some hands that lead lives on, those that can go on first; new ones begin as others end."""

    town: Town
    seed: int
    hands: int = 3
    thinking: float = THINKING
    lives: deque[tuple[Life, Do | Wait]] = field(default_factory=deque)
    begun: int = 0
    wrong: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    _closing: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to work."""
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.hands)]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Each ends the operation in hand, however often it must still be sent."""
        self._closing.set()
        stop = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, stop - time.monotonic()))
            assert not thread.is_alive(), "an operation was never answered"

    def _work(self) -> None:
        try:
            while not self._closing.is_set():
                one, step = self._next()
                try:
                    given = self.town.perform(step) if isinstance(step, Do) else step()
                except NotAllowed as reason:  # this life ends here
                    self.refused[str(reason)] += 1
                    continue
                if given:
                    self._lead_on(one, given)
                else:
                    self.lives.append((one, step))
                time.sleep(self.thinking if given else 0.05)
        except Exception:
            self.wrong.append(traceback.format_exc())

    def _next(self) -> tuple[Life, Do | Wait]:
        """The one that waited longest, when enough of them can go on; else a new one."""
        with self._turn:
            if sum(isinstance(step, Do) for _, step in self.lives) >= 2:
                return self.lives.popleft()
            self.begun += 1
            one = life(self.town, f"Người thứ {self.begun}", random.Random(self.seed * 1000 + self.begun))
        return one, next(one)

    def _lead_on(self, one: Life, given: Any) -> None:
        try:
            self.lives.append((one, one.send(given)))
        except StopIteration:
            return
