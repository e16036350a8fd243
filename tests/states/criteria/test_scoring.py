"""Everybody scores alone: who may, until when, what is kept, what the chain proves, and that nothing is given away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from config.settings import Settings
from states.criteria import evidence
from states.criteria.model import score, score_sheet
from states.criteria.proof import verify_scores
from states.criteria.results import Result
from states.criteria.rounds import Place, Round, parties_of, round_now
from states.criteria.scoring import Given, digest, hand_in
from states.criteria.waiting import waiting
from states.erasure import erase_person
from tests.cast import Cast, make_cast, open_cast, sound
from tests.databases import Databases
from tests.plans.test_two_levels import DIVISIONS, PEOPLE
from tests.roads import do
from tests.states.quotas.test_places import WITH_QUOTAS, another, introduce
from tests.workflow.test_engine import together
from workflow.draft import By
from workflow.facts import load_case
from workflow.history import event, event_detail
from workflow.message import Conflict, Invalid, NotFound, Refused
from workflow.organisation import conflict
from workflow.organisation_changes import declare_conflict

JUDGES = {f"judge{n}": ("bt", ("judge",)) for n in range(1, 10)}
GOOD = {"influence": 4, "leading": 3, "acclaimed": 2}
POOR = {"influence": 1, "leading": 1, "acclaimed": 1}


def prepare(database_url: str) -> None:
    """The second agency with nine judges."""
    make_cast(
        Settings(database_url=database_url), folder=WITH_QUOTAS, cast={**PEOPLE, **JUDGES}, units=DIVISIONS,
        start="2025-03-03",
    ).app.dispose()  # fmt: skip


@pytest.fixture
def agency(databases: Databases) -> Iterator[Cast]:
    with databases.fresh(prepare) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield cast
            sound(cast)
        finally:
            cast.app.dispose()


@pytest.fixture
def judged(agency: Cast) -> str:
    """A case that its division judges."""
    return before_the_judges(agency)


def before_the_judges(cast: Cast, number: int = 0) -> str:
    case_id = introduce(cast, another(cast, number)).case_id
    do(cast, "head", case_id, "judge")
    return case_id


def seen(cast: Cast, who: str, case_id: str, *, decides: bool = False) -> Round:
    """The round as somebody sees it."""
    found = seen_or_not(cast, who, case_id, decides=decides)
    assert found is not None
    return found


def came_to(found: Round) -> Result:
    """What a round came to, for who may see it."""
    assert found.result is not None
    return found.result


def seen_or_not(cast: Cast, who: str, case_id: str, *, decides: bool = False) -> Round | None:
    """The same, or nothing for who must keep out."""
    view = cast.app.engine.view(cast.actor(who), case_id)
    with cast.app.database.read() as connection:
        place = Place(view.case, view.plan, view.org, view.fields, parties_of(connection, view.case))
        return round_now(connection, place, cast.people[who], decides=decides)


def give(cast: Cast, who: str, case_id: str, scores: dict[str, int], words: str = "", **more: Any) -> None:
    found = seen(cast, who, case_id)
    given = {"visit": found.visit, "criteria_hash": found.criteria.content_hash(),
             "revision": found.mine.revision if found.mine else 0} | more  # fmt: skip
    hand_in(cast.app.engine, cast.actor(who), case_id, Given(scores, words, **given))


def test_others_are_hidden_until_mine_is_in_and_then_all_are_seen(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD, "Rất thuyết phục")
    before = seen(agency, "judge2", judged)
    assert (before.sees, before.others, before.result, before.shown) == (False, (), None, ())
    assert dict(before.scorers)[agency.people["judge1"]], "that judge1 has scored is no secret"
    give(agency, "judge2", judged, POOR)
    after = seen(agency, "judge2", judged)
    assert [one.words for one in after.others] == ["Rất thuyết phục"]
    assert str(came_to(after).whole.mean) == "31/15"  # (47/15 + 15/15) / 2


def test_who_decides_sees_the_result_but_a_judge_who_decides_scores_first(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD)
    assert came_to(seen(agency, "head", judged, decides=True)).sheets == 1
    assert seen(agency, "head", judged).result is None
    assert seen(agency, "judge2", judged, decides=True).result is None


def test_a_sheet_is_changed_until_the_case_moves_on(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD)
    give(agency, "judge1", judged, POOR)
    mine = seen(agency, "judge1", judged)
    assert mine.mine is not None
    assert (mine.mine.revision, dict(mine.mine.scores)) == (2, POOR)
    form = Given(GOOD, "", mine.visit, mine.criteria.content_hash(), 2)
    do(agency, "head", judged, "honour")
    with pytest.raises(Refused, match=r"criteria\.over"):
        hand_in(agency.app.engine, agency.actor("judge1"), judged, form)
    closed = seen(agency, "judge1", judged)
    assert (closed.is_open, closed.may_score, closed.mine.revision if closed.mine else 0) == (False, False, 2)
    assert seen(agency, "judge2", judged).result is None


def test_two_windows_never_overwrite_each_other_and_a_form_sent_twice_is_one(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD)
    give(agency, "judge1", judged, GOOD, revision=0)  # the same form again: as if nothing had happened
    with pytest.raises(Conflict, match=r"criteria\.elsewhere"):
        give(agency, "judge1", judged, POOR, revision=0)
    with agency.app.database.read() as connection:
        notes = connection.execute(sa.select(event).where(event.c.case_id == judged, event.c.kind == "scored")).all()
    assert len(notes) == 1


def test_nine_at_once_and_one_of_them_in_four_windows(agency: Cast, judged: str):
    calls = [lambda n=n: give(agency, f"judge{n}", judged, GOOD, revision=0) for n in range(1, 10)]
    calls += [lambda v=v: give(agency, "judge1", judged, {**POOR, "leading": v}, revision=0) for v in (1, 2, 3)]
    results = together(calls)
    assert results[1:9] == [None] * 8
    assert sum(one is None for one in (results[0], *results[9:])) == 1
    with agency.app.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(score_sheet)) == 9
        assert connection.scalar(sa.select(sa.func.count()).select_from(score)) == 27


@pytest.mark.parametrize(
    ("who", "key"),
    [("member", "authority"), ("head", "authority")],
)
def test_only_who_is_asked_scores(agency: Cast, judged: str, who: str, key: str):
    found = seen(agency, "judge1", judged)
    form = Given(GOOD, "", found.visit, found.criteria.content_hash(), 0)
    with pytest.raises(Refused, match=key):
        hand_in(agency.app.engine, agency.actor(who), judged, form)


def test_nobody_scores_for_somebody_who_is_away(agency: Cast, judged: str):
    day = agency.now().date()
    agency.absent("judge1", "member", day, day)
    found = seen(agency, "judge2", judged)
    with pytest.raises(Refused, match=r"criteria\.in_person"):
        hand_in(agency.app.engine, agency.actor("member"), judged,
                Given(GOOD, "", found.visit, found.criteria.content_hash(), 0))  # fmt: skip


def test_who_declares_a_conflict_is_out_and_so_are_their_scores(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD)
    give(agency, "judge2", judged, POOR)
    with agency.app.database.write() as connection:
        declare_conflict(
            connection, agency.agency_id, person_id=agency.people["judge1"],
            subject_id=agency.row(judged).subject_id, kind="declared", note="",
            new_id=agency.app.database.new_id,
        )  # fmt: skip
    with agency.app.database.read() as connection:
        assert connection.execute(sa.select(conflict)).one()
    assert seen_or_not(agency, "judge1", judged) is None
    rest = seen(agency, "judge2", judged)
    assert (came_to(rest).sheets, rest.others) == (1, ())


def test_a_wrong_sheet_says_which_criterion_and_keeps_nothing(agency: Cast, judged: str):
    for wrong in ({}, {**GOOD, "leading": 9}, {"influence": 1}):
        with pytest.raises(Invalid) as invalid:
            give(agency, "judge1", judged, wrong)
        assert "leading" in invalid.value.fields
    with pytest.raises(Conflict, match=r"criteria\.changed"):
        give(agency, "judge1", judged, GOOD, criteria_hash="0" * 64)
    with pytest.raises(Refused, match=r"criteria\.over"):
        give(agency, "judge1", judged, GOOD, visit=99)
    with agency.app.database.read() as connection:
        assert connection.execute(sa.select(score_sheet)).all() == []


def test_the_chain_tells_of_a_sheet_and_not_of_its_scores(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD, "Rất thuyết phục")
    with agency.app.database.read() as connection:
        row = connection.execute(sa.select(event).where(event.c.kind == "scored")).one()
        sheet = connection.execute(sa.select(score_sheet)).one()
        beside = connection.execute(sa.select(event_detail).where(event_detail.c.event_id == row.id)).all()
    assert (row.body["refs"], row.body["revision"], beside) == ([sheet.id], 1, [])
    assert row.body["digest"] == digest(sheet.key, sheet.id, sheet.criteria_hash, 1, GOOD, "Rất thuyết phục")
    assert "thuyết" not in str(row.body)
    every = [
        {"influence": a, "leading": b, "acclaimed": c}
        for a in range(1, 5) for b in range(1, 5) for c in range(1, 5)
    ]  # fmt: skip
    tried = [digest("00" * 32, sheet.id, sheet.criteria_hash, 1, one, "Rất thuyết phục") for one in every]
    assert row.body["digest"] not in tried, "without the sheet's own key nobody finds out by trying"


def test_a_guard_gives_no_hint_to_who_has_yet_to_score(agency: Cast, judged: str):
    """The refusal of a guard is on everybody's page: for a judge who has not scored it is the same either way."""

    def said(who: str, least: str) -> str | None:
        with agency.app.database.read() as connection:
            facts = load_case(connection, agency.app.engine, judged, agency.agency_id)
            draft = agency.app.engine.draft_for(connection, facts, By("person", agency.people[who]))
            found = draft.ask_guard("score_at_least", least, None, None)
        return found.key if found else None

    give(agency, "judge1", judged, GOOD)  # 47/15
    assert [said("judge2", least) for least in ("3", "4")] == ["guard.score_unseen"] * 2
    assert [said("judge1", least) for least in ("3", "47/15", "4", "3 by 2")] == [
        None, None, "guard.score_at_least", "guard.score_at_least"
    ]  # fmt: skip
    assert said("head", "3") is None


