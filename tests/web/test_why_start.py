"""Whether one may begin a case is explained by what decides it: what the page offers, what the engine refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tests.cast import Cast
from tests.web.desk import Desk
from web import why
from web.beginnings import by_hand
from web.cli import main
from web.why import Asker
from workflow.message import Invalid, Message, NotFound, Refused
from workflow.reasons import Line

PAGE = "/vi-sao/bat-dau"


def told(cast: Cast, name: str, about: str = "", whom: str = "") -> list[Line]:
    found = why.of(Asker(cast.app, cast.agency_id, cast.people[name]), "start", about, code=whom)
    return list(found.parts[0].lines)


def engine_says(cast: Cast, name: str) -> list[Message] | None:
    """Its reasons against nominating the candidate; None where it goes on to the form, which is empty."""
    with pytest.raises((Refused, Invalid)) as said:
        cast.app.engine.start(
            cast.actor(name), process="nominee", action="nominate", subject_type="subject", subject_id=cast.subject(),
            inputs={},
        )  # fmt: skip
    return list(said.value.reasons) if isinstance(said.value, Refused) and not isinstance(said.value, Invalid) else None


def test_each_start_is_told_to_each_as_the_page_offers_it(desk: Desk) -> None:
    cast = desk.cast
    with cast.app.database.read() as connection:
        ways = by_hand(connection, cast.app.catalogue, cast.agency_id)
    assert len({way.process for way in ways}) > 3
    for name in ("office", "head", "nominator", "director", "press", "outsider"):
        lines, browser = told(cast, name), desk.browser(name)
        for way, one in zip(ways, lines, strict=True):
            page = browser.get(f"/gioi-thieu/{way.process}/{way.action.name}")
            assert (one.sign == "yes") == (page.status_code == 200), (name, way.process, way.action.name)


def test_what_the_engine_refuses_of_somebody_is_told_before(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    for name in cast.people:
        [one] = told(cast, name, "nominee.nominate", "candidate")
        refused = engine_says(cast, name)
        spoken = [each.said for each in one.all() if each.sign == "no"][1:]
        if refused is None:
            assert one.sign == "yes", name
        else:
            assert (one.sign, spoken) == ("no", refused) or one.said.key == "explain.start.not_offered", name


def test_a_second_case_of_one_person_is_refused_with_its_code_only_to_who_reads_it(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    code = cast.row(cast.nominate()).code
    said = {
        name: [one.said for one in told(cast, name, "nominee.nominate", "candidate")[0].all()]
        for name in ("nominator", "outsider")
    }
    assert [one.params["code"] for one in said["nominator"] if one.key == "start.one_open"] == [code]
    assert not any(one.key == "start.one_open" for one in said["outsider"])


def test_asking_makes_nobody_a_subject_and_no_case(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    told(cast, "nominator", "nominee.nominate", "colleague1")
    with cast.app.database.read() as connection:
        assert not connection.exec_driver_sql("SELECT count(*) FROM subject").scalar()
        assert not connection.exec_driver_sql("SELECT count(*) FROM case_").scalar()


def test_what_is_no_start_is_not_found(sqlite_cast: Cast) -> None:
    for about, whom in (("nominee.nowhere", ""), ("nowhere", "")):
        with pytest.raises(NotFound):
            told(sqlite_cast, "office", about, whom)
    [nobody] = told(sqlite_cast, "nominator", "nominee.nominate", "khong-co")
    assert "explain.start.nobody" in [one.said.key for one in nobody.all()]


def test_page_and_command_line_say_it(desk: Desk) -> None:
    browser = desk.browser("nominator")
    page = browser.get(f"{PAGE}?quy-trinh=nominee.nominate&ve=candidate")
    assert page.status_code == 200
    assert "Bắt đầu được" in page.text
    assert f'href="{PAGE}"' in browser.get("/gioi-thieu").text
    env = {"NEUGUONG_DATABASE_URL": str(desk.cast.app.database.url.render_as_string(hide_password=False))}
    result = CliRunner().invoke(main, ["why", "start", "nominee", "--as", "outsider", "--json"], env=env)
    assert result.exit_code == 0, result.output
    assert {one["kind"] for one in [json.loads(result.output)]} == {"start"}
