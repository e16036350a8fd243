"""Each request gets an id that its log lines, its messages and its answer carry; its time is counted by route."""

from __future__ import annotations

import contextlib
import logging
import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from web.watching.counters import REQUESTS
from workflow import witness

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})

QUIET = ("ballots", "sealed")
"""The pages of which nothing but the status is told, under the first name."""

BY_SCRIPT = "api_pages"
"""The blueprint of pages' forms by script, whose endpoints begin with the page's own."""

log = logging.getLogger("neuguong.request")


def is_quiet() -> bool:
    """Whether this request is about a secret ballot, on its pages or by script."""
    return (request.endpoint or "").removeprefix(f"{BY_SCRIPT}.").startswith(QUIET)


def install(app: Flask) -> None:
    """Before everything else of a request, and after it."""
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(forget)


def begin() -> None:
    """Take the id that a proxy gave, if it looks like one; else make one."""
    given = request.headers.get(HEADER, "")
    g.began = time.perf_counter()
    g.request_id = given if _WELL_FORMED.fullmatch(given) else uuid4().hex
    g.about = contextlib.ExitStack()
    if not is_quiet():
        about = witness.about(request_id=g.request_id, case=(request.view_args or {}).get("code"))
        g.about.enter_context(about)


def end(response: Response) -> Response:
    """Count and log it: the route's pattern, never the address, which may hold codes, names and secrets."""
    if "began" not in g:
        return response
    if is_quiet():
        return _in_secret(response)
    took = time.perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(method=method, route=route, status=str(response.status_code)).observe(took)
    if "public" not in response.headers.get("Cache-Control", ""):  # a copy for everybody carries nobody's id
        response.headers[HEADER] = g.request_id
    level = logging.DEBUG if request.endpoint in ("static", "health.alive", "health.ready") else logging.INFO
    log.log(level, "%s %s %s", method, route, response.status_code, extra={"milliseconds": round(took * 1000, 1)})
    return response


def _in_secret(response: Response) -> Response:
    """Of secret ballots the status alone: no step, no length of time, no id that another log could be laid beside."""
    REQUESTS.labels(method="other", route=QUIET[0], status=str(response.status_code)).observe(0)
    log.info("%s %s", QUIET[0], response.status_code)
    return response


def forget(_: BaseException | None) -> None:
    """The thread's next request is another one's."""
    if "about" in g:
        g.pop("about").close()
