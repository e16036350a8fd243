"""What a person may do with a case, as forms to draw: the decision asked for first, the rest after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from states.documents import drafts
from states.endorsements.reach import EFFECT
from web.application import application
from web.field_views import FieldView, Sources, views
from web.language import t
from workflow.db import uuid7
from workflow.definition import Document
from workflow.draft import HOLD_SECONDS
from workflow.explain import CaseView, ItemView, Option
from workflow.forms import REASON
from workflow.message import Message

WITH_REASON = ("return", "refuse")
ORDER = {"approve": 0, "return": 1, "refuse": 2, "act": 3}
MOST_NAMED = 3  # of those whose turn it is next
REFUSED = "_refused"
"""The error of a whole form: what a rule says against it as it was sent."""
OTHER_WAY = frozenset({"vote.not_on_paper"})  # a guard's words for the same as `FIELD is WORD`
KEYS = {"approve": "a", "return": "t", "refuse": "r", "act": ""}


@dataclass(frozen=True)
class Typed:
    """What was sent to one form and could not be taken."""

    anchor: str
    given: Mapping[str, Any]
    errors: Mapping[str, Message]


@dataclass(frozen=True)
class Draft:
    """A paper that a decision would have made, to be read before it; `when`: the answers it is made for."""

    title: str
    when: tuple[str, ...]
    word: str  # address
    pdf: str  # empty where no LibreOffice makes one


@dataclass(frozen=True)
class Move:
    """One form: an action, an answer, or the answer that there is nothing (`nil`)."""

    option: Option
    anchor: str
    address: str
    fields: tuple[FieldView, ...]
    hidden: Mapping[str, str]
    nil: bool
    open: bool
    hotkey: str
    errors: Mapping[str, Message] = field(default_factory=dict)
    papers: tuple[Draft, ...] = ()  # what it would have made
    numbered: tuple[str, ...] = ()  # titles of fields that, left blank, the system's own number stands for

    @property
    def direct(self) -> bool:
        """Nothing to fill in: the button alone."""
        return not self.fields


@dataclass(frozen=True)
class Blocked:
    """Decisions that the same reasons speak against."""

    titles: tuple[str, ...]
    reasons: tuple[Message, ...]
    cite: str


@dataclass(frozen=True)
class Moves:
    """`main` answers the work item; `others` may be done besides; `refused` may not, with every reason."""

    main: tuple[Move, ...]
    others: tuple[Move, ...]
    refused: tuple[Option, ...]
    blocked: tuple[Blocked, ...]  # what this person would decide, were it not for a rule: to be seen first

    def all(self) -> tuple[Move, ...]:
        """Every form of the page."""
        return self.main + self.others


def collect(
    view: CaseView, sources: Sources, *, item: ItemView | None, typed: Typed | None = None, after: str = ""
) -> Moves:
    """The forms of a case for the person who looks; `after` is the item to go on to."""
    main: list[Move] = []
    others: list[Move] = []
    for option in view.options:
        if not option.allowed:
            continue
        drawn = _drawn(view, option, sources, typed, after)
        (main if answers(view, option, item) or endorses(view, option) else others).extend(drawn)
    refused = tuple(option for option in view.options if not option.allowed)
    blocked = _grouped([one for one in refused if one.authority and _decides(one) and not _elsewhere(view, one)])
    main.sort(key=lambda move: (move.nil, ORDER[move.option.verb]))
    return Moves(_keyed(main), tuple(others), refused, blocked)


def answers(view: CaseView, option: Option, item: ItemView | None) -> bool:
    """Whether an option is what is asked for here: the item's own, or a way on from this state."""
    if item is not None and option.owners_turn:
        return option.item_id == item.id
    if option.kind != "action" or option.verb == "act" or (item is not None and item.kind != "state"):
        return False
    return option.name in view.state.actions


def endorses(view: CaseView, option: Option) -> bool:
    """Whether it is somebody's word for the nominee: nobody is sent an item for it, so it must not be looked for."""
    action = view.definition.actions_in(view.case["state"]).get(option.name) if option.kind == "action" else None
    return action is not None and EFFECT in action.do


def next_turn(view: CaseView) -> str:
    """Who has the next word, by name or by role; empty when the case waits for nobody."""
    owners = list(dict.fromkeys(owner for item in view.items if item.status == "open" for owner in item.owners))
    named = ", ".join(owners[:MOST_NAMED])
    if len(owners) > MOST_NAMED:
        return t("case.next_turn_of_many", owners=named, count=len(owners) - MOST_NAMED)
    return t("case.next_turn", owners=named) if named else ""


