"""What a decision rests on besides the law: the minutes of who voted, and who proposed it; how one is addressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from states.documents.days import day_text
from states.documents.model import document, number_entry
from states.documents.register import written
from workflow.case import link
from workflow.definition import Document
from workflow.explain import CaseView
from workflow.organisation import person

MINUTES = "bien_ban"
"""The template of minutes, and the tag that a number of minutes typed by hand fills."""
PERSON = "person"  # the kind of a subject that is one
CALLED = {"male": "ông ", "female": "bà "}
UNKNOWN = "ông (bà) "


def addressed(connection: sa.Connection, kind: str, person_id: str) -> str:
    """Before a person's name: ông, bà, or both where nobody said which; nothing before a collective's (`kind`)."""
    if kind != PERSON:
        return ""
    gender = connection.scalar(sa.select(person.c.gender).where(person.c.id == person_id))
    return CALLED.get(gender or "", UNKNOWN)


def proposed(connection: sa.Connection, view: CaseView, made: Document, values: Mapping[str, Any]) -> list[str]:
    """The bases that come last: the minutes, where the paper says whose, and who proposes, where it says who."""
    found, whose = [], values["cua_bien_ban"]
    if whose and (number := _minutes(connection, view) or _typed(values[MINUTES])):
        found.append(f"Căn cứ Biên bản {number} của {whose}")
    if values["theo_de_nghi"]:
        found.append(f"Theo đề nghị của {values['theo_de_nghi']}")
    return found


def _typed(number: str) -> str:
    return f"số {number}" if number else ""


def _minutes(connection: sa.Connection, view: CaseView) -> str:
    """Number and day of the minutes of the last sitting that answered; nothing where none of the system's did."""
    names = [one.name for one in view.plan.documents.values() if one.template == MINUTES and one.kind]
    newest = (
        sa.select(document, number_entry.c.number.label("given"))
        .join(link, link.c.other_id == document.c.case_id)
        .outerjoin(number_entry, number_entry.c.id == document.c.number_id)
        .where(
            link.c.case_id == view.case["id"], link.c.relation == "agenda", link.c.answer.is_not(None),
            document.c.name.in_(names), document.c.status != "superseded",
        )
        .order_by(link.c.answered_at.desc(), document.c.event_seq.desc())
        .limit(1)
    )  # fmt: skip
    row = connection.execute(newest).mappings().first()
    if row is None:
        return ""
    number = row["typed_number"] or written(row["given"], row["symbol"]).removeprefix("Số: ").strip()
    return f"số {number} {day_text(row['dated_on'])}"
