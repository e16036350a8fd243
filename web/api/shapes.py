"""What the JSON interface takes and gives; the OpenAPI document is made from these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Given(BaseModel):
    """What a script sends: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000)


class Told(BaseModel):
    """What a script is told."""


class Reason(Told):
    """One sentence, in the language of the token's owner, and its key."""

    key: str
    text: str


class Problem(Told):
    """RFC 9457. `fields`: what is wrong with each submitted value; `reasons`: everything that speaks against; `ref`:
    under which it can be asked why."""

    type: str = "about:blank"
    title: str
    status: int
    reasons: list[Reason] = []
    fields: dict[str, str] = {}
    ref: str = ""


class ItemRef(Given):
    """A work item as it was seen."""

    id: str
    version: int


class ActIn(Given):
    """An action's form; `item` when it answers a work item."""

    inputs: dict[str, Any] = {}
    item: ItemRef | None = None


class AnswerIn(Given):
    """The answer to an ask; `nil`: there is nothing to report, with a reason among the inputs."""

    inputs: dict[str, Any] = {}
    nil: bool = False


class ExtensionIn(Given):
    """`ask` for more time for an item; `grant` (the day wished for, when none is said) or `refuse` what was asked."""

    word: Literal["ask", "grant", "refuse"]
    until: date | None = None
    reason: str = Field("", max_length=4000)


class ReassignIn(Given):
    """The colleague's id, and why."""

    to: str = Field(max_length=36)
    reason: str = Field(max_length=4000)


class PostponeIn(Given):
    """Until which day an item leaves one's list; none: it comes back."""

    until: date | None = None


class UndoIn(Given):
    """The event's number, as its receipt gave it."""

    event_seq: int = Field(ge=1)


class OtherSubject(Given):
    """Somebody without a place in the organisation."""

    kind: str
    name: str = Field(max_length=200)
    unit: str = ""
    born_on: date | None = None
    note: str = Field("", max_length=200)


class About(Given):
    """Whom a case is about, by exactly one of these: codes of the organisation, an id, or a description."""

    person: str = ""
    unit: str = ""
    subject_id: str = ""
    other: OtherSubject | None = None


class StartIn(Given):
    """A new case, e.g. process `nominee`, action `nominate`."""

    process: str
    action: str
    about: About = About()
    inputs: dict[str, Any] = {}


class Receipt(Told):
    """What became of a command; `repeated`: it had been done before under the same key."""

    code: str
    event_seq: int
    case_version: int
    action: str
    state: str
    state_title: str
    repeated: bool


class WorkItem(Told):
    """One line of the inbox."""

    id: str
    version: int
    kind: str
    title: str
    case: str
    case_version: int
    process: str
    label: str
    due_on: date | None
    overdue: bool
    on_behalf_of: str
    claimed_by: str
    opened_at: datetime


class WorkItems(Told):
    """A page of the inbox; `next` goes into `after`. `count` stops at 1,000."""

    items: list[WorkItem]
    next: str
    count: int


class CaseLine(Told):
    """One case of a list."""

    code: str
    process: str
    label: str
    unit: str
    state: str
    state_title: str
    stage: str
    level: str
    held: bool
    due_on: date | None
    started_at: datetime
    ended_at: datetime | None


class CaseLines(Told):
    """A page of cases; `next` goes into `after`."""

    cases: list[CaseLine]
    next: str


class OpenItem(Told):
    """An open work item of a case: whose turn, until when."""

    id: str
    version: int
    kind: str
    ask_id: str | None
    title: str
    status: str
    due_on: date | None
    owners: list[str]
    claimed_by: str
    mine: bool


class LinkedCase(Told):
    """Another case tied to this one."""

    code: str
    relation: str
    state_title: str
    ended: bool


class Case(Told):
    """A case as the token's owner sees it; its version is also the ETag."""

    code: str
    version: int
    process: str
    process_title: str
    label: str
    unit: str
    state: str
    state_title: str
    stage: str
    levels: list[str]
    holds: list[str]
    fields: dict[str, Any]
    items: list[OpenItem]
    links: list[LinkedCase]
    started_at: datetime
    ended_at: datetime | None


