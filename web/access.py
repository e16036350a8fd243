"""Who may call a route: every view says so with one of these marks, and one gate reads them.

A view without a mark is refused for everyone, so that forgetting one shows at once and opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

MARK = "__access__"


class Kind(Enum):
    """How much must be known about the caller."""

    MACHINE = "machine"
    SHARED = "shared"
    PUBLIC = "public"
    ACCOUNT = "account"
    PERSON = "person"
    OFFICE = "office"
    TOKEN = "token"
    LINK = "link"


@dataclass(frozen=True)
class Access:
    """A route's mark: its kind, the capability or token scope asked for, and for pages by script both."""

    kind: Kind
    name: str = ""
    capability: str = ""  # beside a token's scope
    as_page: bool = False  # a token's, with everything a page knows of who asks


def for_machines(view: View) -> View:
    """Anyone; nobody is recognised and no database asked: for whoever watches machines."""
    return _mark(view, Access(Kind.MACHINE))


def shared(view: View) -> View:
    """Anyone, and the same to everyone: no cookie and no header is looked at, so that copies may be kept on the way."""
    return _mark(view, Access(Kind.SHARED))


def public(view: View) -> View:
    """Anyone, signed in or not."""
    return _mark(view, Access(Kind.PUBLIC))


def with_account(view: View) -> View:
    """Anyone signed in, even before an agency is chosen."""
    return _mark(view, Access(Kind.ACCOUNT))


def signed_in(view: View) -> View:
    """A person of an agency; what they may do there is the engine's answer, not the route's."""
    return _mark(view, Access(Kind.PERSON))


def needs(capability: str) -> Callable[[View], View]:
    """A person whose agency lets them do this today, themselves or for someone absent; see `web.capability`."""
    return lambda view: _mark(view, Access(Kind.OFFICE, capability))


def bearer(scope: str) -> Callable[[View], View]:
    """A script with a living token of this scope; cookies count for nothing here."""
    return lambda view: _mark(view, Access(Kind.TOKEN, scope))


def page_reader(view: View) -> View:
    """A script with a living token that reads pages as its owner sees them; the view asks each page's own mark."""
    return _mark(view, Access(Kind.TOKEN, "read", as_page=True))


def page_by_script(page: Access) -> Callable[[View], View]:
    """A script that sends a page's form: as the page's own mark says, with the scope that goes with it."""
    needed = page.name if page.kind is Kind.OFFICE else ""
    return lambda view: _mark(view, Access(Kind.TOKEN, "office" if needed else "act", needed, as_page=True))


def linked(scope: str) -> Callable[[View], View]:
    """Whoever holds an address with a living token of this scope in it, as `token`: programs that cannot sign in."""
    return lambda view: _mark(view, Access(Kind.LINK, scope))


def unattended(view: View) -> View:
    """Asked by a page by itself: no sign that somebody sits there, so a sign-in ends as if it had not been asked."""
    view.__unattended__ = True  # type: ignore[attr-defined]
    return view


def is_unattended(view: Callable[..., Any]) -> bool:
    """Whether a view is asked without anybody's doing."""
    return bool(getattr(view, "__unattended__", False))


def access_of(view: Callable[..., Any]) -> Access | None:
    """The mark of a view, or None when its author forgot it."""
    return getattr(view, MARK, None)


def _mark(view: View, access: Access) -> View:
    setattr(view, MARK, access)
    return view
