"""Every list of every page may be taken as .xlsx and CSV, and holds what the page shows: found from the routes.

A new page with a table has its files by itself; a new page that lists otherwise must mark its list, have a file of its
own, or stand below with the reason why it is no list.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from lxml.html import document_fromstring

from tests.cast import Cast
from tests.roads import case_at
from tests.web.desk import Desk
from web.access import Kind, access_of
from web.page_lists import LIST

LISTS = {  # pages that stand by themselves in the menus → with what there is in the cast's small agency
    "inbox.index", "complaints.index", "people.index", "units.index", "outbox.index", "desk.index", "incidents.index",
    "runs.index", "exports.index", "processes.index", "quotas.index", "overview.index",
}  # fmt: skip
NO_LIST = {
    "agenda": "",
}


def pages(app: Flask) -> Iterator[tuple[str, str]]:
    """(endpoint, address) of every page for people that needs nothing in its address."""
    for rule in app.url_map.iter_rules():
        kind = access_of(app.view_functions[rule.endpoint]).kind
        if "GET" in (rule.methods or ()) and not rule.arguments and kind in (Kind.PERSON, Kind.OFFICE):
            yield rule.endpoint, rule.rule


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Something stands on most lists."""
    cast: Cast = desk.cast
    case_at(cast, "office_check")
    case_at(cast, "identified", who="outsider")
    held = case_at(cast, "cultivating", who="colleague2")
    cast.act("office", held, "hold", hold_ground="complaint", hold_document=cast.upload("office"),
             complaint_kind="complaint", complaint_on="2025-03-03")  # fmt: skip
    cast.settle()
    return desk


def test_show(busy: Desk) -> None:
    browser = busy.browser("office")
    for endpoint, address in sorted(pages(busy.app)):
        answer = browser.get(address)
        if answer.status_code != 200 or not answer.mimetype.startswith("text/html"):
            print("--", endpoint, answer.status_code, answer.mimetype)
            continue
        whole = document_fromstring(answer.text)
        marked = whole.xpath(f"//*[@{LIST}]")
        rows = len(whole.xpath("//main//li")), len(whole.xpath("//main//table"))
        print("OK" if marked else "NO", endpoint, address, len(marked), rows)
