"""What the agency asks of signing in, set by its administrator: who must have a second factor, from which day on."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.accounts.model import has_second
from web import second_factor
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.forms import Entries
from web.language import t
from web.plan_texts import role_titles
from web.prove import fresh
from web.sign_in import policy
from workflow.clock import local_date, wall_now
from workflow.folding import name_sort_key
from workflow.message import Message, Refused
from workflow.organisation import account, person

pages = Blueprint("sign_in_rules", __name__, url_prefix="/quy-dinh-dang-nhap")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """The rule, and whom it would stop who has no second factor yet."""
    return _page()


@pages.post("")
@needs("office")
@by_script("Đặt quy tắc đăng nhập của cơ quan", "fresh_minutes", "groups", "starts_on")
@fresh
def change() -> ResponseReturnValue:
    """Set it; never one that stops who sets it."""
    if not g.sign_in.is_admin:
        raise Refused(Message("access.needs.admin"))
    entries, known = Entries(request.form), _groups()
    groups = tuple(one for one in known if one in request.form.getlist("groups"))
    starts_on = entries.day("starts_on", t("rules.starts_on"))
    minutes = request.form.get("fresh_minutes", "")
    most, least = policy.STALEST, policy.FRESHEST
    if not (minutes.isascii() and minutes.isdecimal() and len(minutes) < 4 and least <= int(minutes) <= most):
        entries.problems["fresh_minutes"] = Message("rules.minutes_wrong", {"least": least, "most": most})
    if not entries.problems and starts_on:
        rule = policy.Rule(groups, starts_on, int(minutes))
        if _stops_me(rule, starts_on):
            entries.problems["groups"] = Message("rules.yourself_first")
        else:
            with application().database.write() as connection:
                policy.put(connection, g.agency_id, rule, by=g.person.id, now=wall_now())
            flash(t("rules.saved"))
            return redirect(url_for("sign_in_rules.index"), 303)
    return _page(entries), 422


def _stops_me(rule: policy.Rule, starts_on: date) -> bool:
    """Whoever sets the rule must be able to take it back."""
    covered = second_factor.wants(rule, g.person.id, is_admin=g.sign_in.is_admin)
    return covered and not g.sign_in.has_second and starts_on <= local_date(wall_now())


def _groups() -> dict[str, str]:
    """Whom a rule may name: group → what it is called."""
    own = {one: t(f"rules.group.{one}") for one in (policy.SIGNERS, policy.ADMIN, policy.EVERYONE)}
    return {**own, **role_titles()}


def _page(entries: Entries | None = None) -> str:
    rule = policy.rule_of(g.sign_in)
    return render_template(
        "pages/sign_in_rules.html", rule=rule, groups=list(_groups().items()), without=_without(rule),
        errors=entries.errors if entries else {}, given=request.form if entries else {},
    )  # fmt: skip


def _without(rule: policy.Rule) -> list[str]:
    """Names of those the rule covers who have no second factor yet."""
    with application().database.read() as connection:
        has_none = connection.execute(
            sa.select(person.c.id, person.c.name, account.c.is_admin)
            .join(account, account.c.id == person.c.account_id)
            .where(person.c.agency_id == g.agency_id, account.c.disabled_at.is_(None), sa.not_(has_second()))
        ).all()
    found = [
        row.name
        for row in has_none
        if g.org.active(row.id) and second_factor.wants(rule, row.id, is_admin=row.is_admin)
    ]
    return sorted(found, key=name_sort_key)
