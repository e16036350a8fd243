"""Lists an office brings in through the pages: the short ones while it waits, the long ones as runs."""

from __future__ import annotations

from flask import g

from states.imports import export, long, run
from states.imports.kinds import KINDS, ImportKind
from states.imports.sheet import read_rows
from states.imports.tally import Tally
from web.application import application
from web.downloads import taken
from web.plan_texts import living_plan
from workflow import files, runs
from workflow.message import NotFound

__all__ = ["EXPORTED", "KINDS", "ImportKind", "bring_in", "export_now", "order_export", "order_if_long"]

EXPORTED = tuple(export.EXPORTS)


def bring_in(kind: ImportKind, file_id: str, *, dry_run: bool) -> Tally:
    """Try or write a list this person uploaded. NotFound for anybody else's file, Refused for an unreadable one."""
    apply = kind.applying(g.agency_id, living_plan())
    return run.run(application().database, _rows(kind, file_id), kind.columns, apply, dry_run=dry_run)


def order_if_long(kind: ImportKind, file_id: str, name: str, *, dry_run: bool) -> str | None:
    """The run of a long list, its id; None for a list short enough to be waited for.

    The same file tried or written again while that still runs is the same run.
    """
    if len(_rows(kind, file_id)) <= long.LONG:
        return None
    app = application()
    wanted = {"kind": kind.name, "file_id": file_id, "dry_run": dry_run}
    key = f"{long.KIND}:{file_id}:{'try' if dry_run else 'write'}"
    what = runs.Order(g.agency_id, long.KIND, g.person.id, wanted, key, name)
    with app.database.write() as connection:
        run_id = runs.order(connection, what, new_id=app.database.new_id)
    app.after_commit()
    return run_id


def export_now(kind: ImportKind) -> bytes | None:
    """The list as a file, written down; None where it is so long that a run makes it."""
    with application().database.read() as connection:
        rows = export.rows_of(connection, g.agency_id, kind.name)
    if len(rows) > export.LONG:
        return None
    return export.written(kind.name, rows, taken(f"{kind.sheet}.xlsx", len(rows)))


def order_export(kind: ImportKind, key: str) -> str:
    """The run that makes a long list, its id; the same form sent twice is one run."""
    app = application()
    what = runs.Order(g.agency_id, export.KIND, g.person.id, {"kind": kind.name}, f"{export.KIND}:{key}", kind.sheet)
    with app.database.write() as connection:
        run_id = runs.order(connection, what, new_id=app.database.new_id)
    app.after_commit()
    return run_id


def _rows(kind: ImportKind, file_id: str) -> list[list[str]]:
    app = application()
    with app.database.read() as connection:
        row = files.find(connection, g.agency_id, file_id)
    if row["uploaded_by"] != g.person.id or row["case_id"] is not None:
        raise NotFound("file")
    return read_rows(app.files.path(g.agency_id, row["digest"]), kind.sheet)
