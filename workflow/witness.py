"""What happens, told to whoever counts or logs it; nothing in this room knows who that is.

`about` says whose work it is: the ids go into every line of the log and, with the outbox message, to the hands that
go on with it later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

REQUEST = "request_id"

Listener = Callable[[str, float, Mapping[str, str]], None]

listeners: list[Listener] = []
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**ids: str | None) -> Iterator[None]:
    """What is done in this block belongs to these ids; one that is None or empty is left as it was."""
    token = _about.set({**_about.get(), **{name: value for name, value in ids.items() if value}})
    try:
        yield
    finally:
        _about.reset(token)


def ids() -> Mapping[str, str]:
    """Whose work this is: request_id, case_id, message_id, timer_id, as far as known."""
    return _about.get()


def told(what: str, value: float = 1, **labels: str) -> None:
    """It happened; labels are words of a plan or of the code, never a person's or a case's."""
    for listener in listeners:
        listener(what, value, labels)
