"""Outbox messages: what must still be told or given, written in the transaction of the fact itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflow import incidents, witness
from workflow.clock import business_now, wall_now
from workflow.db import Database, Id, IdSource, UtcDateTime, agency_id, insert_ignoring, metadata, uuid7, where, word
from workflow.fence import is_fenced
from workflow.message import Message

NOTICE = "notice"
MOST_ATTEMPTS = 5
RETRY_AFTER = (2.0, 20.0, 120.0, 1200.0)  # seconds after the n-th try; the last outlasts a usual greylisting
LEASE = timedelta(seconds=20)
NOTICE_LEASE = timedelta(seconds=65)  # longer than all timeouts of one mail server; others take over within 75 s
MOST_TOGETHER = 50  # notices in one letter
NOTICES_AT_ONCE = 2  # a hanging mail server holds no more hands than these
UNFINISHED = ("new", "leased")
_WAITS = f"status IN {UNFINISHED}"
INSIDE = ("start", "answer", "child_moved", "parent")  # from case to case; everything else leaves the house

outbox = sa.Table(
    "outbox_message",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),
    sa.Column("kind", sa.String(32), nullable=False),  # notice | start | answer | child_moved | parent | hold
    sa.Column("recipient", sa.String(120), nullable=False),  # person:ID, case:ID, desk:ROLE
    sa.Column("topic", sa.String(120), nullable=False, server_default=""),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("dedupe_key", sa.String(200), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # new | leased | done | failed | withdrawn
    sa.Column("not_before", UtcDateTime, nullable=False),  # business time: it may still be undone
    sa.Column("retry_at", UtcDateTime),  # wall time
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", UtcDateTime),  # wall time
    sa.Column("last_error", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "dedupe_key"),
    # Of what waits only: the messages done with are many and never looked for.
    sa.Index("ix_outbox_waiting", "created_at", "id", **where(_WAITS)),
    sa.Index("ix_outbox_recipient", "recipient", "created_at", "id", **where(_WAITS)),
    sa.Index("ix_outbox_case", "case_id", **where(_WAITS)),
    sa.Index("ix_outbox_leased", "lease_until", **where("status = 'leased'")),
    sa.Index("ix_outbox_failed", "agency_id", "created_at", **where("status = 'failed'")),
)

# Written out, not passed as parameters: of those no database knows that a row is in an index of some rows.
NEW, LEASED, FAILED = word("new"), word("leased"), word("failed")


def waits(table: Any) -> sa.ColumnElement[bool]:
    """Of the outbox or an alias of it: not delivered, given up or withdrawn yet."""
    found: sa.ColumnElement[bool] = table.c.status.in_([NEW, LEASED])
    return found


delivery = sa.Table(
    "delivery_log",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),
    Id("item_id"),
    Id("person_id"),
    sa.Column("kind", sa.String(32), nullable=False),  # sent | dropped | outbox_page | digest …
    sa.Column("topic", sa.String(120), nullable=False, server_default=""),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_delivery_case", "case_id", "at"),
)


def goes_on(case_id: str, since: datetime, until: datetime) -> sa.Select[Any]:
    """One row while something but letters waits to leave this case, or to reach it, due in these moments."""
    near = outbox.c.not_before.between(since, until) & (outbox.c.kind != NOTICE) & waits(outbox)
    mine = (outbox.c.case_id == case_id) | (outbox.c.recipient == f"case:{case_id}")
    return sa.select(sa.literal(1)).where(mine, near).limit(1)


@dataclass(frozen=True)
class Draft:
    """A message not yet written. `dedupe_key` makes it once per agency; `not_before` is business time."""

    agency_id: str
    kind: str
    recipient: str
    payload: Mapping[str, Any]
    dedupe_key: str
    not_before: datetime
    case_id: str | None = None
    topic: str = ""


@dataclass(frozen=True)
class Claim:
    """A message in somebody's hands until the lease ends; `fence` tells those hands from later ones."""

    id: str
    fence: int
    agency_id: str
    case_id: str | None
    kind: str
    recipient: str
    topic: str
    payload: Mapping[str, Any] = field(hash=False)
    dedupe_key: str
    attempts: int
    created_at: datetime
    not_before: datetime


Finish = Callable[[sa.Connection], bool]
"""Marks the message done in the caller's write transaction; False: the lease was lost, roll all back."""

Handler = Callable[[Claim, Finish], None]
"""Delivers one message and calls `finish` in a write transaction of its own: together with the effect where
that is in the database (exactly once), after it where it is outside (at least once). Raises to try again.
"""


class Undeliverable(Exception):
    """A handler's word that trying again is useless."""


