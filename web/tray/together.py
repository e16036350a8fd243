"""Several decisions at once: each asked of the engine by itself, each told by itself afterwards.

Only decisions whose form is nothing, or one reason that is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from web import prove
from web.application import Application
from web.case_page import must_see
from web.moves import ORDER, WITH_REASON, answers, is_simple, next_turn
from workflow import forms
from workflow.commands import Actor
from workflow.explain import CaseView, Option
from workflow.forms import REASON
from workflow.identity import Organisation
from workflow.message import Message, NotFound, Refused
from workflow.worklist import find_item

MOST = 50
VERBS = tuple(ORDER)[:3]
"""What is decided together: approve, return, refuse."""


@dataclass(frozen=True)
class One:
    """One item of several: the decision that can be taken here, or why it cannot. `ways`: the verbs that could be."""

    item_id: str
    code: str
    label: str
    action: str = ""
    title: str = ""
    leads_to: str = ""
    next_owner: str = ""
    turn: str = ""  # once decided: the words that say whose the next step is
    item_version: int = 0
    case_version: int = 0
    reasons: tuple[Message, ...] = ()
    ways: tuple[str, ...] = ()

    @property
    def outcome(self) -> tuple[str, str, str]:
        """What is decided, where it leads and whose turn it is then."""
        return self.title, self.leads_to, self.next_owner

    @property
    def sent(self) -> str:
        """What a form carries of it: decided is what was seen."""
        return f"{self.item_id}:{self.item_version}:{self.case_version}:{self.action}"


@dataclass(frozen=True)
class Sent:
    """One line of the form that came back: an item, and the decision on it as it was seen."""

    item_id: str
    item_version: int
    case_version: int
    action: str


def seen(app: Application, org: Organisation, actor: Actor, item_ids: Sequence[str], verb: str) -> list[One]:
    """Each as it stands now; one that this person may not see is left out."""
    found = []
    for item_id in dict.fromkeys(item_ids[:MOST]):
        try:
            found.append(_seen(app, org, actor, item_id, verb))
        except NotFound:
            continue
    return found


def read(sent: Sequence[str]) -> list[Sent]:
    """The lines of the form; what was not made by us is left out."""
    found = []
    for one in dict.fromkeys(sent[:MOST]):
        item_id, item_version, case_version, action = (*one.split(":", 3), "", "", "")[:4]
        if all(number.isascii() and number.isdecimal() and len(number) < 10 for number in (item_version, case_version)):
            found += [Sent(item_id, int(item_version), int(case_version), action)] if action else []
    return found


def same_reason(verb: str, reason: str) -> dict[str, Any]:
    """What is entered with each of them. Raises Invalid where a reason is needed and this is none."""
    if verb not in WITH_REASON:
        return {}
    return forms.validate((REASON,), {REASON.name: reason}, needs=(REASON.name,), takes=())


def signs(app: Application, org: Organisation, actor: Actor, sent: Sequence[Sent]) -> bool:
    """Whether one of them is a signature: then who sits here is proven before any is recorded."""
    for one in sent:
        try:
            if prove.signs(_view(app, org, actor, one.item_id)[1], action=one.action):
                return True
        except NotFound:
            continue
    return False


def refuse_tokens(app: Application, org: Organisation, actor: Actor, sent: Sequence[Sent]) -> None:
    """Raises Refused where one of them is a decision that no script takes."""
    for one in sent:
        with suppress(NotFound):
            prove.refuse_tokens(_view(app, org, actor, one.item_id)[1], action=one.action)


def decided(
    app: Application, org: Organisation, actor: Actor, sent: Sequence[Sent], inputs: dict[str, Any], nonce: str
) -> list[One]:
    """Take each decision as it was seen; `reasons` says of which one nothing was recorded. The same nonce again does
    nothing twice."""
    found = []
    for one in sent:
        try:
            found.append(_decided(app, org, actor, one, inputs, nonce))
        except NotFound:
            continue
    return found


def _view(app: Application, org: Organisation, actor: Actor, item_id: str) -> tuple[Any, CaseView]:
    with app.database.read() as connection:
        row = find_item(connection, actor.agency_id, item_id)
        must_see(connection, org, actor.person_id, row["case_id"])
    return row, app.engine.view(actor, row["case_id"])


def _seen(app: Application, org: Organisation, actor: Actor, item_id: str, verb: str) -> One:
    row, view = _view(app, org, actor, item_id)
    one = One(item_id, view.case["code"], view.case["label"], item_version=row["version"])
    if row["status"] == "closed":
        return replace(one, reasons=(Message("together.closed"),))
    options = {way: option for way in VERBS if (option := _option(view, item_id, way))}
    one = replace(one, ways=tuple(way for way, option in options.items() if option.allowed))
    option = options.get(verb)
    if option is None:
        return replace(one, reasons=(Message("together.form"),))
    if not option.allowed:
        return replace(one, title=option.title, reasons=option.refusals)
    return replace(
        one, action=option.name, title=option.title, leads_to=option.leads_to, next_owner=option.next_owner,
        case_version=view.case["version"],
    )  # fmt: skip


def _option(view: CaseView, item_id: str, verb: str) -> Option | None:
    """The simple decision of this verb; one that is refused where there is no other."""
    item = next((one for one in view.items if one.id == item_id), None)
    simple = [
        one
        for one in view.options
        if one.kind == "action" and one.verb == verb and (answers(view, one, item) or not one.allowed)
        and is_simple(verb, [field.name for field in one.needs], one.takes)
    ]  # fmt: skip
    return next(iter(sorted(simple, key=lambda one: not one.allowed)), None)


def _decided(app: Application, org: Organisation, actor: Actor, seen: Sent, inputs: dict[str, Any], nonce: str) -> One:
    row, view = _view(app, org, actor, seen.item_id)
    titles = (one.title for one in view.options if one.name == seen.action)
    one = One(seen.item_id, view.case["code"], view.case["label"], seen.action, next(titles, ""))
    try:
        receipt = app.engine.act(
            actor, case_id=row["case_id"], action=seen.action, inputs=inputs, case_version=seen.case_version,
            item_id=seen.item_id, item_version=seen.item_version, key=f"{nonce}:{seen.item_id}",
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        return replace(one, reasons=tuple(refused.reasons))
    return replace(one, leads_to=receipt.state_title, turn=next_turn(app.engine.view(actor, row["case_id"])))
