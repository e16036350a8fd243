"""How processes log: one line per thing worth knowing, as text or as JSON, with the ids it belongs to.

No bodies and no secrets: what looks like a password in an address, a token or an e-mail address is cut out, and so is
what a database quotes of the values it refused.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from workflow import witness

Line = MutableMapping[str, Any]

_CUTS = (
    (re.compile(r"://[^/\s@]*@"), "://…@"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]+"), r"\1 …"),
    (re.compile(r"[\w.+-]+@(?=[\w-]+(\.[\w-]+)+)"), "…@"),
    (re.compile(r"(?<=DETAIL:).*"), " …"),
    (re.compile(r"(?<=\[parameters: ).*"), "…]"),
    (re.compile(r"(?<=invalid input syntax for type )(\w+): .*"), r"\1: …"),
    (re.compile(r"(/dat-mat-khau/)[\w-]+"), r"\1…"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_TEXTS = ("event", "exception", "stack")


class Handler(logging.StreamHandler[TextIO]):
    """Ours, to tell it from what others hung up."""


def set_up(style: str = "text", level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Log to a stream, standard error by default; `style` is text or json. The last call wins."""
    handler = Handler(stream or sys.stderr)
    handler.setFormatter(_formatter(style))
    root = logging.getLogger()
    root.handlers = [*(one for one in root.handlers if not isinstance(one, Handler)), handler]
    root.setLevel(level)
    logging.getLogger("kombu").setLevel(logging.ERROR)  # warns that `memory://` has no host
    for chatty in ("celery", "waitress.queue", "alembic", "apscheduler", "transitions"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    quiet = logging.INFO if style == "json" else logging.WARNING  # who reads along wants no line per page
    for name in ("neuguong.request", "tasks.deliver"):
        logging.getLogger(name).setLevel(quiet)


def _formatter(style: str) -> logging.Formatter:
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=("milliseconds",)),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        add_ids,
        cut,
    ]
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if style == "json" else as_text
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, last])


def add_ids(_logger: object, _name: str, line: Line) -> Line:
    """Whose work it is."""
    for name, value in witness.ids().items():
        line.setdefault(name, value)
    return line


def cut(_logger: object, _name: str, line: Line) -> Line:
    """Take out what nobody may read in a log."""
    for name in _TEXTS:
        if isinstance(text := line.get(name), str):
            for pattern, instead in _CUTS:
                text = pattern.sub(instead, text)
            line[name] = text
    return line


def as_text(_logger: object, _name: str, line: Line) -> str:
    """`2026-11-27T01:02:03Z WARNING tasks.deliver: what [case_id=…]`, a traceback below.

    Whatever a text holds, no line but our own begins at the margin: what somebody sent cannot look like a line of ours.
    """
    head = f"{line.pop('timestamp')} {line.pop('level').upper()} {line.pop('logger')}: {line.pop('event')}"
    below = [line.pop(name) for name in ("exception", "stack") if name in line]
    ids = " ".join(f"{name}={value}" for name, value in line.items())
    first, *rest = "\n".join([f"{head} [{ids}]" if ids else head, *below]).splitlines()
    return "\n".join(_CONTROL.sub("�", one) for one in (first, *(f"    {one}" for one in rest)))
