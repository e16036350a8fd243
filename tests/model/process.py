"""A small process as plain values, and the YAML an author would write for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.model.days import HOUR

LAST_LEVEL = "last level"
LEVELS = ("low", "high")
GROUNDS = ("complaint", "moving")  # what the field `ground` offers
OWN_GROUND = "audit"  # a ground that is no field's choice
FIELDS = {
    "flag": {"type": "yes_no", "title": "Có hay không"},
    "note": {"type": "text", "title": "Ghi chú"},
    "stance": {"type": "choice", "title": "Ý kiến", "of": {"agrees": "Đồng ý", "objects": "Ý kiến khác"}},
    "ground": {"type": "choice", "title": "Căn cứ", "of": dict.fromkeys(GROUNDS, "Căn cứ")},
}
ROLES: dict[str, dict[str, str]] = {
    "staff": {"title": "Công chức", "of": "agency", "who": "everyone"},
    "nominator": {"title": "Người giới thiệu", "of": "case"},
    "head": {"title": "Trưởng phòng", "of": "unit", "else": "office"},
    "office": {"title": "Văn phòng", "of": "agency"},
    "desk": {"title": "Văn thư", "of": "agency", "notices": "desk"},
    "boss": {"title": "Giám đốc", "of": "agency", "else": "office"},
}


@dataclass(frozen=True)
class Step:
    """Whom lateness reaches, so many working days after the deadline, or after so many missed in a row."""

    role: str
    after: int = 0
    mode: str = "tell"
    action: str = ""
    every: int = 0
    missed: int = 0

    def text(self) -> str:
        when = f"after {self.missed} missed" if self.missed else f"+{self.after} working_days"
        mode = {"tell": "", "add_owner": " add_owner", "act": f" act {self.action}"}[self.mode]
        return f"{self.role} {when}{mode}" + (f" every {self.every} working_days" if self.every else "")


@dataclass(frozen=True)
class Times:
    """A deadline in working days (0: none), its reminders and its escalation."""

    due: int = 0
    remind: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()

    def keys(self) -> dict[str, Any]:
        if not self.due:
            return {}
        steps = [step.text() for step in self.steps] or "none"
        return {"due": f"{self.due} working_days", "remind": list(self.remind) or "none", "escalate": steps}


@dataclass(frozen=True)
class Act:
    """An action; `to` are (target, condition) pairs."""

    name: str
    to: tuple[tuple[str, str], ...] = ()
    by: tuple[str, ...] = ()
    when: str = ""
    guard: str = ""
    needs: tuple[str, ...] = ()
    verb: str = "act"
    not_by: tuple[str, ...] = ()
    holds: str = ""
    releases: str = ""
    while_held: bool = False
    drops: bool = False
    excepted: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """What its form asks: whoever returns or refuses says why."""
        return (*self.needs, "reason") if self.verb in ("return", "refuse") else self.needs

    def keys(self) -> dict[str, Any]:
        to = [f"{target} if {when}" if when else target for target, when in self.to]
        plain = {
            "title": "" if self.when else f"Việc {self.name}", "verb": "" if self.verb == "act" else self.verb,
            "to": to, "by": list(self.by), "when": self.when, "if": self.guard, "needs": list(self.needs),
            "not_by": list(self.not_by), "holds": self.holds, "releases": self.releases,
            "while_held": "true" if self.while_held else "", "drops": "level" if self.drops else "",
            "except": list(self.excepted),
        }  # fmt: skip
        return {key: value for key, value in plain.items() if value}


@dataclass(frozen=True)
class Ask:
    """Somebody else must answer while the case is here, perhaps again and again."""

    name: str
    of: str
    times: Times
    every: int = 0
    answer: tuple[str, ...] = ("note",)
    nil: bool = False
    guard: str = ""
    silence: str = ""
    says: str = ""

    def keys(self) -> dict[str, Any]:
        keys: dict[str, Any] = {"title": f"Hỏi {self.name}", "of": self.of, "answer": list(self.answer)}
        keys |= {"every": f"{self.every} working_days"} if self.every else {}
        keys |= {"nil": "allowed"} if self.nil else {}
        keys |= {"if": self.guard} if self.guard else {}
        keys |= {"silence": self.silence, "cite": "Quy chế"} if self.silence else {}
        keys |= {"says": self.says} if self.says else {}
        return keys | self.times.keys()


@dataclass(frozen=True)
class Place:
    """A state, or what is beside it while the case is held."""

    name: str
    owner: str = ""
    times: Times = Times()
    level: str = ""
    end: bool = False
    acts: tuple[Act, ...] = ()
    asks: tuple[Ask, ...] = ()

    def keys(self) -> dict[str, Any]:
        if self.end:
            return {"title": f"Nơi {self.name}", "end": "true"}
        keys: dict[str, Any] = {"title": f"Nơi {self.name}", "owner": self.owner, **self.times.keys()}
        keys |= {} if self.times.due else {"may_wait": "Theo dõi"}
        keys |= {"level": self.level} if self.level else {}
        keys |= {"asks": {ask.name: ask.keys() for ask in self.asks}} if self.asks else {}
        return keys | {"actions": {act.name: act.keys() for act in self.acts}}


@dataclass(frozen=True)
class Process:
    """All of it; the first state is where a case begins."""

    states: tuple[Place, ...]
    everywhere: tuple[Act, ...] = ()
    held: Place | None = None
    by_name: dict[str, Place] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {state.name: state for state in self.states})

    def acts_in(self, state: str) -> dict[str, Act]:
        """A state's own, then those valid everywhere; an end has none."""
        here = self.by_name[state]
        if here.end:
            return {}
        shared = [act for act in self.everywhere if state not in act.excepted]
        return {act.name: act for act in (*here.acts, *shared)}

    def __repr__(self) -> str:
        """As an author would read it."""
        return f"Process of\n{yaml.safe_dump(self._life(), allow_unicode=True, sort_keys=False, width=200)}"

    def write(self, folder: Path) -> None:
        """plan.yaml and processes/life.yaml."""
        (folder / "processes").mkdir(parents=True, exist_ok=True)
        plan = {
            "plan": "model", "agency": "model", "title": "Kế hoạch mẫu", "number": "1/KH", "languages": ["vi"],
            "period": "2024-01-01..2030-12-31", "processes": ["life"], "kinds": {"person": {"title": "Cá nhân"}},
            "levels": [{name: f"Cấp {name}"} for name in LEVELS], "roles": ROLES, "units": {"types": ["phong"]},
            "defaults": {"remind": "none", "remind_hour": str(HOUR), "escalate": "none"},
        }  # fmt: skip
        for name, tree in (("plan.yaml", plan), ("processes/life.yaml", self._life())):
            (folder / name).write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def _life(self) -> dict[str, Any]:
        life: dict[str, Any] = {
            "process": "life", "title": "Một đời hồ sơ", "subject": ["person"], "code": "HS-{year}-{n}",
            "fields": FIELDS,
            "start": {"begin": {"title": "Bắt đầu", "by": "staff", "to": self.states[0].name, "needs": ["flag"]}},
            "states": {state.name: state.keys() for state in self.states},
        }  # fmt: skip
        if self.everywhere:
            life["everywhere"] = {act.name: act.keys() for act in self.everywhere}
        if self.held is not None:
            life["held"] = self.held.keys()
        return life
