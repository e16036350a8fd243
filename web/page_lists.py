"""Every list a page shows may be taken along as .xlsx or CSV: the rows the page shows, read off the page itself.

So a file never holds what its reader may not see, nor anything in other words than theirs, and a new list has its file
without a line. It leaves by the one door of all lists: marked, written down, counted. Lists so long that a page shows
a part of them have files of their own, made by a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g, request, url_for

from states.spreadsheet import Cell
from web.downloads import table_file
from web.errors import page, refused
from workflow.message import Refused

ENDINGS = ("xlsx", "csv")
ASKED, WHICH = "tep", "bang"
WHOLE = 5_000
SECRET = frozenset({"ballots", "sealed", "security"})
"""Blueprints of which nothing is taken along: votes, and how somebody signs in."""
OWN = frozenset({
    "cases.index", "deadlines.index", "plan_changes.cases", "publicity_calendar.index", "quality.index",
    "sittings.sitting", "sittings.fresh",
})  # fmt: skip
"""Pages with files of their own: whole where the page shows a part, or with columns that the page has no room for; what
a sitting counted leaves as its minutes."""

LIST, NAME, ROW = "data-list", "data-list-name", "data-row"
"""What marks a list (by its number on the page); one that is no table bears its name, its rows are marked, its cells
are what has a `data-label`."""
_APART = {"li", "p", "br", "div", "dd", "tr", "ul", "span.table__sub"}
_LEFT_OUT = {"script", "style", "svg", "button", "template", "form", "summary"}
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})")


def install(app: Flask) -> None:
    """Links under each table; the file in place of the page where one is asked for."""
    app.jinja_env.globals.update(page_list=page_list)
    app.after_request(instead)


@dataclass(frozen=True)
class PageList:
    """The next list of a page: its number, and (ending, address) of its files; none where lists do not leave so."""

    number: int = 0
    files: Sequence[tuple[str, str]] = ()


def page_list() -> PageList:
    """Asked once by each list, when it is drawn."""
    endpoint = request.endpoint or ""
    if request.method != "GET" or g.get("person") is None or request.blueprint in SECRET or endpoint in OWN:
        return PageList()
    g.lists_shown = g.get("lists_shown", 0) + 1
    kept = {name: several for name, several in request.args.lists() if name not in (ASKED, WHICH)}
    here = {**kept, **(request.view_args or {}), WHICH: g.lists_shown}
    files = [(ending, url_for(endpoint, **{**here, ASKED: ending})) for ending in ENDINGS]
    return PageList(g.lists_shown, files)


def most(usual: int) -> int:
    """How many rows a page shows: so many, or of a list that is taken along as many as there are, up to `WHOLE`."""
    return WHOLE if request.args.get(ASKED, "") in ENDINGS else usual


def instead(answer: Response) -> Response:
    """The page's list as a file, when one is asked for and the page was allowed."""
    ending = request.args.get(ASKED, "")
    if ending not in ENDINGS or not g.get("lists_shown") or answer.status_code != 200 or answer.is_streamed:
        return answer
    number = request.args.get(WHICH, "1")
    found = lists(answer.get_data(as_text=True)).get(number)
    if found is None:
        return current_app.make_response(page(404))
    title, rows = found
    name = f"{(request.endpoint or '').replace('.', '-').replace('_', '-')}-{number}"
    try:
        return table_file(title, rows, name, ending, (36, 28))
    except Refused as too_many:
        return current_app.make_response(refused(too_many))


def lists(html: str) -> dict[str, tuple[str, list[list[Cell]]]]:
    """number → (name, rows) of every list of a page; the first row is the heading."""
    from lxml.html import document_fromstring  # loaded by who takes a list along

    whole = document_fromstring(html)
    return {one.get(LIST): _table(one) if one.tag == "table" else _list(one) for one in whole.xpath(f"//*[@{LIST}]")}


def _table(table: Any) -> tuple[str, list[list[Cell]]]:
    caption = " ".join(_words(table.find("caption"))) if table.find("caption") is not None else ""
    heads = [cell for row in table.xpath("./thead/tr") for cell in row]
    used = [number for number, cell in enumerate(heads) if not _is_for_actions(cell)]
    rows: list[list[Cell]] = [[_said(heads[number]) for number in used]]
    for row in table.xpath("./tbody/tr"):
        cells = list(row)
        if len(cells) == len(heads):
            rows.append([_value(cells[number]) for number in used])
        else:  # the heading of a group, or a row of another shape: as it stands
            rows.append([_value(cell) for cell in cells])
    return caption, rows


def _list(place: Any) -> tuple[str, list[list[Cell]]]:
    heads: dict[str, None] = {}
    found = []
    for row in place.xpath(f".//*[@{ROW}]"):
        cells = {cell.get("data-label"): _value(cell) for cell in row.xpath(".//*[@data-label]")}
        cells |= {_said(pair.find("dt")): _value(pair.find("dd")) for pair in row.xpath(".//dl/div[dt and dd]")}
        heads |= dict.fromkeys(cells)
        found.append(cells)
    return place.get(NAME, ""), [list(heads), *([cells.get(head) for head in heads] for cells in found)]


def _is_for_actions(head: Any) -> bool:
    """A column without a head that is seen holds buttons and boxes to tick."""
    return not _said(head)


def _value(cell: Any) -> Cell:
    said = _said(cell)
    return int(said) if _NUMBER.fullmatch(said) else said


def _said(cell: Any) -> str:
    parts = "".join(one if one == "\n" else f" {one} " for one in _words(cell)).split("\n")
    return "; ".join(tidy for part in parts if (tidy := " ".join(part.split())))


def _words(element: Any) -> Iterator[str]:
    """What is seen of an element, with a line's end between what stands apart."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _LEFT_OUT and "hidden-text" not in child.get("class", ""):
            apart = child.tag in _APART or f"{child.tag}.{child.get('class', '')}" in _APART
            yield "\n" if apart else ""
            yield from _control(child) if child.tag in ("input", "select", "textarea") else _words(child)
            yield "\n" if apart else ""
        yield child.tail or ""


def _control(field: Any) -> Iterator[str]:
    """What stands in a field of a form that is part of a list."""
    if field.tag == "input" and field.get("type", "text") in ("text", "number", "date"):
        yield field.get("value") or ""
    elif field.tag == "select":
        yield from (" ".join(one.text_content().split()) for one in field.xpath(".//option[@selected]"))
    elif field.tag == "textarea":
        yield field.text or ""