class LeaseLost(Exception):
    """Other hands hold the message by now: what was about to be written must not be."""


# --- writing ------------------------------------------------------------------------------------------


def enqueue(connection: sa.Connection, drafts: Iterable[Draft], *, new_id: IdSource = uuid7) -> list[str]:
    """Write messages in the transaction of their fact; ids of the new ones. Known keys are passed over.

    A draft with a topic withdraws what is still held back for the same case, recipient and topic.
    """
    rows = [row(draft, new_id()) for draft in drafts]
    if not rows:
        return []
    _replace_held(connection, [row for row in rows if row["topic"] and row["case_id"]])
    return list(connection.scalars(insert_ignoring(connection, outbox, outbox.c.id), rows))


def row(draft: Draft, id_: str) -> dict[str, Any]:
    """A message as it is stored."""
    return {
        "id": id_, "agency_id": draft.agency_id, "case_id": draft.case_id, "kind": draft.kind,
        "recipient": draft.recipient, "topic": draft.topic, "payload": {**draft.payload, **_asked_by()},
        "dedupe_key": draft.dedupe_key, "status": "new", "not_before": draft.not_before,
        "created_at": wall_now(),
    }  # fmt: skip


def _asked_by() -> dict[str, str]:
    """The request that this goes back to, so that the log of whoever delivers it names it too."""
    asked = witness.ids().get(witness.REQUEST)
    return {witness.REQUEST: asked} if asked else {}


_SUBJECT = ("agency_id", "case_id", "recipient", "topic")


def _replace_held(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Two statements, however many messages a decision writes."""
    if not rows:
        return
    held = connection.execute(
        sa.select(outbox.c.id, outbox.c.dedupe_key, *(outbox.c[name] for name in _SUBJECT)).where(
            waits(outbox),
            outbox.c.status == "new",
            outbox.c.not_before > business_now(connection),
            outbox.c.case_id.in_({row["case_id"] for row in rows}),
        )
    ).mappings()
    subjects = {tuple(row[name] for name in _SUBJECT) for row in rows}
    known = {row["dedupe_key"] for row in rows}
    replaced = [
        row["id"] for row in held
        if tuple(row[name] for name in _SUBJECT) in subjects and row["dedupe_key"] not in known
    ]  # fmt: skip
    if replaced:
        withdraw(connection, replaced)


def withdraw(connection: sa.Connection, message_ids: Sequence[str]) -> int:
    """Take back messages nobody has begun to deliver; how many that were."""
    return _withdraw(connection, outbox.c.id.in_(message_ids))


def _withdraw(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> int:
    statement = sa.update(outbox).where(outbox.c.status == "new", *where)
    return connection.execute(statement.values(status="withdrawn", done_at=wall_now())).rowcount


def take_back(connection: sa.Connection, message_ids: Sequence[str]) -> None:
    """Withdraw messages even out of dead hands: behind a fence, where no hand is at work."""
    one = sa.update(outbox).where(outbox.c.id == sa.bindparam("gone"))  # a row at a time: they may be very many
    gone = one.values(status="withdrawn", lease_until=None, done_at=wall_now())
    connection.execute(gone, [{"gone": message_id} for message_id in message_ids])


def end_leases(connection: sa.Connection) -> None:
    """Whatever hands held they hold no more: after a restore all of them belong to another database."""
    connection.execute(sa.update(outbox).where(outbox.c.status == LEASED).values(lease_until=wall_now()))


# --- taking -------------------------------------------------------------------------------------------


def due_ids(
    connection: sa.Connection, limit: int, *, notices: bool | None = None, among: Sequence[str] | None = None
) -> list[str]:
    """Messages somebody may deliver now, oldest first; of mail one per recipient.

    `notices` True gives mail only, False everything else; `among` looks at these ids only.
    """
    times = {"now": business_now(connection), "wall": wall_now(), "most": limit}
    found = _DUE_IDS[notices, among is not None]
    return list(connection.scalars(found, times if among is None else {**times, "ids": list(among)}))


def claim(database: Database, message_ids: Sequence[str]) -> list[Claim]:
    """Take those of the messages that are due, for one lease each: never one that other hands hold, never one
    before an older of the same case and recipient, and never more mail at once than `NOTICES_AT_ONCE`."""
    with database.write() as connection:
        times = {"now": business_now(connection), "wall": wall_now()}
        rows = connection.execute(_CLAIM, {**times, "ids": list(message_ids)}).all()
        worn = [row for row in rows if row.attempts >= MOST_ATTEMPTS]
        for row in worn:  # each try killed the process that made it: nobody was left to count the failure
            _give_up(connection, _claim(row), "died")
        return [_lease(connection, row) for row in _within_places(connection, rows) if row not in worn]


def claim_due(database: Database, limit: int) -> list[Claim]:
    """Take whatever is due, oldest first."""
    with database.read() as connection:
        ids = due_ids(connection, limit)
    return claim(database, ids) if ids else []


def claim_with(database: Database, claimed: Claim) -> list[Claim]:
    """Take what else waits for the same recipient, so that one mail can say it all; the held stay held.

    What dead hands held goes again with the message it went with: the same words under the same Message-ID.
    At most `MOST_TOGETHER`: a letter that takes longer than its lease would never leave.
    """
    with database.write() as connection:
        same = {name: getattr(claimed, name) for name in ("agency_id", "kind", "recipient")}
        times = {"now": business_now(connection), "wall": wall_now()}
        return [_lease(connection, row) for row in connection.execute(_CLAIM_WITH, {**same, **times}).all()]


# Asked every second and at every delivery: built once, because building them takes longer than running them.

_NOW, _WALL = sa.bindparam("now", type_=UtcDateTime), sa.bindparam("wall", type_=UtcDateTime)
_ABANDONED = sa.and_(outbox.c.status == LEASED, outbox.c.lease_until <= _WALL)
_RIPE = sa.and_(outbox.c.status == NEW, outbox.c.not_before <= _NOW)
_AMONG = outbox.c.id.in_(sa.bindparam("ids", expanding=True))


def _due(which: sa.ColumnElement[bool], among: bool) -> sa.ColumnElement[bool]:
    """Ripe or left by dead hands, no agency's fence before it, and its turn."""
    ripe = sa.and_(_RIPE, sa.or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= _WALL))
    free = sa.or_(outbox.c.kind.in_(INSIDE), ~is_fenced(outbox.c.agency_id))
    chosen = sa.and_(which, _AMONG) if among else which
    return sa.and_(waits(outbox), chosen, sa.or_(ripe, _ABANDONED), free, ~_follows_its_case(), _leads_its_queue(among))


