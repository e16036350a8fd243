"""Why somebody met a no: what refused with which facts, what would have to be so, who can make it so, and now.

The reasons are those that were returned then; what is said of now is the option as the case gives it today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflow.definition import Action, Definition
from workflow.explain import CaseView, Option
from workflow.grounds import titles
from workflow.message import Message
from workflow.reasons import Line, Part, Why, line
from workflow.rulebook import HELD
from workflow.runs import unpacked
from workflow.why_case import Behind, option_line
from workflow.why_people import OWN_AFFAIR

KINDS = {
    "authority.role_missing": "role", "authority.others": "role", "authority.four_eyes": "four_eyes",
    "authority.not_active": "gone",
    "hold.refuses": "hold", "hold.none": "hold", "action.window": "window", "action.not_here": "elsewhere",
    "conflict.decided": "decided", "conflict.stale": "stale", "error.busy": "busy",
    **dict.fromkeys(OWN_AFFAIR, "apart"),
}  # fmt: skip
"""What kind of no a reason is; one that is none of these is a rule about the case itself."""


def of_refusal(row: Mapping[Any, Any], seen: CaseView | None, behind: Behind | None, asker: str) -> Why:
    """The explanation; `seen` the case as whoever asks sees it now, None where there is none or they see it no more."""
    said = tuple(unpacked(one) for one in row["reasons"])
    parts = [Part(Message("explain.part.refused"), tuple(_refused(row, said, seen)))]
    if seen is not None and behind is not None and row["facts"]:
        option = _option(seen, row["what"])
        parts.append(Part(Message("explain.part.facts"), tuple(_then(row["facts"], seen))))
        parts.append(Part(Message("explain.part.remedy"), tuple(_remedies(said, seen, behind, row["what"]))))
        parts.append(Part(Message("explain.part.now"), (_now(seen, behind, option),)))
    else:
        parts.append(Part(Message("explain.part.remedy"), tuple(_remedy(one) for one in said)))
    title = Message("explain.refusal", {"ref": row["ref"]})
    return Why("refusal", row["ref"], title, tuple(parts), seen.case["code"] if seen else "")


def kind_of(reason: Message) -> str:
    """What kind of no a reason is."""
    if reason.key in KINDS:
        return KINDS[reason.key]
    return "page" if reason.key.startswith("access.") else "rule"


def _refused(row: Mapping[Any, Any], said: tuple[Message, ...], seen: CaseView | None) -> Iterator[Line]:
    yield line("explain.refused.at", at=row["at"])
    cite = _action(seen.definition, row["what"]).cite if seen and _action(seen.definition, row["what"]) else ""  # type: ignore[union-attr]
    for one in said:
        yield Line(one, "no", (line(f"explain.refused.{kind_of(one)}"),))
    if cite:
        yield line("explain.cite", cite=cite)


def _then(facts: Mapping[str, Any], seen: CaseView) -> Iterator[Line]:
    states = seen.definition.states
    title = states[facts["state"]].title if facts.get("state") in states else str(facts.get("state") or "")
    yield line("explain.then.state", state=title, version=facts.get("version") or 0)
    if facts.get("holds"):
        yield line("explain.stands.held", "no", grounds=titles(seen.definition, facts["holds"]))
    moved = seen.case["version"] != facts.get("version")
    yield line("explain.then.moved" if moved else "explain.then.same", state=seen.state.title)


def _remedies(said: tuple[Message, ...], seen: CaseView, behind: Behind, what: str) -> Iterator[Line]:
    for one in said:
        yield Line(_remedy(one).said, "", tuple(_who_can(one, seen, behind, what)))


def _remedy(reason: Message) -> Line:
    """What would have to be so."""
    return line(f"explain.remedy.{kind_of(reason)}", reason=reason)


def _who_can(reason: Message, seen: CaseView, behind: Behind, what: str) -> Iterator[Line]:
    """Who can make it so: those who may take it, who may end the hold, who fills in what the rule looks at."""
    kind = kind_of(reason)
    if kind in ("role", "four_eyes", "apart", "gone"):
        names = tuple(name for one in seen.items if one.status == "open" for name in one.owners)
        yield line("explain.remedy.people", people=names) if names else line("explain.remedy.nobody")
    elif kind == "hold" and seen.definition.held is not None:
        roles = [seen.plan.roles[one].title for one in seen.definition.held.owner if one in seen.plan.roles]
        yield line("explain.remedy.releases", roles=roles)
    elif kind == "rule":
        yield from _fillers(reason, seen, what)


def _fillers(reason: Message, seen: CaseView, what: str) -> Iterator[Line]:
    """The fields the rule looked at, and the steps whose form asks for them."""
    option = _option(seen, what)
    looked = {name for one in option.tried if one.refusal == reason for name in one.seen} if option else set()
    for name in sorted(looked & seen.definition.fields.keys()):
        forms = [one.title for one in seen.options if name in {field.name for field in (*one.needs, *one.takes)}]
        said = {"field": seen.definition.fields[name].title or name}
        yield line("explain.remedy.field", steps=forms, **said) if forms else line("explain.remedy.no_field", **said)


def _now(seen: CaseView, behind: Behind, option: Option | None) -> Line:
    if option is None:
        return line("explain.now.not_here", "no", state=seen.state.title)
    return option_line(seen, behind, option)


def _option(seen: CaseView, what: str) -> Option | None:
    """The option that was asked for, where the case still has it: an action by name, an ask or item by its id."""
    kind, _, ident = what.partition(":")
    for one in seen.options:
        if one.name == what or (kind == "ask" and one.ask_id == ident) or (kind == "item" and one.item_id == ident):
            return one
    return None


def _action(definition: Definition, what: str) -> Action | None:
    plain = what.removeprefix(HELD)
    held = definition.held.actions if definition.held else {}
    tables = [definition.start, *(one.actions for one in definition.states.values()), definition.everywhere, held]
    return next((table[plain] for table in tables if plain in table), None)
