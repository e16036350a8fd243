"""Names that YAML may say and the Python behind them; strings are looked up here and nowhere imported or evaluated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflow.definition import Definition, Document, Plan
from workflow.message import Message


@dataclass(frozen=True)
class Party:
    """A person the case is about or who brought it: `subject` and `member` never decide on it."""

    person_id: str
    relation: str  # subject | member | nominator | name of a person field


@dataclass(frozen=True)
class SubjectFacts:
    """What the engine must know of whom a case is about."""

    type: str  # subject | unit | agency
    id: str
    kind: str  # a plan's kind, or the type
    label: str
    folded: str
    unit_id: str | None
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True)
class Context:
    """What a guard or an effect may know: the case as it stands, what was just submitted, who acts, the moment."""

    agency_id: str
    case_id: str
    process: str
    code: str
    state: str
    stage: str
    level: str | None  # the level of the present state
    levels: tuple[str, ...]  # in force, lowest first
    holds: tuple[str, ...]
    unit_id: str | None
    subject: SubjectFacts
    fields: Mapping[str, Any]  # what the case holds, with the inputs laid over
    inputs: Mapping[str, Any]  # this submission only
    actor_id: str | None
    on_behalf_of: str | None
    now: datetime
    today: date
    year: int
    visit: int
    entered_level: str | None = None  # effects only: the level of the state being entered, when it has one
    event_seq: int = 0  # effects only: the event that causes them
    facts: Mapping[str, Any] = field(default_factory=dict)  # by loader name
    hold_titles: tuple[str | Message, ...] = ()  # of `holds`, in words
    rules: Mapping[str, Any] | None = None  # of the plan's `votes:`, where the state votes
    over: str = ""  # and the field of the cases it votes on
    plan: Plan | None = None  # what the case lives under
    taken: str = ""  # effects that follow a move only: STATE.ACTION
    left: str = ""  # the same: the stage it led away from
    period: str = ""  # 2025, 2025-Q3 …: of the cadence that began the case, or its parent


class BadRules(ValueError):
    """A rule set of `votes:` or a condition of `eligibility:` that means nothing.

    `key` where, `word` what it says, `nearest` a right word; `is_share`: it is a share, of nothing or of more than all.
    """

    def __init__(self, key: str, word: str, nearest: str = "", *, is_share: bool = False) -> None:
        super().__init__(f"{key}: {word}")
        self.key, self.word, self.nearest, self.is_share = key, word, nearest, is_share


Guard = Callable[[Context, str | None], Message | None]
"""Pure: facts in, a refusal (a sentence with its source) or None out. It never reads the database."""

Effect = Callable[[Context, sa.Connection], None]
"""Database only, in the decision's transaction; may raise Refused. It never calls the engine."""

Loader = Callable[[sa.Connection, Context], Any]
"""Loads one kind of fact for guards, one query, in the snapshot that the decision is taken on."""

FormProvider = Callable[[sa.Connection, Context], Any]
"""What the system works out: the rows of a `form` field, the value of one that says `compute`."""


@dataclass(frozen=True)
class SubjectPort:
    """Whom a case is about, from tables the engine does not know, as one column beside whatever names it."""

    column: Callable[[sa.ColumnElement[str], sa.ColumnElement[str], sa.ColumnElement[str]], sa.ColumnElement[Any]]
    """(agency, type, id) → the expression."""
    read: Callable[[Any], SubjectFacts | None]
    """Its value → the facts."""

    def __call__(self, connection: sa.Connection, agency_id: str, type_: str, subject_id: str) -> SubjectFacts | None:
        """The facts alone; None when this agency has no such subject."""
        return self.read(connection.scalar(_alone(self), {"agency": agency_id, "type": type_, "subject": subject_id}))


@lru_cache
def _alone(port: SubjectPort) -> sa.Select[Any]:
    named = [sa.bindparam(name, type_=sa.String) for name in ("agency", "type", "subject")]
    return sa.select(port.column(*named))


@dataclass(frozen=True)
class Follower:
    """What stands beside cases and must follow their decisions at once, in tables the engine does not know."""

    waits: Callable[[sa.ColumnElement[str]], sa.ColumnElement[bool]]
    """Id of a case → whether anything of it is there to follow; read with the case, so that nothing costs nothing."""
    follow: Callable[[sa.Connection, str, str], None]
    """(connection, agency, case): last in the decision's transaction, which has the case locked."""


Listened = Callable[[sa.ColumnElement[str]], sa.ColumnElement[bool]]
"""Id of an agency → whether anybody outside listens to it; read with the case, so that nothing costs nothing."""


@dataclass(frozen=True)
class Among:
    """What of a plan a guard's argument must name, and the kind of defect for a name that is none of it."""

    names: Callable[[Plan], Collection[str]]
    unknown: str


