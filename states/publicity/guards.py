"""What must be true before something counts as published."""

from __future__ import annotations

from workflow.message import Message
from workflow.registry import Context, Registry

SHOWN = ("link", "clip")


def shown_where(context: Context, _arg: str | None) -> Message | None:
    """Where it can be seen or heard: an address, or a copy of it; published without a trace is not published."""
    if any(context.inputs.get(name) for name in SHOWN):
        link = str(context.inputs.get("link") or "")
        if not link or link.startswith(("https://", "http://")):
            return None
        return Message("guard.link_shape", {"link": link})
    return Message("guard.shown_where", {})


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.guard("shown_where", cite="Kế hoạch II.4")(shown_where)
