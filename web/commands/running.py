"""How a command keeps running and stops: signals, logging, the web server, the clock in the foreground."""

from __future__ import annotations

import errno
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError
from waitress.server import BaseWSGIServer, MultiSocketServer

from config import readiness
from config.wiring import Application
from web.commands.shell import Shell
from web.watching import exposing, logs

if TYPE_CHECKING:
    from scheduler.clock import Clock
    from tasks.dispatch import Dispatcher

GRACE = 12.0  # seconds to end in good order before the process ends itself

_log = logging.getLogger(__name__)

Listening = MultiSocketServer | BaseWSGIServer  # what web.serving makes, without loading a page


def log_to_stderr(shell: Shell) -> None:
    """One line per thing worth knowing, as this installation wants it."""
    logs.set_up(shell.settings.log)
    logging.captureWarnings(True)


@contextmanager
def until_told(shell: Shell) -> Iterator[None]:
    """Ctrl-C, `kill`, a closed terminal end the block; a second one, or `GRACE` seconds, the process."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        yield
    except SystemExit as stopped:
        if stopped.code:
            raise
    finally:
        shell.close()


def _stop(*_: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(1))
    last_resort = threading.Timer(GRACE, os._exit, [1])
    last_resort.daemon = True
    last_resort.start()
    raise SystemExit(0)


def count(shell: Shell, *, children: bool = False) -> None:
    """Show what this process counts, where NEUGUONG_METRICS_PORT says so."""
    port = shell.settings.metrics_port
    if not port:
        return
    if children:
        exposing.share_among_children()
    try:
        shown = exposing.serve(port)
    except OSError as taken:
        raise shell.fail("process.port_taken", host=exposing.LOOPBACK, port=port, why=taken.strerror) from taken
    _log.info("counters on http://%s:%s/metrics", exposing.LOOPBACK, shown)


def refuse_unready(shell: Shell) -> None:
    """Nothing runs over data that it cannot serve, or without its folders: one clear line and exit code 2."""
    if shell.settings.identity_file.exists():
        _ = shell.settings.identity_keys  # raises where no complaint could be opened, or signed
    try:
        reason = readiness.unready(shell.application)
        shell.settings.make_folders()  # after the look: where nothing is initialised nothing is made
    except DBAPIError as away:
        if shell.wired.database.is_sqlite:
            raise
        _log.warning("the database is away: %s", away.orig)  # for a while: a worker waits for it, the pages say so
        return
    if reason is not None:
        raise shell.fail(reason.key, code=2, **reason.params)


def refuse_unfit(shell: Shell) -> None:
    """One clear line, and nothing is touched, where the database is not this program's to bring to its own shape."""
    reason = readiness.unfit(shell.wired.database, demo=shell.settings.demo)
    if reason is not None:
        raise shell.fail(reason.key, code=2, **reason.params)


def server(shell: Shell) -> Listening:
    """The web server, listening; a taken port is one clear line."""
    from web import serving  # the clock and the worker never load a page
    from web.app import create_app

    host, port = shell.settings.host, shell.settings.port
    try:
        return serving.listen(create_app(shell.wired), shell.settings)
    except ValueError as unknown:
        raise shell.fail("process.no_host", code=2, host=host) from unknown
    except OSError as taken:
        if taken.errno == errno.EADDRNOTAVAIL:
            raise shell.fail("process.no_host", code=2, host=host) from taken
        raise shell.fail("process.port_taken", host=host, port=port, why=taken.strerror or str(taken)) from taken


def address(listening: Listening) -> str:
    """Where a person points the browser."""
    host, port = str(listening.effective_host), int(listening.effective_port)
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"


def make_clock(application: Application, dispatcher: Dispatcher) -> Clock:
    """The clock over this application's table of jobs; now and then it also asks the worker for a sign of life."""
    from scheduler import jobs  # only what ticks loads APScheduler
    from scheduler.clock import Clock

    ask = jobs.Job("ask_worker", 10, dispatcher.ask_worker)
    return Clock((*jobs.table(application, dispatcher.sweep), ask))


def tick(application: Application, dispatcher: Dispatcher) -> None:
    """Tick in the foreground; exit code 1 when the database stayed away, for a supervisor to start anew."""
    clock = make_clock(application, dispatcher)
    clock.start()
    try:
        while not clock.broken.wait(0.5):
            pass
        raise SystemExit(1)
    finally:
        clock.stop()