FieldsRead = Sequence[str] | Callable[[str | None], Iterable[str]]
"""Fields of the process that a guard reads: always these, or those its argument says; of a table `FIELD.COLUMN`."""


@dataclass(frozen=True)
class GuardEntry:
    """A guard with the facts it reads and the rule it stands for."""

    call: Guard
    facts: tuple[str, ...]
    cite: str
    reads: Callable[[str | None], object] | None = None  # its argument; raises ValueError for one it cannot read
    private: bool = False  # its refusal tells about a person: only whoever may take the action reads it
    among: Among | None = None
    fields: FieldsRead = ()
    process: str | None = None  # it asks about cases of this process; its argument names another

    @property
    def takes_argument(self) -> bool:
        """Whether an argument means anything to it."""
        return any((self.reads, self.among, callable(self.fields), self.process))

    def fields_of(self, argument: str | None) -> tuple[str, ...]:
        """The fields it reads when it is given this argument."""
        return tuple(self.fields(argument) if callable(self.fields) else self.fields)


@dataclass(frozen=True)
class EffectEntry:
    """An effect; `moves_to` names the unit field that becomes the case's unit (the engine owns that attribute).

    `leaves` names the field in which the unit before is kept. One that `follows` is told where the case came to:
    its context is the case after the move.
    """

    call: Effect
    moves_to: str | None = None
    leaves: str | None = None
    follows: bool = False


@dataclass
class Registry:
    """Guards, effects, loaders and form providers by name. A name never changes its meaning."""

    guards: dict[str, GuardEntry] = field(default_factory=dict)
    effects: dict[str, EffectEntry] = field(default_factory=dict)
    loaders: dict[str, Loader] = field(default_factory=dict)
    forms: dict[str, FormProvider] = field(default_factory=dict)
    subject: SubjectPort | None = None
    follower: Follower | None = None
    listened: Listened | None = None
    makes: Callable[[Document, Context, sa.Connection], None] | None = None  # has a paper made for a decision
    remakes: Callable[[Document, Context, sa.Connection], None] | None = None  # what it says has changed
    templates: Collection[str] = ()  # what `template:` may name
    tags: Collection[str] = ()  # what `with:` of a document may fill
    values: Collection[str] = ()  # names under `values:` that Python reads
    votes: Callable[[str, Mapping[str, Any]], object] | None = None  # reads a rule set; BadRules says what is wrong
    eligibility: Callable[[Mapping[str, Mapping[str, Any]], Collection[str]], object] | None = None
    """Reads a plan's conditions, given its bases; the key of its BadRules is `CONDITION.KEY`."""

    listed: Effect | None = None  # told, in its transaction, that a list has taken its cases to itself
    kept_from: Callable[[sa.Connection, Any, str, Collection[str]], Mapping[str, str]] | None = None
    """(connection, organisation, person, cases) → of these cases those the person has no part in: id → code."""
    readable: Callable[[sa.Connection, Any, str, str], bool] | None = None
    """(connection, organisation, person, case) → whether they may see it."""
    keeps_back: Callable[[Plan, Definition, Any, str], frozenset[str]] | None = None
    """(plan, definition, organisation, person) → fields of a case that they do not read, though they see it."""

    def guard(
        self,
        name: str,
        *,
        facts: Sequence[str] = (),
        cite: str = "",
        reads: Callable[[str | None], object] | None = None,
        private: bool = False,
        among: Among | None = None,
        fields: FieldsRead = (),
        process: str | None = None,
    ) -> Callable[[Guard], Guard]:
        """Register a guard under the name YAML uses; `reads` raises ValueError for an argument a plan may not give.

        `fields`, `process`: names of the plan it reads, by which `check` finds those that are none.
        """

        def register(call: Guard) -> Guard:
            self._free(self.guards, name)
            self.guards[name] = GuardEntry(call, tuple(facts), cite, reads, private, among, fields, process)
            return call

        return register

    def effect(
        self, name: str, *, moves_to: str | None = None, leaves: str | None = None, follows: bool = False
    ) -> Callable[[Effect], Effect]:
        """Register an effect under the name YAML uses."""

        def register(call: Effect) -> Effect:
            self._free(self.effects, name)
            self.effects[name] = EffectEntry(call, moves_to, leaves, follows)
            return call

        return register

    def loader(self, name: str) -> Callable[[Loader], Loader]:
        """Register how one kind of fact is loaded."""

        def register(call: Loader) -> Loader:
            self._free(self.loaders, name)
            self.loaders[name] = call
            return call

        return register

    def form(self, name: str) -> Callable[[FormProvider], FormProvider]:
        """Register who computes the rows of a form field."""

        def register(call: FormProvider) -> FormProvider:
            self._free(self.forms, name)
            self.forms[name] = call
            return call

        return register

    @staticmethod
    def _free(table: Mapping[str, Any], name: str) -> None:
        if name in table:
            raise ValueError(f"{name!r} is registered twice")
