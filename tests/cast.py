"""A fixed cast in a small Sở: who they are reads the same in every test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import wiring
from config.installation import install
from config.settings import SHIPPED_PLANS, Settings
from config.wiring import Application
from states.subjects.enrol import enrol_person
from tasks.deliver import deliver
from tasks.fire import fire
from tasks.run import run
from workflow import history, outbox, runs, stalls, timers
from workflow.case import case
from workflow.clock import ZONE, business_now, move_to, wall_now
from workflow.commands import Actor, Receipt
from workflow.conformance import deviations
from workflow.files import file
from workflow.folding import fold
from workflow.organisation import agency, person, unit
from workflow.organisation_changes import add_person, add_unit, grant_role, set_absence
from workflow.worklist import work_item

SEED = SHIPPED_PLANS / "so-tttt-2022-2025"
BEGIN = date(2020, 1, 1)
START = "2025-03-03"

# name: (unit, roles; a role of a unit is held in one's own)
SEED_CAST: dict[str, tuple[str, tuple[str, ...]]] = {
    "director": ("bgd", ("director", "council_chair")),
    "deputy": ("bgd", ("council_member",)),
    "office": ("vp", ("office", "council_secretary")),
    "office2": ("vp", ("office",)),
    "clerk": ("vp", ("clerk",)),
    "head_office": ("vp", ("unit_head",)),
    "head": ("cntt", ("unit_head",)),
    "nominator": ("cntt", ()),
    "candidate": ("cntt", ()),
    "mentor": ("cntt", ()),
    "colleague1": ("cntt", ()),
    "colleague2": ("cntt", ()),
    "colleague3": ("cntt", ()),
    "head2": ("bcvt", ("unit_head",)),
    "outsider": ("bcvt", ()),
    "press": ("ttbc", ("press_unit", "unit_head")),
}
UNITS = {"bgd": "Ban Giám đốc", "vp": "Văn phòng Sở", "cntt": "Phòng Công nghệ thông tin",
         "bcvt": "Phòng Bưu chính - Viễn thông", "ttbc": "Phòng Thông tin - Báo chí - Xuất bản"}  # fmt: skip
OF_UNIT = {"unit_head", "division_head"}
_names = itertools.count(1)


@dataclass
class Told:
    """Takes notices instead of a mail server: what would have been written to whom."""

    database: Any = None
    letters: list[Mapping[str, Any]] = field(default_factory=list)

    def __call__(self, claim: outbox.Claim, finish: outbox.Finish) -> None:
        self.letters.append(claim.payload)
        with self.database.write() as connection:
            finish(connection)


@dataclass
class Cast:
    """An agency with its people by name, and short words for what they do."""

    app: Application
    agency_id: str
    people: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    told: Told = field(default_factory=Told)

    def actor(self, name: str, channel: str = "page") -> Actor:
        return Actor(self.people[name], self.agency_id, channel)

    def at(self, moment: str | datetime) -> None:
        """Move business time: '2025-03-03' is nine in the morning there."""
        if isinstance(moment, str):
            text = moment if "T" in moment else f"{moment}T09:00:00"
            moment = datetime.fromisoformat(text).replace(tzinfo=ZONE)
        with self.app.database.write() as connection:
            move_to(connection, moment)

    def now(self) -> datetime:
        with self.app.database.read() as connection:
            return business_now(connection)

    def later(self, **delta: float) -> None:
        """Business time moves on."""
        self.at(self.now() + timedelta(**delta))

    def subject(self, name: str = "candidate") -> str:
        database = self.app.database
        with database.write() as connection:
            return enrol_person(connection, self.agency_id, self.people[name], new_id=database.new_id)

    def upload(self, by: str, name: str = "minh-chung.pdf") -> str:
        """A file row of this person's, as a form names it."""
        ident = self.app.database.new_id()
        with self.app.database.write() as connection:
            connection.execute(
                sa.insert(file).values(
                    id=ident, agency_id=self.agency_id, digest=f"{next(_names):064x}", name=name,
                    media_type="application/pdf", size=10, uploaded_by=self.people[by],
                    uploaded_at=wall_now(),
                )
            )  # fmt: skip
        return ident

    def nominate(self, by: str = "nominator", who: str = "candidate", subject: str = "") -> str:
        """A new nominee, one of the cast or a subject that is known; the case's id."""
        receipt = self.app.engine.start(
            self.actor(by), process="nominee", action="nominate", subject_type="subject",
            subject_id=subject or self.subject(who),
            inputs={"life_field": self.first_choice("nominee", "life_field"), "evidence": [self.upload(by)],
                    "merit": "Sáng kiến rút ngắn một nửa thời gian xử lý"},
        )  # fmt: skip
        return receipt.case_id

    def first_choice(self, process: str, name: str) -> str:
        with self.app.database.read() as connection:
            life = self.app.catalogue.living(connection, self.agency_id, process)
        assert life is not None
        return next(iter(life.definition.fields[name].choices))

    def row(self, case_id: str) -> Any:
        with self.app.database.read() as connection:
            return connection.execute(sa.select(case).where(case.c.id == case_id)).one()

    def act(self, who: str, case_id: str, action: str, **inputs: Any) -> Receipt:
        return self.app.engine.act(
            self.actor(who), case_id=case_id, action=action, inputs=inputs, case_version=self.row(case_id).version
        )

    def answer(self, who: str, case_id: str, name: str, *, nil: bool = False, **inputs: Any) -> Receipt:
        view = self.app.engine.view(self.actor(who), case_id)
        found = [o for o in view.options if o.kind == "ask" and o.name == name]
        option = next((o for o in found if o.allowed), found[0])
        assert option.ask_id is not None
        return self.app.engine.answer(self.actor(who), ask_id=option.ask_id, inputs=inputs, nil=nil)

    def run_due(self) -> int:
        """Do everything that is due now, by the hands' own functions, until nothing is; how many things."""
        done = 0
        for _ in range(200):
            with self.app.database.read() as connection:
                ripe = [t for t, _ in timers.due(connection, 500)]
                long = runs.due_ids(connection)
                messages = [
                    *outbox.due_ids(connection, 500, notices=False),
                    *outbox.due_ids(connection, 500, notices=True),
                ]
            begun = self.app.engine.start_due_cadences()
            if not ripe and not messages and not begun and not long:
                return done
            done += fire(self.app, ripe) + deliver(self.app, messages) + run(self.app, long) + begun
        raise AssertionError("it never comes to rest")

    def settle(self) -> None:
        """Let what a decision holds back leave."""
        self.later(seconds=31)
        self.run_due()

    def open_items(self, case_id: str) -> list[Any]:
        with self.app.database.read() as connection:
            return list(
                connection.execute(
                    sa.select(work_item).where(work_item.c.case_id == case_id, work_item.c.status == "open")
                )
            )

    def cases(self, process: str) -> list[Any]:
        with self.app.database.read() as connection:
            return list(connection.execute(sa.select(case).where(case.c.process == process).order_by(case.c.code)))

    def absent(self, name: str, deputy: str, first: date, last: date) -> str:
        with self.app.database.write() as connection:
            return set_absence(
                connection, self.agency_id, person_id=self.people[name], deputy_id=self.people[deputy],
                days=(first, last),
            )  # fmt: skip


