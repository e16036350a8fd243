"""Everything a page about a case shows to one person, gathered alike for inbox, case and error pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

import sqlalchemy as sa
from flask import url_for

from states.ballots import boxes
from states.certificates.looking import Issued, of_papers
from states.comments.saying import Counts, counts
from states.councils import results
from states.councils.results import Result
from states.councils.running import follows
from states.documents.drafts import of_field
from states.documents.queries import PaperView, of_case
from states.endorsements import reach
from states.subjects.visibility import reads
from web import quota_lines, records, scores
from web.application import Application
from web.dossier import Names, Shown, case_label, load_names, read_out, show, with_files
from web.field_views import Choice, Sources
from web.language import render_message
from web.moves import Moves, Typed, collect
from web.reading import read_event
from web.records import Dossier
from web.worklists import last_day
from workflow import outbox, undoing
from workflow.arming import EXTENSION
from workflow.asking import AGREES, begun_with, role_asked, silence_rule
from workflow.case import ask, case_party
from workflow.clock import business_now
from workflow.commands import Actor
from workflow.draft import HOLD_SECONDS
from workflow.due import Due, Explanation, explain
from workflow.explain import CaseView, EventView, ItemView, LinkView
from workflow.extending import ASKED
from workflow.files import unclaimed
from workflow.forms import REASON
from workflow.identity import EXCLUDED, Organisation
from workflow.message import Message, NotFound

LAST_WORDS = 3
MOST_BESIDE = 3  # a form with more fields is a plan, not an opinion
LAST_ASKS = 8


@dataclass(frozen=True)
class Deadline:
    """An item's last day, the working days to it (negative when passed), and why it is that day."""

    on: Any
    left: int
    why: Explanation


@dataclass(frozen=True)
class Wish:
    """More time that somebody asks for: who, until when, why, and the deadline it is about."""

    by: str
    until: date
    reason: str
    deadline: Deadline | None


@dataclass(frozen=True)
class Asked:
    """One question to others and what became of it."""

    title: str
    label: str
    status: str
    ended_at: datetime | None
    by: str  # who answered; of a missed one, whose turn it was
    answer: tuple[Shown, ...]
    child_code: str
    child_state: str
    silence: Message | None  # what no answer means, or meant
    objects: bool  # somebody consulted does not simply agree
    comments: Counts | None  # of a posting: what came in
    ask_id: str


