"""The end of voting: two people's word, nothing told before it, no ballot lost at it, the same count twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from states.ballots import boxes, casting, closing, counting, recount, store
from states.ballots.boxes import Box
from states.ballots.model import ballot_voted
from tests.ballots import again, ballot, box_at, close_to, closed, organisation
from tests.cast import Cast
from workflow.message import Refused


def exported(cast: Cast, box: Box) -> dict[str, Any]:
    with cast.app.database.read() as connection:
        now = boxes.find(connection, box.agency_id, box.id)
        found, kept = store.slips(connection, box.id), store.receipts(connection, box.id)
        names = {one: f"Nguyễn Thị {number}" for number, one in enumerate(box.papers)}
        return counting.export(now, closing.counted(connection, now), found, kept, names)


def recounted(path: Path, said: dict[str, Any]) -> tuple[int, str]:
    """What the second counter says of a file, run as tellers run it: alone."""
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", recount.__file__, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=path.parent,
    )
    return ran.returncode, ran.stdout


def test_it_takes_the_chair_and_the_secretary_and_two_people(cast: Cast):
    box, org = box_at(cast, names=1), organisation(cast)
    with pytest.raises(Refused, match="not_yours_to_close"):
        closing.close(cast.app.engine, cast.actor("deputy"), box.id, org)
    for _ in range(2):
        assert closing.close(cast.app.engine, cast.actor("office"), box.id, org) is False
    ballot(cast, box, "deputy", "a")
    assert closing.close(cast.app.engine, cast.actor("director"), box.id, org) is True
    now = again(cast, box)
    assert (now.status, now.chair_locked, now.keeper_locked) == (
        "closed", cast.people["director"], cast.people["office"],
    )  # fmt: skip
    with pytest.raises(Refused, match=r"ballot\.over"):
        ballot(cast, box, "director", "a")
    assert closing.close(cast.app.engine, cast.actor("office"), box.id, org) is True, "said again it changes nothing"


def test_one_person_in_both_offices_does_not_end_it_alone(cast: Cast):
    from tests.cast import BEGIN
    from workflow.organisation_changes import grant_role

    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["director"], role="council_secretary",
                   starts_on=BEGIN, new_id=cast.app.database.new_id)  # fmt: skip
    box, org = box_at(cast, names=1), organisation(cast)
    for _ in range(3):
        assert closing.close(cast.app.engine, cast.actor("director"), box.id, org) is False


def test_no_number_is_anywhere_before_the_end(cast: Cast):
    box = box_at(cast, names=1)
    ballot(cast, box, "deputy", "a")
    with cast.app.database.write() as connection:
        assert boxes.find(connection, box.agency_id, box.id).counts == {}
        with pytest.raises(Refused, match="not_locked"):
            closing.close_box(connection, box.agency_id, box.id)
        views = sa.inspect(connection).get_view_names()
    assert views == [], "nor is there a view that would count"


def test_both_counters_agree_and_the_second_reads_the_file_alone(cast: Cast, tmp_path: Path):
    box = box_at(cast, names=3, voters=("director", "deputy", "press"), aside={"press": {2}})
    for name, letters in {"director": "agb", "deputy": "aax", "press": "ga"}.items():
        ballot(cast, box, name, letters)
    tally, said = closed(cast, box), exported(cast, box)
    code, told = recounted(tmp_path / "phieu.json", said)
    assert (code, "AGREES" in told, tally.root in told) == (0, True, True)
    for one in tally.papers:
        line = next(line for line in told.splitlines() if line.startswith(f"{one.number}\t"))
        assert line.endswith("\t".join(f"{word}={count}" for word, count in one.by_word.items()))
    assert [(one.eligible, one.voted) for one in tally.papers] == [(3, 3), (2, 2), (3, 3)]
    assert recounted(tmp_path / "again.json", said) == (code, told), "a recount can be repeated"
    own = Path(recount.__file__).read_text(encoding="utf-8")
    assert own.count("\n") <= 40
    assert "states" not in own.replace("__", "")


@pytest.mark.parametrize("fault", ["added", "removed", "changed", "twice", "strange", "receipt"])
def test_a_tampered_export_is_found_by_the_second_counter(sqlite_cast: Cast, tmp_path: Path, fault: str):
    box = box_at(sqlite_cast, names=2)
    ballot(sqlite_cast, box, "director", "ag")
    ballot(sqlite_cast, box, "deputy", "gg")
    closed(sqlite_cast, box)
    said = exported(sqlite_cast, box)
    slips = said["slips"]
    match fault:
        case "added":
            slips.append(["00000000-0000-4000-8000-000000000000", 1, "a"])
        case "removed":
            slips.pop()
        case "changed":
            slips[0][2] = "a" if slips[0][2] == "g" else "g"
        case "twice":
            slips.append(slips[0])
        case "strange":
            slips[0][1] = 9
        case "receipt":
            said["receipts"].pop()
    code, told = recounted(tmp_path / "phieu.json", said)
    assert (code, "DOES NOT AGREE" in told) == (1, True), told


@pytest.mark.parametrize("fault", ["slip", "mark", "voter", "receipt"])
def test_sums_that_do_not_agree_decide_nothing(cast: Cast, fault: str):
    box, org = box_at(cast, names=1), organisation(cast)
    ballot(cast, box, "director", "a")
    ballot(cast, box, "deputy", "a")
    table = f"ballot_{box.id.replace('-', '')}"
    with cast.app.database.write() as connection:
        if fault == "slip":
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ('another', 1, 'a')")
        elif fault == "mark":
            connection.exec_driver_sql(f"UPDATE {table} SET mark = 'q'")
        elif fault == "receipt":
            connection.exec_driver_sql(f"DELETE FROM {table.replace('ballot', 'receipt')}")
        else:
            connection.execute(sa.delete(ballot_voted).where(ballot_voted.c.member_id == cast.people["deputy"]))
    closing.close(cast.app.engine, cast.actor("director"), box.id, org)
    with pytest.raises(Refused, match="does_not_add_up"):
        closing.close(cast.app.engine, cast.actor("office"), box.id, org)
    assert (again(cast, box).status, again(cast, box).counts) == ("locked", {})


def test_who_became_too_close_before_voting_is_no_longer_eligible_at_the_end(cast: Cast):
    box = box_at(cast, names=2)
    ballot(cast, box, "deputy", "ag")
    close_to(cast, "director", box.papers[0])
    close_to(cast, "deputy", box.papers[1])  # has voted: that ballot is in, whichever it is
    assert [(one.eligible, one.voted) for one in closed(cast, box).papers] == [(1, 1), (2, 1)]


def test_a_void_box_is_empty_and_paper_goes_on(cast: Cast):
    box = box_at(cast, names=1)
    ballot(cast, box, "deputy", "a")
    with cast.app.database.write() as connection:
        boxes.void(connection, box.agency_id, box.case_id)
        assert not store.exists(connection, box.id)
        assert boxes.of_round(connection, box.agency_id, box.case_id, 1) is None
    assert not any(one.has_voted for one in again(cast, box).electors)
    with pytest.raises(Refused, match=r"ballot\.over"):
        ballot(cast, box, "deputy", "a")


def test_once_certified_the_ballots_are_gone_and_the_figures_stay(cast: Cast):
    box = box_at(cast, names=1)
    ballot(cast, box, "deputy", "a")
    tally = closed(cast, box)
    with cast.app.database.write() as connection:
        boxes.certify(connection, box.agency_id, box.case_id)
        assert not store.exists(connection, box.id)
    now = again(cast, box)
    assert (now.status, now.root, now.counts) == ("certified", tally.root, tally.counts)
    with cast.app.database.read() as connection, pytest.raises(Refused, match=r"ballot\.gone"):
        closing.counted(connection, now)


def test_marks_and_their_words_are_those_of_the_second_counter():
    assert casting.WORDS == recount.KINDS
