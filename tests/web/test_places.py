"""Every address a letter gives leads to a page."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from states.notices.letter import Places


def test_addresses_in_letters_are_routes_that_only_show(town):
    places = Places("https://so.example")
    routes = town.app.url_map.bind("so.example")
    for address, arguments in (
        (places.of_item("01a2"), {"item_id": "01a2"}),
        (places.of_run("01a2"), {"run_id": "01a2"}),
        (places.of_case("ĐH-2025-0001"), {"code": "ĐH-2025-0001"}),
    ):
        _, found = routes.match(unquote(urlsplit(address).path), method="GET")
        assert found == arguments
