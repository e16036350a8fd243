"""The face: one Flask app around one wired application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from config.wiring import Application
from states.evidence.pictures import can_be_drawn
from web import (
    assets,
    errors,
    gate,
    headers,
    language,
    navigation,
    page_lists,
    push_place,
    reading,
    routes,
    scores,
    second_factor,
    unsent,
    worklists,
)  # fmt: skip
from web.application import KEY
from web.calendar_plan import waiting_calendar
from web.current import can
from web.errands import errands, to_call
from web.field_views import laid_out
from web.plan_texts import ending_bases, plan_over
from web.run_list import unseen_runs
from web.sign_in.provider import Provider
from web.tray import here
from web.views import sso
from web.views.guides import help_address
from web.watching import counters, gauges, requests

MEGABYTE = 1024 * 1024


def create_app(application: Application) -> Flask:
    """The WSGI app. It reads the settings once, here; its views never do."""
    app = Flask(__name__, root_path=str(Path(__file__).parent), static_url_path=assets.PATH)
    app.extensions[KEY] = application
    app.config.update(_configuration(application.settings))
    if application.settings.sso:
        app.extensions[sso.KEY] = Provider(application.settings.sso, application.settings.base_url)
    _prepare_templates(app)
    csrf = CSRFProtect()
    counters.listen()
    app.extensions[gauges.KEY] = gauges.Rows(application)
    requests.install(app)  # first: whatever happens to a request has its id
    for module in (errors, headers, language, reading, page_lists):
        module.install(app)
    gate.install(app)  # before CSRF: a form of an ended sign-in leads to sign-in, not to an error
    csrf.init_app(app)
    routes.register(app, csrf)
    return app


def _configuration(settings: Any) -> dict[str, Any]:
    is_https = settings.base_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": "__Host-neuguong_form" if is_https else "neuguong_form",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the browser's session: a decision may be read for hours
        "MAX_CONTENT_LENGTH": 60 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
        "MAX_FORM_PARTS": 5_000,  # four numbers for each of a thousand names
        "BASE_URL": settings.base_url,
        "DEMO": settings.demo,
        "METRICS_TOKEN": settings.metrics_token,
    }


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=assets.asset,
        icon=assets.icon,
        item_title=worklists.item_title,
        nav_sections=navigation.sections,
        can=can,
        laid_out=laid_out,
        can_be_drawn=can_be_drawn,
    )
    app.jinja_env.globals.update(
        ready=here.ready,
        from_list=here.from_list,
        from_inbox=here.from_inbox,
        key_sheet=here.KEYS,
        postpone_day=here.postpone_day,
    )
    app.jinja_env.globals.update(help_address=help_address, unsent_whose=unsent.whose, unsent_kept=unsent.is_kept)
    app.jinja_env.globals.update(score_decimal=scores.decimal, score_percent=scores.percent)
    app.jinja_env.globals.update(
        endings=ending_bases,
        plan_over=plan_over,
        unseen_runs=unseen_runs,
        waiting_calendar=waiting_calendar,
        errands=errands,
        to_call=to_call,
    )
    app.jinja_env.globals.update(second_factor_demand=second_factor.demand, push_place=push_place.here)
