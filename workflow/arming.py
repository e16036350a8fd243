"""Opens work items and arms what follows from their deadlines: reminders, the deadline, escalations, rhythms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from workflow.cadences import is_school_year, phase_of_key
from workflow.calendar import Calendar
from workflow.conditions import true_from, value_of
from workflow.deadline_days import shift
from workflow.deadlines import escalation_time, parse_deadline, parse_duration, reminder_times, resolve
from workflow.definition import Ask, ByCase, Escalation, Role, Value
from workflow.draft import NEVER, Draft
from workflow.due import Due
from workflow.identity import EVERYONE, Asked, Matter, eligible, holders, who
from workflow.message import Message
from workflow.timers import WAITING

STEPS_IN = "steps_in"
"""Why a candidate row is there: nobody of the role that is asked is eligible."""

STEP = "held_step"
"""The kind of an item for what a ground of a hold leaves to others than the hold's owner."""

OF_HOLDS = ("held", STEP)

EXTENSION = "extension"
"""The kind of an item that asks for more time for another; `ask_id` is that other's id."""

_QUARTER = re.compile(r"(\d{4})-Q([1-4])")


def picked(draft: Draft, value: Value | None) -> str | None:
    """A value, or the one that a field of the case picks, its kind, the type of its unit, its phase or level."""
    if not isinstance(value, ByCase):
        return value
    said = value_of(draft, value.per, {})
    return next((text for case, text in value.cases.items() if case in said), value.otherwise)


def due_of(
    draft: Draft, rule: Value | tuple[Value, ...] | None, start: datetime, calendar: Calendar | None = None
) -> Due | None:
    """The deadline a rule gives in this case now (by the calendar in force, or another); None when it has none or what
    it hangs on is unknown."""
    options = rule if isinstance(rule, tuple) else (rule,)
    texts = [text for text in (picked(draft, option) for option in options) if text]
    if not texts:
        return None
    year, quarter = _period(draft.case["period"])
    return resolve(
        parse_deadline(texts if len(texts) > 1 else texts[0]),
        start=start,
        calendar=calendar or draft.facts.calendar,
        case_year=year,
        case_quarter=quarter,
        dates=_dates(draft.fields),
        phase_end=_phase_end(draft),
        year_begins=draft.plan.school_year if is_school_year(draft.case["period"]) else (1, 1),
        day_off=draft.plan.day_off,
    )


def _period(period: str) -> tuple[int | None, int | None]:
    quarter = _QUARTER.fullmatch(period)
    if quarter:
        return int(quarter[1]), int(quarter[2])
    return (int(period[:4]), None) if period else (None, None)


def _dates(fields: Mapping[str, Any]) -> dict[str, date | None]:
    found: dict[str, date | None] = {}
    for name, value in fields.items():
        if isinstance(value, str) and len(value) == 10:
            try:
                found[name] = date.fromisoformat(value)
            except ValueError:
                continue
    return found


def _phase_end(draft: Draft) -> date | None:
    today = draft.facts.today
    if named := draft.plan.phases.get(phase_of_key(draft.case["period"])):
        return named.end
    running = [phase for phase in draft.plan.phases.values() if phase.start <= today <= phase.end]
    return min(running, key=lambda phase: phase.end - phase.start).end if running else None


def open_item(  # noqa: PLR0913 - all by name
    draft: Draft,
    *,
    kind: str,
    title: str,
    asked: Asked,
    due: Due | None,
    remind: Sequence[int] = (),
    escalate: Sequence[Escalation] = (),
    ask_id: str | None = None,
    start: datetime | None = None,
    template: str = "decision",
    **more: Any,
) -> dict[str, Any]:
    """Open a work item with its candidates, its notices and its timers; nobody to answer is an incident."""
    now = draft.facts.now
    visit = 0 if kind in OF_HOLDS else draft.case["visit"]
    item = draft.items.insert(
        agency_id=draft.case["agency_id"], case_id=draft.case["id"], visit=visit, kind=kind, ask_id=ask_id,
        title=title, status="open", version=1, opened_at=start or now, due=due.to_json() if due else None,
        due_at=due.due_at if due else None, sort_due_at=due.due_at if due else NEVER, claimed_by=None,
        claimed_at=None, closed_at=None, closed_by=None, closed_how="",
    )  # fmt: skip
    people = offer(draft, item, asked, why="owner", template=template, **more)
    if not people:
        roles = [draft.plan.roles[r].title for r in asked.roles if r in draft.plan.roles]
        draft.incidents.append(("no_owner", f"no_owner:{item['id']}", Message("incident.no_owner", {"roles": roles})))
    if due is not None:
        arm_deadline(draft, item, due, remind, escalate, start or now)
    return item


