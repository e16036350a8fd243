"""Who may, in the model: roles, absences and conflicts as plain sets, and every way from a person to an authority."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.model.process import ROLES


@dataclass
class Span:
    """Something that holds from a first to a last day."""

    first: date
    last: date | None

    def on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass
class Granted(Span):
    """A role somebody holds."""

    person: str = ""
    role: str = ""
    unit: str | None = None
    id: str = ""


@dataclass
class Away(Span):
    """Somebody stands in for somebody."""

    person: str = ""
    deputy: str = ""
    id: str = ""


@dataclass(frozen=True)
class Wanted:
    """Whose answer: roles seen from a unit, people it was handed to (by whom), whose earlier takers may not."""

    roles: tuple[str, ...]
    unit: str
    moved: Mapping[str, str] = field(default_factory=dict)
    not_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matter:
    """What of a case counts here."""

    subject: str
    unit: str
    nominator: str
    takers: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)


@dataclass
class People:
    """One agency."""

    units: dict[str, str]
    granted: list[Granted] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    conflicts: set[tuple[str, str]] = field(default_factory=set)
    today: date = date.min

    def out(self, matter: Matter) -> set[str]:
        """Who must keep out of this case."""
        return {matter.subject} | {person for person, subject in self.conflicts if subject == matter.subject}

    def deputies(self, person: str) -> list[str]:
        return [one.deputy for one in self.away if one.person == person and one.on(self.today)]

    def _covers(self, deputy: str) -> list[str]:
        """Whom somebody stands in for, those first who were away first."""
        absent = dict.fromkeys(one.person for one in self.away if one.on(self.today))
        return [person for person in absent if deputy in self.deputies(person)]

    def answers(self, person: str, out: set[str]) -> set[str]:
        """Who is there for a person: the ends of all chains of deputies."""
        if person in out:
            return set()
        reached, ends = [person], set()
        for one in reached:
            deputies = self.deputies(one)
            reached += [d for d in dict.fromkeys(deputies) if d not in out and d not in reached]
            if not deputies:
                ends.add(one)
        return ends

    def places(self, person: str, out: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Oneself, then everyone one stands in for, with those between (nearest to the actor last)."""
        found: list[tuple[str, tuple[str, ...]]] = [(person, ())]
        seen = {person}
        for place, chain in found:
            yield place, chain
            for absent in self._covers(place):
                if absent not in seen and absent not in out:
                    seen.add(absent)
                    found.append((absent, (absent, *chain)))

    def holders(self, role: str, matter: Matter, unit: str) -> list[str]:
        """Who holds a role."""
        if role == "staff":
            return list(self.units)
        if role == "nominator":
            return [matter.nominator]
        of_unit = ROLES[role]["of"] == "unit"
        rows = [one for one in self.granted if one.role == role and one.on(self.today)]
        return [one.person for one in rows if not of_unit or one.unit == unit]

    def eligible(self, role: str, matter: Matter, unit: str) -> list[str]:
        """Holders who can be reached; where none can, those of the role that steps in."""
        out = self.out(matter)
        fit = [one for one in self.holders(role, matter, unit) if self.answers(one, out)]
        instead = ROLES[role].get("else")
        return fit if fit or instead is None else self.eligible(instead, matter, unit)

    def may(self, person: str, matter: Matter, wanted: Wanted) -> tuple[str | None] | None:
        """(for whom one acts, or None for oneself), or None: one may not."""
        out = self.out(matter)
        if person in out:
            return None
        for place, chain in self.places(person, out):
            handed = self._handed(place, matter, wanted, out, set()) if place in wanted.moved else None
            if handed is None and not self._by_role(place, matter, wanted):
                continue
            bound = {person, place, *(handed or ())}
            if any(bound & set(matter.takers.get(key, ())) for key in wanted.not_by):
                continue
            if handed is None:
                return (place if chain else None,)
            return (place if chain else wanted.moved[place],)
        return None

    def _by_role(self, person: str, matter: Matter, wanted: Wanted) -> bool:
        return any(
            person in self.holders(role, matter, wanted.unit) or person in self.eligible(role, matter, wanted.unit)
            for role in wanted.roles
        )

    def _handed(
        self, person: str, matter: Matter, wanted: Wanted, out: set[str], seen: set[str]
    ) -> tuple[str, ...] | None:
        """Everyone a hand-over rests on; None when whoever handed it over could not answer any more."""
        mover = wanted.moved[person]
        if person in out or mover in out or mover in seen:
            return None
        for place, chain in self.places(mover, out):
            if self._by_role(place, matter, wanted):
                return (mover, *chain)
        if mover not in wanted.moved:
            return None
        further = self._handed(mover, matter, wanted, out, seen | {person})
        return None if further is None else (mover, *further)
