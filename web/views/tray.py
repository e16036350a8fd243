"""The in-tray's tools: putting off, deciding several at once, kept filters, ready sentences, who is looking."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from web import narrowing, prove, worklists
from web.access import needs, signed_in, unattended
from web.application import application
from web.by_script import by_operation, by_script, in_browser
from web.case_page import must_see
from web.forms import Entries
from web.language import render_message, t
from web.moves import WITH_REASON, recorded
from web.plan_texts import ENDINGS_REST
from web.refusals import mention
from web.tray import filters, here, presence, snippets, together
from web.views.cases import case_id
from web.views.inbox import around
from workflow import postponed
from workflow.clock import business_now, wall_now
from workflow.message import Invalid, Message, NotFound, Refused
from workflow.worklist import find_item

pages = Blueprint("tray", __name__)


@pages.post("/viec/<item_id>/hoan")
@signed_in
@by_operation("item_postpone")
def postpone(item_id: str) -> ResponseReturnValue:
    """Out of one's own list until a day; the deadline runs on, and so it is said."""
    entries = Entries(request.form)
    until = entries.day("until", t("postpone.until"))

    def put_off() -> None:
        if until is None:
            raise Invalid(dict(entries.problems))
        with application().database.write() as connection:
            row = find_item(connection, g.agency_id, item_id)
            must_see(connection, g.org, g.person.id, row["case_id"])
            postponed.put_off(connection, row, g.person.id, until, business_now(connection))

    following = request.form.get("_next", "")
    wanted = narrowing.carried(request.form.get("_list", "")).address
    leave = url_for("inbox.item", item_id=following, **wanted) if following else url_for("inbox.index", **wanted)
    return around(item_id, put_off, t("postpone.done", day=until or date.max), leave)


@pages.post("/viec/<item_id>/thoi-hoan")
@signed_in
@by_script("Đưa một việc đã hoãn trở lại", "_item_version")
def bring_back(item_id: str) -> ResponseReturnValue:
    """Back into one's list."""

    def bring() -> None:
        with application().database.write() as connection:
            postponed.bring_back(connection, item_id, g.person.id)

    return around(item_id, bring, t("postpone.back"))


@pages.post("/ho-so/<code>/hoan-tac")
@signed_in
@by_operation("case_undo")
def undo(code: str) -> ResponseReturnValue:
    """Take one's own last decision back, while nothing of it has left; then on to what is open again."""
    typed, app, wanted = request.form.get("seq", ""), application(), narrowing.carried(request.form.get("_list", ""))
    found = case_id(code)
    try:
        app.engine.undo(g.actor, found, int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0)
    except NotFound:
        raise
    except Refused as refused:
        mention(refused)
        for reason in refused.reasons:
            flash(render_message(reason), "bad")
        return redirect(url_for("inbox.index", **wanted.address), 303)
    flash(t("undo.done", code=code))
    again = next((one.id for one in app.engine.view(g.actor, found).items if one.mine), "")
    to = url_for("inbox.item", item_id=again, **wanted.address) if again else url_for("cases.case", code=code)
    return redirect(to, 303)


@pages.get("/viec/cung-quyet")
@signed_in
def choose() -> ResponseReturnValue:
    """The names and the number, before several are decided: nothing happens yet."""
    query = narrowing.read(request.args).query
    return _several(request.args.getlist("chon"), request.args.get("cach", ""), query)


@pages.post("/viec/cung-quyet")
@signed_in
@by_script("Quyết nhiều việc cùng lúc", "one", "cach", "reason", "_list", "_nonce")
def decide() -> ResponseReturnValue:
    """Decide each by itself, with the one reason where one is asked for; then what became of each."""
    nonce, query = request.form.get("_nonce", "")[:36], request.form.get("_list", "")
    if not nonce:
        raise Invalid({"_nonce": Message("together.nothing")})
    app, verb, sent = application(), request.form.get("cach", ""), together.read(request.form.getlist("one"))
    try:
        inputs = together.same_reason(verb, request.form.get("reason", ""))
    except Invalid as invalid:
        return _several([one.item_id for one in sent], verb, query, invalid), 422
    if g.bearer:
        together.refuse_tokens(app, g.org, g.actor, sent)
    elif together.signs(app, g.org, g.actor, sent) and (page := prove.asked()):
        return page
    ones = together.decided(app, g.org, g.actor, sent, inputs, nonce)
    wanted = narrowing.carried(query).address
    if len(ones) == 1 and not ones[0].reasons:
        flash(recorded(ones[0].title, ones[0].code, ones[0].leads_to, ones[0].turn))
        return redirect(url_for("inbox.index", **wanted), 303)
    return render_template("pages/together_done.html", ones=ones, wanted=wanted)


