"""The words journeys are told in: who does what with one nominee's case, how it comes somewhere, who hears of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from tests.journeys.hands import Pages, Paper, Script, Unwanted
from tests.journeys.installation import Installation, until
from workflow.case import ask, case

PAPER = Paper()
Today = type("Today", (), {})
TODAY = Today()
MERIT = {"life_field": "work", "merit": "Rút ngắn một nửa thời gian xử lý hồ sơ", "evidence": [PAPER]}
COUNCIL = {"present_count": 9, "agreed_count": 8, "members_count": 9, "minutes_number": "12/BB-HĐ",
           "minutes_file": PAPER}  # fmt: skip
DECISION = {"decision_number": "88/QĐ-UBND", "decided_on": TODAY, "decision_file": PAPER}
SENT = {"sent_on": TODAY, "channel": "exchange"}
PLAN = {"strengths": ["Tận tụy"], "shortcomings": ["Ngại nói trước đông người", "Chưa chia sẻ kinh nghiệm"],
        "support": "Bố trí thời gian học"}  # fmt: skip

Step = tuple[str, str, Mapping[str, Any]]
UPWARDS: Mapping[str, tuple[Step, ...]] = {  # in which state who does what, for the nominee to rise
    "identified": (
        *((f"colleague{n}", "endorse", {"endorsement": "Xứng đáng"}) for n in (1, 2, 3)),
        ("head", "take_up", PLAN),
    ),
    "cultivating": (("mentor", "propose", {}),),
    "unit_appraisal": (("head", "recognize", {"unit_minutes": PAPER}),),
    "recognized_unit": (("head", "climb", {"report": PAPER}),),
    "office_check": (("office2", "forward", {}),),
    "completion": (("head", "resubmit", {"report": PAPER}),),
    "council_review": (("office", "record_passed", COUNCIL),),
    "director_decision": (("director", "recognize", {"reward": "certificate"}),),
    "recognized_department": (("office2", "climb", {"report": PAPER}),),
    "preparing": (("office2", "prepare", {}),),
    "signing": (("director", "sign", {"signed_copy": PAPER}),),
    "sending": (("clerk", "send", SENT),),
    "at_province": (("office2", "recognize", DECISION),),
}
TO_THE_CERTIFICATE: Mapping[str, tuple[Step, ...]] = {
    "choosing_ground": (("office2", "choose", {"ground": "a", "ground_proof": [PAPER]}),),
    "dossier": (("office2", "prepare", {}),),
    "signing": UPWARDS["signing"],
    "sending": UPWARDS["sending"],
    "at_province": (("office2", "award", DECISION),),
}


@dataclass
class Story:
    """One case and those around it; `through` is how they work: Pages or Script."""

    so: Installation
    code: str
    through: type = Script
    road: Mapping[str, tuple[Step, ...]] = field(default_factory=lambda: UPWARDS)

    @property
    def state(self) -> str:
        """Where it is."""
        return str(self._row().state)

    @property
    def levels(self) -> list[str]:
        """The levels held."""
        return list(self._row().levels)

    def does(self, who: str, action: str, **inputs: Any) -> None:
        """Somebody takes an action."""
        self.so.hand(self.through, who).act(self.code, action, meant(self.so, inputs))

    def may_not(self, who: str, action: str, **inputs: Any) -> str:
        """Somebody tries in vain, by script, and is told why."""
        with pytest.raises(Unwanted) as refusal:
            self.so.hand(Script, who).act(self.code, action, meant(self.so, inputs))
        assert refusal.value.status == 403, refusal.value
        return refusal.value.text

    def answers(self, who: str, name: str, **inputs: Any) -> None:
        """Somebody answers what is asked of them."""
        self.so.hand(self.through, who).answer(self.code, str(self.asked(name)), meant(self.so, inputs))

    def asked(self, name: str) -> str | None:
        """The ask of this name that waits for its answer."""
        waits = sa.select(ask.c.id).where(ask.c.name == name, ask.c.status == "open", ask.c.case_id == self._row().id)
        with self.so.cast.app.database.read() as connection:
            return connection.scalar(waits)

    def comes_to(self, state: str) -> None:
        """Everybody does their part, until it is there."""
        for _ in self.road:
            if self.state == state:
                return
            for who, action, inputs in self.road[self.state]:
                self.does(who, action, **inputs)
        assert self.state == state

    def reads(self, who: str) -> str:
        """The page of the case, as somebody sees it."""
        return self.so.page(who, f"/ho-so/{self.code}")

    def history(self) -> list[str]:
        """What happened, as the page says it."""
        page = self.so.page("office", f"/ho-so/{self.code}/lich-su")
        return [unescape(line) for line in re.findall(r'timeline__line"><strong>([^<]+)<', page)]

    def is_in_the_inbox_of(self, who: str) -> bool:
        """Whether it waits for this person's decision."""
        return 'class="work-line__name"' in self.so.page(who, f"/viec?tim={self.code}")

    def is_written_to(self, who: str, about: str = "") -> None:
        """A letter about it has come to somebody, saying this; time passes for it, as decisions' letters are held."""
        self.so.passes(seconds=31)
        until(
            lambda: any(about in one for one in self.so.letters(who, self.code)),
            f"a letter to {who}: {about}; {self.so.letters(who, self.code)}",
        )

    def hears(self, title: str) -> None:
        """What another case tells it has come into its history."""
        self.so.passes(seconds=31)
        until(lambda: title in self.history(), f"{title} in the history of {self.code}")

    def is_asked(self, name: str) -> None:
        """The rhythm has asked."""
        until(lambda: self.asked(name), f"the ask {name}")

    def child(self, road: Mapping[str, tuple[Step, ...]] = TO_THE_CERTIFICATE) -> Story:
        """The case that this one started by itself."""
        self.so.passes(seconds=31)
        mine = sa.select(case.c.code).where(case.c.parent_id == self._row().id, case.c.process == "merit_request")

        def born() -> str | None:
            with self.so.cast.app.database.read() as connection:
                return connection.scalar(mine)

        return Story(self.so, str(until(born, f"a child of {self.code}")), self.through, road)

    def _row(self) -> Any:
        with self.so.cast.app.database.read() as connection:
            return connection.execute(sa.select(case).where(case.c.code == self.code)).one()


def introduced(so: Installation, name: str, through: type = Script) -> Story:
    """Somebody new is brought forward."""
    unit = so.cast.units["cntt"] if through is Pages else "cntt"
    return Story(so, so.hand(through, "nominator").nominate(name, unit, meant(so, MERIT)), through)


def meant(so: Installation, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs with today's date in its places, and a cultivation plan with its people."""
    found = {name: so.today if isinstance(value, Today) else value for name, value in inputs.items()}
    if "shortcomings" in found:
        mentor, due = so.cast.people["mentor"], _later(so.today)
        found |= {"mentor": mentor, "measures": [{"what": "Học thuyết trình", "who": mentor, "due": due}]}
    return found


def _later(today: date) -> date:
    return today + timedelta(days=60)
