"""The web server: waitress with poll, a bounded queue and a door; its defaults make people wait without an end."""

from __future__ import annotations

import logging
import sys
from typing import Any

import waitress
from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer

from config.settings import Settings
from web.admission import Door, Doorkeeper
from web.application import KEY
from web.sign_in.cookie import cookie_name

PROXY_SAYS = {"x-forwarded-for", "x-forwarded-proto"}
TURN = 0.001  # seconds a thread keeps Python to itself: who reads and refuses must get its turn among those that work
SILENT_FOR = 120  # seconds after which an idle connection is closed

PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>{next}</p></html>"""


def listen(app: Flask, settings: Settings) -> MultiSocketServer | BaseWSGIServer:
    """The server, listening. Raises OSError for a port or address that it cannot have, ValueError for no address."""
    sys.setswitchinterval(TURN)
    limits, proxy = settings.web, settings.trusted_proxy
    with app.app_context():
        door = Door(limits, cookie_name(), proxy)
    keeper = Doorkeeper(door, _pages(app, settings.language))
    keeper.set_thread_count(limits.threads)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # the queue has its bound and its gauge
    return waitress.create_server(
        app,
        _dispatcher=keeper,
        host=settings.host,
        port=settings.port,
        threads=limits.threads,
        connection_limit=limits.connections,
        backlog=1024,
        asyncore_use_poll=True,
        channel_timeout=SILENT_FOR,
        ident=None,
        clear_untrusted_proxy_headers=False,  # nothing here believes them, but /metrics must see that they are there
        **({"trusted_proxy": proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": PROXY_SAYS} if proxy else {}),
    )


def _pages(app: Flask, language: str) -> Any:
    """What is said at the door, rendered once."""
    texts = app.extensions[KEY].texts

    def page(status: int, is_program: bool) -> tuple[str, str]:
        return made[status, is_program]

    def make(status: int) -> dict[str, str]:
        return {part: texts.get(f"error.page.{status}.{part}", language) for part in ("title", "next")}

    made = {}
    for status in (429, 503):
        said = make(status)
        problem = app.json.dumps({"type": "about:blank", "title": said["title"], "status": status})
        made[status, True] = ("application/problem+json", problem)
        made[status, False] = ("text/html; charset=utf-8", PAGE.format(language=language, **said))
    return page
