"""A process as Mermaid: the text that wikis and editors draw as a picture. Ids are ASCII, labels as people say them."""

from __future__ import annotations

from web.diagrams.outcomes import START, Outcome, of_start, of_state
from workflow.definition import Definition

_BREAKS = str.maketrans({'"': "'", ":": "：", ";": "；", "#": "＃", "\n": " "})


def diagram(definition: Definition) -> str:
    """The states with the moves of their own; what holds everywhere is a note."""
    lines = ["stateDiagram-v2", f"    %% {definition.title}".replace("\n", " ")]
    lines += [f'    state "{_said(one.title or name)}" as {name}' for name, one in definition.states.items()]
    pairs: dict[tuple[str, str], list[str]] = {}
    for one in (*of_start(definition), *(o for s in definition.states.values() for o in of_state(definition, s))):
        if not (one.everywhere or one.held or one.stays):
            titles = pairs.setdefault((one.source or "[*]", one.target), [])
            titles += [label for label in [_label(one)] if label not in titles]
    lines += [f"    {source} --> {target} : {', '.join(titles)}" for (source, target), titles in pairs.items()]
    lines += [f"    {name} --> [*]" for name, one in definition.states.items() if one.end]
    if definition.everywhere:
        titles = ", ".join(_said(action.title or action.name) for action in definition.everywhere.values())
        first = next(iter(definition.states))
        lines += [f"    note right of {first}", f"        Ở mọi bước còn mở: {titles}", "    end note"]
    return "\n".join(lines) + "\n"


def _label(one: Outcome) -> str:
    return _said(one.title) + (" (tự động)" if one.action.when and one.source != START else "")


def _said(text: str) -> str:
    return text.translate(_BREAKS)
