"""How a script does what a form of a page does: every view that takes a form says it with one of these marks.

Most are offered under `/api/v1` as they stand (`by_script`): the same view, the same fields, the same refusals
(`web.api.page_actions`). What an operation of its own does with a shape and a version names that one (`by_operation`).
What needs somebody at a screen says why no script may (`in_browser`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

MARK = "__by_script__"


@dataclass(frozen=True)
class ByScript:
    """`title` in the interface's document; `names` of the form's fields, of which one with a star stands for many."""

    title: str
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Whether the form has a field of this name."""
        return any(fnmatchcase(name, known) for known in self.names)


@dataclass(frozen=True)
class ByOperation:
    """The operation of the interface, by its id, that does it."""

    operation: str


@dataclass(frozen=True)
class InBrowser:
    """Why no script does it."""

    why: str


Way = ByScript | ByOperation | InBrowser


def by_script(title: str, *names: str, files: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Scripts may send this form as it is; `files` are fields that take files."""
    return lambda view: _mark(view, ByScript(title, names, files))


def by_operation(operation: str) -> Callable[[View], View]:
    """Scripts use this operation instead."""
    return lambda view: _mark(view, ByOperation(operation))


def in_browser(why: str) -> Callable[[View], View]:
    """Scripts may not."""
    return lambda view: _mark(view, InBrowser(why))


def way_of(view: Callable[..., Any]) -> Way | None:
    """The mark of a view, or None when its author forgot it."""
    return getattr(view, MARK, None)


def _mark(view: View, way: Way) -> View:
    setattr(view, MARK, way)
    return view
