"""What axe finds on a page as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
CHEAP = {"resultTypes": ["violations"], "selectors": False, "preload": False}  # half the time, the same violations

MENUS = "details.menu"  # they lie over the page while open: judged by themselves


CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that a page's other theme can change."""


def violations(page: Page, *, menus: bool = True, rules: Mapping[str, Any] = RULES) -> list[str]:
    """One line a violating node, folded parts opened; then each menu, open as a person opens it, one at a time.

    Menus are the same on every page: whoever looks at many asks for them once.
    """
    for more in page.query_selector_all(f"details:not({MENUS})"):
        more.evaluate("element => element.open = true")
    found = _run(page, "html", rules)
    for menu in page.query_selector_all(f"{MENUS}") if menus else ():
        if menu.is_visible():
            menu.evaluate("element => element.open = true")
            found += _run(page, MENUS + "[open]", RULES)
            menu.evaluate("element => element.open = false")
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]


def _run(page: Page, where: str, rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    if page.evaluate("!window.axe"):  # half a megabyte to read: once a page
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate(_FOUND, [where, {**rules, **CHEAP}])
    return found


_FOUND = """([where, options]) =>
  axe.run(where, options).then((results) => results.violations)"""
