"""A short form of four years: each sơ kết and the tổng kết once, and every number of them that of the history."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from lxml import etree

from states.documents.model import document, document_version
from states.documents.numerals import figure, in_words
from tests.cast import Cast, sound
from tests.databases import SqliteDatabases
from tests.servers import temporary_folder
from tests.years import proof, recount
from tests.years.agency import FIRST, LAST, Reports, found, people, plan_of_four_years
from tests.years.driver import Years
from workflow.files import file

TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
PARAGRAPH = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"


@pytest.fixture(scope="module")
def lived() -> Iterator[Cast]:
    """The agency after its four years."""
    with temporary_folder("ng-years-", quick=True) as folder, SqliteDatabases(folder).fresh() as url:
        cast = found(url, folder / "files", plan_of_four_years(folder), Reports())
        Years(cast, seed=2025, busy=0.06, days=(12,)).live()
        yield cast
        cast.app.dispose()


def test_each_review_happened_once_and_came_to_its_end(lived: Cast) -> None:
    with lived.app.database.read() as connection:
        rows = proof.reviews(connection)
        runs = connection.execute(sa.text("SELECT process, period FROM cadence_run ORDER BY period")).all()
        parts = connection.execute(
            sa.text("SELECT year, unit_id, COUNT(*) FROM case_ WHERE process = 'unit_report' GROUP BY year, unit_id")
        ).all()
        ended = set(connection.scalars(sa.text("SELECT state FROM case_ WHERE process = 'unit_report'")))
    years = range(FIRST, LAST + 1)
    assert len(people()) == 120
    assert [(row.code, row.state) for row in rows] == [(f"SK-{year}", "archived") for year in years]
    assert [tuple(run) for run in runs] == [("annual_review", str(year)) for year in years]
    assert len(parts) == 12 * len(years)
    assert {part[2] for part in parts} == {1}
    assert ended == {"reported"}
    sound(lived)


def test_every_number_is_that_of_the_history(lived: Cast) -> None:
    with lived.app.database.read() as connection:
        assert proof.differences(connection) == []
        assert sum(map(len, proof.said(connection))) > 800
        whole = sum(
            (recount.count(recount.stories(connection, recount.NEVER), y) for y in range(FIRST, LAST + 1)),
            recount.Counter(),
        )
    for name in (
        "nominated",
        "endorsed",
        "nurtured",
        "recognised.unit",
        "recognised.department",
        "awarded",
        "published",
        "registered",
        "ended_met",
        "trained",
    ):
        assert whole[name] > 3, name


def test_a_number_that_is_not_that_of_the_history_is_found(lived: Cast) -> None:
    """The count can fail: a recognition put into the rows behind the history's back would be seen."""
    with lived.app.database.read() as connection:
        stories = recount.stories(connection, recount.NEVER)
        honest = recount.count(stories, LAST)["nominated"]
        del stories[
            next(one for one, story in stories.items() if story.process == "nominee" and story.began.year == LAST)
        ]
        assert recount.count(stories, LAST)["nominated"] == honest - 1


def test_the_final_report_says_these_numbers(lived: Cast) -> None:
    """In its Word file: figures with their words, a column a year, charts with the numbers in them."""
    word, parts = _report(lived)
    with lived.app.database.read() as connection:
        final = proof.reviews(connection)[-1]
        held = {line["name"]: line for line in proof.held(connection, final.id)["targets"]}
    nominated = sum(value for key, _, value in held["nominated"]["columns"] if key == "period.year")
    assert f"đã giới thiệu {figure(nominated)} ({in_words(nominated)}) nhân tố mới" in word
    assert f"Tổng kết giai đoạn {FIRST} - {LAST} triển khai Kế hoạch" in word
    assert all(f"Năm {year}" in word for year in range(FIRST, LAST + 1))
    assert "{{" not in word
    assert "{%" not in word
    charts = [name for name in parts if name.startswith("word/charts/chart")]
    assert len(charts) == 2
    drawn = etree.fromstring(parts[charts[0]])
    points = [one.text for one in drawn.iter("{http://schemas.openxmlformats.org/drawingml/2006/chart}v")]
    for value in (value for key, _, value in held["nominated"]["columns"] if key == "period.year"):
        assert str(value) in points


def _report(cast: Cast) -> tuple[str, dict[str, bytes]]:
    """The text of the numbered report, and its package."""
    with cast.app.database.read() as connection:
        query = (
            sa.select(file.c.digest)
            .join(document_version, document_version.c.word_id == file.c.id)
            .join(document, document.c.id == document_version.c.document_id)
            .where(document.c.name == "review_report")
            .order_by(document_version.c.made_at.desc())
        )
        digest = connection.scalars(query).first()
    content = cast.app.files.path(cast.agency_id, str(digest)).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tree = etree.fromstring(parts["word/document.xml"])
    paragraphs = ("".join(piece.text or "" for piece in one.iter(TEXT)) for one in tree.iter(PARAGRAPH))
    return "\n".join(paragraphs), parts
