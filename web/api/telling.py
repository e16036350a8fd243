"""From the engine's views to the interface's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from states.criteria.results import Spread
from states.criteria.rounds import Round, Sheet
from web.api import shapes
from web.language import render_message
from web.worklists import last_day
from workflow.catalogue import Life
from workflow.commands import Receipt
from workflow.definition import Field
from workflow.explain import CaseView, EventView, ItemView, Option
from workflow.identity import Organisation
from workflow.inbox import InboxRow
from workflow.message import Message


def reason(message: Message) -> shapes.Reason:
    """A message, said and named."""
    return shapes.Reason(key=message.key, text=render_message(message))


def receipt(done: Receipt) -> shapes.Receipt:
    """What became of a command."""
    return shapes.Receipt(
        code=done.code, event_seq=done.event_seq, case_version=done.case_version, action=done.action,
        state=done.state, state_title=done.state_title, repeated=done.repeated,
    )  # fmt: skip


def work_item(row: InboxRow, org: Organisation) -> shapes.WorkItem:
    """One line of the inbox."""
    due_on = last_day(row.due_at)
    return shapes.WorkItem(
        id=row.item_id, version=row.item_version, kind=row.kind, title=row.title, case=row.case_code,
        case_version=row.case_version, process=row.process, label=row.label, due_on=due_on,
        overdue=due_on is not None and due_on < org.today, on_behalf_of=org.name(row.on_behalf_of),
        claimed_by=org.name(row.claimed_by), opened_at=row.opened_at,
    )  # fmt: skip


def case_line(row: Mapping[str, Any], life: Life, org: Organisation) -> shapes.CaseLine:
    """One case of a list."""
    unit = org.units.get(row["unit_id"] or "")
    return shapes.CaseLine(
        code=row["code"], process=row["process"], label=row["label"], unit=unit["name"] if unit else "",
        state=row["state"], state_title=life.definition.states[row["state"]].title, stage=row["stage"],
        level=row["top_level"], held=row["is_held"], due_on=last_day(row["due_at"]),
        started_at=row["started_at"], ended_at=row["ended_at"],
    )  # fmt: skip


def case(view: CaseView) -> shapes.Case:
    """A case with its fields as stored: ids stay ids."""
    row, unit = view.case, view.org.units.get(view.case["unit_id"] or "")
    return shapes.Case(
        code=row["code"], version=row["version"], process=row["process"], process_title=view.definition.title,
        label=row["label"], unit=unit["name"] if unit else "", state=row["state"], state_title=view.state.title,
        stage=row["stage"], levels=row["levels"], holds=row["holds"], fields=dict(view.fields),
        items=[_open_item(item) for item in view.items],
        links=[
            shapes.LinkedCase(code=one.code, relation=one.relation, state_title=one.state_title, ended=one.ended)
            for one in view.links
        ],
        started_at=row["started_at"], ended_at=row["ended_at"],
    )  # fmt: skip


def _open_item(item: ItemView) -> shapes.OpenItem:
    return shapes.OpenItem(
        id=item.id, version=item.version, kind=item.kind, ask_id=item.ask_id, title=item.title, status=item.status,
        due_on=last_day(item.due_at), owners=list(item.owners), claimed_by=item.claimed_by, mine=item.mine,
    )  # fmt: skip


def options(view: CaseView) -> shapes.Options:
    """Everything that could be done, with every reason why not."""
    return shapes.Options(version=view.case["version"], options=[_option(one) for one in view.options])


def _option(one: Option) -> shapes.Option:
    return shapes.Option(
        kind="ask" if one.kind == "ask" else "action", name=one.name, title=one.title, verb=one.verb,
        ask_id=one.ask_id, item_id=one.item_id, item_version=one.item_version, allowed=one.allowed,
        reasons=[reason(each) for each in one.refusals],
        authority=render_message(one.authority.why) if one.authority else "",
        needs=[_field(each) for each in one.needs], takes=[_field(each) for each in one.takes],
        leads_to=one.leads_to, next_owner=one.next_owner, nil=one.nil,
    )  # fmt: skip


def _field(one: Field) -> shapes.FormField:
    return shapes.FormField(
        name=one.name, type=one.type, title=one.title, choices=one.choices, columns=one.columns, each=one.each
    )


def event(one: EventView) -> shapes.Event:
    """One line of the history."""
    return shapes.Event(
        seq=one.seq, at=one.at, kind=one.kind, action=one.action, title=one.action_title,
        from_state=one.from_title, to_state=one.to_title, actor=one.actor, on_behalf_of=one.on_behalf_of,
        role=one.authority, inputs={field.name: value for field, value in one.inputs},
    )  # fmt: skip


def directory(org: Organisation) -> shapes.Directory:
    """People and units of today."""
    return shapes.Directory(
        people=[
            shapes.Person(id=one.id, code=one.code, name=one.name, unit=_code(org, one.unit_id))
            for one in org.people.values()
            if one.active
        ],
        units=[
            shapes.Unit(id=unit_id, code=row["code"], name=row["name"])
            for unit_id, row in org.units.items()
            if row["ends_on"] is None or row["ends_on"] >= org.today
        ],
    )


def _code(org: Organisation, unit_id: str | None) -> str:
    row = org.units.get(unit_id or "")
    return str(row["code"]) if row else ""


def scores(found: Round, org: Organisation) -> shapes.Scores:
    """A round of scoring, no more of it than `states.criteria.rounds` gave."""
    criteria, result = found.criteria, found.result
    return shapes.Scores(
        criteria=criteria.name, title=criteria.title, criteria_hash=criteria.content_hash(), visit=found.visit,
        is_open=found.is_open, may_score=found.may_score, reasons=[reason(one) for one in found.refusals],
        scale=dict(criteria.scale), scorers={org.name(one): scored for one, scored in found.scorers},
        of={n: shapes.CriterionTold(title=one.title, weight=one.weight) for n, one in criteria.criteria.items()},
        mine=_sheet(found.mine, org) if found.mine else None, sees=found.sees,
        others=[_sheet(one, org) for one in found.others],
        result=_spread(result.whole) if result else None,
        by_criterion={name: _spread(one) for name, one in result.criteria.items()} if result else {},
    )  # fmt: skip


def _sheet(one: Sheet, org: Organisation) -> shapes.SheetTold:
    return shapes.SheetTold(
        scorer=org.name(one.scorer_id), revision=one.revision, scores=dict(one.scores), words=one.words,
        scored_at=one.scored_at,
    )  # fmt: skip


def _spread(one: Spread) -> shapes.SpreadTold:
    return shapes.SpreadTold(mean=str(one.mean), lowest=str(one.lowest), highest=str(one.highest))
