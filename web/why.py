"""Explanations for whoever asks, page, interface and command line alike: found, guarded by what they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from config.wiring import Application
from states.councils import results
from states.subjects.visibility import reads
from states.subjects.why_person import NOBODY, Question, of_person, seen_by
from web.why_start import of_start
from workflow import refusals
from workflow.case import case
from workflow.case_list import find_code
from workflow.clock import business_now, local_date, offset
from workflow.commands import Actor
from workflow.explain import CaseView
from workflow.identity import Organisation, load_organisation
from workflow.message import Message, NotFound
from workflow.reasons import Line, Part, Why, line
from workflow.why_case import explained, of_case, of_deadline, of_item, of_somebody
from workflow.why_deadline import closed
from workflow.why_refusal import of_refusal
from workflow.worklist import find_item

MACHINE = "cli"

KINDS = ("item", "person", "deadline", "refusal", "case", "start")


@dataclass(frozen=True)
class Asker:
    """Who asks; at the machine itself nobody in particular (`person_id` empty), who reads every case."""

    app: Application
    agency_id: str
    person_id: str = ""
    channel: str = "page"

    @property
    def actor(self) -> Actor:
        """As the engine knows them."""
        return Actor(self.person_id, self.agency_id, self.channel)

    def org(self, connection: sa.Connection) -> Organisation:
        """The agency of today."""
        return load_organisation(connection, self.agency_id, local_date(business_now(connection)))

    def seen(self, connection: sa.Connection) -> sa.ColumnElement[bool]:
        """The cases they may ask about."""
        return seen_by(self.org(connection), NOBODY if self.channel == MACHINE else self.person_id)

    def must_see(self, connection: sa.Connection, case_id: str) -> None:
        """NotFound unless they see the case. Who works at the machine reads every case, in whosever place they ask."""
        seen = sa.select(case.c.id).where(case.c.id == case_id, self.seen(connection))
        if connection.scalar(seen) is None:
            raise NotFound("case")


def of(asker: Asker, kind: str, about: str, *, code: str = "") -> Why:
    """The explanation of one thing: an item or its deadline by id, a case by code, a person by id, a refusal by
    reference, a start as PROCESS or PROCESS.START (empty: every one). `code`: of a person, with which case; of a start,
    about whom. Raises NotFound, also for what may not be seen."""
    return _KINDS[kind](asker, about, code)


def _item(asker: Asker, item_id: str, _: str, tell: Callable[..., Why] = of_item) -> Why:
    with asker.app.database.read() as connection:
        row = find_item(connection, asker.agency_id, item_id)
        asker.must_see(connection, row["case_id"])
    view, behind = explained(asker.app.engine, asker.actor, row["case_id"], item_id=item_id)
    if row["status"] == "closed":
        with asker.app.database.read() as connection:
            return closed(connection, dict(row), view, "deadline" if tell is not of_item else "item")
    return tell(view, behind, item_id, asker.person_id)


def _deadline(asker: Asker, item_id: str, code: str) -> Why:
    return _item(asker, item_id, code, lambda view, behind, one, _: of_deadline(view, behind, one))


def _case(asker: Asker, code: str, _: str) -> Why:
    with asker.app.database.read() as connection:
        seen = asker.seen(connection)
        row = find_code(connection, seen, asker.agency_id, code)
    if row is None:
        raise NotFound("case")
    view, behind = explained(asker.app.engine, asker.actor, str(row["id"]))
    why = of_case(view, behind, asker.person_id)
    votes = tuple(_votes(asker, view))
    more = (Part(Message("explain.part.votes"), votes),) if votes else ()
    return Why(why.kind, why.about, why.title, (*why.parts, *more), why.code)


def _votes(asker: Asker, view: CaseView) -> Iterator[Line]:
    """What a body that voted said of it, as far as whoever asks reads counts; with the sentences that settled it."""
    with asker.app.database.read() as connection:
        org = asker.org(connection)
        found = results.of_case(connection, asker.app.catalogue, org, view.case, asker.person_id)
    if found is None:
        return
    yield line("explain.votes.said", code=found.code, verdict=Message(f"live.verdict.{found.verdict}"))
    for one in found.ballots:
        under = tuple(Line(why) for why in one.why)
        yield line(
            "explain.votes.ballot", "", under, ballot=one.ballot, agreed=one.agreed, needed=one.needed, base=one.base
        )


def _person(asker: Asker, person_id: str, code: str) -> Why:
    with asker.app.database.read() as connection:
        found = asker.app.catalogue.living_plan(connection, asker.agency_id)
        question = Question(asker.person_id, person_id, code)
        why = of_person(connection, asker.org(connection), found[1] if found else None, question)
        row = find_code(connection, asker.seen(connection), asker.agency_id, code) if code else None
    if row is None:
        return why
    view, behind = explained(asker.app.engine, asker.actor, str(row["id"]), about=person_id)
    items = Part(Message("explain.part.items_here"), tuple(of_somebody(view, behind)))
    return Why(why.kind, why.about, why.title, (why.parts[0], items, *why.parts[1:]), why.code)


def _refusal(asker: Asker, ref: str, _: str) -> Why:
    """One's own; who works at the machine reads anybody's."""
    with asker.app.database.read() as connection:
        row = refusals.find(connection, asker.agency_id, ref)
        if row is None or asker.person_id not in ("", row["person_id"]):
            raise NotFound("refusal")
        row = {**row, "at": row["at"] + offset(connection)}  # as the business clock stood
        met_by = str(row["person_id"])
        seen = row["case_id"] and reads(connection, asker.org(connection), met_by, str(row["case_id"]))
    if not seen:
        return of_refusal(row, None, None, asker.person_id)
    view, behind = explained(asker.app.engine, Actor(met_by, asker.agency_id, asker.channel), str(row["case_id"]))
    return of_refusal(row, view, behind, asker.person_id)


def _start(asker: Asker, about: str, code: str) -> Why:
    return of_start(asker.app, asker.agency_id, asker.person_id, about, code)


_KINDS: dict[str, Callable[[Asker, str, str], Why]] = {
    "item": _item, "person": _person, "deadline": _deadline, "refusal": _refusal, "case": _case,
    "start": _start,
}  # fmt: skip


def told(why: Why, say: Callable[[Message], str]) -> dict[str, Any]:
    """Plain values for scripts, each sentence in words and by its key."""
    return {
        "kind": why.kind, "about": why.about, "title": say(why.title), "case": why.code,
        "parts": [
            {"name": one.title.key.rpartition(".")[2], "title": say(one.title),
             "lines": [_told(each, say) for each in one.lines]}
            for one in why.parts
        ],
    }  # fmt: skip


def _told(one: Line, say: Callable[[Message], str]) -> dict[str, Any]:
    return {
        "key": one.said.key, "text": say(one.said), "sign": one.sign, "under": [_told(each, say) for each in one.under],
        "kind": one.at[0] if one.at else "", "about": one.at[1] if one.at else "",
    }  # fmt: skip
