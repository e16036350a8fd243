"""`case_at(state)`: the real moves that lead to any state, with forms filled in as a person would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests.cast import Cast
from workflow.case import case, case_field, case_party
from workflow.definition import Field
from workflow.forms import REASON, applies, is_computed
from workflow.rulebook import HELD

Acts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Step:
    """From which state, by whom (names of the cast), with which action; `before` are stays that must come first."""

    start: str
    who: str
    action: str
    before: Acts = ()


ENDORSED: Acts = (("colleague1", "endorse"), ("colleague2", "endorse"), ("colleague3", "endorse"))

ROADS: dict[str, dict[str, Step]] = {
    "nominee": {
        "cultivating": Step("identified", "head", "take_up"),
        "unit_appraisal": Step("cultivating", "head", "propose", ENDORSED),
        "recognized_unit": Step("unit_appraisal", "head", "recognize"),
        "office_check": Step("recognized_unit", "head", "climb"),
        "completion": Step("office_check", "office", "send_back"),
        "council_review": Step("office_check", "office", "forward"),
        "director_decision": Step("council_review", "office", "record_passed"),
        "recognized_department": Step("director_decision", "director", "recognize"),
        "preparing": Step("recognized_department", "office", "climb"),
        "signing": Step("preparing", "office", "prepare"),
        "sending": Step("signing", "director", "sign"),
        "at_province": Step("sending", "clerk", "send"),
        "recognized_province": Step("at_province", "office", "recognize"),
        "not_taken_up": Step("identified", "head", "decline"),
        "withdrawn": Step("identified", "nominator", "withdraw"),
        "closed": Step("cultivating", "office", "close"),
        "struck_off": Step("recognized_unit", "head", "revoke"),
    },
    "merit_request": {
        "dossier": Step("choosing_ground", "office", "choose"),
        "signing": Step("dossier", "office", "prepare"),
        "sending": Step("signing", "director", "sign"),
        "at_province": Step("sending", "clerk", "send"),
        "awarded": Step("at_province", "office", "award"),
        "refused": Step("at_province", "office", "refuse"),
        "no_ground": Step("choosing_ground", "office", "none"),
        "dropped": Step("signing", "director", "refuse"),
    },
}
OF_CASES = ("exemplars", "agenda", "on_ballot", "tied", "undecided")  # lists of cases: answered by case
GROUNDS = {"complaint": "hold", "moving": "move"}


def case_at(
    cast: Cast, state: str, *, process: str = "nominee", held: Sequence[str] = (), who: str = "candidate"
) -> str:
    """A new case that has come to a state by its own moves, then held for the grounds given (complaint, moving)."""
    case_id = _come_to(cast, process, state, who)
    for ground in held:
        do(cast, "office", case_id, GROUNDS[ground])
    assert cast.row(case_id).state == state
    return case_id


def _come_to(cast: Cast, process: str, state: str, who: str) -> str:
    step = ROADS[process].get(state)
    if step is None:
        return cast.nominate(who=who) if process == "nominee" else begin(cast, process, who=who)
    case_id = _come_to(cast, process, step.start, who)
    for name, action in (*step.before, (step.who, step.action)):
        do(cast, name, case_id, action)
    return case_id


def begin(cast: Cast, process: str, *, by: str = "office", action: str = "by_hand", who: str = "candidate") -> str:
    """A case a person starts by hand, without a form."""
    receipt = cast.app.engine.start(
        cast.actor(by), process=process, action=action, subject_type="subject", subject_id=cast.subject(who), inputs={}
    )
    return receipt.case_id


def do(cast: Cast, who: str, case_id: str, action: str, **given: Any) -> None:
    """Take an action, its form filled in; `given` overrides. In a hold, an action of the hold goes first.

    What the form asks is read off the definition: to look at the case as a page does would cost more than to act.
    """
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(case).where(case.c.id == case_id)).one()
        definition = cast.app.catalogue.life(connection, row.definition_id).definition
        mine = sa.select(case_field.c.name, case_field.c.value).where(case_field.c.case_id == case_id)
        known = {held.name: held.value for held in connection.execute(mine)}
    of_hold = definition.held.actions if row.holds and definition.held else {}
    taken = of_hold.get(action) or definition.actions_in(row.state)[action]
    fields = {REASON.name: REASON, **definition.fields}
    needs = [fields[name] for name in taken.needs if name in fields]
    name = HELD + action if action in of_hold else action
    values = filled(cast, who, needs, known) | given
    if "mentor" in values and "mentor" not in given and values["mentor"] in _subjects(cast, case_id):
        values["mentor"] = cast.people["colleague3"]  # nobody is their own
    cast.act(who, case_id, name, **values)


def _subjects(cast: Cast, case_id: str) -> list[str]:
    """Whom a case is about."""
    about = sa.select(case_party.c.person_id).where(
        case_party.c.case_id == case_id, case_party.c.relation == "subject"
    )  # fmt: skip
    with cast.app.database.read() as connection:
        return list(connection.scalars(about))


def answer(cast: Cast, who: str, case_id: str, name: str, **given: Any) -> None:
    """Answer an ask, its form filled in."""
    view = cast.app.engine.view(cast.actor(who), case_id)
    option = next(o for o in view.options if o.kind == "ask" and o.name == name)
    cast.answer(who, case_id, name, **(filled(cast, who, option.needs, view.fields) | given))


def filled(cast: Cast, who: str, fields: Sequence[Field], known: Mapping[str, Any]) -> dict[str, Any]:
    """A form as somebody fills it in: every field that is needed, with something that fits."""
    values: dict[str, Any] = {}
    for field in fields:
        if not is_computed(field) and applies(field.conditions, known | values):
            values[field.name] = _filled(cast, who, field, known)
    return values


def _filled(cast: Cast, who: str, field: Field, known: Mapping[str, Any]) -> Any:
    if field.each is not None:
        elements = known.get(field.each) or []
        if field.each in OF_CASES:
            return {element: _value(cast, who, field) for element in elements}
        return [_value(cast, who, field) for _ in elements]
    return _value(cast, who, field)


def _value(cast: Cast, who: str, field: Field) -> Any:
    if field.type == "choice":
        return "complaint" if field.name == "hold_ground" else next(iter(field.choices))
    if field.type == "table":
        return [{name: _value(cast, who, Field(name=name, type=kind)) for name, kind in field.columns.items()}]
    simple: dict[str, Any] = {
        "line": "Ghi theo hồ sơ giấy", "text": "Nội dung đã được tập thể thống nhất", "number": 2, "yes_no": True,
        "list": ["Chưa chủ động chia sẻ kinh nghiệm"],
        "person": cast.people.get("mentor"), "unit": cast.units.get("bcvt"),
        "date": cast.now().date().isoformat(), "cases": [],
        "people": [cast.people[name] for name in ("director", "deputy") if name in cast.people],
    }  # fmt: skip
    if field.type in simple:
        return simple[field.type]
    uploaded = cast.upload(who)
    return [uploaded] if field.type == "files" else uploaded
