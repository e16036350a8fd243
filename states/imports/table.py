"""From cells to lines: headings found whatever their order, each value typed, every mistake named by row and column."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from workflow.folding import fold, spoken, tidy
from workflow.form_values import Wrong
from workflow.form_values import day as read_day
from workflow.message import Message

Kind = Literal["text", "date", "number"]
LARGEST = 999_999


@dataclass(frozen=True)
class Column:
    """One heading of a list. `also` are other headings people use for it; `longest` is in characters."""

    name: str
    heading: str
    kind: Kind = "text"
    required: bool = False
    also: tuple[str, ...] = ()
    longest: int = 200
    hint: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the list, typed: empty cells are None, headings that were not there are absent."""

    number: int
    values: Mapping[str, Any]
    letters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell (or one row: no column)."""

    row: int
    column: str
    heading: str
    what: Message

    def message(self) -> Message:
        """The whole sentence, with its place."""
        place = {"row": self.row, "column": self.column, "heading": self.heading, "what": self.what}
        if not self.heading:
            return Message("import.at_row", place)
        return Message("import.at" if self.column else "import.at_heading", place)


class Sorting:
    """Collects problems while lines are read and applied."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = {column.name: column for column in columns}
        self.problems: list[Problem] = []

    def complain(self, line: Line, name: str, key: str, **params: Any) -> None:
        """Something is wrong with one value of a line; with an empty name, with the line itself."""
        heading = self.columns[name].heading if name else ""
        self.problems.append(
            Problem(line.number, line.letters.get(name, ""), heading, Message(f"import.{key}", params))
        )

    def find(self, line: Line, name: str, known: Known) -> str | None:
        """The id of what a cell names; a complaint with the nearest right name when there is none, or several."""
        wanted = line.values.get(name)
        if not wanted:
            return None
        ids = known.matches(wanted)
        if len(ids) == 1:
            return next(iter(ids))
        if ids:
            self.complain(line, name, "ambiguous", value=wanted)
        elif fold(wanted) not in known.rejected:
            self.complain(line, name, "unknown", value=wanted, nearest=nearest(wanted, known.shown))
        return None


class Known:
    """What cells may name, by code or by name, without regard to diacritics and case.

    `rejected` are names of a list before this one whose own lines are wrong: that was said there. `by_start`: the first
    words of one name alone mean it too, as do the words of a plan's name: "Giám đốc" is "Giám đốc Sở".
    """

    def __init__(
        self, entries: Iterable[tuple[str, Iterable[str]]] = (), *, rejected: Iterable[str] = (), by_start: bool = False
    ) -> None:
        self.by_start = by_start
        self.exact: dict[str, set[str]] = {}
        self.ids: dict[str, set[str]] = {}
        self.shown: dict[str, str] = {}
        self.called: dict[str, str] = {}
        self.rejected = {fold(name) for name in rejected}
        for entry_id, names in entries:
            self.add(entry_id, *names)

    def add(self, entry_id: str, *names: str) -> None:
        """One more, under each of its names; the last is what it is called."""
        for name in filter(None, names):
            self.called[entry_id] = name
            self.exact.setdefault(tidy(name), set()).add(entry_id)
            self.ids.setdefault(fold(name), set()).add(entry_id)
            self.shown.setdefault(fold(name), name)

    def name_of(self, entry_id: str | None) -> str:
        """What one of them is called; empty for nobody's."""
        return self.called.get(entry_id or "", "")

    def matches(self, wanted: str) -> set[str]:
        """Whom a cell may mean: those it names to the letter; where there are none, those of nearly that name."""
        named = self.exact.get(tidy(wanted)) or self.ids.get(fold(wanted), set())
        return named or (self._begun_with(spoken(wanted)) if self.by_start else set())

    def _begun_with(self, words: str) -> set[str]:
        """Whom names mean that are these words, or begin with them and go on with another word."""
        longer = re.compile(re.escape(words) + r"\b")
        return {one for name, ids in self.ids.items() if words and longer.match(spoken(name)) for one in ids}


