"""Lists from Excel: upload, see what would happen, then confirm. The trial and the writing are one code."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from states.imports.template import write_template
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.downloads import XLSX
from web.import_kinds import EXPORTED, KINDS, ImportKind, bring_in, export_now, order_export, order_if_long
from web.language import render_message, t
from web.plan_texts import living_plan, unit_type_title
from web.refusals import mention
from web.uploads import take
from workflow.message import Message, Refused

pages = Blueprint("imports", __name__, url_prefix="/nhap-danh-sach")

FOLLOWING = {"units": "people", "people": "roles"}  # each list knows the one before by its codes
MOST_SHOWN = 200  # problems on one page; whoever has more repairs these first


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Which list, its empty form, and the upload."""
    return _form({})


@pages.get("/<kind>/mau.xlsx")
@needs("office")
def template(kind: str) -> ResponseReturnValue:
    """The empty list to fill in."""
    chosen = _kind(kind)
    with application().database.read() as connection:
        choices = dict(chosen.choosing(connection, g.agency_id, living_plan()))
    if "type" in choices:  # in words, which the import reads as well
        choices["type"] = [unit_type_title(one) for one in choices["type"]]
    book = BytesIO(write_template(chosen.sheet, chosen.columns, choices=choices))
    return send_file(book, mimetype=XLSX, as_attachment=True, download_name=f"{chosen.sheet}.xlsx")


@pages.post("/<kind>/xuat")
@needs("office")
@by_script("Xuất một danh sách để sửa rồi nhập lại", "_nonce")
def export(kind: str) -> ResponseReturnValue:
    """The list as it stands, to be changed and imported again; a long one is made by a run."""
    if kind not in EXPORTED:
        abort(404)
    content = export_now(_kind(kind))
    if content is None:
        run_id = order_export(_kind(kind), request.form.get("_nonce") or application().database.new_id())
        return redirect(url_for("runs.one", run_id=run_id), 303)
    name = f"{KINDS[kind].sheet}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


@pages.post("")
@needs("office")
@by_script("Xem thử một danh sách sẽ nhập", "kind", files=("file",))
def upload() -> ResponseReturnValue:
    """Keep the file and try it; nothing is written."""
    sent, errors = request.files.get("file"), {}
    if request.form.get("kind") not in KINDS:
        errors["kind"] = Message("form.missing_choice", {"field": t("imports.kind")})
    if sent is None or not sent.filename:
        errors["file"] = Message("imports.file_missing")
    if errors or sent is None:
        return _form(errors), 422
    try:
        kind, file_id, name = _kind(request.form["kind"]), take(sent), sent.filename or ""
        run_id = order_if_long(kind, file_id, name, dry_run=True)
        return redirect(url_for("runs.one", run_id=run_id), 303) if run_id else _tried(kind, file_id, name)
    except Refused as refused:
        mention(refused)
        return _form({"file": refused.reasons[0]}), 422


@pages.post("/<kind>/ghi")
@needs("office")
@by_script("Ghi danh sách đã xem thử", "file_id", "name")
def write(kind: str) -> ResponseReturnValue:
    """Write the list that was tried, by the same code; what changed since shows as problems and writes nothing."""
    chosen, file_id = _kind(kind), request.form.get("file_id", "")
    run_id = order_if_long(chosen, file_id, request.form.get("name", ""), dry_run=False)
    if run_id:
        return redirect(url_for("runs.one", run_id=run_id), 303)
    tally = bring_in(chosen, file_id, dry_run=False)
    if not tally.written:
        return _tried(chosen, file_id, request.form.get("name", ""))
    flash(t("imports.written", added=tally.added, changed=tally.changed, same=tally.same))
    return redirect(url_for("imports.index", written=kind, kind=FOLLOWING.get(kind)), 303)


def _tried(kind: ImportKind, file_id: str, name: str) -> ResponseReturnValue:
    tally = bring_in(kind, file_id, dry_run=True)
    page = render_template(
        "pages/import_tried.html", kind=kind, file_id=file_id, name=name, tally=tally, most=MOST_SHOWN
    )
    return page, 422 if tally.problems else 200


def _form(problems: dict[str, Message]) -> str:
    errors = {name: render_message(problem) for name, problem in problems.items()}
    written = request.args.get("written", "")
    return render_template(
        "pages/imports.html", kinds=KINDS, exported=EXPORTED, errors=errors, chosen=request.values.get("kind", ""),
        written=written if written in KINDS else "", following=FOLLOWING.get(written, ""),
    )  # fmt: skip


def _kind(name: str) -> ImportKind:
    if name not in KINDS:
        abort(404)
    return KINDS[name]
