"""«Vì sao?» at every door: pages, the interface and the command line say alike, to each only what they may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from states.complaints import complainants, register
from states.complaints.complainants import Identity
from tests.cast import Cast
from tests.roads import case_at
from tests.web.desk import Desk, Forms
from web import why
from web.why import Asker
from workflow import refusals
from workflow.message import Message, NotFound
from workflow.organisation_changes import declare_conflict
from workflow.reasons import Why
from workflow.refusals import refusal
from workflow.why_people import OWN_AFFAIR
from workflow.worklist import work_item

CANARY = "Chimhoangyen"
EVERYBODY = ("director", "deputy", "office", "clerk", "head", "head2", "nominator", "candidate", "mentor", "outsider")


def asked(cast: Cast, name: str) -> Iterator[Why]:
    """Everything this person gets an answer to: of every item, deadline, case and person there is."""
    asker = Asker(cast.app, cast.agency_id, cast.people[name])
    with cast.app.database.read() as connection:
        items = list(connection.scalars(sa.select(work_item.c.id)))
    codes = [row.code for process in ("nominee",) for row in cast.cases(process)]
    wanted = [(kind, one) for one in items for kind in ("item", "deadline")] + [("case", one) for one in codes]
    for kind, about in wanted:
        try:
            yield why.of(asker, kind, about)
        except NotFound:
            continue
    for person_id in cast.people.values():
        for code in ("", *codes):
            try:
                yield why.of(asker, "person", person_id, code=code)
            except NotFound:
                continue


def words(cast: Cast, found: Why) -> str:
    return "\n".join(cast.app.texts.render(one.said) for one in found.lines())


def test_nothing_hidden_is_named_by_any_explanation_to_anybody(sqlite_cast: Cast) -> None:
    """Not who complained, not why somebody keeps out, and of others not even that they are kin."""
    cast = sqlite_cast
    case_id, subject_id = case_at(cast, "unit_appraisal", held=["complaint"]), cast.subject()
    with cast.app.database.write() as connection:
        line = {"kind": "complaint", "ground": "complaint", "received_on": None, "by": None}
        written = register.record(connection, agency_id=cast.agency_id, case_id=case_id, **line)
        complainants.keep(connection, cast.app.identities, cast.agency_id, written, Identity(CANARY, CANARY, CANARY))
        declare_conflict(
            connection, cast.agency_id, person_id=cast.people["office2"], subject_id=subject_id, kind="kin",
            note=CANARY,
        )  # fmt: skip
    today = cast.now().date()
    cast.absent("office2", "outsider", today, today + timedelta(days=20))  # who stands in is not told either
    told, names = 0, cast.app.engine.view(cast.actor("office"), case_id).org
    for name in EVERYBODY:
        own = names.name(cast.people[name])
        for found in asked(cast, name):
            told += 1
            assert CANARY not in words(cast, found), (name, found.kind)
            for one in found.lines():
                if one.said.key in OWN_AFFAIR or one.said.key.startswith("explain.bar."):
                    assert one.said.params.get("name", own) == own, (name, found.kind, one.said)
    assert told > 100


def test_who_does_not_see_a_case_is_told_alike_whether_there_is_one(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    code = cast.row(case_at(cast, "office_check")).code
    asker = Asker(cast.app, cast.agency_id, cast.people["outsider"])
    about = cast.people["outsider"]
    there, nowhere = (words(cast, why.of(asker, "person", about, code=one)) for one in (code, "DH-2099-0001"))
    assert there.replace(code, "X") == nowhere.replace("DH-2099-0001", "X")
    for kind, one in (("case", code), ("case", "DH-2099-0001")):
        with pytest.raises(NotFound):
            why.of(asker, kind, one)
    with pytest.raises(NotFound):  # of somebody else's sight of it no word either
        why.of(asker, "person", cast.people["head"], code=code)
    for item in cast.open_items(cast.cases("nominee")[0].id):
        with pytest.raises(NotFound):
            why.of(asker, "item", item.id)


def test_why_somebody_has_not_an_item_and_when_they_will(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    code = cast.row(case_at(cast, "unit_appraisal")).code
    cast.absent("head", "colleague1", date(2025, 3, 10), date(2025, 3, 20))
    found = why.of(
        Asker(cast.app, cast.agency_id, cast.people["office"]), "person", cast.people["colleague1"], code=code
    )
    (item,) = next(one for one in found.parts if one.title.key == "explain.part.items_here").lines
    keys = [one.said.key for one in item.all()]
    assert {"explain.people.out", "authority.role_missing", "explain.people.they_turn_in"} <= set(keys)
    assert next(one for one in item.all() if "they_turn" in one.said.key).said.params["on"] == date(2025, 3, 10)


def test_a_field_kept_back_is_in_no_explanation(sqlite_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `publish:` keeps from a reader of a sitting is kept here, too: not even that it was looked at."""
    cast = sqlite_cast
    case_id = case_at(cast, "council_review")
    before = words(cast, why.of(Asker(cast.app, cast.agency_id, cast.people["office"]), "case", cast.row(case_id).code))
    assert "Số đồng ý:" in before
    monkeypatch.setattr(cast.app.engine.registry, "keeps_back", lambda *_: frozenset({"agreed_count"}))
    after = words(cast, why.of(Asker(cast.app, cast.agency_id, cast.people["office"]), "case", cast.row(case_id).code))
    assert "Số đồng ý:" not in after


