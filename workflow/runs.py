"""Long work as rows: who asked for what, how far it is, what came of it. Hands claim a run as they claim a message.

What a run writes for good, and that it is done, are one transaction: killed at any moment it is begun anew or goes on,
never half there and never done twice. A run that kills its hands three times is given up, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from workflow import incidents, outbox
from workflow.clock import business_now, wall_now
from workflow.db import Database, Id, IdSource, UtcDateTime, agency_id, insert_ignoring, metadata, uuid7, where, word
from workflow.fence import is_fenced
from workflow.message import Message, NotFound

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 3
LETTER = "run"
"""The template of the notice that tells who asked what came of it."""
UNSEEN = timedelta(seconds=60)  # after its end: who sits on its page needs no letter
AT_ONCE = 2  # hands that runs may hold: the others are for decisions, deadlines and mail
RETRY_AFTER = timedelta(seconds=10)
OPEN = ("waiting", "at_work")
_OPEN = f"status IN {OPEN}"

run = sa.Table(
    "run",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("kind", sa.String(32), nullable=False),  # import | export | merge_units …
    sa.Column("about", sa.String(300), nullable=False, server_default=""),  # a file's name, two units' names
    sa.Column("wanted", sa.JSON, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # waiting | at_work | done | failed | stopped
    sa.Column("done", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total", sa.Integer, nullable=False, server_default="0"),
    sa.Column("result", sa.JSON, nullable=False),  # numbers by name
    sa.Column("reasons", sa.JSON, nullable=False),  # why it failed: messages, each perhaps with its row and column
    Id("file_id"),  # what it made, to be fetched while uploads are kept
    Id("asked_by", nullable=False),
    sa.Column("not_before", UtcDateTime, nullable=False),  # business time
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", UtcDateTime),  # wall time; of a waiting one: not before then
    sa.Column("stop_at", UtcDateTime),  # when somebody asked to stop it
    sa.Column("dedupe_key", sa.String(200), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("begun_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("seen_at", UtcDateTime),  # when who asked looked at what came of it
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "dedupe_key"),
    sa.ForeignKeyConstraint(["agency_id", "asked_by"], ["person.agency_id", "person.id"]),
    sa.Index("ix_run_asked", "agency_id", "asked_at"),
    sa.Index("ix_run_open", "not_before", "id", **where(_OPEN)),
    sa.Index("ix_run_unseen", "agency_id", "asked_by", **where("seen_at IS NULL")),
)

WAITING, RUNNING = word("waiting"), word("at_work")


@dataclass(frozen=True)
class Order:
    """A run not yet written. The same `dedupe_key` again is the same run; `not_before` is business time."""

    agency_id: str
    kind: str
    asked_by: str
    wanted: Mapping[str, Any] = field(hash=False)
    dedupe_key: str
    about: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True)
class Claim:
    """A run in somebody's hands until the lease ends; `fence` tells those hands from later ones."""

    id: str
    fence: int
    agency_id: str
    kind: str
    about: str
    wanted: Mapping[str, Any] = field(hash=False)
    asked_by: str
    attempts: int


class Lost(Exception):
    """Other hands have the run by now, or it ended: what was about to be written must not be."""


class Stopped(Exception):
    """Who asked for it wants it no more; nothing of it is written."""


class Work(Protocol):
    """A run as its doer sees it: what is wanted, how far it is, and its end together with what it wrote."""

    @property
    def taken(self) -> Claim: ...

    def at(self, done: int, total: int) -> None: ...

    def finish(self, connection: sa.Connection, status: str = "done", **values: Any) -> None: ...


Doer = Callable[[Work], None]
"""Does one kind of run and calls `finish` in its last transaction. Raises Refused to fail in words."""


def order(connection: sa.Connection, what: Order, *, new_id: IdSource = uuid7) -> str:
    """Ask for a run, in the transaction of whatever it belongs to; its id, also when it was asked for before."""
    row = {
        "id": new_id(), **vars(what), "wanted": dict(what.wanted), "about": what.about[:300], "status": "waiting",
        "result": {}, "reasons": [], "not_before": what.not_before or business_now(connection),
        "asked_at": wall_now(),
    }  # fmt: skip
    added: str | None = connection.scalar(insert_ignoring(connection, run).values(row).returning(run.c.id))
    if added is not None:
        return added
    same = sa.select(run.c.id).where(run.c.agency_id == what.agency_id, run.c.dedupe_key == what.dedupe_key)
    return str(connection.execute(same).scalar_one())


# --- taking and ending --------------------------------------------------------------------------------


def due_ids(connection: sa.Connection) -> list[str]:
    """Runs that hands may take now, the longest wanted first; never more at once than `AT_ONCE`."""
    times = _times(connection)
    free = AT_ONCE - (connection.scalar(_HELD, times) or 0)
    return list(connection.scalars(_DUE_IDS, {**times, "most": free})) if free > 0 else []


