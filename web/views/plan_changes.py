"""Another version of the plan, step by step: brought, checked, compared, lived through, tried on running cases, in
force; what came of it, and the way back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from states.office.plan_files import sources
from states.revisions import changing
from states.revisions.uploading import MOST_BYTES, MOST_FILES, files_of
from web import plan_change_page
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.downloads import download, table_file
from web.errors import status_of
from web.forms import Entries
from web.language import day, t
from web.plan_change_page import Seen, differences, findings, moves, seen, sound, standing, trial
from web.plan_texts import living_plan
from web.process_map import picture
from web.prove import fresh
from workflow.message import Invalid, Message, Refused

pages = Blueprint("plan_changes", __name__, url_prefix="/doi-quy-dinh")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """The files of the version in force to take along, the upload, and every change there was."""
    return _index({})


@pages.get("/dang-ap-dung.zip")
@needs("office")
def current() -> ResponseReturnValue:
    """The files of the version in force, as they may be brought again."""
    plan_id, code = _living()
    with application().database.read() as connection:
        files = sources(connection, plan_id)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in sorted(files.items()):
            own = "/" not in name or name.startswith("processes/")
            made.writestr(f"{code}/{name}" if own else name, text)
    return download(kept.getvalue(), "application/zip", f"{code}.zip")


@pages.post("")
@needs("office")
@by_script("Đưa một bộ quy định mới lên để kiểm tra", files=("files", "folder"))
def bring() -> ResponseReturnValue:
    """Keep what was sent and have it checked by a run; nothing is in force."""
    app = application()
    try:
        plan_id, code = _living()
        sent = [(one.filename or "", one.stream.read(MOST_BYTES + 1)) for one in _uploads()]
        files = files_of(sent, code, _kept(plan_id))
    except (Refused, RequestEntityTooLarge) as refused:
        reasons = refused.reasons if isinstance(refused, Refused) else (Message("file.swollen"),)
        return _index({"files": reasons[0]}), 422
    with app.database.write() as connection:
        change_id = changing.bring(connection, app.database.new_id, g.agency_id, g.person.id, plan_id, files)
    app.after_commit()
    return redirect(url_for("plan_changes.check", change_id=change_id), 303)


@pages.get("/<change_id>")
@needs("office")
def check(change_id: str) -> ResponseReturnValue:
    """Whether it is sound; what is wrong stands with its file and line."""
    found = seen(change_id)
    return _page("check", found, findings=findings(found.row), files=sorted(found.row["files"]))


@pages.get("/<change_id>/so-sanh")
@needs("office")
def compare(change_id: str) -> ResponseReturnValue:
    """What differs, as a table and on the diagrams."""
    found = seen(change_id)
    both = sound(found)
    lines = differences(both)
    changed = {name: {one.state for one in lines if one.process == name and one.state} for name in both.new}
    drawn = [(both.new[name], picture(both.new[name]), states) for name, states in changed.items() if states]
    return _page("compare", found, lines=lines, drawn=drawn, both=both)


@pages.get("/<change_id>/mo-phong")
@needs("office")
def simulate(change_id: str) -> ResponseReturnValue:
    """Where both versions are lived through side by side."""
    return _page("simulate", seen(change_id))


@pages.get("/<change_id>/ho-so")
@needs("office")
def cases(change_id: str) -> ResponseReturnValue:
    """What the change does to every running case: tried by a run, with its reasons, to be chosen from."""
    found = seen(change_id)
    both = sound(found)
    said = trial(found.row, both) if found.row["tried_at"] else None
    gone = changing.unmapped(both.old, both.new)
    counts = standing(found.row)
    return _page("cases", found, trial=said, gone=gone, both=both, counts=counts, outcomes=plan_change_page.OUTCOMES)


@pages.get("/<change_id>/ho-so.<any(xlsx, csv):ending>")
@needs("office")
def file(change_id: str, ending: str) -> ResponseReturnValue:
    """The lines of the trial as chosen, all of them."""
    found = seen(change_id)
    said = trial(found.row, sound(found), None)
    heads = [t(f"plan_change.head.{name}") for name in ("code", "case", "state", "outcome", "why", "timers")]
    rows = [[one.code, one.label, one.state, t(f"plan_change.outcome.{one.outcome}"), one.reasons, one.timers]
            for one in said.rows]  # fmt: skip
    return table_file(t("plan_change.title"), [heads, *rows], f"doi-quy-dinh-{found.row['number']}", ending, (20, 36))


@pages.post("/<change_id>/ho-so")
@needs("office")
@by_script("Thử thay đổi trên mọi hồ sơ đang chạy", "back", "revision", "state.*.*")
def try_out(change_id: str) -> ResponseReturnValue:
    """Have it tried on every running case; nothing is written in any."""
    both = sound(seen(change_id))
    states: dict[str, dict[str, str]] = {}
    for process, gone in changing.unmapped(both.old, both.new).items():
        for old in gone:
            new = request.form.get(f"state.{process}.{old}", "")
            if new in both.new[process].states:
                states.setdefault(process, {})[old] = new
    back = request.form.get("back", "")[:36] or None
    return _step("cases", change_id, changing.try_out, g.person.id, states, back)


@pages.get("/<change_id>/ap-dung")
@needs("office")
def force(change_id: str) -> ResponseReturnValue:
    """From which day, and whether running cases stay or move; who agrees."""
    found = seen(change_id)
    sound(found)
    return _force(found, Entries(request.form))


@pages.post("/<change_id>/ap-dung")
@needs("office")
@by_script("Trình một thay đổi quy định", "moves", "reason", "revision", "starts_on")
def propose(change_id: str) -> ResponseReturnValue:
    """Put it forward; what is wrong stands at its field."""
    found, sent = seen(change_id), Entries(request.form)
    starts_on = sent.day("starts_on", t("plan_change.starts_on"))
    moving = sent.one_of("moves", t("plan_change.moves"), ("stay", "move")) == "move"
    if not sent.problems:
        try:
            with application().database.write() as connection:
                changing.propose(
                    connection, g.agency_id, change_id, _seen(), g.person.id,
                    starts_on=starts_on, moves=moving, reason=request.form.get("reason", ""),
                )  # fmt: skip
            return redirect(url_for("plan_changes.force", change_id=change_id), 303)
        except Invalid as invalid:
            sent.problems.update(invalid.fields)
            return _force(found, sent), status_of(invalid)
    return _force(found, sent), 422


@pages.post("/<change_id>/duyet")
@needs("office")
@by_script("Duyệt một thay đổi quy định", "revision")
@fresh
def agree(change_id: str) -> ResponseReturnValue:
    """Order the run that puts it in force on its day."""
    _not_against(change_id)
    return _step("force", change_id, changing.agree, g.person.id)


@pages.post("/<change_id>/rut")
@needs("office")
@by_script("Rút thay đổi quy định về để sửa", "revision")
def take_back(change_id: str) -> ResponseReturnValue:
    """Back to what may be changed."""
    return _step("force", change_id, changing.take_back)


@pages.post("/<change_id>/bo")
@needs("office")
@by_script("Bỏ một thay đổi quy định", "revision")
def give_up(change_id: str) -> ResponseReturnValue:
    """It will not be put in force."""
    return _step("check", change_id, changing.give_up)


@pages.get("/<change_id>/ket-qua")
@needs("office")
def outcome(change_id: str) -> ResponseReturnValue:
    """Every time running cases were moved, what stayed and why, and the way back."""
    found = seen(change_id)
    sound(found)
    return _page("outcome", found, moves=moves(found.row))


@pages.post("/<change_id>/chuyen")
@needs("office")
@by_script("Chuyển các hồ sơ đang chạy như đã thử", "revision")
@fresh
def move(change_id: str) -> ResponseReturnValue:
    """Have done what the trial said, there or back."""
    _not_against(change_id)

    def step(connection: Any, agency_id: str, change: str, revision: int) -> str:
        return changing.move(connection, application().database.new_id, agency_id, change, revision, g.person.id)

    return _step("outcome", change_id, step)


@pages.post("/<change_id>/tiep")
@needs("office")
@by_script("Chuyển tiếp các hồ sơ còn lại", "revision")
def go_on(change_id: str) -> ResponseReturnValue:
    """Move what is left, where the run was stopped or given up."""
    return _step("outcome", change_id, changing.go_on, g.person.id)


# --- what the views share -----------------------------------------------------------------------------


def _step(to: str, change_id: str, step: Callable[..., Any], *more: Any) -> Response:
    """A step of a change, as it was seen, and on to a page of it."""
    app = application()
    with app.database.write() as connection:
        step(connection, g.agency_id, change_id, _seen(), *more)
    app.after_commit()
    return redirect(url_for(f"plan_changes.{to}", change_id=change_id), 303)  # type: ignore[return-value]


def _not_against(change_id: str) -> None:
    reasons = seen(change_id).against
    if reasons:
        raise Refused(*reasons, status="forbidden")


def _seen() -> int:
    given = request.form.get("revision", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def _living() -> tuple[str, str]:
    plan = living_plan()
    if plan is None:
        raise Refused(Message("numbers.no_plan"))
    return str(g.living_plan_id), plan.plan


def _kept(plan_id: str) -> dict[str, str]:
    """The files in force; none where they were not kept."""
    try:
        with application().database.read() as connection:
            return sources(connection, plan_id)
    except Refused:
        return {}


def _uploads() -> list[Any]:
    sent = [one for name in ("files", "folder") for one in request.files.getlist(name) if one.filename]
    return sent[: MOST_FILES + 1]


def _index(problems: dict[str, Message]) -> str:
    errors = Entries(request.form)
    errors.problems.update(problems)
    with application().database.read() as connection:
        rows = changing.history(connection, g.agency_id)
    names = {row["made_by"]: g.org.name(row["made_by"]) for row in rows}
    bounds = {"files": MOST_FILES, "megabytes": MOST_BYTES // 1_000_000}
    return render_template(
        "pages/plan_changes.html", rows=rows, names=names, errors=errors.errors, plan=living_plan(), bounds=bounds
    )


def _force(found: Seen, sent: Entries) -> str:
    row = found.row
    values = {
        "starts_on": day(row["starts_on"] or g.today), "reason": row["reason"],
        "moves": "move" if row["moves"] else "stay", **request.form,
    }  # fmt: skip
    people = {name: g.org.name(row[name]) for name in ("proposed_by", "approved_by") if row[name]}
    return _page("force", found, values=values, errors=sent.errors, people=people)


def _page(step: str, found: Seen, **more: Any) -> str:
    return render_template(f"pages/plan_change_{step}.html", found=found, row=found.row, here=step, **more)
