"""The list of exemplars recognised before this system: each enters its life at the level it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from states.imports.people import known_people
from states.imports.table import Column, Known, Line, Sorting
from states.imports.tally import Tally
from states.imports.units import known_units
from states.subjects.enrol import COLLECTIVE, PERSON, enrol_other, enrol_person, enrol_unit
from states.subjects.model import recognition
from workflow import files
from workflow.catalogue import Catalogue
from workflow.clock import business_now, local_date
from workflow.definition import Plan
from workflow.file_store import FileStore
from workflow.message import Message, Refused
from workflow.registry import Registry
from workflow.starting import Beginning, begin_case

SHEET = "Điển hình"

COLUMNS = (
    Column("kind", "Loại", required=True, also=("Cá nhân hay tập thể",), hint="Cá nhân"),
    Column("subject", "Họ và tên hoặc tên tập thể", required=True, also=("Mã người", "Họ và tên", "Tên"), longest=300,
           hint="CB017"),
    Column("unit", "Đơn vị", also=("Mã đơn vị",), longest=300, hint="CNTT"),
    Column("level", "Cấp đã công nhận", required=True, also=("Cấp",), hint="Cấp Sở"),
    Column("decision_number", "Số quyết định", required=True, also=("Quyết định số",), hint="125/QĐ-STTTT"),
    Column("decided_on", "Ngày quyết định", kind="date", required=True, also=("Ngày",), hint="20/12/2022"),
    Column("decision_file", "Tệp quyết định", required=True, also=("Tệp",), hint="qd-125.pdf"),
)  # fmt: skip

EFFECT = "record_brought_in"


@dataclass(frozen=True)
class Bringing:
    """What is needed to begin cases: by whom, under which plan, with which papers from which folder."""

    agency_id: str
    person_id: str
    plan: Plan
    catalogue: Catalogue
    registry: Registry
    store: FileStore
    folder: Path
    new_id: Callable[[], str]


def apply(connection: sa.Connection, lines: Sequence[Line], sorting: Sorting, bringing: Bringing) -> Tally:
    """Begin a case for every line that is not there yet; the caller rolls back when there are problems."""
    tally = Tally()
    agency_id = bringing.agency_id
    people, units = known_people(connection, agency_id), known_units(connection, agency_id)
    levels = Known((name, (name, title)) for name, title in bringing.plan.levels.items())
    kinds = Known((name, (name, kind.title)) for name, kind in bringing.plan.kinds.items())
    process, action = _start(connection, bringing)
    today = local_date(business_now(connection))
    for line in lines:
        if any(line.values.get(column.name) is None for column in COLUMNS if column.required):
            continue  # said when the line was read
        before = len(sorting.problems)
        kind, level = sorting.find(line, "kind", kinds), sorting.find(line, "level", levels)
        unit_id = sorting.find(line, "unit", units)
        if line.values["decided_on"] > today:
            sorting.complain(line, "decided_on", "ahead", value=line.values["decided_on"], today=today)
        if len(sorting.problems) > before or not kind or not level:
            continue
        with connection.begin_nested() as attempt:
            subject_id = _subject(connection, bringing, line, sorting, (kind, unit_id, people, units))
            if subject_id is None or len(sorting.problems) > before:
                continue
            if _is_there(connection, agency_id, subject_id, level):
                tally.count("same")
                continue
            try:
                inputs = _inputs(connection, bringing, line, sorting, level)
                if inputs is None:
                    continue
                what = Beginning(
                    agency_id, process, "subject", subject_id, action=action, inputs=inputs,
                    person_id=bringing.person_id, channel="import",
                )  # fmt: skip
                begin_case(connection, bringing.catalogue, bringing.registry, bringing.new_id, what)
                tally.count("added")
            except Refused as refused:
                attempt.rollback()
                for reason in refused.reasons:
                    sorting.complain(line, "", "refused", why=reason)
    return tally


def _start(connection: sa.Connection, bringing: Bringing) -> tuple[str, str]:
    """The plan's process and start that take in what was recognised before. Raises Refused where it has none."""
    for process in bringing.plan.processes:
        life = bringing.catalogue.living(connection, bringing.agency_id, process)
        for name, action in life.definition.start.items() if life else ():
            if EFFECT in action.do:
                return process, name
    raise Refused(Message("import.no_bringing_in", {"plan": bringing.plan.title, "effect": EFFECT}))


def _subject(
    connection: sa.Connection, bringing: Bringing, line: Line, sorting: Sorting,
    known: tuple[str, str | None, Known, Known],
) -> str | None:  # fmt: skip
    """A member of the staff or a unit of ours when the name says so; else a collective inside a unit."""
    kind, unit_id, people, units = known
    agency_id, name = bringing.agency_id, str(line.values["subject"])
    if kind == PERSON:
        person_id = sorting.find(line, "subject", people)
        return enrol_person(connection, agency_id, person_id, kind=kind) if person_id else None
    ids = units.matches(name)
    if kind == COLLECTIVE and len(ids) == 1:
        return enrol_unit(connection, agency_id, next(iter(ids)), kind=kind)
    if unit_id is None:
        sorting.complain(line, "unit", "empty")
        return None
    return enrol_other(connection, agency_id, kind=kind, name=name, unit_id=unit_id)


def _is_there(connection: sa.Connection, agency_id: str, subject_id: str, level: str) -> bool:
    known = sa.select(recognition.c.id).where(
        recognition.c.agency_id == agency_id, recognition.c.subject_id == subject_id, recognition.c.level == level,
        recognition.c.revoked_at.is_(None),
    )  # fmt: skip
    return connection.scalar(known) is not None


def _inputs(
    connection: sa.Connection, bringing: Bringing, line: Line, sorting: Sorting, level: str
) -> dict[str, Any] | None:
    name = str(line.values["decision_file"] or "")
    path = bringing.folder / name
    if Path(name).name != name or not path.is_file():
        sorting.complain(line, "decision_file", "no_such_file", value=name)
        return None
    with path.open("rb") as stream:
        stored = bringing.store.put(stream, bringing.agency_id, name)
    file_id = bringing.new_id()
    files.record(connection, stored, file_id=file_id, agency_id=bringing.agency_id, person_id=bringing.person_id)
    return {
        "held_level": level, "decision_number": line.values["decision_number"],
        "decided_on": line.values["decided_on"].isoformat(), "decision_file": file_id,
    }  # fmt: skip
