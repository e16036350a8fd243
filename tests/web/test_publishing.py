"""`publish:` of a rule set: who sees a sitting and does not run it reads counts, verdicts alone, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from states.councils.publishing import COUNTS, VERDICTS
from tests.ballots import ballot, closed
from tests.roads import do
from tests.sittings import MEMBERS, rules, waiting
from tests.states.councils.test_secret import box_of
from tests.states.councils.test_sittings import opened
from tests.states.documents.test_deliver import shown, with_papers
from tests.web.desk import Desk, Forms


def counted(desk: Desk, publish: str) -> str:
    """A sitting that voted in the box, its count recorded."""
    cast = desk.cast
    for name in ("recognition", "papers"):
        rules(cast, name)["publish"] = publish
    cases = waiting(cast, 2)
    sitting = opened(cast, cases, ["director", *MEMBERS])
    do(cast, "office", sitting, "call_ballot")
    box = box_of(cast, sitting)
    for member in ("director", *MEMBERS):
        ballot(cast, box, member, "ag" if member in MEMBERS[:2] else "aa")
    closed(cast, box)
    do(cast, "office", sitting, "count_box")
    return sitting


@pytest.mark.parametrize(("publish", "kept"), [("verdicts", COUNTS), ("nothing", COUNTS | VERDICTS)])
def test_counts_are_kept_by_who_runs_the_sitting(
    council: Desk, tmp_path: Path, publish: str, kept: frozenset[str]
) -> None:
    desk, cast = council, council.cast
    with_papers(cast, tmp_path / "files")
    sitting = counted(desk, publish)
    do(cast, "office", sitting, "write")
    cast.settle()
    code, member, office = desk.code(sitting), desk.browser("press"), desk.browser("office")
    for who in ("office", "director"):
        assert cast.app.engine.view(cast.actor(who), sitting).fields["tally"]
    view = cast.app.engine.view(cast.actor("press"), sitting)
    assert not kept & view.fields.keys()
    assert ("verdict" in view.fields) == (publish == "verdicts")
    assert not kept & {field.name for one in view.history for field, _ in one.inputs}
    told = desk.app.test_client().get(f"/api/v1/cases/{code}", headers=desk.token("press", "read")).get_json()
    assert not kept & told["fields"].keys()
    page = member.get(f"/ho-so/{code}").text
    assert ("Kết quả kiểm phiếu" in page, "Kết quả kiểm phiếu" in office.get(f"/ho-so/{code}").text) == (False, True)
    papers = {one.row["name"]: one.versions[0]["word_id"] for one in shown(cast, sitting)}
    for name in ("minutes", "tally"):
        refused = member.get(f"/tep/{papers[name]}")
        assert (refused.status_code, "chỉ công bố kết luận" in refused.text) == (403, True)
        with office.get(f"/tep/{papers[name]}") as got:
            assert got.status_code == 200
    with member.get(f"/tep/{papers['nominee_list']}") as got:
        assert got.status_code == 200, "who is voted on is no count"


def test_the_box_tells_its_counts_to_who_closed_it_alone(council: Desk) -> None:
    desk, sitting = council, counted(council, "verdicts")
    address = f"/bo-phieu/{box_of(desk.cast, sitting).id}"
    browser, office = desk.browser("press"), desk.browser("office").get(address)
    member = browser.get(address)
    assert "Kết quả kiểm phiếu" in office.text
    assert "Kết quả kiểm phiếu" not in member.text
    assert "chỉ công bố kết luận" in member.text
    secret = {"csrf_token": Forms(member.text).forms[0].fields["csrf_token"][0]}
    took = browser.client.post(f"{address}/phieu.json", data=secret)
    assert (took.status_code, "chỉ công bố kết luận" in took.text) == (403, True)
    assert browser.send(member, "/ma-nhan", code="A" * 20).status_code == 200, "a receipt tells presence alone"


def test_by_default_everybody_who_sees_the_sitting_reads_its_counts(council: Desk) -> None:
    desk, sitting = council, counted(council, "counts")
    assert desk.cast.app.engine.view(desk.cast.actor("press"), sitting).fields["tally"]
    assert "Kết quả kiểm phiếu" in desk.browser("press").get(f"/bo-phieu/{box_of(desk.cast, sitting).id}").text
