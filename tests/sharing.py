"""How parallel runs share the tests: what one set-up serves goes together, and the long ones go first.

A run is as long as its last test: one that lasts a minute must not be the last to begin.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

LONG = (  # beginnings of test ids, longest first; the rest follows as collected
    "tests/faults/", "tests/browser/test_gallery.py", "tests/workflow/test_firing.py", "tests/workflow/test_explain.py",
    "tests/golden/", "tests/browser/",
    "tests/architecture/test_full_run.py", "tests/journeys/",
    "tests/config/test_demo.py", "tests/workflow/test_yearly.py",
    "tests/web/commands/test_processes.py", "tests/workflow/test_identity.py", "tests/tasks/test_worker.py",
)  # fmt: skip
BY_DATABASE = ("tests/golden/", "tests/workflow/test_firing.py")  # halves of a file that share nothing
COUNCIL = (  # the council with its twenty nominees is prepared once for these
    "tests/browser/test_sitting.py", "tests/states/councils/test_sittings.py", "tests/web/test_sittings.py",
    "tests/web/test_publishing.py", "tests/web/test_whole_sitting.py",
)  # fmt: skip
DEMO = (  # it is built once for these
    "tests/browser/test_gallery.py", "tests/browser/test_office.py", "tests/browser/test_people.py",
    "tests/browser/test_units.py", "tests/browser/test_work.py", "tests/config/test_demo.py",
    "tests/web/test_openapi.py",
)  # fmt: skip


class Sharing(LoadScopeScheduling):
    """Hands out groups of tests as collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(test_id: str) -> str:
    """What runs in one process, one after the other: a file, unless said otherwise above."""
    file, _, name = test_id.partition("::")
    parameter = name.partition("[")[2].rstrip("]")
    if file.startswith("tests/faults/"):  # one storm after the other: each keeps both cores busy
        return "faults"
    if file.startswith("tests/journeys/"):  # by installation: starting one takes longer than most journeys
        return parameter
    if file.startswith(BY_DATABASE):
        return f"{file}-{parameter.partition('-')[0]}"
    if file in COUNCIL:
        return "council"
    return "demo" if file in DEMO else file


def rank(test_id: str) -> int:
    """The place in the queue; 0 begins first."""
    return next((place for place, begin in enumerate(LONG) if test_id.startswith(begin)), len(LONG))