@dataclass(frozen=True)
class CasePage:
    """One case for one person. `item` is what they are asked to do here, if anything."""

    view: CaseView
    names: Names
    dossier: tuple[Shown, ...]
    moves: Moves
    item: ItemView | None
    deadlines: Mapping[str, Deadline]  # by item id
    comments: Mapping[str, Counts]  # by ask id, of postings
    quotas: tuple[quota_lines.Said, ...] = ()  # those that a decision here is counted in
    scoring: scores.Scoring | None = None
    papers: tuple[tuple[PaperView, Issued | None], ...] = ()  # each with what it is as a certificate
    boxes: tuple[Any, ...] = ()  # (id, round, status) of a sitting's secret ballots
    council: Result | None = None  # what a sitting said of it last
    is_followed: bool = False  # a sitting that this person runs: it has a live page
    stuck: Message | None = None  # a number the plan asks for that its unit can never reach
    address: str = ""  # whole, to be handed on
    goes_on: int = 0  # seconds, while what follows a decision is held for undo or being made
    undo_left: int = 0  # seconds, while who looks may take their decision back
    records: Dossier = field(
        default_factory=Dossier
    )  # of the subject: ratings, titles, discipline … and the conditions judged on them

    @property
    def turn(self) -> ItemView | None:
        """What the case waits for: this person's item, else the first open one."""
        return self.item or next((one for one in self.view.items if one.status == "open"), None)

    @property
    def wish(self) -> Wish | None:
        """What this person's item asks for, where that is more time for another."""
        if self.item is None or self.item.kind != EXTENSION:
            return None
        asked = (one for one in reversed(self.view.history) if one.kind == ASKED)
        event = next((one for one in asked if self.item.ask_id in one.body["refs"]), None)
        if event is None:
            return None
        said = next((str(value) for field, value in event.inputs if field.name == REASON.name), "")
        until = date.fromisoformat(event.body["wished_on"])
        return Wish(event.actor, until, said, self.deadlines.get(self.item.ask_id or ""))

    @property
    def evidence(self) -> tuple[Shown, ...]:
        """The fields that hold files."""
        return tuple(one for one in self.dossier if one.files)

    @property
    def merit(self) -> str:
        """The case in a sentence, when its form asks for one."""
        found = next((one.text for one in self.dossier if one.name == "merit"), "")
        return str(found)

    @property
    def origin(self) -> tuple[LinkView, ...]:
        """The case this one began from."""
        return tuple(link for link in self.view.links if link.relation == "parent")

    @property
    def step_before(self) -> tuple[EventView, tuple[Shown, ...]] | None:
        """What brought the case here, a person's decision or another case's, with what was entered."""
        moved = (one for one in reversed(self.view.history) if one.action_title and one.to_title != one.from_title)
        event = next(moved, None)
        if event is None or not event.from_title:
            return None
        entered = (one for one in read_event(event, self.names) if not one.files and one.type != "text")
        return event, tuple(entered)

    @property
    def opinions(self) -> tuple[tuple[EventView, Shown], ...]:
        """The last words others left with a decision, an answer or an endorsement, newest first."""
        found = [
            (event, one)
            for event in reversed(self.view.history)
            for one in read_event(event, self.names)
            if one.type == "text" and one.text and len(event.inputs) <= MOST_BESIDE
        ]
        return tuple(found[:LAST_WORDS])

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What others were asked here, the newest first."""
        found = [self._asked(row) for row in self.view.asks]
        return tuple(reversed(found))[:LAST_ASKS]

    @property
    def objections(self) -> tuple[Asked, ...]:
        """Who was consulted and does not simply agree: said before every button."""
        return tuple(one for one in (*self.asked, *self.asked_before) if one.objects)

    @property
    def asked_before(self) -> tuple[Asked, ...]:
        """What others were asked in the steps before and answered or missed, the newest first."""
        return tuple(self._asked(row) for row in self.view.asks_before)

    def _asked(self, row: Mapping[str, Any]) -> Asked:
        event, ask = self._end(row["id"]), self.view.ask_of(row)
        child = next((link for link in self.view.links if link.case_id == row["child_id"]), None)
        return Asked(
            title=ask.title, label=row["element_label"], status=row["status"],
            ended_at=row["answered_at"] or (event.at if event else None), by=self._by(row),
            answer=self._answer(row["answer"] or {}, event.lists if event else {}),
            child_code=child.code if child else "", child_state=child.state_title if child else "",
            silence=silence_rule(ask), objects=bool(ask.silence and row["says"] not in ("", "nil", AGREES)),
            comments=self.comments.get(row["id"]) if ask.posting else None, ask_id=row["id"],
        )  # fmt: skip

    def _end(self, ask_id: str) -> EventView | None:
        """The event that an ask ended with."""
        ends = (
            one
            for one in self.view.history
            if one.kind in ("answered", "missed", "silent") and ask_id in one.body["refs"]
        )
        return next(ends, None)

    def _by(self, row: Mapping[str, Any]) -> str:
        if row["status"] != "missed":
            return self.names.person(row["answered_by"] or "")
        role = self.view.plan.roles.get(role_asked(self.view.ask_of(row), row["number"]))
        return role.title if role else ""

    def _answer(self, given: Mapping[str, Any], lists: Mapping[str, Any]) -> tuple[Shown, ...]:
        """An answer read out, beside the lists as they stood when it was given."""
        fields, known = self.view.definition.fields, {**self.view.fields, **lists, **given}
        read = (show(fields[name], value, self.names, known) for name, value in given.items() if name in fields)
        return tuple(one for one in read if one)

    @property
    def counted(self) -> tuple[Shown, ...]:
        """What a sitting's votes came to, for whoever has the next word on it."""
        if not any(state.vote for state in self.view.definition.states.values()):
            return ()
        return tuple(one for one in self.dossier if one.type == "form")

    @property
    def papers_here(self) -> tuple[Mapping[str, Any], ...]:
        """The files of the papers that the step before had made: what is read before they are signed."""
        found, own = self.step_before, self.view.case["id"]
        if found is None and not self.origin:
            return ()
        made = _newest(
            (one, certified) for one, certified in self.papers
            if one.row["case_id"] != own or (found and one.row["event_seq"] == found[0].seq)
        )  # fmt: skip
        ids = [one["pdf_id"] or one["word_id"] for one in made]
        return tuple(self.names.files[one] for one in ids if one in self.names.files)

    @property
    def grounds(self) -> tuple[str, ...]:
        """The open grounds of a hold, as the form that opened them words them."""
        return tuple(one if isinstance(one, str) else render_message(one) for one in self.view.grounds)

    @property
    def rest(self) -> tuple[Shown, ...]:
        """What is neither file nor the sentence."""
        return tuple(one for one in self.dossier if not one.files and one.name != "merit")