def test_the_page_the_interface_and_the_terminal_say_the_same(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    code, item = desk.code(case_id), desk.cast.open_items(case_id)[0].id
    head, header = desk.browser("head"), desk.token("head", "read")
    person = desk.cast.people["office"]
    for kind, about, path in (
        ("item", item, f"viec/{item}"), ("deadline", item, f"han/{item}"), ("case", code, f"ho-so/{code}"),
        ("person", person, f"nguoi/{person}"),
    ):  # fmt: skip
        page = head.get(f"/vi-sao/{path}")
        api = desk.app.test_client().get(f"/api/v1/why?kind={kind}&about={about}", headers=header)
        assert (page.status_code, api.status_code) == (200, 200), (kind, api.text)
        found = why.of(Asker(desk.cast.app, desk.cast.agency_id, desk.cast.people["head"]), kind, about)
        said = [desk.cast.app.texts.render(one.said) for one in found.lines()]
        assert said == list(_texts(api.get_json()["parts"]))
        assert all(_escaped(one) in page.text for one in said), kind


def _texts(parts: list[dict]) -> Iterator[str]:  # type: ignore[type-arg]
    for part in parts:
        yield from _of_lines(part["lines"])


def _of_lines(lines: list[dict]) -> Iterator[str]:  # type: ignore[type-arg]
    for one in lines:
        yield one["text"]
        yield from _of_lines(one["under"])


def _escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;").replace('"', "&#34;")
    )


def test_a_refusal_carries_a_reference_that_says_what_refused_it(desk: Desk) -> None:
    """By a form of a page that had been open: the case was put on hold meanwhile."""
    case_id = case_at(desk.cast, "unit_appraisal")
    code, head = desk.code(case_id), desk.browser("head")
    page = head.get(f"/ho-so/{code}")
    desk.cast.act("office", case_id, "hold", hold_ground="complaint", hold_document=desk.cast.upload("office"))
    refused = head.send(page, "/lam/recognize", unit_minutes=("bien-ban.pdf", b"%PDF-1.7\nscan"))
    assert refused.status_code in (403, 409), refused.status_code
    with desk.cast.app.database.read() as connection:
        row = connection.execute(sa.select(refusal)).mappings().one()
    assert row["ref"] in refused.text
    told = head.get(f"/vi-sao/tu-choi/{row['ref'].lower()}")
    assert told.status_code == 200
    assert "Mở lại trang" in told.text or "Tạm dừng phải được giải quyết trước" in told.text
    for other in ("office", "director"):
        assert desk.browser(other).get(f"/vi-sao/tu-choi/{row['ref']}").status_code == 404
    again = head.send(page, "/lam/recognize", unit_minutes=("bien-ban.pdf", b"%PDF-1.7\nscan"))
    assert row["ref"] in again.text, "the same no is the same reference"
    with desk.cast.app.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(refusal)) == 1


