"""How parallel runs share the tests: what one set-up serves goes together, and the long ones go first.

A run is as long as its last test: one that lasts a minute must not be the last to begin.
"""

from __future__ import annotations

import pytest

LONG = (  # beginnings of test ids, longest first; the rest follows as collected
    "tests/faults/", "tests/journeys/", "tests/architecture/test_full_run.py", "tests/workflow/test_firing.py",
    "tests/workflow/test_explain.py", "tests/browser/", "tests/config/test_demo.py", "tests/workflow/test_yearly.py",
    "tests/web/commands/test_processes.py", "tests/workflow/test_identity.py", "tests/tasks/test_worker.py",
)  # fmt: skip
DEMO = ("tests/browser/test_work.py", "tests/config/test_demo.py")  # the demo is built once for both


def share(items: list[pytest.Item]) -> None:
    """Mark each test with the group it runs in, and put the long ones first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_rank)


def _group(item: pytest.Item) -> str:
    file = item.nodeid.partition("::")[0]
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if "installation" in parameters:  # starting one takes longer than most journeys
        return str(parameters["installation"])
    if file.startswith("tests/faults/") or (file.endswith("test_firing.py") and "databases" in parameters):
        return f"{file}-{parameters.get('databases')}"
    return "demo" if file in DEMO else file


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, begin in enumerate(LONG) if item.nodeid.startswith(begin)), len(LONG))