def gather(
    app: Application,
    org: Organisation,
    actor: Actor,
    case_id: str,
    *,
    item_id: str | None = None,
    typed: Typed | None = None,
    after: str = "",
    scored: scores.Typed | None = None,
) -> CasePage:
    """The case as this person may see it; NotFound when they may not, or when the item is no longer open."""
    with app.database.glance() as connection:
        must_see(connection, org, actor.person_id, case_id)
    view: CaseView = app.engine.view(actor, case_id, beside=records.of_draft)
    item = _item(view, item_id)
    with app.database.read() as connection:
        names = load_names(connection, org, case_id, {**view.fields, **view.choices}, actor.person_id)
        papers, ballots = _papers(connection, org, actor, view), _ballots(connection, view)
        names = with_files(connection, names, [one["pdf_id"] or one["word_id"] for one in _newest(papers)])
        drafts = unclaimed(connection, org.agency_id, actor.person_id)
        calendar = app.catalogue.calendar_of(connection, org.agency_id)
        quotas = quota_lines.of_case(connection, view)
        scoring = scores.of_case(connection, view, actor.person_id, scored)
        comments, stuck = _comments(connection, view), _stuck(connection, view)
        council = results.of_case(connection, app.catalogue, org, view.case, actor.person_id)
        goes_on, undo_left = _goes_on(connection, actor, case_id)
    sources = Sources(org, values=view.fields, cases=_listed(view, org, names), files=drafts, computed=view.counted,
                      suggested=view.suggested, kept=names.kept, drafts=_drafts(view),
                      made=_made(view, papers))  # fmt: skip
    return CasePage(
        view=view,
        names=names,
        dossier=read_out(view.definition.fields, view.fields, names, _lists(view)),
        moves=collect(view, sources, item=item, typed=typed, after=after),
        item=item,
        comments=comments,
        deadlines={one.id: found for one in view.items if (found := _deadline(view, one, calendar))},
        quotas=quotas,
        scoring=scoring,
        papers=papers,
        boxes=ballots,
        council=council,
        is_followed=follows(view.plan, view.definition, org, actor.person_id),
        stuck=stuck,
        goes_on=goes_on,
        undo_left=undo_left,
        address=app.settings.base_url + url_for("cases.case", code=view.case["code"]),
        records=view.beside,
    )


def _listed(view: CaseView, org: Organisation, names: Names) -> dict[str, list[Choice]]:
    """Whom and what the lists of this case hold, or may be chosen for them, in words."""
    words = {"cases": lambda one: case_label(names, one), "people": org.name}
    kinds = {name: words.get(field.type) for name, field in view.definition.fields.items()}
    held = {**view.fields, **view.choices}
    return {
        name: [Choice(one, said(one)) for one in value] for name, value in held.items() if (said := kinds.get(name))
    }


def _drafts(view: CaseView) -> dict[str, str]:
    """Where a draft is of each file that the plan has a paper for."""
    code, fields = view.case["code"], view.definition.fields
    return {
        name: url_for("documents.draft", code=code, name=made.name, made_as="docx")
        for name, field in fields.items() if (made := of_field(view, field))
    }  # fmt: skip


def _made(view: CaseView, papers: Iterable[tuple[PaperView, Issued | None]]) -> dict[str, str]:
    """Where the newest paper is of each file that the plan has a paper for, once the system made it."""
    ready: dict[str, str] = {}
    for one, _ in papers:
        if one.status == "made" and one.versions and one.row["case_id"] == view.case["id"]:
            file_id = one.versions[0]["pdf_id"] or one.versions[0]["word_id"]
            ready.setdefault(one.row["name"], url_for("files.download", file_id=file_id))
    begun = {name: field.draft for name, field in view.definition.fields.items() if field.draft}
    return {name: ready[paper] for name, paper in begun.items() if paper in ready}


