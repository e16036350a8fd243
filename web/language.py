"""Texts and dates in the language of the person who reads: `t`, `render_message`, and the filters of templates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, g

from states.documents.numerals import dotted
from web.application import application
from workflow.clock import ZONE
from workflow.message import Message


def install(app: Flask) -> None:
    """Give templates `t(key, name=value)`, `render_message(message)` and the filters of this module."""
    app.jinja_env.globals.update(t=t, render_message=render_message)
    app.jinja_env.filters.update(day=day, moment=moment, business=business, clock=clock, iso=iso)
    app.jinja_env.filters.update(value=value, figure=figure)


def t(key: str, /, **params: Any) -> str:
    """The sentence of a key for the person of this request."""
    return application().texts.get(key, g.language, **params)


def render_message(message: Message) -> str:
    """A message of the engine or the domain as a sentence."""
    return application().texts.render(message, g.language)


def value(given: Any) -> str:
    """Any plain value as a person reads it: dates, yes and no, lists, nested messages."""
    return application().texts.value(given, g.language)


def figure(given: int) -> str:
    """A count as the person of this request writes it: 160.447, in English 160,447. For no year."""
    return dotted(given) if g.language == "vi" else f"{given:,}"


def day(given: date | datetime | str | None) -> str:
    """dd/MM/yyyy on Việt Nam's calendar; also from an ISO date; empty for nothing."""
    read = _local(given)
    return read.strftime("%d/%m/%Y") if read else ""


def moment(given: datetime | str | None) -> str:
    """HH:mm dd/MM/yyyy on Việt Nam's clock."""
    read = _local(given)
    return read.strftime("%H:%M %d/%m/%Y") if read else ""


def business(given: datetime | None) -> datetime | None:
    """A time of the wall's clock as the business clock stood then, so that a demonstration shows one calendar."""
    shift: timedelta = g.shift
    return given + shift if given else None


def clock(given: datetime | str | None) -> str:
    """HH:mm on Việt Nam's clock."""
    read = _local(given)
    return read.strftime("%H:%M") if read else ""


def iso(given: date | datetime | str | None) -> str:
    """yyyy-MM-dd or a full ISO time, for machines: `<time datetime>` and date fields."""
    return given if isinstance(given, str) else given.isoformat() if given else ""


def _local(given: date | datetime | str | None) -> date | datetime | None:
    if isinstance(given, str) and given:
        given = datetime.fromisoformat(given) if "T" in given or " " in given else date.fromisoformat(given)
    return given.astimezone(ZONE) if isinstance(given, datetime) else given or None