def offer(
    draft: Draft, item: dict[str, Any], asked: Asked, *, why: str, template: str = "decision", **more: Any
) -> list[str]:
    """Put an item into inboxes and tell the people; who was told."""
    matter = draft.matter()
    for role in asked.roles:
        for row in _rows_for(draft, matter, role, asked.unit_id, why):
            _add_candidate(draft, item, **row)
    for person_id, mover in asked.moved_to.items():
        _add_candidate(draft, item, why="moved", role="", unit_id=None, person_id=person_id, moved_by=mover)
    told = who(draft.facts.org, draft.plan, matter, asked)
    for person_id, behalf in told.items():
        tell_person(draft, person_id, template, item=item, on_behalf_of=behalf, **more)
    return list(told)


def _add_candidate(draft: Draft, item: dict[str, Any], *, why: str, **row: Any) -> None:
    for same in draft.candidates.all(item_id=item["id"], is_open=True):
        if _place(same) == _place(row):
            if why == "added" and same["why"] == STEPS_IN:  # it stays, whoever else becomes eligible
                draft.candidates.update(same["id"], why=why)
            return
    draft.candidates.insert(
        agency_id=draft.case["agency_id"], item_id=item["id"], case_id=draft.case["id"], is_open=True, why=why,
        sort_due_at=item["sort_due_at"], **{"moved_by": None, **row},
    )  # fmt: skip


def _rows_for(draft: Draft, matter: Matter, role: str, unit_id: str | None, why: str) -> list[dict[str, Any]]:
    """The inboxes of a role, and where nobody there is eligible those of the role that steps in."""
    known = draft.plan.roles[role]
    name = EVERYONE if known.everyone else role
    row = {"role": name, "unit_id": unit_id if known.of == "unit" else None, "person_id": None, "why": why}
    rows = [] if known.of == "unit" and unit_id is None else [row]  # without a unit it would be in every unit's inbox
    if known.of == "case":
        rows = [{**row, "person_id": p} for p in matter.holders("subject" if role == "nominee" else role)]
    held = holders(draft.facts.org, known, matter, unit_id)
    fit = set(held) & set(eligible(draft.facts.org, draft.plan, matter, role, unit_id))
    if not fit and known.otherwise:
        rows += _rows_for(draft, matter, known.otherwise, unit_id, STEPS_IN)
    return rows


def reoffer(draft: Draft, item: dict[str, Any], asked: Asked) -> bool:
    """People or roles changed since an item was opened: out of the inboxes of those who need no longer step in, into
    those it lacks; who is new is told."""
    matter, known = draft.matter(), set(draft.candidates.inserted)
    wanted = [row for role in asked.roles for row in _rows_for(draft, matter, role, asked.unit_id, "owner")]
    places = {_place(row) for row in wanted}
    for row in draft.candidates.all(item_id=item["id"], is_open=True):
        if row["why"] in ("owner", STEPS_IN) and _place(row) not in places:
            draft.candidates.update(row["id"], is_open=False)
    for row in wanted:
        _add_candidate(draft, item, **row)
    new = [row for row_id, row in draft.candidates.inserted.items() if row_id not in known]
    roles = tuple(row["role"] for row in new if not row["person_id"])  # of `everyone` nobody is told
    people = {row["person_id"]: None for row in new if row["person_id"]}
    for person_id, behalf in who(draft.facts.org, draft.plan, matter, Asked(roles, asked.unit_id, people)).items():
        tell_person(draft, person_id, "decision", item=item, on_behalf_of=behalf)
    return bool(new)


