"""How long personal data is kept: the agency's rules, who is due by them, and an administrator's decision."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states import retention
from states.retention import KEPT, OPEN, RULES
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.forms import Entries
from web.language import render_message, t
from web.prove import fresh
from web.refusals import mention
from workflow.message import Message, NotFound, Refused

pages = Blueprint("retention", __name__, url_prefix="/thoi-han-luu")

MOST_AT_ONCE = 50


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """The rules, who is due, and whom one decided to keep."""
    return _page()


@pages.post("/quy-tac/<name>")
@needs("office")
@by_script("Đặt thời hạn lưu một loại dữ liệu", "source", "years")
@fresh
def set_rule(name: str) -> ResponseReturnValue:
    """So many years from now on, by this text; no years: no rule."""
    _only_admins()
    years, source = request.form.get("years", "").strip(), request.form.get("source", "")
    try:
        if years and not (years.isascii() and years.isdecimal() and len(years) < 4):
            least, most = retention.LEAST // 12, retention.MOST // 12
            raise Refused(Message("retention.bad_length", {"least": least, "most": most}))
        with application().database.write() as connection:
            months = int(years) * 12 if years else None
            retention.set_rule(connection, g.agency_id, name, months, source, g.person.id)
            retention.propose(connection, g.agency_id)
    except NotFound:
        raise
    except Refused as refused:
        mention(refused)
        return _page({f"years-{name}": render_message(refused.reasons[0])}, about=name), 422
    flash(t("retention.rule_set"))
    return redirect(url_for("retention.index"), 303)


@pages.post("/giu/<proposal_id>")
@needs("office")
@by_script("Giữ thêm dữ liệu đến một ngày", "until", "why")
def keep(proposal_id: str) -> ResponseReturnValue:
    """Not yet, for a reason, until a day."""
    _only_admins()
    entries = Entries(request.form)
    until, why = entries.day("until", t("retention.until")), entries.line("why", t("retention.why"))
    if until is not None and not entries.problems:
        try:
            with application().database.write() as connection:
                retention.keep(connection, g.agency_id, proposal_id, until, why, g.person.id)
            flash(t("retention.kept_now"))
            return redirect(url_for("retention.index"), 303)
        except NotFound:
            raise
        except Refused as refused:
            mention(refused)
            entries.refuse("until", refused)
    return _page({f"until-{proposal_id}": one for one in list(entries.errors.values())[:1]}, about=proposal_id), 422


@pages.post("/xoa")
@needs("office")
@by_script("Xóa những dữ liệu đã hết thời hạn lưu", "number", "proposal")
@fresh
def carry_out() -> ResponseReturnValue:
    """Those ticked are forgotten, each in a transaction of its own; how many is typed to confirm it."""
    _only_admins()
    chosen = list(dict.fromkeys(request.form.getlist("proposal")))[:MOST_AT_ONCE]
    if not chosen or request.form.get("number", "").strip() != str(len(chosen)):
        return _page({"number": t("retention.wrong_number", count=len(chosen))}), 422
    app, done, problems = application(), 0, []
    for one in chosen:
        try:
            with app.database.write() as connection:
                retention.carry_out(connection, app.identities, g.agency_id, one, g.person.id)
            done += 1
        except NotFound:
            problems.append(t("retention.gone"))
        except Refused as refused:
            mention(refused)
            problems += [render_message(reason) for reason in refused.reasons]
    flash(t("retention.carried_out", count=done))
    for problem in dict.fromkeys(problems):
        flash(problem, "bad")
    return redirect(url_for("retention.index"), 303)


def _only_admins() -> None:
    if not g.sign_in.is_admin:
        abort(403)


def _page(errors: dict[str, str] | None = None, about: str = "") -> str:
    with application().database.read() as connection:
        rules = retention.rules_of(connection, g.agency_id)
        due = retention.listed(connection, g.agency_id, OPEN)
        kept = retention.listed(connection, g.agency_id, KEPT)
    return render_template(
        "pages/retention.html", names=tuple(RULES), rules=rules, due=due, kept=kept, errors=errors or {}, about=about,
        given=request.form if errors else {}, may_decide=g.sign_in.is_admin, most=MOST_AT_ONCE,
    )  # fmt: skip