def make_cast(
    settings: Settings,
    *,
    folder: Path = SEED,
    cast: Mapping[str, tuple[str, tuple[str, ...]]] = SEED_CAST,
    units: Mapping[str, str] = UNITS,
    start: str = START,
    handlers: Mapping[str, Callable[..., None]] | None = None,
    unit_type: str = "phong",
) -> Cast:
    """Install a plan and people it; business time stands at `start`."""
    app = wiring.build(settings, handlers=handlers)
    with app.database.write() as connection:
        move_to(connection, datetime.fromisoformat(f"{start}T09:00:00").replace(tzinfo=ZONE))
    agency_id, _ = install(app, folder, by="tests", name="Sở Thông tin và Truyền thông", short_name="STTTT")
    made = Cast(app, agency_id)
    database = app.database
    with database.write() as connection:
        for code, name in units.items():
            type_ = "lanh_dao" if code == "bgd" else unit_type
            made.units[code] = add_unit(
                connection, agency_id, code=code, name=name, starts_on=BEGIN, new_id=database.new_id, type=type_
            )
        for name, (unit_code, roles) in cast.items():
            person_id = add_person(
                connection, agency_id, code=name, name=f"{name.title()} Nguyễn", starts_on=BEGIN,
                new_id=database.new_id, unit_id=made.units[unit_code], email=f"{fold(name)}@so.example",
            )  # fmt: skip
            made.people[name] = person_id
            for role in roles:
                grant_role(
                    connection, agency_id, person_id=person_id, role=role, starts_on=BEGIN,
                    unit_id=made.units[unit_code] if role in OF_UNIT else None, new_id=database.new_id,
                )  # fmt: skip
    return made


def prepare_seed_cast(database_url: str) -> None:
    """Fill a migrated database with the seed's plan and its cast; it is made once and copied for each test."""
    make_cast(Settings(database_url=database_url)).app.dispose()


def sound(cast: Cast) -> None:
    """What must be true after any test: no running case stands still unseen, every history adds up and is a path of
    its definition."""
    assert stalls.stalls(cast.app.engine) == []
    with cast.app.database.read() as connection:
        assert history.verify(connection) == []
        assert [one for one in deviations(connection, cast.app.catalogue, sa.true()) if one] == []


def open_cast(
    settings: Settings, *, start: str = START, handlers: Mapping[str, Callable[..., None]] | None = None,
    writes: bool = False,
) -> Cast:  # fmt: skip
    """The cast of a database that was prepared with one; business time is `start` again, or stays as it is.

    `writes`: letters and papers are made as in the product, not noted in `told` alone.
    """
    told, papers = Told(), Told()
    quiet = {} if writes else {"notice": told, "document": papers}
    app = wiring.build(settings, handlers={**quiet, **(handlers or {})})
    told.database = papers.database = app.database
    with app.database.read() as connection:
        agency_id = connection.scalars(sa.select(agency.c.id)).one()
        people = {row.code: row.id for row in connection.execute(sa.select(person))}
        units = {row.code: row.id for row in connection.execute(sa.select(unit))}
    cast = Cast(app, agency_id, people, units, told)
    if start:
        cast.at(start)
    return cast