def _follows_its_case() -> sa.ColumnElement[bool]:
    """An older one of the same case and recipient is unfinished.

    Looked for by the case (`|| ''` leaves no other index): a case has few that wait, a recipient may have thousands.
    """
    older = outbox.alias("older")
    same = older.c.recipient.op("||")(word("")) == outbox.c.recipient
    return sa.exists().where(older.c.case_id == outbox.c.case_id, waits(older), same, _before(older))


def _leads_its_queue(among: bool) -> sa.ColumnElement[bool]:
    """No mail, or the oldest for its recipient that is not held.

    Of all that wait the queues are gone through once. By a look for each PostgreSQL, which plans for a few, compared
    each of some thousand letters for one person with every other: 7 s each time. Of few the look for each is cheaper.
    """
    mail = outbox.alias("mail")
    not_held = (waits(mail), mail.c.kind == word(NOTICE), mail.c.not_before <= _NOW)
    if among:
        same = (mail.c.agency_id == outbox.c.agency_id, mail.c.recipient == outbox.c.recipient)
        older = sa.select(mail.c.id).where(*not_held, *same, _before(mail)).order_by(mail.c.created_at, mail.c.id)
        leads = older.limit(sa.literal_column("1")).scalar_subquery().is_(None)
    else:
        of_one = (mail.c.agency_id, mail.c.recipient)
        place = sa.func.row_number().over(partition_by=of_one, order_by=(mail.c.created_at, mail.c.id))
        queue = sa.select(mail.c.id, place.label("place")).where(*not_held).subquery("queue")
        leads = outbox.c.id.in_(sa.select(queue.c.id).where(queue.c.place == sa.literal_column("1")))
    return sa.or_(outbox.c.kind != word(NOTICE), leads)