def recorded(action: str, code: str, state: str, turn: str) -> str:
    """The line after a decision: what was recorded, where the case is now, and `turn`, whose the next step is."""
    said = t("case.done", action=action, code=code, state=state, seconds=HOLD_SECONDS)
    return f"{said} {turn}".rstrip()


def _decides(option: Option) -> bool:
    """Whether it is a decision, or an answer that is asked for: what merely may be done besides is no obstacle."""
    return option.kind == "ask" or option.verb != "act"


def _elsewhere(view: CaseView, option: Option) -> bool:
    """Whether it belongs to another way than this case went: no obstacle, only to be found among what may not be."""
    fields, against = view.definition.fields, [one for one in option.tried if one.refusal is not None and not one.waits]
    return any(
        (one.term.kind == "is" and one.term.name in fields)
        or (one.refusal is not None and one.refusal.key in OTHER_WAY)
        for one in against
    )


def _grouped(options: Sequence[Option]) -> tuple[Blocked, ...]:
    found: dict[tuple[str, ...], list[Option]] = {}
    for option in options:
        found.setdefault(tuple(repr(reason) for reason in option.refusals), []).append(option)
    return tuple(
        Blocked(tuple(one.title for one in same), same[0].refusals, same[0].cite if len(same) == 1 else "")
        for same in found.values()
    )


def _drawn(view: CaseView, option: Option, sources: Sources, typed: Typed | None, after: str) -> list[Move]:
    found = [_move(view, option, sources, typed, after, nil=False)]
    if option.nil:
        found.append(_move(view, option, sources, typed, after, nil=True))
    return found


def _move(view: CaseView, option: Option, sources: Sources, typed: Typed | None, after: str, *, nil: bool) -> Move:
    anchor = anchor_of(option.name, option.ask_id, nil=nil)
    sent = typed if typed and typed.anchor == anchor else None
    made = () if nil else drafts.of_option(view, option)
    fields = views(
        (REASON,) if nil else option.needs,
        () if nil else option.takes,
        sources.of_ask() if option.kind == "ask" else sources,
        sent.given if sent else None,
        sent.errors if sent else None,
    )
    return Move(
        option=option,
        anchor=anchor,
        address=_address(view, option),
        fields=fields,
        hidden=_hidden(view, option, after, nil=nil),
        nil=nil,
        open=sent is not None,
        hotkey="",
        errors=sent.errors if sent else {},
        papers=tuple(_draft(view, one) for one in made),
        numbered=tuple(one.title for one in option.takes if one.name in {paper.number for paper in made if paper.kind}),
    )


def _draft(view: CaseView, made: Document) -> Draft:
    known, when = view.definition.fields, []
    for name, value in made.only.items():
        when.append(f"{known[name].title}: {known[name].choices.get(value, value)}")
    address = {"code": view.case["code"], "name": made.name}
    word, pdf = (url_for("documents.draft", made_as=ending, **address) for ending in ("docx", "pdf"))
    return Draft(made.title, tuple(when), word, pdf if application().settings.office else "")


def is_simple(verb: str, needs: Collection[str], takes: Collection[str]) -> bool:
    """Whether a decision can be one of several: an approval that asks for nothing, a return or refusal for a reason."""
    wanted = [REASON.name] if verb in WITH_REASON else []
    return verb != "act" and list(needs) == wanted and not takes


def anchor_of(name: str, ask_id: str | None, *, nil: bool = False) -> str:
    """A form's place on the page, the same before and after an error."""
    plain = (ask_id or name).replace(":", "-").replace(".", "-")
    return f"move-{plain}{'-nil' if nil else ''}"


def _address(view: CaseView, option: Option) -> str:
    if option.kind == "ask":
        return url_for("cases.answer", code=view.case["code"], ask_id=option.ask_id)
    return url_for("cases.act", code=view.case["code"], action=option.name)


def _hidden(view: CaseView, option: Option, after: str, *, nil: bool) -> dict[str, str]:
    hidden = {"_nonce": uuid7(), "_case_version": str(view.case["version"]), "_next": after}
    if option.item_id:
        hidden |= {"_item": option.item_id, "_item_version": str(option.item_version or "")}
    return hidden | ({"_nil": "yes"} if nil else {})


def _keyed(moves: Sequence[Move]) -> tuple[Move, ...]:
    """A key for the first form of each verb."""
    used: set[str] = set()
    found = []
    for move in moves:
        key = "" if move.nil else KEYS[move.option.verb]
        found.append(_with_key(move, "" if key in used else key))
        used.add(key)
    return tuple(found)


def _with_key(move: Move, key: str) -> Move:
    return Move(**{**move.__dict__, "hotkey": key})