def nearest(wanted: str, shown: Mapping[str, str]) -> Message | str:
    """A sentence naming the nearest right name, or nothing; `shown` maps folded names to names."""
    close = difflib.get_close_matches(fold(wanted), list(shown), n=1, cutoff=0.6)
    return Message("import.nearest", {"name": shown[close[0]]}) if close else ""


def letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def lines_of(rows: Sequence[Sequence[str]], sorting: Sorting) -> list[Line]:
    """The typed lines below the row of headings; problems go to `sorting`."""
    start = _heading_row(rows, sorting)
    if start is None:
        sorting.problems.append(Problem(1, "", "", Message("import.no_headings", {"wanted": _headings(sorting)})))
        return []
    places = _places(rows[start], start + 1, sorting)
    letters = {name: letter(index) for name, index in places.items()}
    found = []
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = {name: row[index] if index < len(row) else "" for name, index in places.items()}
        if any(cells.values()):
            found.append(line_of(number, cells, letters, sorting))
    return found


def line_of(number: int, cells: Mapping[str, str], letters: Mapping[str, str], sorting: Sorting) -> Line:
    """One line out of texts by column name."""
    bare = Line(number, {}, letters)
    values: dict[str, Any] = {}
    for name, text in cells.items():
        column = sorting.columns[name]
        values[name] = None
        if not text.strip():
            if column.required:
                sorting.complain(bare, name, "empty")
        elif len(text) > column.longest:
            sorting.complain(bare, name, "too_long", longest=column.longest)
        elif _is_formula(text):
            sorting.complain(bare, name, "formula", value=text)
        else:
            _put(values, column, text, bare, sorting)
    return Line(number, values, letters)


def _put(values: dict[str, Any], column: Column, text: str, line: Line, sorting: Sorting) -> None:
    try:
        values[column.name] = _READERS[column.kind](text)
    except OverflowError:
        sorting.complain(line, column.name, "number_range", value=text, most=LARGEST)
    except (Wrong, ValueError):
        sorting.complain(line, column.name, f"not_a_{column.kind}", value=text)


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet would work a text out, or run it, once it stands in a list that we give out."""
    start = text.strip()
    calls = any(mark in start for mark in "(|!{")
    return start.startswith(("=", "@", "＝", "＠")) or (calls and start.startswith(("+", "-", "＋", "－")))


def _day(text: str) -> date:
    return date.fromisoformat(read_day(text, ""))


def _number(text: str) -> int:
    """Raises OverflowError for what no place in a list can be, however many digits it has."""
    value = int(text)
    if not 0 <= value <= LARGEST:
        raise OverflowError
    return value


_READERS: Mapping[Kind, Callable[[str], Any]] = {"text": tidy, "date": _day, "number": _number}


def _heading_row(rows: Sequence[Sequence[str]], sorting: Sorting) -> int | None:
    """Titles may stand above the list: its headings are the first row with two of ours."""
    known = {fold(text) for column in sorting.columns.values() for text in _texts(column)}
    for index, row in enumerate(rows[:20]):
        if len({fold(cell) for cell in row} & known) >= min(2, len(sorting.columns)):
            return index
    return None


def _places(row: Sequence[str], number: int, sorting: Sorting) -> dict[str, int]:
    by_text = {fold(cell): index for index, cell in reversed(list(enumerate(row))) if cell}
    places = {}
    for column in sorting.columns.values():
        index = next((by_text.pop(fold(text)) for text in _texts(column) if fold(text) in by_text), None)
        if index is not None:
            places[column.name] = index
    unused = {text: row[index] for text, index in by_text.items()}
    for column in sorting.columns.values():
        if column.required and column.name not in places:
            what = Message(
                "import.heading_missing", {"heading": column.heading, "nearest": nearest(column.heading, unused)}
            )
            sorting.problems.append(Problem(number, "", "", what))
    return places


def _texts(column: Column) -> tuple[str, ...]:
    return (column.heading, *column.also)


def _headings(sorting: Sorting) -> list[str]:
    return [column.heading for column in sorting.columns.values() if column.required]
