"""What followed from the decisions, row by row: each effect there, and there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from states.endorsements.model import endorsement
from states.subjects.model import award, recognition
from tests.cast import Cast
from tests.faults.business_time import BusinessTime
from tests.faults.post_office import Arrival
from workflow.case import ask, case
from workflow.catalogue import cadence_run
from workflow.clock import business_now
from workflow.files import file
from workflow.history import event, event_detail
from workflow.incidents import incident
from workflow.outbox import UNFINISHED, delivery, outbox
from workflow.timers import timer


@dataclass(frozen=True)
class Finding:
    """One kind of effect: how many there should be, which are missing, which are too many."""

    what: str
    expected: int
    lost: list[Any]
    doubled: list[Any]

    @property
    def sound(self) -> bool:
        """Each there once."""
        return not self.lost and not self.doubled


def once(what: str, expected: Iterable[Any], found: Iterable[Any]) -> Finding:
    """Compare what should be there once with what is there."""
    wanted, there = Counter(expected), Counter(found)
    return Finding(what, wanted.total(), list((wanted - there).elements()), list((there - wanted).elements()))


def findings(cast: Cast, letters: list[Arrival]) -> list[Finding]:
    """Everything that is checked, after all came to rest."""
    with cast.app.database.read() as connection:
        return [
            *_effects(connection), *_children(connection), *_timers(connection), *_messages(connection),
            _files(cast, connection), _mails(connection, letters),
        ]  # fmt: skip


def _events(connection: sa.Connection, process: str, action: str, *states: str) -> list[tuple[str, int]]:
    """(case, number) of each time an action was taken."""
    rows = connection.execute(
        sa.select(event.c.case_id, event.c.seq, event.c.body)
        .join(case, case.c.id == event.c.case_id)
        .where(case.c.process == process, event.c.kind == "action")
    )
    return [
        (row.case_id, row.seq) for row in rows
        if row.body["action"] == action and (not states or row.body["from"] in states)
    ]  # fmt: skip


def _pairs(connection: sa.Connection, table: sa.Table) -> list[tuple[str, int]]:
    return [(row.case_id, row.event_seq) for row in connection.execute(sa.select(table.c.case_id, table.c.event_seq))]


def _effects(connection: sa.Connection) -> Iterator[Finding]:
    yield once("recognitions", _events(connection, "nominee", "recognize"), _pairs(connection, recognition))
    rewarded = _events(connection, "nominee", "recognize", "director_decision")
    granted = _events(connection, "merit_request", "award")
    yield once("awards", rewarded + granted, _pairs(connection, award))
    yield once("endorsements", _events(connection, "nominee", "endorse"), _pairs(connection, endorsement))
    answered = sa.select(event.c.body).where(event.c.kind == "answered")
    said = [body["refs"][0] for body in connection.scalars(answered)]
    kept = connection.scalars(sa.select(ask.c.id).where(ask.c.answered_by.is_not(None)))
    yield once("answers", said, kept)


def _children(connection: sa.Connection) -> Iterator[Finding]:
    from_province = _events(connection, "nominee", "recognize", "at_province")
    reports = connection.execute(sa.select(ask.c.case_id, ask.c.id).where(ask.c.name == "unit_report"))
    by_director = _events(connection, "nominee", "recognize", "director_decision")
    known = _events(connection, "nominee", "merit_known")
    rewarded = [*known, *(one for one in by_director if _rewarded(connection, *one))]
    wanted = [f"child:{case_id}:{seq}:merit_request" for case_id, seq in from_province]
    wanted += [f"child:{case_id}:{seq}:publicity" for case_id, seq in (*from_province, *by_director)]
    wanted += [f"child:{case_id}:{seq}:benefit" for case_id, seq in rewarded]
    wanted += [f"child:{case_id}:{seq}:issuing" for case_id, seq in by_director]
    wanted += [f"child:{row.case_id}:{row.id}:unit_report" for row in reports]
    there = connection.scalars(sa.select(case.c.start_key).where(case.c.start_key.like("child:%")))
    yield once("child cases", wanted, there)
    begun = connection.execute(sa.select(cadence_run))
    there = connection.scalars(sa.select(case.c.start_key).where(case.c.start_key.like("cadence:%")))
    yield once("yearly reviews", [f"cadence:{row.process}:{row.period}" for row in begun], there)
    awarded = sa.select(case.c.parent_id).where(case.c.process == "merit_request", case.c.state == "awarded")
    heard = [case_id for case_id, _ in _events(connection, "nominee", "merit_known")]
    yield once("parents told", connection.scalars(awarded), heard)


def _rewarded(connection: sa.Connection, case_id: str, seq: int) -> bool:
    """Whether a reward was chosen with this recognition: it brings a benefit."""
    of_it = sa.select(event_detail.c.inputs).join(event, event.c.id == event_detail.c.event_id)
    inputs = connection.scalar(of_it.where(event.c.case_id == case_id, event.c.seq == seq))
    return bool((inputs or {}).get("reward"))


def _timers(connection: sa.Connection) -> Iterator[Finding]:
    now = business_now(connection)
    rows = list(connection.execute(sa.select(timer)))
    overdue = [row.id for row in rows if row.status == "armed" and row.due_at <= now]
    yield Finding("timers", sum(row.status in ("fired", "dropped") for row in rows), overdue, [])
    passed = sa.select(delivery.c.item_id).where(delivery.c.kind == "overdue")
    yield once("deadlines noted", _fired(rows, "due"), connection.scalars(passed))
    dropped = sa.select(delivery.c.detail).where(delivery.c.kind == "dropped", delivery.c.topic == "reminder")
    gone = [row.id for row in rows if row.kind == "remind" and row.status == "dropped"]
    closed = [d["timer"] for d in connection.scalars(dropped) if d.get("why") == "later_reminder"]
    yield once("reminders dropped", gone, [one for one in closed if one in set(gone)])
    told = sa.select(outbox.c.payload).where(outbox.c.kind == "notice")
    reminded = Counter(
        (p["item_id"], p["offset"], p["person_id"]) for p in connection.scalars(told) if p["template"] == "reminder"
    )
    sent = {(item, offset) for item, offset, _ in reminded}
    due = {(row.item_id, row.detail["offset"]) for row in rows if row.kind == "remind" and row.status == "fired"}
    twice = [key for key, count in reminded.items() if count > 1]
    yield Finding("reminders", len(due), sorted(due - sent), [*twice, *(sent - due)])
    added = [body["refs"][0] for body in _bodies(connection, "escalated")]
    offices = [row.item_id for row in rows if row.kind == "escalate" and row.status == "fired" and row.name == "office"]
    yield once("owners added", offices, [one for one in added if one in set(offices)])


def _fired(rows: Iterable[Any], kind: str) -> list[str]:
    return [row.item_id for row in rows if row.kind == kind and row.status == "fired"]


def _bodies(connection: sa.Connection, kind: str) -> list[dict[str, Any]]:
    return list(connection.scalars(sa.select(event.c.body).where(event.c.kind == kind)))


def _messages(connection: sa.Connection) -> Iterator[Finding]:
    rows = list(connection.execute(sa.select(outbox)))
    known = set(connection.scalars(sa.select(incident.c.message_id).where(incident.c.status == "open")))
    waiting = [f"{row.kind} {row.id}" for row in rows if row.status in UNFINISHED]
    silent = [f"{row.kind} {row.id}" for row in rows if row.status == "failed" and row.id not in known]
    yield Finding("messages", len(rows), waiting + silent, [])
    ended = [row.recipient for row in rows if row.status == "done" and row.recipient.startswith("person:")]
    said = sa.select(delivery.c.person_id).where(
        sa.or_(delivery.c.kind == "sent", sa.and_(delivery.c.kind == "dropped", delivery.c.topic != "reminder"))
    )
    accounted = [f"person:{one}" for one in connection.scalars(said) if one]
    yield once("notices accounted for", ended, accounted)


def _mails(connection: sa.Connection, letters: list[Arrival]) -> Finding:
    """Mail leaves at least once: a repeat under the same Message-ID is told, not counted against it."""
    sent = set(connection.scalars(sa.select(delivery.c.topic).where(delivery.c.kind == "sent")))
    return Finding("mails", len(sent), sorted(sent - set(arrived(letters))), [])


def arrived(letters: list[Arrival]) -> Counter[str]:
    """Message-ID without its host → how often it came."""
    return Counter(str(one.message["Message-ID"]).strip("<>").partition("@")[0] for one in letters)


def _files(cast: Cast, connection: sa.Connection) -> Finding:
    rows = list(connection.execute(sa.select(file).where(file.c.case_id.is_not(None))))
    gone = [row.id for row in rows if not cast.app.files.path(row.agency_id, row.digest).exists()]
    return Finding("files of cases", len(rows), gone, [])


def lateness(connection: sa.Connection, clock: BusinessTime) -> list[float]:
    """Seconds from when each timer that fired was due until it fired, by the wall's clock; least first.

    Left out: what was due or fired at a business time that came twice.
    """
    rows = connection.execute(sa.select(timer.c.due_at, timer.c.done_at).where(timer.c.status == "fired"))
    return sorted(
        (clock.wall(row.done_at) - clock.wall(row.due_at)).total_seconds() for row in rows
        if not clock.ambiguous(row.due_at) and not clock.ambiguous(row.done_at)
    )  # fmt: skip


def spread(ordered: list[float]) -> dict[str, float]:
    """p50, p99 and max of sorted seconds."""
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {
        name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2) if ordered else 0.0
        for name, share in shares.items()
    }  # fmt: skip
