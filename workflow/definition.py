"""What a process definition and a plan are, once read: frozen values that can be stored, hashed and compared.

Texts (titles) are in the plan's first language; `texts` holds the others by id. Small languages are already parsed
where the engine reads them often (conditions, escalations); deadlines stay text and are parsed by `workflow.deadlines`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any, Final, Literal

from workflow.paper_definition import Document as Document  # noqa: PLC0414 - a name of this module too
from workflow.quota_terms import Bounds as Bounds  # noqa: PLC0414 - as below
from workflow.quota_terms import Quota as Quota  # noqa: PLC0414
from workflow.quota_terms import Share as Share  # noqa: PLC0414
from workflow.sentences import Branch, Condition, Escalation, Extension, Model, Value
from workflow.sentences import ByCase as ByCase  # noqa: PLC0414 - names of this module too, used in none of its lines
from workflow.sentences import Term as Term  # noqa: PLC0414

GRAMMAR: Final = 1
ALL = "all"
"""What a field suggests: everything there is to choose from."""

LAST_LEVEL = "last level"

Verb = Literal["act", "approve", "return", "refuse"]
Stage = Literal["identified", "cultivating", "appraisal", "council", "decision", "recognized", "closed", "work"]
Silence = Literal["agrees", "waits", "escalates"]


class ChildStart(Model):
    """A child case an action starts; `given` are the child's fields taken from words or `case.FIELD` of this one.

    With `conditions`, only where they hold.
    """

    LATER = frozenset({"conditions"})

    process: str
    given: dict[str, str] = {}
    conditions: Condition = ()


class Action(Model):
    """A named move, or a stay when `to` is empty. `by` are roles (or, at a start, a process or `cadence`)."""

    LATER = frozenset({"makes"})

    name: str
    title: str = ""
    verb: Verb = "act"
    to: tuple[Branch, ...] = ()
    by: tuple[str, ...] = ()
    when: Condition = ()
    conditions: Condition = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    window: str | None = None
    do: tuple[str, ...] = ()
    starts: tuple[ChildStart, ...] = ()
    holds: str | None = None
    releases: str | None = None
    while_held: bool = False
    drops: Literal["level"] | None = None
    marks: dict[str, str] = {}
    delivers: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    cite: str = ""


Audience = Literal["unit", "agency", "public"]
Signing = Literal["required", "optional", "never"]


class Posting(Model):
    """What is put up for everybody's comment while an ask is open: to whom, where, what of the case, signed or not."""

    audience: Audience
    channels: tuple[str, ...] = ()
    signed: Signing = "required"
    shows: tuple[str, ...] = ()


