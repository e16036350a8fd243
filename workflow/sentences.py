"""What the small languages say, once read: conditions, branches, escalations, values by case. Names of `definition`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

TermKind = Literal["guard", "is", "all", "some", "overdue", "after", "parent_ended", "period_ended"]


class Model(BaseModel):
    """Every value here is frozen and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    LATER: ClassVar[frozenset[str]] = frozenset()
    """Keys that came after the first release: unsaid they leave no trace, so that older definitions keep their hash."""

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        unsaid = [name for name in self.LATER if getattr(self, name) == type(self).model_fields[name].default]
        return {key: value for key, value in written.items() if key not in unsaid} if unsaid else written


class Term(Model):
    """One term of a condition; a condition is a conjunction of terms.

    guard: `name` with `arg` · is: `name` is one of `values` (or none of them when `negated`); name may be a field, a
    linked process, `parent`, `level`, `held`, `phase`, `item` · all / some: the ask `name`, answered, or with child
    state among `values`; some needs `count` of them · after: `arg` is a duration text · overdue, parent_ended,
    period_ended: bare. `text` is what the author wrote.
    """

    kind: TermKind
    text: str
    name: str = ""
    arg: str | None = None
    values: tuple[str, ...] = ()
    negated: bool = False
    count: int | None = None


Condition = tuple[Term, ...]


class ByCase(Model):
    """A value that depends on a field: `{per: FIELD, A: x, else: z}`."""

    per: str
    cases: dict[str, str]
    otherwise: str | None = None


Value = str | ByCase


class Branch(Model):
    """Where an action leads: a state's name or `last level`; the last branch of a list has no condition."""

    to: str
    when: Condition = ()


class Escalation(Model):
    """Whom lateness reaches: `after` (duration text, counted from the deadline) or after `missed` asks in a row."""

    role: str
    after: str | None = None
    mode: Literal["tell", "add_owner", "act"] = "tell"
    action: str | None = None
    every: str | None = None
    missed: int | None = None


class Extension(Model):
    """How far a deadline may be put off when somebody asks for more time: `most` (duration text) after the day it is
    due, so many `times`, granted `by` these roles (none: the last whom lateness reaches); or not at all."""

    allowed: bool = True
    most: str = "10 working_days"
    times: int = 2
    by: tuple[str, ...] = ()
