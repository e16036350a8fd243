"""Every page in a real browser, in both themes, on a phone and at a desk: full, empty, with long lists, gone wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser

from tests import demonstration
from tests.browser.gallery import STATUSES, Gallery, faults
from tests.databases import SqliteDatabases
from tests.servers import served

pytestmark = pytest.mark.browser

NOT_IN_THE_DEMONSTRATION: dict[str, str] = {}
"""Routes of which the demonstration shows nothing, each with the test that does."""


@pytest.fixture(scope="module")
def full(sqlite_databases: SqliteDatabases) -> Iterator[Gallery]:
    with sqlite_databases.fresh(demonstration.build) as url:
        application = demonstration.connect(url)
        gallery = Gallery(application)
        with served(gallery.app) as port:
            gallery.address = f"http://127.0.0.1:{port}"
            yield gallery
        application.dispose()


def test_every_page_is_accessible_and_fits_in_both_themes(full: Gallery, browser: Browser) -> None:
    """The list is made of the routes: a page that is new is looked at, one that cannot be reached is named."""
    pages, missing = full.shown()
    assert missing.keys() == NOT_IN_THE_DEMONSTRATION.keys(), missing
    troubles: list[str] = []
    contexts = {who: full.context(browser, who) for who in dict.fromkeys(one.who for one in pages)}
    for one in pages:
        page = contexts[one.who].new_page()
        page.on("pageerror", partial(_note, troubles, one.path))
        page.goto(full.address + one.path)
        troubles += faults(page, one.path)
        page.close()
    for context in contexts.values():
        context.close()
    assert not troubles, "\n".join(troubles)


def _note(troubles: list[str], path: str, error: Exception) -> None:
    troubles.append(f"{path}: {error}")


def test_what_went_wrong_is_said_on_a_page_that_is_one(full: Gallery, browser: Browser) -> None:
    context = full.context(browser, full.people[0])
    page, troubles = context.new_page(), []
    for status in STATUSES:
        answer = page.goto(f"{full.address}/_sai/{status}")
        assert answer is not None
        assert answer.status == status
        troubles += faults(page, str(status))
    context.close()
    assert not troubles, "\n".join(troubles)