def claim(database: Database, run_id: str) -> Claim | None:
    """Take a run that is due for one lease; None when it is not. One whose hands died each time is given up."""
    with database.read() as connection:  # wake-ups come twice: look before queueing as a writer
        if connection.scalar(_IS_DUE, {**_times(connection), "one": run_id}) is None:
            return None
    with database.write() as connection:
        row = connection.execute(_CLAIM, {**_times(connection), "one": run_id}).mappings().first()
        if row is None:
            return None
        taken = _claimed(row)
        if row["attempts"] >= MOST_ATTEMPTS:
            end(connection, taken, "failed", reasons=[packed(Message("run.died"))], fence=row["fence"])
            _trouble(connection, taken, "killed")
            return None
        values = {"status": "at_work", "attempts": taken.attempts, "fence": taken.fence, "lease_until": _lease()}
        begun = {"begun_at": wall_now()} if row["begun_at"] is None else {}
        connection.execute(sa.update(run).where(run.c.id == run_id).values(**values, **begun))
        return taken


def _times(connection: sa.Connection) -> dict[str, datetime]:
    return {"now": business_now(connection), "wall": wall_now()}


# Asked every second: built once.

_NOW, _WALL = sa.bindparam("now", type_=UtcDateTime), sa.bindparam("wall", type_=UtcDateTime)
_DUE = sa.and_(
    run.c.status.in_([WAITING, RUNNING]),
    sa.or_(run.c.lease_until.is_(None), run.c.lease_until <= _WALL),
    run.c.not_before <= _NOW,
    ~is_fenced(run.c.agency_id),
)
_HELD = sa.select(sa.func.count()).where(run.c.status == RUNNING, run.c.lease_until > _WALL)
_DUE_IDS = sa.select(run.c.id).where(_DUE).order_by(run.c.id).limit(sa.bindparam("most"))
_IS_DUE = sa.select(run.c.id).where(_DUE, run.c.id == sa.bindparam("one"))
_CLAIM = sa.select(run).where(_DUE, run.c.id == sa.bindparam("one")).with_for_update(skip_locked=True)


def _claimed(row: sa.RowMapping) -> Claim:
    names = ("id", "agency_id", "kind", "about", "wanted", "asked_by")
    return Claim(**{name: row[name] for name in names}, fence=row["fence"] + 1, attempts=row["attempts"] + 1)


def _lease() -> datetime:
    return wall_now() + LEASE


def still_mine(connection: sa.Connection, taken: Claim, done: int, total: int) -> None:
    """Say how far it is and keep it for another lease. Raises Lost, or Stopped when it shall not go on."""
    told = sa.update(run).where(_mine(taken)).values(done=done, total=total, lease_until=_lease())
    row = connection.execute(told.returning(run.c.stop_at)).first()
    if row is None:
        raise Lost
    if row.stop_at is not None:
        raise Stopped


def end(
    connection: sa.Connection, taken: Claim, status: str, *, fence: int | None = None, **values: Any
) -> None:  # fmt: skip
    """The run is over, in the transaction of all it wrote. Raises Lost when it is not in these hands any more."""
    ended = {"status": status, "ended_at": wall_now(), "lease_until": None, **values}
    if connection.execute(sa.update(run).where(_mine(taken, fence)).values(**ended)).rowcount != 1:
        raise Lost
    if status in ("done", "failed"):
        _tell(connection, taken, fence or taken.fence)


def _tell(connection: sa.Connection, taken: Claim, fence: int) -> None:
    """A letter to who asked, unless they have looked by then; one for each end it came to."""
    payload = {"template": LETTER, "run_id": taken.id, "person_id": taken.asked_by}
    told = outbox.Draft(
        agency_id=taken.agency_id, case_id=None, kind=outbox.NOTICE, recipient=f"person:{taken.asked_by}",
        topic=f"run:{taken.id}", payload=payload, not_before=business_now(connection) + UNSEEN,
        dedupe_key=f"run:{taken.id}:{fence}",
    )  # fmt: skip
    outbox.enqueue(connection, [told])


def put_back(connection: sa.Connection, taken: Claim, error: str) -> None:
    """It failed by an accident: tried again a little later, and given up in the end."""
    if taken.attempts >= MOST_ATTEMPTS:
        end(connection, taken, "failed", reasons=[packed(Message("run.broke", {"error": error[:300]}))])
        _trouble(connection, taken, error)
        return
    later = {"status": "waiting", "lease_until": wall_now() + RETRY_AFTER}
    connection.execute(sa.update(run).where(_mine(taken)).values(**later))


def _trouble(connection: sa.Connection, taken: Claim, error: str) -> None:
    """Who keeps the system learns of it, too: no list was wrong, something is broken."""
    reason = Message("incident.run", {"about": taken.about or taken.kind, "error": error[:300]})
    incidents.open_incident(connection, incidents.Trouble(taken.agency_id, "run", reason, f"run:{taken.id}"))


def _mine(taken: Claim, fence: int | None = None) -> sa.ColumnElement[bool]:
    number = taken.fence if fence is None else fence
    opened = run.c.status.in_([WAITING, RUNNING])
    return sa.and_(run.c.id == taken.id, run.c.fence == number, opened)


