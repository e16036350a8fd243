"""Four years of an agency at full length: every number of every review against the history, the reports to look at.

`python3 dev.py bench years [SEED] [sqlite|postgresql]`: both databases without a name. The reports, as Word, PDF where
LibreOffice is there, and .xlsx, stay in var/years/DATABASE.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from states.documents.model import document, document_version
from tests.cast import Cast, sound
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.servers import Postgres, temporary_folder
from tests.years import proof
from tests.years.agency import FIRST, LAST, Reports, found, plan_of_four_years
from tests.years.driver import Years
from workflow.files import file

PLACE = Path("var") / "years"
KINDS = ("sqlite", "postgresql")
BUSY = 0.12


def main(*words: str) -> None:
    """Live them, compare, leave the papers. Ends with code 1 when a number differs on any database."""
    unknown = [word for word in words if word not in KINDS and not word.isdecimal()]
    if unknown:
        raise SystemExit(f"There is no database {unknown[0]}: {', '.join(KINDS)}.")
    seed = next((int(word) for word in words if word.isdecimal()), 2025)
    lived = {kind: _lived(kind, seed) for kind in KINDS if kind in words or not set(KINDS) & set(words)}
    wrong = [f"{kind}: {line}" for kind, (lines, _) in lived.items() for line in lines]
    if len({repr(said) for _, said in lived.values()}) > 1:
        wrong.append("the same seed's reviews say other numbers on one database than on the other")
    if wrong:
        raise SystemExit("\n".join(wrong))


def _lived(kind: str, seed: int) -> tuple[list[str], list[list[int]]]:
    """Four years on one database: what differs, and the numbers of each review, in order."""
    began = time.perf_counter()
    with temporary_folder("ng-years-", quick=True) as folder, _database(kind, folder) as url:
        office = shutil.which("soffice") or ""
        every = Reports(*range(FIRST, LAST + 1))
        cast = found(url, folder / "files", plan_of_four_years(folder), every, office=office)
        years = Years(cast, seed=seed, busy=BUSY)
        years.live()
        sound(cast)
        with cast.app.database.read() as connection:
            wrong, said = proof.differences(connection), proof.said(connection)
            events = connection.scalar(sa.text("SELECT COUNT(*) FROM event"))
        papers = _keep(cast, PLACE / kind)
        cast.app.dispose()
    print(
        f"{kind}, seed {seed}: {years.acts} acts of people, {events} events, {sum(map(len, said))} numbers compared, "
        f"{len(wrong)} differ, {papers} files in {PLACE / kind}, {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    return wrong, said


@contextlib.contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a migrated, empty database; PostgreSQL is a server of its own."""
    if kind == "sqlite":
        with SqliteDatabases(folder).fresh() as url:
            yield url
        return
    server = Postgres(folder / "pg")
    server.start()
    try:
        with PostgresDatabases(server.url()).fresh() as url:
            yield url
    finally:
        server.stop()


def _keep(cast: Cast, place: Path) -> int:
    """The files of each numbered report."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    columns = (document_version.c.word_id, document_version.c.pdf_id, document_version.c.sheet_id)
    query = (
        sa.select(file.c.digest, file.c.name)
        .join(document_version, file.c.id.in_(columns))
        .join(document, document.c.id == document_version.c.document_id)
        .where(document.c.name == "review_report")
    )
    with cast.app.database.read() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        shutil.copyfile(cast.app.files.path(cast.agency_id, row.digest), place / row.name)
    return len(rows)
