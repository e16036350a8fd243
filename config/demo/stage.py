"""Who acts in the demo, and what they hand in: by name, through the engine, under a key that makes each act once."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.readiness import PROGRESS
from config.wiring import Application
from workflow import files
from workflow.case import case
from workflow.clock import ZONE, business_now, wall_now
from workflow.clock import setting as settings
from workflow.commands import Actor
from workflow.idempotency import idempotency
from workflow.identity import Organisation, load_organisation


@dataclass
class Stage:
    """The demo agency while it is being built; `cases` maps a story's name to its case."""

    application: Application
    agency_id: str
    cases: dict[str, str] = field(default_factory=dict)
    done: int = 0
    step: str = ""

    def organisation(self) -> Organisation:
        """The agency as it stands now."""
        with self.application.database.read() as connection:
            return load_organisation(connection, self.agency_id, business_now(connection).astimezone(ZONE).date())

    def person(self, name: str) -> str:
        """A person's id by name."""
        return next(one.id for one in self.organisation().people.values() if one.name == name)

    def unit(self, code: str) -> str:
        """A unit's id by code."""
        return next(unit_id for unit_id, row in self.organisation().units.items() if row["code"] == code)

    def actor(self, name: str) -> Actor:
        """Somebody at the pages."""
        return Actor(self.person(name), self.agency_id, "page")

    def upload(self, name: str, title: str) -> str:
        """A paper this person hands in; its id. Two papers never have the same bytes."""
        stored = self.application.files.put(io.BytesIO(_paper(f"{self.step} {title}")), self.agency_id, title)
        file_id = self.application.database.new_id()
        with self.application.database.write() as connection:
            files.record(connection, stored, file_id=file_id, agency_id=self.agency_id, person_id=self.person(name))
        return file_id

    def begin(
        self, story: str, who: str, process: str, action: str, enrol: Callable[[sa.Connection], str],
        inputs: Mapping[str, Any], *, about: str = "subject",
    ) -> None:  # fmt: skip
        """Start a case about the one that `enrol` gives."""
        if known := self._done_before(who, f"demo:{self.step}"):
            self.cases[story] = known["case_id"]
            return
        with self.application.database.write() as connection:
            subject_id = enrol(connection)
        receipt = self.application.engine.start(
            self.actor(who), process=process, action=action, subject_type=about, subject_id=subject_id,
            inputs=inputs, key=f"demo:{self.step}",
        )  # fmt: skip
        self.cases[story] = receipt.case_id

    def act(self, story: str, who: str, action: str, **inputs: Any) -> None:
        """Take an action on a story's case."""
        self.act_on(self.cases[story], who, action, f"demo:{self.step}", inputs)

    def act_on(self, case_id: str, who: str, action: str, key: str, inputs: Mapping[str, Any]) -> None:
        """Take an action on a case."""
        if self._done_before(who, key):
            return
        with self.application.database.read() as connection:
            version = connection.scalar(sa.select(case.c.version).where(case.c.id == case_id))
        self.application.engine.act(
            self.actor(who), case_id=case_id, action=action, inputs=inputs, case_version=version or 0, key=key
        )

    def _done_before(self, who: str, key: str) -> dict[str, Any] | None:
        """What this act led to, when the building stopped between the act and the note of it."""
        known = sa.select(idempotency.c.answer).where(
            idempotency.c.agency_id == self.agency_id, idempotency.c.person_id == self.person(who),
            idempotency.c.key == key,
        )  # fmt: skip
        with self.application.database.read() as connection:
            return connection.scalar(known)

    def child_of(self, story: str, process: str) -> str:
        """The case of this process that a story's case started last."""
        with self.application.database.read() as connection:
            mine = (case.c.parent_id == self.cases[story]) & (case.c.process == process)
            found = sa.select(case.c.id).where(mine).order_by(case.c.started_at.desc())
            return str(connection.scalars(found.limit(1)).one())

    def today(self) -> date:
        """The local day."""
        return self.organisation().today

    def remember(self) -> None:
        """Keep how far the building got, so that a stopped one goes on from there."""
        value = {"done": self.done, "cases": self.cases}
        with self.application.database.write() as connection:
            mine = sa.update(settings).where(settings.c.key == PROGRESS)
            connection.execute(mine.values(value=value, changed_at=wall_now()))

    def recall(self) -> None:
        """Take up where the building stopped."""
        with self.application.database.read() as connection:
            value = connection.scalar(sa.select(settings.c.value).where(settings.c.key == PROGRESS)) or {}
        self.done, self.cases = value.get("done", 0), dict(value.get("cases", {}))


def at(day: date, minute: int) -> datetime:
    """Office hours in Việt Nam: 08:00 and so many minutes; a day off moves to the Friday before."""
    day -= timedelta(days=max(0, day.weekday() - 4))
    return datetime(day.year, day.month, day.day, 8, tzinfo=ZONE) + timedelta(minutes=minute)


def _paper(title: str) -> bytes:
    """A one-page PDF that says it is an example."""
    plain = title.encode("ascii", "ignore").decode().replace("(", "").replace(")", "").replace("\\", "")
    text = f"BT /F1 14 Tf 72 760 Td (Tai lieu minh hoa: {plain}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Font << /F1 5 0 R >> >>",
    )
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    body += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return body.encode("ascii")
