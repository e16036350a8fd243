"""After a decision its papers wait at the clerk's desk, in the inbox and with their files, until filed signed."""

from __future__ import annotations

from pathlib import Path

from tests.roads import case_at, do
from tests.states.documents.test_deliver import shown, with_papers
from tests.web.desk import SCAN, Desk


def test_the_clerk_is_asked_to_issue_what_the_director_decided(desk: Desk, tmp_path: Path) -> None:
    cast = desk.cast
    with_papers(cast, tmp_path)
    decided = case_at(cast, "director_decision")
    do(cast, "director", decided, "recognize", reward="certificate")
    cast.settle()
    (waiting,) = cast.cases("issuing")
    made = [one for one in shown(cast, decided) if one.row["name"] in ("recognition", "certificate", "praise")]
    clerk = desk.browser("clerk")
    assert cast.row(waiting.id).code in clerk.get("/viec").text
    page = clerk.get(f"/ho-so/{waiting.code}")
    assert {f"/tep/{one.versions[0]['word_id']}" in page.text for one in made} == {True}
    assert all(one.numbered in page.text for one in made)
    assert "achievement_report" not in {one.row["name"] for one in made}
    older = next(one for one in shown(cast, decided) if one.row["name"] == "achievement_report")
    assert f"/tep/{older.versions[0]['word_id']}" not in page.text, "what another decision made is not hers to issue"
    unsigned = clerk.send(page, "/lam/issue", issued_on=cast.now().strftime("%d/%m/%Y"))
    assert unsigned.status_code == 422
    done = clerk.send(
        unsigned, "/lam/issue", issued_on=cast.now().strftime("%d/%m/%Y"), signed_papers=("quyet-dinh.pdf", SCAN)
    )
    assert done.status_code == 303
    cast.settle()
    assert cast.row(waiting.id).state == "issued"
    history = cast.app.engine.view(cast.actor("office"), decided).history
    assert history[-1].body["action"] == "papers_out"


def test_a_revocation_is_issued_too(desk: Desk) -> None:
    cast = desk.cast
    recognised = case_at(cast, "recognized_department")
    do(cast, "director", recognised, "revoke")
    cast.settle()
    assert [one.state for one in cast.cases("issuing")] == ["to_issue", "to_issue"]
