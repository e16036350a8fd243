"""One Application out of the settings: what must flow up the rooms is passed in here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config import texts
from config.settings import Settings
from config.texts import Texts
from states import own_data, registration, retention
from states.accounts.deliver import AccountLetters
from states.calendars import editing as calendars
from states.calendars.recomputing import Applying, Planning
from states.certificates.issuing import Certificates
from states.desk.letters import DeskLetters
from states.desk.tidying import follower, tidy
from states.documents.deliver import Papers
from states.documents.order import MAKE
from states.foresight import running as foresight
from states.foresight.running import Simulating
from states.imports import export, long
from states.imports.export import Exporting
from states.imports.long import Importing
from states.notices.anchor_letter import AnchorLetters
from states.notices.deliver import Notices, Post
from states.notices.facts import Facts
from states.notices.letter import Places
from states.office import numbers
from states.office.numbers import NumberChanging
from states.open_data import conforming, taking
from states.open_data.conforming import Conforming
from states.open_data.taking import TakingLogs
from states.own_data import OwnData
from states.push.deliver import PUSH, Pushes
from states.push.reach import Reach
from states.push.sealed_push import Signer
from states.revisions import changing
from states.revisions.running import Checking, Enforcing, Trying
from states.revisions.running import Moving as RulesMoving
from states.sealed import Envelope
from states.subjects import listing
from states.subjects.listing import ListingCases
from states.twins import deciding as twins
from states.twins import parting
from states.twins.doing import TwinJoining
from states.twins.meanwhile import catch_up
from states.twins.parting import TwinParting
from states.units import deciding as merges
from states.units import moving
from states.units.merging import UnitMerging
from states.units.moving import PersonMoving
from states.webhooks.deliver import Announcements, Webhooks, paper_made
from states.webhooks.queue import forget_old
from workflow import anchors, watch
from workflow.announcing import KIND as ANNOUNCE
from workflow.catalogue import Catalogue
from workflow.db import Database
from workflow.engine import Engine
from workflow.files import FileStore, sweep
from workflow.hearing import HANDLERS
from workflow.outbox import NOTICE, Handler
from workflow.registry import Registry
from workflow.runs import Doer
from workflow.seal import Sealer


@dataclass
class Application:
    """What the entry points share. `after_commit` wakes the dispatcher once one is attached."""

    settings: Settings
    database: Database
    texts: Texts
    registry: Registry
    catalogue: Catalogue
    engine: Engine
    files: FileStore
    identities: Envelope
    pushes: Pushes
    webhooks: Webhooks
    handlers: dict[str, Handler] = field(default_factory=dict)  # outbox kind → who delivers it
    doers: dict[str, Doer] = field(default_factory=dict)  # kind of a run → who does it
    listeners: list[Callable[[], None]] = field(default_factory=list)
    sealer: Sealer = field(init=False)

    def __post_init__(self) -> None:
        self.sealer = Sealer(self.database)

    def after_commit(self) -> None:
        """Something may be due now. Called outside any transaction; never blocks, never raises."""
        for listener in self.listeners:
            listener()

    def watch(self) -> int:
        """Make silent stalls known, a desk that nobody empties too; how many were found."""
        return watch.see_stalls(self.engine) + tidy(self.database, self.catalogue)

    def reach(self) -> int:
        """Bring items to whoever may answer them now that people, roles or the day changed; how many agencies."""
        return watch.reach_changed(self.engine) + catch_up(self.engine)

    def seal(self) -> int:
        """Give what was written since its place in the chain over everything; how many rows."""
        return self.sealer.run()

    def anchor(self) -> int:
        """The day's anchor, written down and mailed; how many earlier ones this database no longer bears out."""
        return anchors.keep(self.database, self.settings.anchors, self.settings.anchor_mail)

    def propose_forgetting(self) -> int:
        """Write down whose data has been kept as long as their agency's rules say; how many wait for a decision."""
        with self.database.read() as connection:
            agencies = retention.with_rules(connection)
        waiting = 0
        for one in agencies:
            with self.database.write() as connection:
                waiting += retention.propose(connection, one)
        return waiting

    def forget_tellings(self) -> int:
        """What other systems were told long ago is in no log any more; how many lines went."""
        with self.database.write() as connection:
            return forget_old(connection)

    def sweep_files(self) -> int:
        """Forget uploads nobody sent off and files no row names any more, an erased person's too; how many went."""
        return sweep(self.database, self.files)

    def dispose(self) -> None:
        """Give the database connections back."""
        self.database.dispose()


