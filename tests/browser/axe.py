"""What axe finds on a page as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


MENUS = "details.menu"  # they lie over the page while open: judged by themselves


CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that a page's other theme can change."""


def violations(page: Page, *, menus: bool = True, rules: Mapping[str, Any] = RULES) -> list[str]:
    """One line a violating node, folded parts opened; then each menu, open as a person opens it, one at a time.

    Menus are the same on every page: whoever looks at many asks for them once.
    """
    for more in page.query_selector_all(f"details:not({MENUS})"):
        more.evaluate("element => element.open = true")
    found = [*Axe().run(page, options=dict(rules)).response["violations"]]
    for menu in page.query_selector_all(f"{MENUS}") if menus else ():
        if menu.is_visible():
            menu.evaluate("element => element.open = true")
            found += Axe().run(page, context={"include": [[MENUS + "[open]"]]}, options=RULES).response["violations"]
            menu.evaluate("element => element.open = false")
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]