def test_the_set_is_the_first_that_fits_the_case(agency: Cast):
    receipt = agency.app.engine.start(
        agency.actor("member"), process="nominee", action="introduce", subject_type="subject",
        subject_id=another(agency), inputs={"field_of_merit": "legal_aid", "merit": "Trợ giúp 40 vụ việc"},
    )  # fmt: skip
    do(agency, "head", receipt.case_id, "judge")
    found = seen(agency, "judge1", receipt.case_id)
    assert list(found.criteria.criteria) == ["obeys"]


def test_what_waits_for_my_scores_is_what_i_am_asked_and_have_not_given(agency: Cast):
    first, second = before_the_judges(agency), before_the_judges(agency, 1)

    def mine(who: str) -> list[str]:
        app = agency.app
        view = app.engine.view(agency.actor(who), first)
        with app.database.read() as connection:
            return [row["id"] for row in waiting(connection, app.catalogue, view.org, agency.people[who])]

    assert mine("judge1") == [first, second]
    give(agency, "judge1", first, GOOD)
    assert (mine("judge1"), mine("judge2"), mine("head")) == ([second], [first, second], [])


def test_papers_are_bound_by_who_has_something_to_do_and_only_papers_of_the_case(agency: Cast, judged: str):
    engine, new = agency.app.engine, agency.upload("head")
    key = ("at_home", "leading")
    evidence.bind(engine, agency.actor("head"), judged, key, [], [new])
    with agency.app.database.read() as connection:
        assert evidence.bound(connection, agency.agency_id, judged) == {key: [new]}
        assert list(evidence.case_files(connection, agency.agency_id, judged)) == [new]
    evidence.bind(engine, agency.actor("head"), judged, ("at_home", "influence"), [new], [])
    elsewhere = before_the_judges(agency, 1)
    for error, who, case_id, where, files in (
        (NotFound, "head", elsewhere, key, [new]),
        (NotFound, "head", judged, key, [agency.upload("judge1")]),
        (Invalid, "head", judged, ("at_home", "nothing"), [new]),
        (Invalid, "head", judged, ("in_general", "obeys"), [new]),
        (Invalid, "head", judged, key, []),
        (Refused, "judge1", judged, key, [new]),
    ):
        with pytest.raises(error):
            evidence.bind(engine, agency.actor(who), case_id, where, files, [])