def build(
    settings: Settings, *, handlers: Mapping[str, Handler] | None = None, serves: bool = False,
    database: Database | None = None,
) -> Application:  # fmt: skip
    """Connect everything; reads no table and starts nothing. `handlers` add to or replace those of the house.

    `serves`: people wait for this process's answers, so that its statements must end sooner. `database`: one that is
    opened already.
    """
    limits = settings.web_database if serves else settings.background_database
    database = database or Database(settings.database_url, limits=limits)
    said = texts.load(strict=settings.strict_texts)
    registry = Registry()
    registration.register(registry)
    catalogue = Catalogue()
    registry.follower = follower(catalogue)
    listeners: list[Callable[[], None]] = []
    engine = Engine(database, catalogue, registry, lambda: [listener() for listener in listeners])
    files = FileStore(settings.files)
    papers = Papers(database, files, engine.view, settings.office, Certificates(settings.base_url))
    papers.tell = paper_made
    identities = Envelope(lambda: settings.identity_keys)
    notices = _notices(settings, database, catalogue, engine, said, identities)
    pushes = _pushes(settings, database, said)
    return Application(
        settings=settings,
        database=database,
        texts=said,
        registry=registry,
        catalogue=catalogue,
        engine=engine,
        files=files,
        identities=identities,
        pushes=pushes,
        webhooks=Webhooks(database, identities, settings.webhooks),
        handlers={
            **dict.fromkeys(HANDLERS, engine.receive),
            NOTICE: notices,
            MAKE: papers,
            PUSH: pushes,
            ANNOUNCE: Announcements(database),
            **(handlers or {}),
        },
        doers=_doers(settings, engine, files, said),
        listeners=listeners,
    )


def _doers(settings: Settings, engine: Engine, files: FileStore, said: Texts) -> dict[str, Doer]:
    """Who does each kind of run."""
    database, catalogue = engine.database, engine.catalogue
    return {
        merges.KIND: UnitMerging(engine),
        moving.KIND: PersonMoving(engine),
        calendars.PLAN: Planning(engine),
        calendars.APPLY: Applying(engine),
        twins.KIND: TwinJoining(engine),
        parting.KIND: TwinParting(engine),
        long.KIND: Importing(database, files, catalogue),
        export.KIND: Exporting(database, files),
        own_data.KIND: OwnData(database, files, catalogue),
        listing.KIND: ListingCases(database, files, catalogue),
        taking.KIND: TakingLogs(database, files, catalogue),
        conforming.KIND: Conforming(database, files, catalogue, lambda reason: said.render(reason, settings.language)),
        foresight.KIND: Simulating(database, catalogue, settings.language, "config.foresight.child"),
        numbers.KIND: NumberChanging(database, catalogue, engine.registry),
        changing.CHECK: Checking(database, catalogue, engine.registry),
        changing.TRY: Trying(engine),
        changing.FORCE: Enforcing(engine),
        changing.MOVE: RulesMoving(engine),
    }


def _pushes(settings: Settings, database: Database, said: Texts) -> Pushes:
    told = settings.push
    signer = Signer(told.key, told.contact) if told else None
    return Pushes(database, signer, Reach(told.servers if told else ()), said.render, settings.language)


def _notices(
    settings: Settings, database: Database, catalogue: Catalogue, engine: Engine, said: Texts, envelope: Envelope
) -> Handler:
    facts = Facts(database, catalogue, engine.view, Places(settings.base_url))
    post = Post(settings.mail_server, settings.mail_from, settings.language, settings.contact)
    people = Notices(database, facts, said.render, post)
    desks = DeskLetters(people, database, catalogue, facts, said.render, post)
    accounts = AccountLetters(desks, database, envelope, said.render, post)
    return AnchorLetters(accounts, database, said.render, post)
