"""What the database tells: the server, its shape, the plan, the clock, who was seen at work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import sqlalchemy as sa

from config import migrations, readiness
from config.wiring import Application
from states import identities
from states.eligibility.panel import endings
from states.webhooks.queue import TELL_OFFICE, standing_of_all
from web.doctor.finding import Finding, Weight, refused, warning
from web.sign_in import passwords
from workflow import pulse
from workflow.catalogue import plan_version
from workflow.clock import business_now, local_date, wall_now
from workflow.incidents import incident
from workflow.organisation import account

OLDEST_POSTGRES = 14
UNSEEN = timedelta(seconds=60)
APART = timedelta(seconds=10)
LOOKED_AT = 40  # accounts whose password is tried: each costs a tenth of a second


def examine(application: Application, *, running: bool) -> Iterator[Finding]:
    """Every finding of the database; `running`: it must be at work, else silence is only a warning."""
    try:
        with application.database.read() as connection:
            if not application.database.is_sqlite:
                yield from _server(connection, application)
            shape = list(_shape(connection))
            yield from shape
            if not any(one.weight is Weight.REFUSED for one in shape):
                yield from _rows(connection, application, running=running)
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as away:
        why = str(getattr(away, "orig", away)).strip().partition("\n")[0]
        yield refused("database_away", address=str(application.database.url), why=why)


def _server(connection: sa.Connection, application: Application) -> Iterator[Finding]:
    def show(name: str) -> str:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())

    if (major := int(show("server_version_num")) // 10_000) < OLDEST_POSTGRES:
        yield refused("postgres_old", version=major, least=OLDEST_POSTGRES)
    if show("server_encoding") != "UTF8":
        yield refused("postgres_encoding", encoding=show("server_encoding"))
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if show(name) == "off":
            yield refused("postgres_forgets", name=name)
    limits = application.settings
    wanted = limits.web_database.connections + 6 * limits.background_database.connections
    if (most := int(show("max_connections"))) < wanted:
        yield warning("postgres_connections", most=most, wanted=wanted)
    if show("is_superuser") == "on":
        yield warning("postgres_superuser")
    now = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one().astimezone(UTC)
    if abs(now - wall_now()) > APART:
        yield refused("clocks_apart", seconds=round(abs(now - wall_now()).total_seconds()))


def _shape(connection: sa.Connection) -> Iterator[Finding]:
    if not sa.inspect(connection).has_table(migrations.VERSION_TABLE):
        yield refused("not_initialised")
        return
    shape = migrations.shape(connection)
    if newer := readiness.newer(shape):
        yield Finding(Weight.REFUSED, newer)
    elif shape != migrations.newest():
        yield refused("not_migrated", shape=shape or "–", expected=migrations.newest())


def _rows(connection: sa.Connection, application: Application, *, running: bool) -> Iterator[Finding]:
    if not connection.scalar(sa.select(sa.func.count()).where(plan_version.c.is_living)):
        yield refused("no_plan")
    if unready := readiness.unready(application):
        yield Finding(Weight.REFUSED, unready)
    yield from _bases(connection, application)
    yield from _accounts(connection, application)
    yield from _identities(connection, application)
    yield from _webhooks(connection)
    yield from _seen(connection, running=running)
    if many := connection.scalar(sa.select(sa.func.count()).where(incident.c.status == "open")):
        yield warning("incidents", many=many)


def _bases(connection: sa.Connection, application: Application) -> Iterator[Finding]:
    """Legal texts that the plans' conditions rest on and that end soon, or have ended."""
    today = local_date(business_now(connection))
    living = sa.select(plan_version.c.agency_id).where(plan_version.c.is_living).distinct()
    for agency_id in connection.scalars(living.order_by(plan_version.c.agency_id)).all():
        found = application.catalogue.living_plan(connection, agency_id)
        for one in endings(found[1], today) if found else ():
            yield warning(
                "basis_ended" if one.over else "basis_ends", plan=found[1].plan if found else "", title=one.title,
                day=one.last_day, count=len(one.conditions),
            )  # fmt: skip


def _identities(connection: sa.Connection, application: Application) -> Iterator[Finding]:
    """Who complained or signed: what no key opens any more, and what an upgrade left in clear."""
    if lost := identities.unreadable(connection, application.identities):
        yield refused("identities_lost", many=lost)
    if clear := identities.in_clear(connection):
        yield refused("identities_clear", many=clear)


def _webhooks(connection: sa.Connection) -> Iterator[Finding]:
    """What other systems were not told."""
    found = standing_of_all(connection)
    if found.aside:
        yield warning("webhooks_aside", many=found.aside)
    if found.oldest is not None and (late := wall_now() - found.oldest) >= TELL_OFFICE:
        yield warning("webhooks_late", hours=round(late / timedelta(hours=1)))


def _accounts(connection: sa.Connection, application: Application) -> Iterator[Finding]:
    from config.demo.building import PASSWORD

    able = sa.select(account.c.login, account.c.password_hash).where(
        account.c.password_hash != "", account.c.disabled_at.is_(None)
    )
    rows = connection.execute(able.order_by(account.c.is_admin.desc(), account.c.created_at).limit(LOOKED_AT)).all()
    if not rows:
        yield warning("nobody_signs_in")
    if application.settings.demo:
        return
    weak = [row.login for row in rows if passwords.matches(row.password_hash, PASSWORD)]
    if weak:
        yield refused("demo_password", logins=weak)


def _seen(connection: sa.Connection, *, running: bool) -> Iterator[Finding]:
    say = refused if running else warning
    for process, key in (("clock", pulse.CLOCK), ("worker", pulse.WORKER)):
        seen = pulse.last(connection, key)
        if seen is None or wall_now() - seen > UNSEEN:
            yield say(f"{process}_unseen")
