"""A decision in the making: a working copy of the case and the list of what must be written for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflow.definition import Plan, State
from workflow.facts import CaseFacts, Row
from workflow.grounds import titles
from workflow.history import EventDraft
from workflow.identity import Authority, Matter
from workflow.message import Message
from workflow.registry import Context, EffectEntry, Party, Registry

HOLD_SECONDS = 30
"""How long what leaves a case after a person's decision waits, so that it can still be undone."""

NEVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
"""Sort key of what has no deadline."""


class Rows:
    """The rows of one table in a draft: what was there, what is new, what changed."""

    def __init__(self, stored: tuple[Row, ...], new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._rows: dict[str, dict[str, Any]] = {row["id"]: dict(row) for row in stored}
        self.inserted: dict[str, dict[str, Any]] = {}
        self.updated: dict[str, dict[str, Any]] = {}

    def all(self, **equal: Any) -> list[dict[str, Any]]:
        """Rows whose columns equal the given values, in the order they came."""
        return [r for r in self._rows.values() if all(r[name] == value for name, value in equal.items())]

    def get(self, row_id: str | None) -> dict[str, Any] | None:
        """One row, or None."""
        return self._rows.get(row_id or "")

    def insert(self, **values: Any) -> dict[str, Any]:
        """A new row with a new id."""
        row = {"id": self._new_id(), **values}
        self._rows[row["id"]] = row
        self.inserted[row["id"]] = row
        return row

    def changed(self) -> list[dict[str, Any]]:
        """The rows that were there and are to be written again, as they shall stand."""
        return [self._rows[row_id] for row_id in self.updated]

    def update(self, row_id: str, **values: Any) -> None:
        """Change a row; one that is itself new just changes."""
        self._rows[row_id].update(values)
        if row_id not in self.inserted:
            self.updated.setdefault(row_id, {}).update(values)


@dataclass(frozen=True)
class By:
    """Who causes a change: a person with their authority, or the system (a deadline, another case)."""

    kind: str  # person | deadline | case | cadence
    person_id: str | None = None
    authority: Authority | None = None
    channel: str = "system"

    @property
    def on_behalf_of(self) -> str | None:
        """For whom the person stands in."""
        return self.authority.on_behalf_of if self.authority else None


SYSTEM = By("deadline")


class Seen(Mapping[str, Any]):
    """Values that note which of them were looked at."""

    def __init__(self, values: Mapping[str, Any], seen: set[str]) -> None:
        self._values, self._seen = values, seen

    def __getitem__(self, name: str) -> Any:
        self._seen.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        self._seen.update(self._values)
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class Letter:
    """An outbox message in the making; `key` is completed by the event that causes it."""

    kind: str
    recipient: str
    topic: str
    payload: Mapping[str, Any]
    held: bool


@dataclass
class Draft:
    """The working copy. Everything in it changes together or not at all."""

    facts: CaseFacts
    registry: Registry
    connection: sa.Connection
    new_id: Callable[[], str]
    by: By
    case: dict[str, Any] = field(init=False)
    fields: dict[str, Any] = field(init=False)
    fields_set: dict[str, Any] = field(default_factory=dict)
    events: list[EventDraft] = field(default_factory=list)
    letters: list[tuple[int, Letter]] = field(default_factory=list)
    effects: list[tuple[EffectEntry, Context]] = field(default_factory=list)
    incidents: list[tuple[str, str, Message]] = field(default_factory=list)  # kind, key, reason
    parties_added: list[Party] = field(default_factory=list)
    parties_dropped: list[str] = field(default_factory=list)  # relations
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, str] = field(default_factory=dict)  # files the submission carries → sha256 of their bytes
    dossier_moved: bool = False
    timer_outcome: str = "fired"
    loaded: dict[str, Any] = field(default_factory=dict)  # facts for guards, by loader
    _reads: dict[str, set[str]] = field(default_factory=dict)  # fields a loader looked at

    def __post_init__(self) -> None:
        facts = self.facts
        self.case = dict(facts.case)
        for column in ("levels", "holds", "takers"):
            self.case[column] = type(facts.case[column])(facts.case[column])
        self.fields = dict(facts.fields)
        self.items = Rows(facts.items, self.new_id)
        self.candidates = Rows(facts.candidates, self.new_id)
        self.timers = Rows(facts.timers, self.new_id)
        self.asks = Rows(facts.asks, self.new_id)
        self.links = Rows(facts.links, self.new_id)

    @property
    def plan(self) -> Plan:
        """The plan the case lives under."""
        return self.facts.life.plan

    @property
    def state(self) -> State:
        """The present state's definition; a case not yet begun stands nowhere."""
        return self.facts.life.definition.states.get(self.case["state"]) or State(name="")

    @property
    def held(self) -> bool:
        """Whether any ground of a hold is open."""
        return bool(self.case["holds"])

    @property
    def seq(self) -> int:
        """The number of the last event, those of this draft included."""
        return int(self.facts.case["chain_seq"]) + len(self.events)

    def last_level(self) -> str:
        """The highest level in force, or `none`."""
        return self.case["levels"][-1] if self.case["levels"] else "none"

    def parties(self) -> tuple[Party, ...]:
        """The people of the case as this draft leaves them."""
        kept = tuple(p for p in self.facts.parties if p.relation not in self.parties_dropped)
        return (*kept, *(p for p in self.parties_added if p not in kept))

    def matter(self) -> Matter:
        """The case as permission sees it, with what this draft changes."""
        return Matter(self.case["subject_id"], self.case["unit_id"], self.parties(), self.case["takers"])

    def set_party(self, relation: str, person_id: str | None) -> None:
        """One person per relation that a form names (mentor…)."""
        self.parties_dropped.append(relation)
        self.parties_added = [p for p in self.parties_added if p.relation != relation]
        if person_id:
            self.parties_added.append(Party(person_id, relation))

    def context(self, inputs: Mapping[str, Any] | None = None, by: By | None = None, **more: Any) -> Context:
        """What guards and effects may know of this draft now."""
        inputs = inputs or {}
        return self._context(by or self.by, {**self.fields, **inputs}, dict(inputs), more)

    def _context(
        self, by: By, fields: Mapping[str, Any], inputs: Mapping[str, Any], more: Mapping[str, Any]
    ) -> Context:
        row = self.case
        return Context(
            agency_id=row["agency_id"], case_id=row["id"], process=row["process"], code=row["code"],
            state=row["state"], stage=row["stage"], level=self.state.level, levels=tuple(row["levels"]),
            holds=tuple(row["holds"]), unit_id=row["unit_id"], subject=self.facts.subject,
            fields=fields, inputs=inputs, actor_id=by.person_id,
            on_behalf_of=by.on_behalf_of, now=self.facts.now, today=self.facts.today, year=row["year"],
            visit=row["visit"], hold_titles=titles(self.facts.life.definition, row["holds"]), plan=self.plan,
            period=row["period"],
            **self._voting(), **more,
        )  # fmt: skip

    def _voting(self) -> dict[str, Any]:
        vote = self.state.vote
        return {"rules": self.plan.rules(vote.rule), "over": vote.over} if vote is not None else {}

    def ask_guard(
        self, name: str, arg: str | None, inputs: Mapping[str, Any] | None, by: By | None, seen: set[str] | None = None
    ) -> Message | None:
        """A guard's refusal, its facts loaded once per draft in the decision's own snapshot.

        `seen` takes the names of the fields it looked at, itself or by its facts.
        """
        entry = self.registry.guards[name]
        looked: set[str] = set() if seen is None else seen
        facts = self.load(entry.facts, inputs, by)
        for loader in entry.facts:
            looked |= self._reads[loader]
        return entry.call(self._watched(inputs, by, looked, facts=facts), arg)

    def load(
        self, loaders: Iterable[str], inputs: Mapping[str, Any] | None = None, by: By | None = None
    ) -> Mapping[str, Any]:
        """Facts by the names of their loaders, these at least; each is loaded once per draft."""
        for loader in loaders:
            if loader not in self.loaded:
                reads: set[str] = set()
                self.loaded[loader] = self.registry.loaders[loader](self.connection, self._watched(inputs, by, reads))
                self._reads[loader] = reads
        return self.loaded

    def _watched(self, inputs: Mapping[str, Any] | None, by: By | None, seen: set[str], **more: Any) -> Context:
        inputs = inputs or {}
        return self._context(by or self.by, Seen({**self.fields, **inputs}, seen), Seen(inputs, seen), more)

    def note(self, kind: str, *, inputs: Mapping[str, Any] | None = None, by: By | None = None, **body: Any) -> int:
        """Append an event; its number."""
        by = by or self.by
        authority = by.authority
        if carried := self._carried(inputs or {}):
            body["files"] = carried
        self.events.append(
            EventDraft(
                kind=kind,
                at=self.facts.now,
                actor_id=by.person_id,
                inputs=dict(inputs or {}),
                body={
                    "action": None, "from": None, "to": None, "refs": [],
                    "stage": self.case["stage"], "level": self.case["top_level"], "unit": self.case["unit_id"],
                    "actor": by.person_id, "cause": by.kind, "channel": by.channel,
                    "role": authority.role if authority else None, "on_behalf_of": by.on_behalf_of,
                    "absence": authority.absence_id if authority else None,
                    "authority": authority.why.key if authority else None,
                    "definition": self.facts.life.definition_hash, **body,
                },
            )
        )  # fmt: skip
        return self.seq

    def _carried(self, inputs: Mapping[str, Any]) -> dict[str, str]:
        """The files an event's inputs name, with the hash of their bytes: so the chain proves the papers, too."""
        named = {one for value in inputs.values() for one in (value if isinstance(value, list) else [value])
                 if isinstance(one, str)}  # fmt: skip
        return {file_id: digest for file_id, digest in self.uploads.items() if file_id in named}

    def send(self, kind: str, recipient: str, topic: str, payload: Mapping[str, Any], *, by: By | None = None) -> None:
        """Write an outbox message; one for the same event, recipient, kind and topic is enough."""
        person = (by or self.by).kind == "person"
        letter = Letter(kind, recipient, topic, payload, held=person)
        if not any(
            seq == self.seq and (x.kind, x.recipient, x.topic) == (kind, recipient, topic) for seq, x in self.letters
        ):
            self.letters.append((self.seq, letter))

    def not_before(self, letter: Letter) -> datetime:
        """When a message may leave."""
        return self.facts.now + timedelta(seconds=HOLD_SECONDS if letter.held else 0)
