"""What is told of a life: each kind by its name, and of a council's sitting nothing that a voter did."""

from __future__ import annotations

import json
from pathlib import Path

from states.webhooks.deliver import Webhooks, paper_made
from states.webhooks.model import KINDS
from tests.cast import Cast
from tests.receiver import receiver
from tests.roads import case_at, do
from tests.sittings import sitting_at
from tests.states.documents.test_deliver import with_papers
from tests.states.webhooks.conftest import Hooked


def test_sent_back(sqlite_cast: Cast) -> None:
    with receiver() as told:
        hooked = _hooked(sqlite_cast, told)
        case_id = case_at(sqlite_cast, "unit_appraisal")
        do(sqlite_cast, "head", case_id, "send_back")
        hooked.settle()
        assert _of(told, case_id)[-1] == ["case.returned", "case.moved"]


def test_recognised_and_revoked(sqlite_cast: Cast) -> None:
    with receiver() as told:
        hooked = _hooked(sqlite_cast, told)
        case_id = case_at(sqlite_cast, "recognized_unit")
        hooked.settle()
        assert ["case.recognized", "case.decided", "case.moved"] in _of(told, case_id)
        do(sqlite_cast, "head", case_id, "revoke")
        hooked.settle()
        last = _of(told, case_id)[-1]
        assert last[0] == "case.revoked"
        assert last[-1] == "case.ended"


def test_a_paper_is_told_once_it_is_there(sqlite_cast: Cast, tmp_path: Path) -> None:
    with receiver() as told:
        case_id = case_at(sqlite_cast, "director_decision")
        sqlite_cast.settle()
        hooked = _hooked(sqlite_cast, told, ("paper.issued",))
        with_papers(sqlite_cast, tmp_path).tell = paper_made
        do(sqlite_cast, "director", case_id, "recognize")
        hooked.settle()
        hooked.settle()
        said = [json.loads(one.body)["data"] for one in told.got]
        row = sqlite_cast.row(case_id)
        assert ("recognition", 1, row.code) in {(one["paper"], one["version"], one["case"]) for one in said}
        assert len({(one["paper_id"], one["version"]) for one in said}) == len(said), "each once"


def test_a_sitting_is_told_as_it_moves_and_ends_and_no_voter_and_no_vote(sqlite_cast: Cast) -> None:
    with receiver() as told:
        hooked = _hooked(sqlite_cast, told)
        sitting = sitting_at(sqlite_cast, "signing", hooked.settle)
        do(sqlite_cast, "director", sitting, "sign")
        hooked.settle()
        kinds = _of(told, sitting)
        assert kinds[-1][0] == "sitting.closed"
        moves = [one for one in kinds if "case.moved" in one]
        assert len(moves) == len(kinds), "what members answer and cast is told to nobody"
        words = b"".join(one.body for one in told.got).decode()
        for name, ident in sqlite_cast.people.items():
            assert ident not in words, name
        for word in ("verdict", "ballot_no", "agreed", "against", "tally"):
            assert f'"{word}"' not in words


def _hooked(cast: Cast, told, kinds: tuple[str, ...] = KINDS) -> Hooked:
    cast.app.webhooks = Webhooks(cast.app.database, cast.app.identities, told.door)
    made = Hooked(cast, told)
    made.add(kinds=kinds)
    return made


def _of(told, case_id: str) -> list[list[str]]:
    said = [json.loads(one.body) for one in told.got]
    return [[one["type"], *one["data"]["also"]] for one in said if one["data"].get("case_id") == case_id]
