"""After a restore: what is held back, and the office's word that it may leave or need not."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.access import needs
from web.application import application
from web.by_script import by_script
from web.language import t
from workflow import fence, resumption

pages = Blueprint("fence", __name__, url_prefix="/sau-phuc-hoi")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """The groups with their numbers; empty when no fence stands."""
    return _page({}, 200)


@pages.post("")
@needs("office")
@by_script("Quyết định gửi hay bỏ những gì chờ sau khi phục hồi", "*")
def resume() -> ResponseReturnValue:
    """Every group sent or dropped, the fence gone; with a group left open nothing changes."""
    with application().database.write() as connection:
        standing = fence.raised(connection, g.agency_id)
        if standing is None:
            flash(t("fence.gone"))
            return redirect(url_for("fence.index"), 303)
        open_ones = {
            name: t("fence.say")
            for name in resumption.undecided(resumption.waiting(connection, standing), request.form)
        }
        dropped = None if open_ones else resumption.resume(connection, standing, request.form, g.person.id)
    if dropped is None:
        return _page(open_ones, 422)
    application().after_commit()
    flash(t("fence.opened", dropped=dropped))
    return redirect(url_for("outbox.index"), 303)


def _page(errors: dict[str, str], status: int) -> ResponseReturnValue:
    with application().database.read() as connection:
        standing = fence.raised(connection, g.agency_id)
        held = resumption.waiting(connection, standing) if standing else None
    page = render_template("pages/fence.html", standing=standing, held=held, errors=errors, given=request.form)
    return page, status
