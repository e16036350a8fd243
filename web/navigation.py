"""The main ways through the product, those that this person may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, g, request

from web.access import Kind, access_of
from web.current import can


@dataclass(frozen=True)
class Way:
    """One entry: the catalogue key of its name, its endpoint, the blueprints that make it the present one, its icon."""

    key: str
    endpoint: str
    within: tuple[str, ...]
    icon: str


WAYS = (
    Way("nav.inbox", "inbox.index", ("inbox",), "inbox"),
    Way("nav.cases", "cases.index", ("cases",), "folder"),
    Way("nav.nominate", "nominate.form", ("nominate",), "star"),
    Way("nav.people", "people.index", ("people", "units", "imports"), "people"),
    Way("nav.documents", "documents.index", ("documents",), "file"),
    Way("nav.outbox", "outbox.index", ("outbox",), "mail"),
    Way("nav.incidents", "incidents.index", ("incidents",), "alert"),
)


def ways() -> Iterator[tuple[Way, bool]]:
    """The entries to show, with whether each is where the person is now."""
    if g.get("person") is None:
        return
    for way in WAYS:
        view = current_app.view_functions.get(way.endpoint)
        access = access_of(view) if view else None
        if access and (access.kind is not Kind.OFFICE or can(access.name)):
            yield way, request.blueprint in way.within