def again(connection: sa.Connection, agency: str, run_id: str) -> bool:
    """Try a failed run once more, from where it can go on; False when it had not failed."""
    failed = sa.and_(run.c.agency_id == agency, run.c.id == run_id, run.c.status == "failed")
    values = {"status": "waiting", "attempts": 0, "reasons": [], "ended_at": None, "lease_until": None,
              "seen_at": None, "stop_at": None}  # fmt: skip
    if connection.execute(sa.update(run).where(failed).values(**values)).rowcount != 1:
        return False
    incidents.settle(connection, agency, f"run:{run_id}")
    return True


def stop(connection: sa.Connection, agency: str, run_id: str) -> None:
    """Want it no more: one that waits ends here, one that runs at its next step."""
    mine = sa.and_(run.c.agency_id == agency, run.c.id == run_id)
    now = wall_now()
    connection.execute(sa.update(run).where(mine, run.c.status == "at_work").values(stop_at=now))
    waiting = sa.update(run).where(mine, run.c.status == "waiting")
    connection.execute(waiting.values(status="stopped", stop_at=now, ended_at=now))


# --- looking ------------------------------------------------------------------------------------------


def find(connection: sa.Connection, agency: str, run_id: str) -> sa.RowMapping:
    """One run of this agency. Raises NotFound."""
    found = connection.execute(sa.select(run).where(run.c.agency_id == agency, run.c.id == run_id)).mappings().first()
    if found is None:
        raise NotFound("run")
    return found


def listed(
    connection: sa.Connection, agency: str, *, asked_by: str | None = None, limit: int = 100
) -> Sequence[sa.RowMapping]:
    """Runs of an agency, of one person or of all, the newest first."""
    found = sa.select(run).where(run.c.agency_id == agency)
    if asked_by is not None:
        found = found.where(run.c.asked_by == asked_by)
    return connection.execute(found.order_by(run.c.asked_at.desc(), run.c.id.desc()).limit(limit)).mappings().all()


def unseen(connection: sa.Connection, agency: str, person_id: str) -> Sequence[sa.RowMapping]:
    """What came of this person's runs and was not looked at yet, the newest first."""
    return connection.execute(_UNSEEN, {"agency": agency, "person": person_id}).mappings().all()


_UNSEEN = (
    sa.select(run)
    .where(
        run.c.agency_id == sa.bindparam("agency"), run.c.asked_by == sa.bindparam("person"), run.c.seen_at.is_(None),
        run.c.ended_at.is_not(None),
    )
    .order_by(run.c.ended_at.desc())
    .limit(20)
)  # fmt: skip


def seen(connection: sa.Connection, agency: str, run_id: str, person_id: str) -> None:
    """Who asked has looked at what came of it."""
    mine = sa.and_(run.c.agency_id == agency, run.c.id == run_id, run.c.asked_by == person_id)
    ended = sa.and_(mine, run.c.ended_at.is_not(None), run.c.seen_at.is_(None))
    connection.execute(sa.update(run).where(ended).values(seen_at=wall_now()))


# --- forgetting ---------------------------------------------------------------------------------------


def forget(connection: sa.Connection, agency: str, words: Iterable[str]) -> int:
    """Runs over that say one of these names, codes or ids keep their numbers alone; how many that were."""
    wanted = [word for word in words if word]
    kept = sa.select(run).where(run.c.agency_id == agency, run.c.ended_at.is_not(None))
    done = 0
    for row in connection.execute(kept).mappings().all():
        said = json.dumps([row["about"], row["wanted"], row["result"], row["reasons"]], ensure_ascii=False)
        if any(word in said for word in wanted):
            numbers = {name: value for name, value in row["result"].items() if isinstance(value, int)}
            values = {"about": "", "wanted": {"dry_run": False}, "result": numbers, "reasons": []}
            connection.execute(sa.update(run).where(run.c.id == row["id"]).values(values))
            done += 1
    return done


# --- messages as stored -------------------------------------------------------------------------------


def packed(message: Message, **place: Any) -> dict[str, Any]:
    """A message as a row keeps it, with its place (row, column) where it has one."""
    return {"key": message.key, "params": {name: _packed(value) for name, value in message.params.items()}, **place}


def _packed(value: Any) -> Any:
    if isinstance(value, Message):
        return {"message": packed(value)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return [_packed(one) for one in value] if isinstance(value, list | tuple | set | frozenset) else value


def unpacked(stored: Mapping[str, Any]) -> Message:
    """The message again, to be rendered."""
    return Message(stored["key"], {name: _unpacked(value) for name, value in stored["params"].items()})


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict) and "moment" in value:
        return datetime.fromisoformat(value["moment"])
    if isinstance(value, dict):
        return unpacked(value["message"]) if "message" in value else date.fromisoformat(value["day"])
    return [_unpacked(one) for one in value] if isinstance(value, list) else value


def all_packed(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Reasons without a place."""
    return [packed(one) for one in messages]
