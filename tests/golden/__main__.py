"""`python3 -m tests.golden [SHAPE]`: this release's golden database, made anew as tests/golden/VERSION.ngb.

Run it once, when a release is made: from then on its file is never changed. SHAPE is an older revision to write it in.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from config import migrations
from config.backup import take
from config.settings import Settings
from tests.cast import Cast, make_cast, sound
from tests.papers import paper, with_papers
from tests.roads import ROADS, answer, case_at, do

FOLDER = Path(__file__).parent
STARTS = {"nominee": "identified", "merit_request": "choosing_ground"}
LARGEST = 300_000  # bytes: it stays in the repository for ever


def build(cast: Cast) -> None:
    """A case at every state, two held ones, a review that collects reports, letters on their way, armed timers."""
    with_papers(cast)
    for process, start in STARTS.items():
        for state in (start, *ROADS[process]):
            case_at(cast, state, process=process, who=f"{process} {state}")
    case_at(cast, "unit_appraisal", held=("complaint",), who="Người bị khiếu nại")
    case_at(cast, "recognized_unit", held=("moving",), who="Người đang chuyển")
    cast.settle()
    cast.at("2025-12-31T09:00:00")
    cast.run_due()
    report = next(one for one in cast.cases("unit_report") if one.subject_id == cast.units["ttbc"])
    do(cast, "press", report.id, "nothing")
    chased = next(one for one in cast.cases("nominee") if one.state == "at_province")
    answer(cast, "office", chased.id, "chase")
    paper(cast, "nominator", "bản nháp")


def main(shape: str = "head") -> None:
    """Build it, prove it sound, write it."""
    path = FOLDER / f"{version('neuguong')}.ngb"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/golden.db"
        migrations.upgrade(url)
        cast = make_cast(Settings(database_url=url, files=Path(folder) / "files", strict_texts=True))
        build(cast)
        sound(cast)
        if shape != "head":
            migrations.downgrade(url, shape)
        path.unlink(missing_ok=True)
        taken = take(cast.app.database, cast.app.files, path)
        cast.app.dispose()
    assert taken.size <= LARGEST, f"{taken.size} bytes are too many for the repository"
    print(f"{path.name}: {taken.size} bytes, {taken.manifest.tables['case_'].rows} cases, {taken.manifest.rows} rows")


if __name__ == "__main__":
    main(*sys.argv[1:])
