"""Asks are answered as they come up, as people who do their duty would; two mentors stay silent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from config.demo.stage import Stage
from config.demo.story import LAST_DAY
from config.demo.work import issue
from workflow.clock import business_now, local_date
from workflow.commands import Actor
from workflow.draft import SYSTEM
from workflow.facts import load_case
from workflow.identity import who
from workflow.permission import ask_definition, asked_of_item
from workflow.worklist import work_item

SILENT = frozenset({"cultivating-silent", "moving"})
LAST_WEEKS = 14
"""In the last days before the demo opens nobody answers, so that inboxes are not empty."""

WORDS = {
    "growth": "Giữ vững thành tích, đã hướng dẫn hai đồng nghiệp làm theo.",
    "talked": "Đọc và trao đổi về gương điển hình trong tháng; nhắc phong trào đang phát động.",
    "opinion": "Hoàn thành tốt nhiệm vụ trong thời gian công tác, không vi phạm.",
}
SIMPLE = {"number": 7, "yes_no": True}
OTHERWISE = "Đã gọi điện hỏi, đang được xem xét theo thứ tự."


def answer_open(stage: Stage) -> None:
    """Whoever is asked answers at once; papers go out."""
    with stage.application.database.read() as connection:
        if (LAST_DAY - local_date(business_now(connection))).days <= LAST_WEEKS:
            return
        asked = list(
            connection.execute(
                sa.select(work_item.c.id, work_item.c.case_id).where(
                    work_item.c.agency_id == stage.agency_id, work_item.c.kind == "ask", work_item.c.status == "open"
                )
            )
        )
    issue(stage)
    silent = {stage.cases.get(name) for name in SILENT}
    for row in asked:
        if row.case_id not in silent:
            _answer(stage, row.case_id, row.id)


def _answer(stage: Stage, case_id: str, item_id: str) -> None:
    engine = stage.application.engine
    with engine.database.read() as connection:
        facts = load_case(connection, engine, case_id, stage.agency_id)
        draft = engine.draft_for(connection, facts, SYSTEM)
        item = draft.items.get(item_id)
        row = draft.asks.get(item["ask_id"]) if item else None
        if item is None or row is None:
            return
        ask = ask_definition(draft, row)
        if ask.silence:
            return  # the party committee and the unions have nothing against anybody
        people = who(facts.org, facts.life.plan, draft.matter(), asked_of_item(draft, item))
        fields = facts.life.definition.fields
        inputs = {name: _value(fields[name], draft.fields, row["number"]) for name in ask.answer}
    if people:
        actor = Actor(next(iter(people)), stage.agency_id)
        engine.answer(actor, ask_id=row["id"], inputs=inputs, key=f"demo:{row['id']}")


def _value(field: Any, held: dict[str, Any], number: int) -> Any:
    """The n-th check-in finds the shortcomings mended a little further."""
    if field.type in SIMPLE:
        return SIMPLE[field.type]
    if field.each is None:
        return WORDS.get(field.name, OTHERWISE)
    choices = list(field.choices)
    return [choices[min(number - 1 + place, len(choices) - 1)] for place, _ in enumerate(held.get(field.each) or [])]