class Ask(Model):
    """Others must answer while the case is here: a single step, or with `process` a child case each.

    `silence`, when the deadline passes unanswered: `agrees` closes it as no objection, `waits` leaves it open and tells
    nobody further, `escalates` must reach somebody; unsaid, it stays open and escalates as the plan's defaults say.
    """

    LATER = frozenset({"silence", "posting", "given", "units", "extension"})

    name: str
    title: str = ""
    of: str | None = None
    of_unit: str | None = None
    process: str | None = None
    given: dict[str, str] = {}
    each: str | None = None
    units: tuple[str, ...] = ()  # with `each: unit`: only those of these types
    conditions: Condition = ()
    every: Value | None = None
    due: Value | tuple[Value, ...] | None = None
    remind: tuple[int, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    extension: Extension | None = None
    answer: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    nil: bool = False
    silence: Silence | None = None
    posting: Posting | None = None
    says: str | None = None
    do: tuple[str, ...] = ()
    optional: bool = False
    cite: str = ""


class Vote(Model):
    """What a state votes by: a rule set of the plan, over the cases of a field."""

    rule: str
    over: str


class State(Model):
    """Where a case is. Python outside the engine reads only `stage` and `level`, never a state's name."""

    LATER = frozenset({"vote", "extension"})

    name: str
    title: str = ""
    stage: Stage = "work"
    level: str | None = None
    owner: tuple[str, ...] = ()
    due: Value | tuple[Value, ...] | None = None
    remind: tuple[int, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    extension: Extension | None = None
    may_wait: str = ""
    asks: dict[str, Ask] = {}
    actions: dict[str, Action] = {}
    end: bool = False
    vote: Vote | None = None
    cite: str = ""


class Held(Model):
    """What is beside the state while any ground of a hold is open."""

    LATER = frozenset({"extension"})

    title: str = ""
    owner: tuple[str, ...] = ()
    due: Value | tuple[Value, ...] | None = None
    remind: tuple[int, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    extension: Extension | None = None
    may_wait: str = ""
    asks: dict[str, Ask] = {}
    actions: dict[str, Action] = {}
    cite: str = ""


FieldType = Literal[
    "line", "text", "choice", "date", "number", "yes_no", "file", "files", "list", "table",
    "person", "people", "unit", "subject", "cases", "form",
]  # fmt: skip


class Field(Model):
    """What a form asks. `choices` value → label (order counts); `columns` of a table name → type; `each` a list or
    cases field whose every element must be valued; for `cases`: which process and which of its cases.

    `kept`: asked again, it stands there as last said. `minimum`, `maximum`: of a number, or how many. `earliest`,
    `latest`: of a date `min: today`, for what lies ahead, and `max: today`, for what has happened; today is that of
    business time. `compute`: who works the value out, where nobody types it. `holders`: of `people`, their roles.
    `naming`: only cases whose field of that name lists this case, or the one that began it. `suggest`: what stands
    ticked where nothing was said yet, to be changed: `all` there is to choose, or the name of who works it out.
    `draft`: the paper of the plan that a file to hand in is begun with.
    """

    LATER = frozenset({"compute", "holders", "naming", "suggest", "draft"})

    name: str
    type: FieldType
    title: str = ""
    choices: dict[str, str] = {}
    columns: dict[str, str] = {}
    column_titles: dict[str, str] = {}
    conditions: Condition = ()
    minimum: int | None = None
    maximum: int | None = None
    earliest: Literal["today"] | None = None
    latest: Literal["today"] | None = None
    each: str | None = None
    says: bool = False
    kept: bool = False
    process: str | None = None
    in_states: tuple[str, ...] = ()
    level: str | None = None
    unit: Literal["own"] | None = None
    naming: str | None = None
    taken_from: str | None = None
    exclusive: bool = False
    late: Literal["keep", "incident"] = "incident"
    fill: str | None = None
    form: str | None = None
    compute: str | None = None
    suggest: str | None = None
    draft: str | None = None
    holders: tuple[str, ...] = ()
    cite: str = ""


class Definition(Model):
    """One kind of life, whole: what YAML said after reuse, defaults and values were put in."""

    LATER = frozenset({"called", "own_case"})

    grammar: Literal[1] = GRAMMAR
    process: str
    title: str
    called: str = ""  # a field, or a phrase with {fields} in it, that is a case's name; else whom it is about
    subject: tuple[str, ...]
    one_open: bool = False
    own_case: Literal["", "theirs"] = ""  # theirs: whom it is about brings it and acts in it
    code: str
    fields: dict[str, Field]
    start: dict[str, Action]
    states: dict[str, State]
    held: Held | None = None
    everywhere: dict[str, Action] = {}
    cite: str = ""
    texts: dict[str, dict[str, str]] = {}

    def actions_in(self, state: str) -> dict[str, Action]:
        """The actions of a state in file order, its own before those valid everywhere; an end has none."""
        here = self.states[state]
        if here.end:
            return {}
        shared = {n: a for n, a in self.everywhere.items() if state not in a.excepted and n not in here.actions}
        return {**here.actions, **shared}

    def field_titles(self) -> dict[str, str]:
        """field → what people call it."""
        return {name: field.title or name for name, field in self.fields.items()}

    def level_states(self) -> dict[str, str]:
        """level name → the state that holds it; `none` → where a case without a level goes back to."""
        return {s.level: s.name for s in self.states.values() if s.level is not None}

    def canonical(self) -> str:
        """The one text two equal definitions share."""
        return canonical_json(self.model_dump(mode="json"))

    def content_hash(self) -> str:
        """sha256 of the canonical form; a definition's identity."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


class Role(Model):
    """Who may be asked. `of`: unit, agency, case or outside; `otherwise` steps in when nobody is eligible.

    `keeps`: what only this role is told, whoever else may see a case: who made a complaint.
    """

    LATER = frozenset({"keeps"})

    name: str
    title: str
    of: Literal["unit", "agency", "case", "outside"]
    everyone: bool = False
    otherwise: str | None = None
    notices: Literal["person", "desk"] = "person"
    keeps: Literal["complaints"] | None = None


class Phase(Model):
    """A dated part of the plan's period, both days included."""

    name: str
    title: str
    start: date
    end: date


class Cadence(Model):
    """What the plan's dates start by themselves; the period makes it once, not the date."""

    name: str
    start: str
    at: str
    every: str | None = None
    phase: str | None = None
    given: dict[str, str] = {}


class Kind(Model):
    """A kind of subject; `members_may_decide`: the head of a nominated collective is no party to its case."""

    name: str
    title: str
    members_may_decide: bool = False


class Basis(Model):
    """A dated legal basis."""

    name: str
    title: str
    start: date
    end: date | None = None


class Criterion(Model):
    """One thing that is judged; `weight` is its exact part of the whole."""

    name: str
    title: str
    weight: str
    cite: str = ""


class CriteriaSet(Model):
    """What a case is judged by in some states of its process, by whom, on which labelled scale (lowest first).

    Of several sets of a state the first counts whose `kinds` and `conditions` (only `F is V`) fit the case.
    """

    name: str
    title: str
    of: str
    states: tuple[str, ...]
    by: str
    kinds: tuple[str, ...] = ()
    conditions: Condition = ()
    scale: dict[int, str]
    criteria: dict[str, Criterion]
    cite: str = ""

    def content_hash(self) -> str:
        """sha256 of all of it: what scores were given by."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json")).encode()).hexdigest()


class DayOff(Model):
    """Where a deadline goes that ends on a day off: a counted length, and a fixed day."""

    length: Literal["next", "previous", "same"] = "next"
    day: Literal["next", "previous", "same"] = "previous"


class Plan(Model):
    """What one agency's written plan says, without its processes."""

    LATER = frozenset(
        {
            "votes",
            "quotas",
            "criteria",
            "documents",
            "eligibility",
            "school_year",
            "extension",
            "calendar_by",
            "plan_by",
        }
    )

    grammar: Literal[1] = GRAMMAR
    plan: str
    agency: str
    title: str
    number: str = ""
    start: date
    end: date
    follows: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("vi",)
    levels: dict[str, str]
    kinds: dict[str, Kind]
    unit_types: tuple[str, ...] = ()
    phases: dict[str, Phase] = {}
    remind: tuple[int, ...] = ()
    remind_hour: int = 8
    escalate: tuple[Escalation, ...] = ()
    extension: Extension | None = None
    calendar_by: tuple[str, ...] = ()  # who agrees to a changed calendar, and not who proposed it; none: the office
    plan_by: tuple[str, ...] = ()  # who agrees to another version of the plan, and not who proposed or tried it
    tell: dict[str, tuple[str, ...]] = {}
    day_off: DayOff = DayOff()
    school_year: tuple[int, int] = (9, 1)  # month and day it begins on
    values: dict[str, Any] = {}
    roles: dict[str, Role]
    cadences: dict[str, Cadence] = {}
    bases: dict[str, Basis] = {}
    votes: dict[str, dict[str, Any]] = {}
    quotas: dict[str, Quota] = {}
    criteria: dict[str, CriteriaSet] = {}
    documents: dict[str, Document] = {}
    eligibility: dict[str, dict[str, Any]] = {}
    processes: tuple[str, ...]
    texts: dict[str, dict[str, str]] = {}

    def rules(self, name: str) -> dict[str, Any]:
        """A rule set of `votes:`, with its name."""
        return {"name": name, **self.votes.get(name, {})}

    def within(self, cadence: Cadence) -> tuple[date, date]:
        """The first and last day on which a cadence starts anything: its phase's, else the plan's."""
        phase = self.phases.get(cadence.phase or "")
        return (phase.start, phase.end) if phase else (self.start, self.end)

    def canonical(self) -> str:
        """The one text two equal plans share."""
        return canonical_json(self.model_dump(mode="json"))

    def content_hash(self) -> str:
        """sha256 of the canonical form."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def canonical_json(value: object) -> str:
    """JSON without spaces, letters as they are, keys in the order written: order counts (levels, choices, `when`)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