class FormField(Told):
    """What a form asks: type, choices (value → label), columns of a table, the list each answer belongs to."""

    name: str
    type: str
    title: str
    choices: dict[str, str]
    columns: dict[str, str]
    each: str | None


class Option(Told):
    """Something that could be done: whether it may be, or every reason why not."""

    kind: Literal["action", "ask"]
    name: str
    title: str
    verb: Literal["act", "approve", "return", "refuse"]
    ask_id: str | None
    item_id: str | None
    item_version: int | None
    allowed: bool
    reasons: list[Reason]
    authority: str
    needs: list[FormField]
    takes: list[FormField]
    leads_to: str
    next_owner: str
    nil: bool


class Options(Told):
    """Everything that could be done here, at this version of the case."""

    version: int
    options: list[Option]


class Event(Told):
    """One sealed line of the history."""

    seq: int
    at: datetime
    kind: str
    action: str
    title: str
    from_state: str
    to_state: str
    actor: str
    on_behalf_of: str
    role: str
    inputs: dict[str, Any]


class History(Told):
    """A case's events, oldest first."""

    events: list[Event]


class FileOut(Told):
    """An uploaded file, waiting for a form that names its id."""

    id: str
    name: str
    media_type: str
    size: int


class Person(Told):
    """A member of the staff, for `person` fields and nominations."""

    id: str
    code: str
    name: str
    unit: str


class Unit(Told):
    """A unit, for `unit` fields and nominations."""

    id: str
    code: str
    name: str


class Directory(Told):
    """Who works here today."""

    people: list[Person]
    units: list[Unit]


class ScoresIn(Given):
    """One's scores: a value of the scale by criterion, with the round and set they were seen with."""

    scores: dict[str, int]
    words: str = Field("", max_length=2000)
    visit: int
    criteria_hash: str = Field(max_length=64)


class ReasonIn(Given):
    """Why."""

    reason: str = Field(max_length=2000)


class EvidenceIn(Given):
    """Papers for a criterion: `files` of the case, `uploads` from POST /files."""

    criteria: str
    criterion: str
    files: list[str] = []
    uploads: list[str] = []


class Done(Told):
    """It is so now."""

    done: bool = True


class ToScore(Told):
    """A case that waits for scores."""

    code: str
    label: str


class WaitingForScores(Told):
    """What waits, the longest first."""

    cases: list[ToScore]


class CriterionTold(Told):
    """A criterion: what it is called, its exact part of the whole."""

    title: str
    weight: str


class SheetTold(Told):
    """One person's scores."""

    scorer: str
    revision: int
    scores: dict[str, int]
    words: str
    scored_at: datetime


class SpreadTold(Told):
    """An exact mean as a fraction, with the least and the most."""

    mean: str
    lowest: str
    highest: str


class Scores(Told):
    """A round as its reader may see it; `others` and `result` are there once the reader's own sheet is in."""

    criteria: str
    title: str
    criteria_hash: str
    visit: int
    is_open: bool
    may_score: bool
    reasons: list[Reason]
    scale: dict[int, str]
    of: dict[str, CriterionTold]
    scorers: dict[str, bool]
    mine: SheetTold | None
    sees: bool
    others: list[SheetTold]
    result: SpreadTold | None
    by_criterion: dict[str, SpreadTold]


class WhyLine(Told):
    """One sentence. `sign`: yes, no, later or empty; `under` what it rests on; `kind`, `about`: what is explained by
    itself."""

    key: str
    text: str
    sign: str = ""
    under: list[WhyLine] = []
    kind: str = ""
    about: str = ""


class WhyPart(Told):
    """A question and its answer."""

    name: str
    title: str
    lines: list[WhyLine]


class WhyTold(Told):
    """The explanation of one thing."""

    kind: str
    about: str
    title: str
    case: str
    parts: list[WhyPart]