def _comments(connection: sa.Connection, view: CaseView) -> Mapping[str, Counts]:
    """What came in to each posting, by its ask."""
    return counts(connection, [row["id"] for row in (*view.asks, *view.asks_before) if view.ask_of(row).posting])


def _papers(
    connection: sa.Connection, org: Organisation, actor: Actor, view: CaseView
) -> tuple[tuple[PaperView, Issued | None], ...]:
    """Its papers and those of the decision it began with, for who may see that case; of the certificates among them
    whether they hold and when that was asked."""
    found = of_case(connection, view.case["id"])
    parent, seq = view.case["parent_id"], begun_with(view.case["start_key"] or "")
    if parent and seq and reads(connection, org, actor.person_id, parent):
        found += [
            one for one in of_case(connection, parent) if one.row["event_seq"] == seq and one.status != "superseded"
        ]
    issued = of_papers(connection, [one.row["id"] for one in found])
    return tuple((one, issued.get(one.row["id"])) for one in found)


def _newest(papers: Iterable[tuple[PaperView, Issued | None]]) -> list[Mapping[str, Any]]:
    """The last version of each that was made."""
    return [one.versions[0] for one, _ in papers if one.versions]


def _ballots(connection: sa.Connection, view: CaseView) -> tuple[Any, ...]:
    """The boxes of a sitting; a case that votes nowhere is not asked."""
    votes = any(one.vote for one in view.definition.states.values())
    return tuple(boxes.of_case(connection, view.case["agency_id"], view.case["id"])) if votes else ()


def _stuck(connection: sa.Connection, view: CaseView) -> Message | None:
    """A number this step waits for that can never be reached; asked where the plan has such a number."""
    row = view.case
    if row["ended_at"] or row["is_held"]:
        return None
    kept_out = sa.select(case_party.c.person_id).where(
        case_party.c.case_id == row["id"], case_party.c.relation.in_(sorted(EXCLUDED))
    )
    return reach.stuck(
        view.org, view.plan, view.definition, view.state.name, row["unit_id"],
        lambda: set(connection.scalars(kept_out)),
    )  # fmt: skip


def _goes_on(connection: sa.Connection, actor: Actor, case_id: str) -> tuple[int, int]:
    """The hold's seconds while something follows soon, and in how many who looks may take their decision back. What is
    late by more than the hold waits for other hands."""
    now, hold = business_now(connection), timedelta(seconds=HOLD_SECONDS)
    if not connection.scalar(outbox.goes_on(case_id, now - hold, now + hold)):
        return 0, 0
    mine = undoing.open_to(connection, actor.agency_id, actor.person_id, now)
    left = (ceil((one["until"] - now).total_seconds()) for one in mine if one["case_id"] == case_id)
    return HOLD_SECONDS, next(left, 0)


def _lists(view: CaseView) -> dict[str, Mapping[str, Any]]:
    """For each field answered one by one: the lists as they stood when it was last answered."""
    return {field.name: event.lists for event in view.history for field, _ in event.inputs if field.each}


def must_see(connection: sa.Connection, org: Organisation, person_id: str, case_id: str) -> None:
    """NotFound unless this person may see the case: the same answer as for one that does not exist."""
    if not reads(connection, org, person_id, case_id):
        raise NotFound("case")


def case_of_ask(connection: sa.Connection, agency_id: str, ask_id: str) -> str:
    """The case that asks; NotFound when this agency has no such ask."""
    found = connection.scalar(sa.select(ask.c.case_id).where(ask.c.agency_id == agency_id, ask.c.id == ask_id))
    if found is None:
        raise NotFound("ask")
    return str(found)


def _item(view: CaseView, item_id: str | None) -> ItemView | None:
    """The item asked for, else the first of this person's own."""
    if item_id is not None:
        found = next((one for one in view.items if one.id == item_id), None)
        if found is None:
            raise NotFound("item")
        return found
    return next((one for one in view.items if one.mine), None)


def _deadline(view: CaseView, item: ItemView, calendar: Any) -> Deadline | None:
    if not item.due:
        return None
    due = Due.from_json(item.due)
    on = last_day(item.due_at) or due.due_on
    left = calendar.days_left(on, view.org.today)
    return Deadline(on, left, explain(due, view.definition.field_titles()))
