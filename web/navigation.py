"""The main ways through the product, those that this person may go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import current_app, g, request

from web.access import Kind, access_of
from web.current import can
from web.plan_texts import living_plan


@dataclass(frozen=True)
class Way:
    """One entry: the catalogue key of its name, its endpoint, the blueprints that make it the present one, its icon."""

    key: str
    endpoint: str
    within: tuple[str, ...]
    icon: str
    group: str = ""  # the menu it lies in; the rest stand by themselves
    if_scoring: bool = False  # only for who is asked to score by some criteria
    if_answering: bool = False  # only for who answers for a unit or the agency
    if_council: bool = False  # only for who votes in secret somewhere, or keeps a box


WAYS = (
    Way("nav.inbox", "inbox.index", ("inbox",), "inbox"),
    Way("nav.cases", "cases.index", ("cases", "quotas", "sittings"), "folder"),
    Way("nav.nominate", "nominate.form", ("nominate",), "star"),
    Way("criteria.title", "scores.index", ("scores",), "check", "selection", if_scoring=True),
    Way("ballot.title", "ballots.index", ("ballots", "sealed"), "key", "selection", if_council=True),
    Way("nav.complaints", "complaints.index", ("complaints",), "chat", "selection"),
    Way("nav.plan_work", "plan_work.movements", ("plan_work", "publicity_calendar"), "medal", "plan"),
    Way(
        "nav.overview",
        "overview.index",
        ("overview", "deadlines", "work_calendar", "processes", "consents"),
        "info",
        "plan",
        if_answering=True,
    ),
    Way("nav.quality", "quality.index", ("quality",), "check", "plan"),
    Way(
        "nav.people",
        "people.index",
        (
            "people",
            "people_edit",
            "roles",
            "person_move",
            "units",
            "unit_merge",
            "imports",
            "runs",
            "duplicates",
            "twins",
            "forgetting",
            "rights",
            "exports",
            "corrections",
            "retention",
        ),
        "people",
        "office",
    ),
    Way(
        "office.title",
        "office.index",
        ("office", "numbers", "invitations", "sign_in_rules", "foresight", "webhooks"),
        "menu",
        "office",
    ),
    Way("nav.outbox", "outbox.index", ("outbox", "desk"), "mail", "office"),
    Way("snippet.title", "tray.sentences", ("tray",), "chat", "office"),
    Way("nav.documents", "documents.index", ("documents",), "file", "office"),
    Way("nav.open_data", "open_data.index", ("open_data",), "download", "office"),
    Way("nav.incidents", "incidents.index", ("incidents",), "alert", "office"),
)


@dataclass(frozen=True)
class Section:
    """Entries under one name, or one entry by itself (`name` empty); `here`: where the person is now is among them."""

    name: str
    ways: tuple[tuple[Way, bool], ...]

    @property
    def here(self) -> bool:
        """Whether the present page is one of these."""
        return any(here for _, here in self.ways)


def sections() -> Iterator[Section]:
    """The entries to show, few enough to be read at a glance; a menu of one is no menu."""
    for group, several in groupby(ways(), key=lambda one: one[0].group):
        found = tuple(several)
        if group and len(found) > 1:
            yield Section(group, found)
        else:
            yield from (Section("", (one,)) for one in found)


def ways() -> Iterator[tuple[Way, bool]]:
    """The entries to show, with whether each is where the person is now."""
    if g.get("person") is None:
        return
    for way in WAYS:
        view = current_app.view_functions.get(way.endpoint)
        access = access_of(view) if view else None
        if way.if_scoring and not _scores():
            continue
        if way.if_answering and not g.org.powers(g.person.id):
            continue
        if way.if_council and not _votes():
            continue
        if access and (access.kind is not Kind.OFFICE or can(access.name)):
            yield way, request.blueprint in way.within


def _scores() -> bool:
    """Whether the plan asks this person, by a role they hold, to score anything."""
    plan = living_plan()
    roles = {one.by for one in plan.criteria.values()} if plan else set()
    everyone = any(plan.roles[role].everyone for role in roles) if plan else False
    return everyone or any(grant.role in roles for grant in g.org.grants.get(g.person.id, ()))


def _votes() -> bool:
    """Whether this person sits on one of the plan's councils, or keeps its box; others find theirs in the menu."""
    plan = living_plan()
    roles = _of_councils(plan.votes.values()) if plan else set()
    return any(grant.role in roles for grant in g.org.grants.get(g.person.id, ()))


def _of_councils(rules: Iterable[Mapping[str, Any]]) -> set[str]:
    named: set[str] = set()
    for one in rules:
        electorate = one.get("electorate") or ()
        named |= {electorate} if isinstance(electorate, str) else set(electorate)
        named |= {one[key] for key in ("chair", "keeper") if one.get(key)}
    return named
