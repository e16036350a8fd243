"""What every test may ask for: real databases, broker, mail server and browser; no test is skipped."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright
from xdist.remote import Producer

from config.settings import Settings
from dev import CHROMIUMS
from tests import caches
from tests.cast import Cast, open_cast, prepare_seed_cast, sound
from tests.databases import Databases, PostgresDatabases, Prepare, SqliteDatabases
from tests.mailbox import Mailbox
from tests.servers import Postgres, Valkey, temporary_folder
from tests.sharing import Sharing, rank
from tests.sittings import prepare_council

# A busy machine may make one example slow; that is no finding.
settings.register_profile("neuguong", deadline=None)
settings.load_profile("neuguong")
caches.keep()
# Alike on every machine: whether it has a LibreOffice decides about PDF, and costs a second a paper.
os.environ.setdefault("NEUGUONG_OFFICE", "none")

CHROMIUM_FLAGS = [
    "--disable-background-networking", "--disable-component-update", "--disable-gpu", "--disable-quic",
    "--disable-sync", "--no-first-run",
]  # fmt: skip

NOWHERE = "http://127.0.0.1:9"  # the proxy to all but this machine: no request need be asked about one by one


# --- servers ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL: the one of TEST_DATABASE_URL, else the wheel's, started once."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with temporary_folder("ng-pg-", quick=True) as folder:
        server = Postgres(folder)
        server.start()
        try:
            yield server.url()
        finally:
            server.stop()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Redis-protocol server: the one of TEST_REDIS_URL, else the wheel's Valkey, started once."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    with temporary_folder("ng-vk-", quick=True) as folder:
        server = Valkey(folder)
        server.start()
        try:
            yield server.url()
        finally:
            server.stop()


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    """The Redis-protocol server, emptied for this test."""
    import redis

    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    return valkey_url


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A real SMTP server on loopback; `letters` holds what arrived, `answer(…)` makes it refuse."""
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


# --- databases ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[SqliteDatabases]:
    """Migrated SQLite files; `with sqlite_databases.fresh() as url`."""
    with temporary_folder("ng-sq-", quick=True) as folder:
        yield SqliteDatabases(folder)


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str) -> Iterator[PostgresDatabases]:
    """Migrated PostgreSQL databases; `with postgres_databases.fresh() as url`."""
    databases = PostgresDatabases(postgres_url)
    yield databases
    databases.close()


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each test that asks runs twice: for those that need several databases of one kind."""
    return request.getfixturevalue(f"{request.param}_databases")


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated, empty database of its own; the test runs on SQLite and on PostgreSQL."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def unchecked_cast(databases: Databases) -> Iterator[Cast]:
    """The seed's plan and its cast, on both databases, for tests that break things on purpose."""
    with _cast_on(databases) as opened:
        yield opened


@pytest.fixture
def cast(unchecked_cast: Cast) -> Iterator[Cast]:
    """The cast; afterwards no running case may stand still unseen, and every history must add up."""
    yield unchecked_cast
    sound(unchecked_cast)


@pytest.fixture
def sqlite_cast(sqlite_databases: SqliteDatabases) -> Iterator[Cast]:
    """The same on SQLite alone: for what is decided in memory, whatever the database."""
    with _cast_on(sqlite_databases) as opened:
        yield opened
        sound(opened)


@pytest.fixture
def council_cast(databases: Databases) -> Iterator[Cast]:
    """The cast with its council of nine and twenty nominees before it (`tests.sittings.waiting`), on both."""
    with _cast_on(databases, prepare_council) as opened:
        yield opened
        sound(opened)


@pytest.fixture
def sqlite_council(sqlite_databases: SqliteDatabases) -> Iterator[Cast]:
    """The same on SQLite alone."""
    with _cast_on(sqlite_databases, prepare_council) as opened:
        yield opened
        sound(opened)


@contextlib.contextmanager
def _cast_on(databases: Databases, prepare: Prepare = prepare_seed_cast) -> Iterator[Cast]:
    with databases.fresh(prepare) as url:
        opened = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield opened
        finally:
            opened.app.dispose()


# --- browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: TEST_CHROMIUM, the system's, or the one Playwright downloaded."""
    installed = os.environ.get("TEST_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=installed,
            args=[*CHROMIUM_FLAGS, *sandbox],
            proxy={"server": NOWHERE, "bypass": "127.0.0.1"},
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a person in Việt Nam, 1280 x 800, that can reach this machine only."""
    context = browser.new_context(
        locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport={"width": 1280, "height": 800}
    )
    yield context.new_page()
    context.close()


# --- the run ------------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first."""
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_collection_finish() -> None:
    """Spare the garbage collector everything that stays until the end: a fifth of the run went into looking at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """Tests that share a set-up run in one process."""
    return Sharing(config, log)


def _skipped(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [report.nodeid for report in reporter.stats.get("skipped", [])]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test proves nothing: the run fails."""
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the skipped tests that failed the run."""
    for name in _skipped(config):
        terminalreporter.write_line(f"SKIPPED, which fails the run: {name}", red=True)