def test_a_script_is_given_the_reference_with_the_problem(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    code, client = desk.code(case_id), desk.app.test_client()
    header = desk.token("head") | {"If-Match": f'"{desk.cast.row(case_id).version}"', "Idempotency-Key": "k1"}
    answer = client.post(f"/api/v1/cases/{code}/actions/forward", headers=header, json={"inputs": {}})
    assert answer.status_code == 403, answer.text
    ref = answer.get_json()["ref"]
    told = client.get(f"/api/v1/why?kind=refusal&about={ref}", headers=desk.token("head", "read")).get_json()
    names = [part["name"] for part in told["parts"]]
    assert names == ["refused", "facts", "remedy", "now"]
    texts = list(_texts(told["parts"]))
    assert any("Việc này của: Văn phòng Sở" in one for one in texts)
    assert any("Người làm được lúc này: Office Nguyễn" in one for one in texts), texts
    for kind in ("", "nothing"):
        assert client.get(f"/api/v1/why?kind={kind}&about=x", headers=desk.token("head", "read")).status_code == 400


def test_a_refused_answer_and_a_refused_claim_lead_to_their_case(desk: Desk) -> None:
    case_id = case_at(desk.cast, "council_review")
    items = desk.cast.open_items(case_id)
    ask = next(one for one in items if one.kind == "ask")
    client, header = desk.app.test_client(), desk.token("head") | {"If-Match": '"1"', "Idempotency-Key": "k2"}
    answer = client.post(f"/api/v1/asks/{ask.ask_id}/answer", headers=header, json={"inputs": {}})
    assert answer.status_code == 403, answer.text
    head = desk.browser("head")
    page = head.get(f"/viec/{ask.id}")
    secret = Forms(page.text).forms[0].fields["csrf_token"][0]
    typed = {"csrf_token": secret, "_item_version": "1"}
    assert head.client.post(f"/viec/{ask.id}/nhan", data=typed).status_code == 403
    with desk.cast.app.database.read() as connection:
        rows = connection.execute(sa.select(refusal.c.case_id, refusal.c.what).order_by(refusal.c.channel)).all()
    assert [tuple(row) for row in rows] == [(case_id, f"ask:{ask.ask_id}"), (case_id, f"item:{ask.id}")]
    told = client.get(f"/api/v1/why?kind=refusal&about={answer.get_json()['ref']}", headers=desk.token("head", "read"))
    assert [part["name"] for part in told.get_json()["parts"]] == ["refused", "facts", "remedy", "now"]


def test_a_page_one_may_not_open_says_its_reference_and_a_ballot_never(desk: Desk) -> None:
    head = desk.browser("head")
    closed = head.get("/khieu-nai-to-cao")
    assert closed.status_code == 403
    assert "TC-" in closed.text
    assert "TC-" not in head.get("/bo-phieu/khong-co").text


def test_old_references_go_and_so_do_those_of_who_is_forgotten(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    met = refusals.Met(
        cast.agency_id, cast.people["head"], "page", "forbidden",
        (Message("authority.four_eyes", {"name": "Candidate Nguyễn"}),), "recognize",
    )  # fmt: skip
    with cast.app.database.write() as connection:
        refs = {refusals.keep(connection, met) for _ in range(3)}
        assert len(refs) == 1
        refusals.erase(connection, cast.agency_id, cast.people["candidate"], ("Candidate Nguyễn",))
        assert refusals.find(connection, cast.agency_id, refs.pop()) is None
        ref = refusals.keep(connection, met)
        assert refusals.find(connection, cast.agency_id, ref.replace("-", "").lower()) is not None
        assert refusals.forget_old(connection) == 0
        at = connection.scalar(sa.select(refusal.c.at))
        connection.execute(sa.update(refusal).values(at=at - refusals.KEPT - timedelta(seconds=5)))
        assert refusals.forget_old(connection) == 1


def test_one_person_cannot_fill_the_table(sqlite_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = sqlite_cast
    monkeypatch.setattr(refusals, "MOST", 5)
    met = refusals.Met(cast.agency_id, cast.people["head"], "api", "forbidden", (Message("authority.not_active"),))
    with cast.app.database.write() as connection:
        refs = [refusals.keep(connection, replace(met, what=f"act{number}")) for number in range(9)]
        assert connection.scalar(sa.select(sa.func.count()).select_from(refusal)) == 5
        assert refusals.find(connection, cast.agency_id, refs[-1]) is not None