def test_who_is_forgotten_leaves_numbers_and_no_words(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD, "Rất thuyết phục")
    with agency.app.database.write() as connection:
        erase_person(connection, agency.app.identities, agency.agency_id, agency.people["judge1"])
    with agency.app.database.read() as connection:
        sheet = connection.execute(sa.select(score_sheet)).one()
        assert (sheet.words, sheet.key) == ("", "")
        assert len(connection.execute(sa.select(score)).all()) == 3


def broken(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        return [one.reason.key.rpartition(".")[2] for one in verify_scores(connection)]


@pytest.mark.parametrize(
    "change, found",
    [
        ("UPDATE score SET value = 4 WHERE criterion = 'acclaimed'", ["scores_changed"]),
        ("DELETE FROM score WHERE criterion = 'acclaimed'", ["scores_changed"]),
        ("UPDATE score_sheet SET words = 'Khác hẳn'", ["scores_changed"]),
        ("UPDATE score_sheet SET revision = 1", ["scores_changed"]),
        ("UPDATE score_sheet SET key = '', words = ''", ["scores_changed"]),
        ("UPDATE score_sheet SET scorer_id = (SELECT id FROM person WHERE code = 'judge2')", ["scores_moved"]),
        ("DELETE FROM score; DELETE FROM score_sheet", ["scores_missing"]),
    ],
)
def test_scores_changed_behind_the_chain_are_found(agency: Cast, judged: str, change: str, found: list[str]):
    give(agency, "judge1", judged, POOR, "Chưa rõ")
    give(agency, "judge1", judged, GOOD, "Rất thuyết phục", revision=1)
    assert broken(agency) == []
    with agency.app.database.write() as connection:
        for one in change.split("; "):
            connection.exec_driver_sql(one)
    assert broken(agency) == found


def test_erasing_by_order_breaks_no_proof(agency: Cast, judged: str):
    give(agency, "judge1", judged, GOOD, "Rất thuyết phục")
    with agency.app.database.write() as connection:
        erase_person(connection, agency.app.identities, agency.agency_id, agency.people["judge1"])
    assert broken(agency) == []