def _several(item_ids: list[str], verb: str, query: str, invalid: Invalid | None = None) -> str:
    """What would be decided; without a verb, the first that any of them can take."""
    app = application()
    ones = together.seen(app, g.org, g.actor, item_ids, verb or together.VERBS[0])
    possible = [way for way in together.VERBS if any(way in one.ways for one in ones)]
    if verb not in together.VERBS:
        verb = next(iter(possible), together.VERBS[0])
        ones = ones if verb == together.VERBS[0] else together.seen(app, g.org, g.actor, item_ids, verb)
    ready = [one for one in ones if one.action]
    outcomes = {
        key: [one for one in ready if one.outcome == key] for key in dict.fromkeys(one.outcome for one in ready)
    }
    errors = {name: render_message(found) for name, found in invalid.fields.items()} if invalid else {}
    return render_template(
        "pages/together.html", outcomes=outcomes, ready=ready, left_out=[one for one in ones if not one.action],
        nonce=app.database.new_id(), query=query, verb=verb, errors=errors,
        ways=_ways(possible, [one.item_id for one in ones], query), sentences=here.ready(verb),
        with_reason=verb in WITH_REASON, wanted=narrowing.carried(query).address,
    )  # fmt: skip


def _ways(possible: list[str], chosen: list[str], query: str) -> list[tuple[str, str]]:
    """verb → its page, of the same items."""
    wanted = narrowing.carried(query).address
    return [(way, url_for("tray.choose", chon=chosen, cach=way, **wanted)) for way in possible]


@pages.post("/viec/<item_id>/dang-xem")
@signed_in
@in_browser("trang tự báo ai đang xem")
@unattended
def look(item_id: str) -> ResponseReturnValue:
    """Say that one looks at it, and hear who else does."""
    with application().database.write() as connection:
        row = find_item(connection, g.agency_id, item_id)
        must_see(connection, g.org, g.person.id, row["case_id"])
        others = presence.look(connection, g.agency_id, item_id, g.person.id, wall_now())
    said = t("presence.looking", names=[g.org.name(one) for one in others]) if others else ""
    return Response(said, content_type="text/plain; charset=utf-8")


@pages.get("/viec/co-moi")
@signed_in
@unattended
def arrived() -> ResponseReturnValue:
    """Whether something has come to the list since it was drawn: said, while the list itself stays as it is."""
    since = request.args.get("luc", "")[:36]
    number = worklists.arrived(application(), g.org, g.person.id, narrowing.read(request.args), since) if since else 0
    if not number:
        return "", 204
    return Response(t("inbox.arrived", count=number), content_type="text/plain; charset=utf-8")


@pages.post("/viec/bo-loc")
@signed_in
@by_script("Lưu bộ lọc của danh sách việc", "_list", "name")
def keep_filter() -> ResponseReturnValue:
    """Keep the list's filter under a name."""
    wanted, app = narrowing.carried(request.form.get("_list", "")), application()
    try:
        with app.database.write() as connection:
            filters.keep(
                connection, app.database.new_id(), g.agency_id, g.person.id, request.form.get("name", ""), wanted
            )
    except Invalid as invalid:
        flash(render_message(invalid.reasons[0]), "bad")
    else:
        flash(t("filter.kept"))
    return redirect(url_for("inbox.index", **wanted.address), 303)


@pages.post("/viec/bo-loc/<filter_id>/bo")
@signed_in
@by_script("Bỏ một bộ lọc đã lưu")
def drop_filter(filter_id: str) -> ResponseReturnValue:
    """Keep it no more."""
    with application().database.write() as connection:
        if not filters.drop(connection, g.person.id, filter_id):
            raise NotFound("filter")
    flash(t("filter.dropped"))
    return redirect(url_for("inbox.index"), 303)


@pages.post("/viec/de-mai-nhac")
@needs("office")
@in_browser("chỉ để trình duyệt này thôi nhắc")
def rest_from_endings() -> ResponseReturnValue:
    """What is told of ending legal texts is not told again today, in this browser."""
    session[ENDINGS_REST] = g.today.isoformat()
    return redirect(url_for("inbox.index"), 303)


@pages.get("/cau-mau")
@needs("office")
def sentences() -> ResponseReturnValue:
    """The agency's ready sentences for reasons, to be edited by the office."""
    with application().database.read() as connection:
        there = snippets.of_agency(connection, g.agency_id)
    is_new = not any(there.values())
    given = {verb: t(f"snippet.suggested.{verb}") if is_new else "\n".join(there[verb]) for verb in there}
    return render_template("pages/snippets.html", given=given, is_new=is_new, errors={})


@pages.post("/cau-mau")
@needs("office")
@by_script("Sửa các câu mẫu", "extend", "refuse", "return")
def write_sentences() -> ResponseReturnValue:
    """These from now on, one a line."""
    app, given = application(), {verb: request.form.get(verb, "") for verb in snippets.VERBS}
    lines = {verb: snippets.lines(text) for verb, text in given.items()}
    try:
        with app.database.write() as connection:
            snippets.write(connection, app.database.new_id, g.agency_id, lines)
    except Invalid as invalid:
        errors = {name: render_message(found) for name, found in invalid.fields.items()}
        return render_template("pages/snippets.html", given=given, is_new=False, errors=errors), 422
    flash(t("snippet.saved"))
    return redirect(url_for("tray.sentences"), 303)