def _place(row: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    return row["role"], row["unit_id"], row["person_id"]


def arm_deadline(
    draft: Draft,
    item: dict[str, Any],
    due: Due,
    remind: Sequence[int],
    escalate: Sequence[Escalation],
    start: datetime,
) -> None:
    """Reminders at the plan's hour, the deadline itself, and each step of escalation after it."""
    calendar, hour = draft.facts.calendar, draft.plan.remind_hour
    for offset, at in reminder_times(due, remind, start=start, calendar=calendar, hour=hour):
        arm(draft, "remind", at, item=item, name=str(offset), detail={"offset": offset})
    arm(draft, "due", due.due_at, item=item, detail={})
    arm_escalations(draft, item, due, escalate)


def arm_escalations(
    draft: Draft, item: dict[str, Any], due: Due, escalate: Sequence[Escalation], *, after: datetime | None = None
) -> None:
    """Whom lateness reaches, and when; only what comes after a moment, where one is given."""
    calendar, hour = draft.facts.calendar, draft.plan.remind_hour
    for number, step in enumerate(escalate):
        if step.after is None:
            continue
        at = escalation_time(due, parse_duration(step.after), calendar=calendar, hour=hour)
        if after is None or at > after:
            arm(draft, "escalate", at, item=item, name=step.role, detail={"step": number, "repeat": 0})


def arm(
    draft: Draft,
    kind: str,
    at: datetime,
    *,
    detail: Mapping[str, Any],
    item: dict[str, Any] | None = None,
    ask_id: str | None = None,
    name: str = "",
) -> None:
    """One timer row."""
    draft.timers.insert(
        agency_id=draft.case["agency_id"], case_id=draft.case["id"], item_id=item["id"] if item else None,
        ask_id=ask_id or (item["ask_id"] if item else None), visit=draft.case["visit"], kind=kind, name=name,
        detail=dict(detail), due_at=at, status="armed", done_at=None, armed_at=draft.facts.now,
    )  # fmt: skip


def set_due(draft: Draft, item: dict[str, Any], due: Due) -> None:
    """An item's deadline, wherever it is kept for sorting."""
    draft.items.update(item["id"], due=due.to_json(), due_at=due.due_at, sort_due_at=due.due_at)
    for row in draft.candidates.all(item_id=item["id"]):
        draft.candidates.update(row["id"], sort_due_at=due.due_at)


def cancel_timers(draft: Draft, **equal: Any) -> None:
    """Timers that no longer matter."""
    for row in draft.timers.all(**equal):
        if row["status"] not in WAITING:
            continue
        draft.timers.update(row["id"], status="cancelled", done_at=draft.facts.now)
        if row["kind"] == "remind" and row["due_at"] <= draft.facts.now:
            log_dropped(draft, row, "closed")


def log_dropped(draft: Draft, row: Mapping[str, Any], why: str) -> None:
    """A reminder that will not go, and why: in the delivery log, not in the case's history."""
    draft.deliveries.append(
        {"item_id": row["item_id"], "person_id": None, "kind": "dropped", "topic": "reminder", "at": draft.facts.now,
         "detail": {"why": why, "offset": row["detail"].get("offset"), "timer": row["id"]}}
    )  # fmt: skip


def close_item(draft: Draft, item: dict[str, Any], how: str, *, person_id: str | None = None) -> None:
    """An item is done with: out of every inbox, its timers silent."""
    draft.items.update(
        item["id"], status="closed", version=item["version"] + 1, closed_at=draft.facts.now, closed_by=person_id,
        closed_how=how,
    )  # fmt: skip
    for row in draft.candidates.all(item_id=item["id"], is_open=True):
        draft.candidates.update(row["id"], is_open=False)
    cancel_timers(draft, item_id=item["id"])
    if item["kind"] == EXTENSION:
        draft.case["takers"].pop(asker_key(item["id"]), None)
        return
    for request in draft.items.all(kind=EXTENSION, ask_id=item["id"]):  # nobody needs more time for what is done
        if request["status"] != "closed":
            close_item(draft, request, "overtaken")


def asker_key(item_id: str) -> str:
    """Under which key the case keeps who asked for more time, while it is asked: nobody grants it to themselves."""
    return f"{EXTENSION}.{item_id}"


def arm_rhythm(draft: Draft, ask: Ask, name: str, number: int, start: datetime, *, visit: int) -> None:
    """The n-th turn of an ask that comes again and again, counted from where the rhythm began."""
    duration = parse_duration(picked(draft, ask.every) or "")
    calendar = draft.facts.calendar
    if duration.unit == "hour":
        at = start + timedelta(hours=duration.amount * number)
    else:
        whole = type(duration)(duration.amount * number, duration.unit)
        day = shift(calendar.local_date(start), whole, calendar)
        at = calendar.at_hour(calendar.add_working_days(day, 0), draft.plan.remind_hour)
    arm(draft, "rhythm", at, name=name, detail={"number": number, "began": start.isoformat(), "visit": visit})


def arm_waits(draft: Draft) -> None:
    """A timer for each moment that a `when` of this state waits for; lengths count from now, as deadlines do."""
    for action in draft.facts.life.definition.actions_in(draft.case["state"]).values():
        for term in action.when:
            if term.kind in ("after", "period_ended"):
                at = true_from(draft, term, draft.facts.now)
                arm(draft, "after", at, name=action.name, detail={"term": term.text})


def tell_person(
    draft: Draft,
    person_id: str,
    template: str,
    *,
    item: dict[str, Any] | None = None,
    on_behalf_of: str | None = None,
    timer_id: str = "",
    **more: Any,
) -> None:
    """One notice to one person; what it says is worked out when it is sent.

    `timer_id`: what a timer sends is told apart from what another sends of the same item, event or none between.
    """
    topic = f"{template}:{item['id'] if item else more.get('action', '')}:{timer_id}"
    payload = {
        "template": template, "person_id": person_id, "case_id": draft.case["id"],
        "item_id": item["id"] if item else None, "on_behalf_of": on_behalf_of, "event_seq": draft.seq, **more,
    }  # fmt: skip
    draft.send("notice", f"person:{person_id}", topic, payload)


def tell_roles(draft: Draft, roles: Sequence[str], template: str, *, timer_id: str = "", **more: Any) -> None:
    """Notices to whoever holds the roles now; a role that is told at the desk gets one note for the clerk."""
    for role in dict.fromkeys(roles):
        known = draft.plan.roles.get(role)
        if known is None:
            continue
        if known.notices == "desk":
            topic = f"{template}:{role}:{more.get('action', '')}:{timer_id}"
            payload = {"template": template, "desk": role, "case_id": draft.case["id"], "event_seq": draft.seq, **more}
            draft.send("notice", f"desk:{role}", topic, payload)
            continue
        for unit_id in _units_told(draft, known):
            people = who(draft.facts.org, draft.plan, draft.matter(), Asked((role,), unit_id))
            for person_id, behalf in people.items():
                if person_id != draft.by.person_id:
                    tell_person(draft, person_id, template, on_behalf_of=behalf, timer_id=timer_id, **more)


def _units_told(draft: Draft, role: Role) -> list[str | None]:
    """The unit a role is looked for in; a case of the whole agency tells every unit that takes part."""
    if role.of != "unit" or draft.case["subject_type"] != "agency":
        return [draft.case["unit_id"]]
    return [unit_id for unit_id, _ in units_taking_part(draft)]


def units_taking_part(draft: Draft, only: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(id, name) of every unit of today that the plan reaches, or of those of only these types."""
    org, types = draft.facts.org, only or draft.plan.unit_types
    return [
        (unit_id, unit["name"])
        for unit_id, unit in org.units.items()
        if unit["starts_on"] <= org.today
        and unit_id not in org.merged
        and (unit["ends_on"] is None or unit["ends_on"] >= org.today)
        and (not types or unit["type"] in types)
    ]