def _before(older: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.tuple_(older.c.created_at, older.c.id) < sa.tuple_(outbox.c.created_at, outbox.c.id)


def _oldest_first(*chosen: Any, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*chosen).where(where).order_by(outbox.c.created_at, outbox.c.id)


_OF_KIND = {None: sa.true(), True: outbox.c.kind == word(NOTICE), False: outbox.c.kind != word(NOTICE)}
_DUE_IDS = {
    (notices, among): _oldest_first(outbox.c.id, where=_due(kind, among)).limit(sa.bindparam("most"))
    for notices, kind in _OF_KIND.items()
    for among in (True, False)
}
_CLAIM = _oldest_first(outbox, where=_due(sa.true(), among=True)).with_for_update(
    skip_locked=True
)  # SQLite: one writer
_CLAIM_WITH = (
    _oldest_first(
        outbox,
        where=sa.and_(
            *(outbox.c[name] == sa.bindparam(name) for name in ("agency_id", "kind", "recipient")),
            waits(outbox),
            sa.or_(_RIPE, _ABANDONED),
        ),
    )
    .limit(MOST_TOGETHER - 1)
    .with_for_update(skip_locked=True)
)


_BUSY = sa.select(sa.func.count(sa.distinct(outbox.c.recipient))).where(
    outbox.c.kind == NOTICE, outbox.c.status == LEASED, outbox.c.lease_until > _WALL
)
_ONE = sa.update(outbox).where(outbox.c.id == sa.bindparam("one"))  # what is set comes with the parameters
_MINE = _ONE.where(outbox.c.fence == sa.bindparam("held"), outbox.c.status == LEASED)


def _within_places(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> Sequence[sa.Row[Any]]:
    mail = [row for row in rows if row.kind == NOTICE]
    if not mail:
        return rows
    places = max(NOTICES_AT_ONCE - (connection.scalar(_BUSY, {"wall": wall_now()}) or 0), 0)
    return [row for row in rows if row not in mail[places:]]


def _lease(connection: sa.Connection, row: sa.Row[Any]) -> Claim:
    until = wall_now() + (NOTICE_LEASE if row.kind == NOTICE else LEASE)
    taken = {"fence": row.fence + 1, "attempts": row.attempts + 1}
    connection.execute(_ONE, {"one": row.id, "status": "leased", "lease_until": until, **taken})
    return _claim(row, **taken)


def _claim(row: sa.Row[Any], **changed: Any) -> Claim:
    return Claim(**{name: getattr(row, name) for name in Claim.__dataclass_fields__} | changed)


# --- ending -------------------------------------------------------------------------------------------


def finish(connection: sa.Connection, claimed: Claim) -> bool:
    """Mark it delivered; False, and nothing written, when the lease was lost to other hands."""
    return _end(connection, claimed, status="done", done_at=wall_now(), last_error="")


def fail(connection: sa.Connection, claimed: Claim, error: str, *, permanent: bool = False) -> bool:
    """Put it back for a later try, or give up and open an incident; False when the lease was lost."""
    if permanent or claimed.attempts >= MOST_ATTEMPTS:
        return _give_up(connection, claimed, error)
    pause = RETRY_AFTER[min(claimed.attempts, len(RETRY_AFTER)) - 1] * random.uniform(0.8, 1.2)
    retry_at = wall_now() + timedelta(seconds=pause)
    return _end(connection, claimed, status="new", retry_at=retry_at, last_error=error[:500])


def postpone(connection: sa.Connection, claimed: Claim, seconds: float) -> bool:
    """Put it back as if it had never been tried; False when the lease was lost."""
    retry_at = wall_now() + timedelta(seconds=seconds)
    return _end(connection, claimed, status="new", retry_at=retry_at, attempts=claimed.attempts - 1)


def put_off(connection: sa.Connection, claimed: Claim, until: datetime) -> bool:
    """Hold it back until a moment of business time, as if it had never been tried; False when the lease was lost."""
    return _end(connection, claimed, status="new", not_before=until, attempts=claimed.attempts - 1)


def retry(connection: sa.Connection, message_id: str, by: str | None) -> bool:
    """Try a failed message anew, its incident settled; False when it had not failed."""
    statement = sa.update(outbox).where(outbox.c.id == message_id, outbox.c.status == "failed")
    again = statement.values(status="new", attempts=0, retry_at=None, done_at=None)
    agency = connection.scalar(again.returning(outbox.c.agency_id))
    if agency is None:
        return False
    incidents.settle(connection, agency, _incident_key(message_id), by)
    return True


def _give_up(connection: sa.Connection, claimed: Claim, error: str) -> bool:
    if not _end(connection, claimed, status="failed", done_at=wall_now(), last_error=error[:500]):
        return False
    params = {"kind": claimed.kind, "recipient": claimed.recipient, "error": error[:500]}
    trouble = incidents.Trouble(
        agency_id=claimed.agency_id,
        kind="delivery",
        reason=Message("incident.delivery", params),
        dedupe_key=_incident_key(claimed.id),
        case_id=claimed.case_id,
        message_id=claimed.id,
    )
    incidents.open_incident(connection, trouble)
    return True


def _end(connection: sa.Connection, claimed: Claim, **values: Any) -> bool:
    mine = {"one": claimed.id, "held": claimed.fence, "lease_until": None}
    if connection.execute(_MINE, {**mine, **values}).rowcount != 1:
        witness.told("repeat", kind="late_end")  # other hands had it by then
        return False
    return True


def _incident_key(message_id: str) -> str:
    return f"delivery:{message_id}"
