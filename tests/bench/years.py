"""Four years of an agency at full length: every number of every review against the history, the reports to look at.

`python3 dev.py bench years [SEED]`. The reports, as Word, PDF where LibreOffice is there, and .xlsx, stay in var/years.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import sqlalchemy as sa

from states.documents.model import document, document_version
from tests.cast import Cast, sound
from tests.databases import SqliteDatabases
from tests.servers import temporary_folder
from tests.years import proof
from tests.years.agency import FIRST, LAST, Reports, found, plan_of_four_years
from tests.years.driver import Years
from workflow.files import file

PLACE = Path("var") / "years"
BUSY = 0.12


def main(seed: str = "2025") -> None:
    """Live them, compare, leave the papers. Ends with code 1 when a number differs."""
    began = time.perf_counter()
    with temporary_folder("ng-years-", quick=True) as folder, SqliteDatabases(folder).fresh() as url:
        office = shutil.which("soffice") or ""
        every = Reports(*range(FIRST, LAST + 1))
        cast = found(url, folder / "files", plan_of_four_years(folder), every, office=office)
        years = Years(cast, seed=int(seed), busy=BUSY)
        years.live()
        sound(cast)
        with cast.app.database.read() as connection:
            wrong, compared = proof.differences(connection), proof.numbers(connection)
            events = connection.scalar(sa.text("SELECT COUNT(*) FROM event"))
        papers = _keep(cast)
        cast.app.dispose()
    print(
        f"seed {seed}: {years.acts} acts of people, {events} events, {compared} numbers compared, {len(wrong)} differ, "
        f"{papers} files in {PLACE}, {time.perf_counter() - began:.0f} s"
    )
    if wrong:
        raise SystemExit("\n".join(wrong))


def _keep(cast: Cast) -> int:
    """The files of each numbered report."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
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
        shutil.copyfile(cast.app.files.path(cast.agency_id, row.digest), PLACE / row.name)
    return len(rows)
