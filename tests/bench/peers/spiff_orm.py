"""SpiffWorkflow 3.2 in a SQLAlchemy ORM unit of work, which is how an application usually keeps it.

One decision: flow, open step and document loaded as objects by one locking query, the user task run, the document's
column set, the same rows as the limit's as objects of one session, one durable commit. Nothing is loaded after it.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.bench.interleaved import Call, Prepare
from tests.bench.limits import Walk
from tests.bench.peers import spiff_document
from tests.bench.peers.script import main, sqlalchemy
from tests.bench.peers.spiff_raw import begin, tables


class Base(DeclarativeBase):
    """The limit's tables, seen as classes."""

    type_annotation_map = {datetime: sa.DateTime(timezone=True), dict[str, Any]: JSONB, int: sa.BigInteger}  # noqa: RUF012


class Flow(Base):
    __tablename__ = "flow"
    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column()
    title: Mapped[str]
    data: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime]
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Document(Base):
    __tablename__ = "document"
    flow_id: Mapped[int] = mapped_column(sa.ForeignKey(Flow.id), primary_key=True)
    body: Mapped[str]


class Step(Base):
    __tablename__ = "step"
    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    flow_id: Mapped[int] = mapped_column(sa.ForeignKey(Flow.id))
    node: Mapped[str]
    owner: Mapped[int]
    open: Mapped[bool]
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None]


class Line(Base):
    __tablename__ = "line"
    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    flow_id: Mapped[int] = mapped_column(sa.ForeignKey(Flow.id))
    seq: Mapped[int]
    owner: Mapped[int]
    said: Mapped[str]
    was: Mapped[str]
    is_now: Mapped[str]
    at: Mapped[datetime]


class Alarm(Base):
    __tablename__ = "alarm"
    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    flow_id: Mapped[int] = mapped_column(sa.ForeignKey(Flow.id))
    kind: Mapped[str]
    due_at: Mapped[datetime]
    waits: Mapped[bool]


class Letter(Base):
    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
    flow_id: Mapped[int] = mapped_column(sa.ForeignKey(Flow.id))
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


WAITING = (
    sa.select(Flow, Step, Document)
    .join(Step, sa.and_(Step.flow_id == Flow.id, Step.open))
    .join(Document, Document.flow_id == Flow.id)
    .where(Flow.id == sa.bindparam("flow"))
    .with_for_update(of=Flow)
)


def decide(engine: sa.Engine, given: dict[str, Any]) -> None:
    """One unit of work."""
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        flow, step, document = session.execute(WAITING, {"flow": given["flow"]}).one()
        assert (flow.version, flow.state, step.owner) == (given["version"], given["was"], given["owner"])
        document.body = spiff_document.decide(document.body, given)
        flow.state, flow.moved_at = given["is_now"], given["now"]
        step.open, step.closed_at, step.closed_by = False, given["now"], given["owner"]
        session.add_all(new_rows(given))
        session.commit()


def new_rows(given: dict[str, Any]) -> list[Base]:
    """The step opened, the line, two alarms, two letters."""
    flow, now = given["flow"], given["now"]
    return [
        Step(flow_id=flow, node=given["is_now"], owner=given["next"], open=True, due_at=given["due"], opened_at=now),
        Line(flow_id=flow, seq=given["version"], owner=given["owner"], said=given["said"], was=given["was"],
             is_now=given["is_now"], at=now),
        Alarm(flow_id=flow, kind="remind", due_at=given["soon"], waits=True),
        Alarm(flow_id=flow, kind="due", due_at=given["due"], waits=True),
        *(Letter(flow_id=flow, kind="mail", body=json.loads(given[which]), made_at=now) for which in ("one", "two")),
    ]  # fmt: skip


def client(address: str, _number: int) -> tuple[Call, Prepare]:
    """One engine with one connection."""
    engine = sa.create_engine(sqlalchemy(address), pool_size=1, max_overflow=0)
    plain = psycopg.connect(address, autocommit=True)
    walk = Walk(lambda: begin(plain), lambda given: decide(engine, given))
    return walk.call, walk.prepare


if __name__ == "__main__":
    main(tables, client)
