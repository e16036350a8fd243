"""One submitted value, by its type: anything comes in, plain JSON or a sentence why not goes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflow.form_text import Unreadable, clean_line, clean_text, count_letters, is_blank
from workflow.message import Message

LINE_LENGTH = 200
TEXT_LENGTH = 10_000
REASON_LETTERS = 10
FIRST_YEAR, LAST_YEAR = 1900, 2100
LARGEST_NUMBER = 10**12

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_VIETNAMESE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|[0-4]\d)", re.ASCII)  # of 85 nobody knows the century
_NUMBER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_YES = frozenset({"true", "yes", "on", "1", "có"})
_NO = frozenset({"false", "no", "off", "0", "không"})


class Wrong(Exception):
    """This value cannot be taken; `message` says what to enter instead."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key)
        self.message = Message(key, params)


@dataclass(frozen=True)
class Facts:
    """What a form may point at: ids of the organisation, files this person uploaded, what the case holds.

    `cases`, `groups`: for each field of `cases`, of `people`, the ids that may be chosen. `fields`: what `each` and
    `if` look at. `today`: the day that dates are held against; without it they are not.
    """

    people: Container[str] = ()
    units: Container[str] = ()
    subjects: Container[str] = ()
    cases: Mapping[str, Container[str]] = field(default_factory=dict)
    groups: Mapping[str, Container[str]] = field(default_factory=dict)
    files: Container[str] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    today: date | None = None


def is_empty(raw: object, depth: int = 2) -> bool:
    """Nothing was entered, also in the cells of a table; False and 0 are something."""
    if isinstance(raw, str):
        return is_blank(raw)
    if isinstance(raw, dict):
        raw = list(raw.values())
    if isinstance(raw, list | tuple):
        return not raw or (depth > 0 and all(is_empty(part, depth - 1) for part in raw))
    return raw is None


def line(raw: object, title: str) -> str:
    """At most 200 characters, on one line."""
    return _bounded(_string(raw, title, clean_line), title, LINE_LENGTH)


def text(raw: object, title: str) -> str:
    """At most 10 000 characters, on any number of lines."""
    return _bounded(_string(raw, title, clean_text), title, TEXT_LENGTH)


def reason(raw: object, title: str) -> str:
    """A text of at least ten letters: who is refused must be able to act on it."""
    given = text(raw, title)
    if given and count_letters(given) < REASON_LETTERS:
        raise Wrong("form.reason_too_short", field=title, letters=REASON_LETTERS)
    return given


def day(raw: object, title: str, earliest: date | None = None, latest: date | None = None) -> str:
    """An ISO date out of dd/MM/yyyy or yyyy-MM-dd; a limit is the day it is filled in."""
    given = _string(raw, title, clean_line)
    if found := _ISO.fullmatch(given):
        year, month, day_of_month = (int(part) for part in found.groups())
    elif found := _VIETNAMESE.fullmatch(given):
        day_of_month, month, year = (int(part) for part in found.groups())
        year += 2000 if len(found[3]) == 2 else 0
    else:
        raise Wrong("form.date_form", field=title)
    try:
        value = date(year, month, day_of_month)
    except ValueError:
        raise Wrong("form.date_unknown", field=title) from None
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Wrong("form.date_range", field=title, first=FIRST_YEAR, last=LAST_YEAR)
    if latest is not None and value > latest:
        raise Wrong("form.date_ahead", field=title, today=latest)
    if earliest is not None and value < earliest:
        raise Wrong("form.date_past", field=title, today=earliest)
    return value.isoformat()


def number(raw: object, title: str, minimum: int | None = None, maximum: int | None = None) -> int:
    """A whole number, from 0 unless the field says otherwise."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise Wrong("form.number_form", field=title)
    if isinstance(raw, float):
        if not raw.is_integer():  # also refuses infinities and not-a-number
            raise Wrong("form.number_form", field=title)
        value = int(raw)
    elif isinstance(raw, str):
        given = _string(raw, title, clean_line)
        if not _NUMBER.fullmatch(given):
            raise Wrong("form.number_form", field=title)
        value = int(given)
    else:
        value = raw
    low = 0 if minimum is None else minimum
    if value < low:
        raise Wrong("form.number_low", field=title, least=low)
    if value > (LARGEST_NUMBER if maximum is None else maximum):
        raise Wrong("form.number_high", field=title, most=LARGEST_NUMBER if maximum is None else maximum)
    return value


def yes_no(raw: object, title: str) -> bool:
    """True or False, also from a form's words."""
    if isinstance(raw, bool):
        return raw
    given = _string(raw, title, clean_line).casefold()
    if given in _YES:
        return True
    if given in _NO:
        return False
    raise Wrong("form.yes_no", field=title)


def one_of(raw: object, title: str, allowed: Container[str], key: str) -> str:
    """An id or value among those allowed; `key` names the sentence for anything else."""
    if isinstance(raw, str) and (given := unicodedata.normalize("NFC", raw.strip())) in allowed:
        return given
    raise Wrong(key, field=title)


def _string(raw: object, title: str, clean: Callable[[str], str]) -> str:
    if not isinstance(raw, str):
        raise Wrong("form.not_text", field=title)
    try:
        return clean(raw)
    except Unreadable:
        raise Wrong("form.unreadable", field=title) from None


def _bounded(given: str, title: str, longest: int) -> str:
    if len(given) > longest:
        raise Wrong("form.too_long", field=title, most=longest, over=len(given) - longest)
    return given
