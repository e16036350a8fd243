"""Which papers of a sitting somebody does not open: they name a case they have no part in, or hold what is kept back.

A paper cannot be read in part, and one with lines left out would be another paper under the same number. Who must sign
it reads it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from states.councils.publishing import COUNTS, kept_back
from states.councils.running import follows
from states.documents.model import document, document_version
from states.subjects.visibility import kept_of
from workflow.case import case, case_field
from workflow.catalogue import Catalogue, Life
from workflow.definition import Document
from workflow.identity import Organisation
from workflow.message import Message


def refusal(
    connection: sa.Connection, catalogue: Catalogue, org: Organisation, person_id: str, file: Mapping[str, Any]
) -> Message | None:
    """Why this person does not open this file of a case they may see; None when they do."""
    row = connection.execute(sa.select(case.c.definition_id).where(case.c.id == file["case_id"])).one()
    life = catalogue.life(connection, row.definition_id)
    lists = {state.vote.over for state in life.definition.states.values() if state.vote is not None}
    if not lists or file["uploaded_by"] == person_id:
        return None
    told = _fields_in(connection, life, org, person_id, file)
    if told & kept_back(life.plan, life.definition, org, person_id):
        return Message("paper.kept_back")
    values = case_field.c.name.in_(lists) & (case_field.c.case_id == file["case_id"])
    ids = {one for value in connection.scalars(sa.select(case_field.c.value).where(values)) for one in value or ()}
    names = lists | COUNTS | {name for name, one in life.definition.fields.items() if one.type == "cases" or one.each}
    return Message("paper.aside") if told & names and kept_of(connection, org, person_id, ids) else None


def _fields_in(
    connection: sa.Connection, life: Life, org: Organisation, person_id: str, file: Mapping[str, Any]
) -> set[str]:
    """The fields a file tells of: what fills a paper that the system made, the field that an upload stands in."""
    v = document_version.c
    made = sa.select(document.c.name).join(document_version, v.document_id == document.c.id)
    found = sa.or_(v.word_id == file["id"], v.pdf_id == file["id"], v.sheet_id == file["id"])
    paper = life.plan.documents.get(str(connection.scalar(made.where(found))))
    if paper is not None:
        signs = follows(life.plan, life.definition, org, person_id) and _signs(paper, org, person_id)
        return set() if signs else set(paper.fills.values())
    holds = sa.select(case_field.c.name, case_field.c.value).where(case_field.c.case_id == file["case_id"])
    return {row.name for row in connection.execute(holds) if file["id"] == row.value or _is_in(file["id"], row.value)}


def _signs(paper: Document, org: Organisation, person_id: str) -> bool:
    return bool(set(paper.signer) & {power.role for power in org.powers(person_id)})


def _is_in(file_id: str, value: Any) -> bool:
    return isinstance(value, list) and file_id in value
