"""Several decisions at once: each asked of the engine by itself, each told by itself afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from web.application import Application
from web.case_page import must_see
from web.moves import answers
from workflow.commands import Actor
from workflow.explain import CaseView, Option
from workflow.identity import Organisation
from workflow.message import Message, NotFound, Refused
from workflow.worklist import find_item

MOST = 50


@dataclass(frozen=True)
class One:
    """One item of several: the decision that can be taken without a form, or why it cannot."""

    item_id: str
    code: str
    label: str
    action: str = ""
    title: str = ""
    leads_to: str = ""
    next_owner: str = ""
    item_version: int = 0
    case_version: int = 0
    reasons: tuple[Message, ...] = ()

    @property
    def outcome(self) -> tuple[str, str, str]:
        """What is decided, where it leads and whose turn it is then."""
        return self.title, self.leads_to, self.next_owner

    @property
    def sent(self) -> str:
        """What a form carries of it: decided is what was seen."""
        return f"{self.item_id}:{self.item_version}:{self.case_version}:{self.action}"


def seen(app: Application, org: Organisation, actor: Actor, item_ids: Sequence[str]) -> list[One]:
    """Each as it stands now; one that this person may not see is left out."""
    found = []
    for item_id in dict.fromkeys(item_ids[:MOST]):
        try:
            found.append(_seen(app, org, actor, item_id))
        except NotFound:
            continue
    return found


def decided(app: Application, org: Organisation, actor: Actor, sent: Sequence[str], nonce: str) -> list[One]:
    """Take each decision as it was seen; `reasons` says of which one nothing was recorded. The same nonce again does
    nothing twice."""
    found = []
    for one in dict.fromkeys(sent[:MOST]):
        item_id, item_version, case_version, action = (*one.split(":", 3), "", "", "")[:4]
        if not (item_version.isdecimal() and case_version.isdecimal() and action):
            continue
        try:
            found.append(_decided(app, org, actor, (item_id, int(item_version), int(case_version), action), nonce))
        except NotFound:
            continue
    return found


def _seen(app: Application, org: Organisation, actor: Actor, item_id: str) -> One:
    with app.database.read() as connection:
        row = find_item(connection, actor.agency_id, item_id)
        must_see(connection, org, actor.person_id, row["case_id"])
    view = app.engine.view(actor, row["case_id"])
    one = One(item_id, view.case["code"], view.case["label"], item_version=row["version"])
    if row["status"] == "closed":
        return replace(one, reasons=(Message("together.closed"),))
    option = _option(view, item_id)
    if option is None:
        return replace(one, reasons=(Message("together.form"),))
    if not option.allowed:
        return replace(one, title=option.title, reasons=option.refusals)
    return replace(
        one, action=option.name, title=option.title, leads_to=option.leads_to, next_owner=option.next_owner,
        case_version=view.case["version"],
    )  # fmt: skip


def _option(view: CaseView, item_id: str) -> Option | None:
    """The approval that asks for nothing to be filled in; one that is refused where there is no other."""
    item = next((one for one in view.items if one.id == item_id), None)
    simple = [
        one
        for one in view.options
        if one.kind == "action" and one.verb == "approve" and not one.needs and not one.takes
        and (answers(view, one, item) or not one.allowed)
    ]  # fmt: skip
    return next(iter(sorted(simple, key=lambda one: not one.allowed)), None)


def _decided(app: Application, org: Organisation, actor: Actor, seen: tuple[str, int, int, str], nonce: str) -> One:
    item_id, item_version, case_version, action = seen
    with app.database.read() as connection:
        row = find_item(connection, actor.agency_id, item_id)
        must_see(connection, org, actor.person_id, row["case_id"])
    view = app.engine.view(actor, row["case_id"])
    titles = (one.title for one in view.options if one.name == action)
    one = One(item_id, view.case["code"], view.case["label"], action, next(titles, ""))
    try:
        receipt = app.engine.act(
            actor, case_id=row["case_id"], action=action, inputs={}, case_version=case_version, item_id=item_id,
            item_version=item_version, key=f"{nonce}:{item_id}",
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        return replace(one, reasons=tuple(refused.reasons))
    return replace(one, leads_to=receipt.state_title)
