"""A subject's dossier on the pages: who may keep it, what a form of it asks, what it makes of the conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from states.eligibility.judging import Judged
from states.eligibility.panel import panel
from states.subjects.records import DOSSIER, KINDS
from web.application import Application
from web.capability import office_role
from web.forms import Entries
from web.language import t
from workflow.commands import Actor
from workflow.definition import Plan
from workflow.draft import By, Draft
from workflow.facts import load_case
from workflow.identity import Asked, Authority, may
from workflow.message import Message

DAYS = ("starts_on", "ends_on", "decided_on")


@dataclass(frozen=True)
class Shown:
    """One control of the form of a kind of record."""

    name: str
    title: str
    needed: bool
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Dossier:
    """What a person may do with the dossier of a case's subject, and the conditions judged on it."""

    seen: bool = False
    kept: bool = False
    conditions: tuple[Judged, ...] = ()


def dossier_of(app: Application, actor: Actor, case_id: str) -> Dossier:
    """The dossier of a case's subject, where it is asked for alone."""
    with app.database.read() as connection:
        facts = load_case(connection, app.engine, case_id, actor.agency_id)
        return of_draft(app.engine.draft_for(connection, facts, By("person", actor.person_id, None, actor.channel)))


def of_draft(draft: Draft) -> Dossier:
    """Seen by those who hold a role in its unit or the agency, kept by the unit's head and the office.

    Asked of the one function that knows deputies, conflicts and own cases: nobody sees or keeps their own here.
    """
    if draft.case["subject_type"] != "subject":
        return Dossier()
    roles = {role.name: role.of for role in draft.plan.roles.values() if not role.everyone}
    ours = tuple(name for name, of in roles.items() if of in ("unit", "agency"))
    keepers = (*(name for name, of in roles.items() if of == "unit"), office_role(draft.plan))

    def may_as(asked: tuple[str, ...]) -> bool:
        about = Asked(asked, draft.case["unit_id"])
        found = may(draft.facts.org, draft.plan, draft.matter(), draft.by.person_id or "", about)
        return isinstance(found, Authority)

    seen = may_as(ours)
    return Dossier(seen, seen and may_as(keepers), panel(draft) if seen else ())


def words_of(plan: Plan | None, kind: str) -> dict[str, str]:
    """Word → title of a kind of record, as the plan lists them; empty: any words."""
    listed = plan.values.get(DOSSIER) if plan else None
    found = listed.get(kind) if isinstance(listed, dict) else None
    return {str(word): str(title) for word, title in found.items()} if isinstance(found, dict) else {}


def form_of(kind: str, plan: Plan | None) -> tuple[Shown, ...]:
    """What the form of a kind asks, in the plan's words."""
    shape = KINDS[kind]
    lists = {"value": words_of(plan, kind), "scope": words_of(plan, "scope")}
    return tuple(
        Shown(name, t(f"record.{name}"), name in shape.needs, tuple(lists.get(name, {}).items())) for name in shape.asks
    )


def read(entries: Entries, form: tuple[Shown, ...]) -> dict[str, Any]:
    """What was sent, typed; what is wrong goes to `entries`."""
    found: dict[str, Any] = {}
    for one in form:
        raw = entries.given.get(one.name, "").strip()
        if not raw and not one.needed:
            continue
        if one.name in DAYS:
            found[one.name] = entries.day(one.name, one.title)
        elif one.choices:
            found[one.name] = entries.one_of(one.name, one.title, dict(one.choices))
        elif one.name == "year":
            found[one.name] = _year(entries, one)
        else:
            found[one.name] = entries.line(one.name, one.title)
    return found


def _year(entries: Entries, one: Shown) -> int | None:
    raw = entries.line(one.name, one.title)
    if raw.isascii() and raw.isdecimal() and len(raw) == len("2025"):
        return int(raw)
    if raw:
        entries.problems[one.name] = Message("record.no_year", {"year": raw})
    return None
