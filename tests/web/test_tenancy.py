"""Two agencies under one roof with equal codes: every route is crawled with the other's ids, nothing leaks or moves."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from states import corrections, exports, retention
from states.calendars import editing
from states.calendars.lines import Line, with_day_off
from states.comments.model import comment
from states.complaints import complainants, register
from states.complaints.complainants import Identity
from states.documents.model import document
from states.documents.register import give
from states.revisions import changing
from tests.ballots import box_at
from tests.cast import SEED, Cast, make_cast
from tests.web.crawl import LEAVES, Caller, calls, ids_of, secret_of
from tests.web.desk import Desk
from web.sign_in import sessions
from web.sign_in.cookie import cookie_name
from workflow import runs
from workflow.clock import wall_now
from workflow.db import metadata, uuid7
from workflow.incidents import Trouble, open_incident
from workflow.message import Message
from workflow.organisation import agency, person, twin, unit
from workflow.organisation_changes import add_account, change_person
from workflow.outbox import Draft, enqueue

CANARY = "Chimhoangyen"  # stands in every text of the other agency
ROLES = ("director", "office", "head", "outsider")


@dataclass
class Other:
    """The other agency, and an id of each thing it owns by the route parameter that takes it."""

    cast: Cast
    ids: dict[str, str]


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Other:
    """The same plan, the same codes, another agency; a case under way, with letters, an incident, an absence."""
    folder = tmp_path / "plan"
    shutil.copytree(SEED, folder)
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("agency: so-tttt", "agency: so-khac"), encoding="utf-8")
    made = make_cast(desk.cast.app.settings, folder=folder)
    _mark(made)
    nominee = made.nominate()
    made.absent("outsider", "head2", made.now().date(), (made.now() + timedelta(days=9)).date())
    with made.app.database.write() as connection:
        reason = Message("incident.no_owner", {"roles": [CANARY]})
        open_incident(connection, Trouble(made.agency_id, "no_owner", reason, "k1", case_id=nominee))
        told = {"template": "told", "desk": "nominee", "case_id": nominee, "event_seq": 1, "action": "nominate"}
        draft = Draft(made.agency_id, "notice", "desk:nominee", told, "draft", made.now(), nominee)
        enqueue(connection, [draft])
        said = {"stance": "agrees", "text": CANARY, "said_on": made.now().date(), "is_signed": True, "status": "new"}
        of_it = {"id": uuid7(), "agency_id": made.agency_id, "case_id": nominee, "ask_id": uuid7()}
        connection.execute(sa.insert(comment).values(**of_it, **said))
        line = {"kind": "complaint", "ground": "complaint", "received_on": None, "by": None}
        written = register.record(connection, agency_id=made.agency_id, case_id=nominee, **line)
        complainants.keep(connection, made.app.identities, made.agency_id, written, Identity(CANARY, CANARY, CANARY))
        _paper(connection, made, nominee)
        gone, into, by = (made.people[name] for name in ("outsider", "mentor", "office"))
        one = {"gone_id": gone, "into_id": into, "decided_by": by}
        moved = {"together": [], "cases": {nominee: {"about": False, "as": []}}}
        two = {"id": uuid7(), "agency_id": made.agency_id, "noun": "person", "reason": CANARY, "moved": moved}
        connection.execute(sa.insert(twin).values(**one, **two, done_at=made.now()))
        _personal(connection, made)
        _calendar(connection, made)
        _plan_change(connection, made)
        runs.order(connection, runs.Order(made.agency_id, "cases", made.people["office"], {}, "one", CANARY))
    box_at(made, names=1, voters=("head", "director"), prefix=CANARY)
    made.settle()
    return Other(made, _ids(made, nominee))


def _paper(connection: sa.Connection, made: Cast, nominee: str) -> None:
    """A paper with a number of the register."""
    today = made.now().date()
    number, _ = give(connection, made.agency_id, "agency", today, symbol="QĐ", title=CANARY, case_id=nominee)
    connection.execute(
        sa.insert(document).values(
            id=uuid7(), agency_id=made.agency_id, case_id=nominee, event_seq=1, name="recognition", title=CANARY,
            number_id=number, dated_on=today, status="made", ordered_at=made.now(),
        )
    )  # fmt: skip


def _calendar(connection: sa.Connection, made: Cast) -> None:
    """A change of its working days, put forward."""
    office, day = made.people["office"], made.now().date() + timedelta(days=1)
    storm = Line(day, day, CANARY, CANARY, expected=False)
    edit = editing.edit(connection, uuid7, made.agency_id, office, lambda data: with_day_off(data, storm), 0)
    editing.propose(connection, made.agency_id, edit, 1, office, f"{CANARY} {CANARY}")


def _plan_change(connection: sa.Connection, made: Cast) -> None:
    """A new version of its plan, brought."""
    living, _ = made.app.catalogue.living_plan(connection, made.agency_id)  # type: ignore[misc]
    files = {"plan.yaml": f"# {CANARY}\n"}
    changing.bring(connection, uuid7, made.agency_id, made.people["office"], living, files)


def _personal(connection: sa.Connection, made: Cast) -> None:
    """A request for correction, somebody due for erasure, a list that was taken."""
    asked = corrections.Asking(made.agency_id, made.people["head"], "post", CANARY, CANARY)
    corrections.ask(connection, asked, made.app.catalogue.calendar(connection))
    change_person(connection, made.agency_id, made.people["colleague3"], {"ends_on": date(2001, 1, 1)})
    retention.set_rule(connection, made.agency_id, "left", 12, CANARY, made.people["office"])
    retention.propose(connection, made.agency_id)
    mine = (uuid7(), made.agency_id, made.people["head"])
    exports.record(connection, exports.Export(*mine, "quality.index", CANARY, 3, {"tim": CANARY}))


def _mark(made: Cast) -> None:
    """The canary in every name: of the agency, its units, its people (and so of cases and letters)."""
    with made.app.database.write() as connection:
        for table in (unit, person):
            named = sa.update(table).where(table.c.agency_id == made.agency_id)
            connection.execute(named.values(name=CANARY + " " + table.c.name, folded=CANARY.lower()))
        own = agency.c.id == made.agency_id
        renamed = {"name": f"Sở {CANARY}", "organisation_version": agency.c.organisation_version + 1}
        connection.execute(sa.update(agency).where(own).values(renamed))


def _ids(made: Cast, nominee: str) -> dict[str, str]:
    with made.app.database.read() as connection:
        found = ids_of(connection, made.agency_id, nominee)
    return {**found, "person_id": made.people["head"], "unit_id": made.units["cntt"]}


def _owned(made: Cast) -> dict[str, list[Any]]:
    """Every row of an agency, to see whether anything of it moved."""
    with made.app.database.read() as connection:
        return {
            table.name: sorted(
                map(repr, connection.execute(sa.select(table).where(table.c.agency_id == made.agency_id)))
            )
            for table in metadata.sorted_tables
            if "agency_id" in table.c
        }


def _caller(desk: Desk, role: str) -> Caller:
    browser = desk.browser(role)
    return Caller(browser, desk.token(role), secret_of(browser))


FOR_ANYBODY = {"honours.index"}  # names each agency that shows a board, to whoever passes by


def _said(answer: TestResponse) -> str:
    return answer.data.decode(errors="replace").lower()


@pytest.mark.parametrize("role", ROLES)
def test_the_others_ids_are_nobodys(desk: Desk, other: Other, role: str) -> None:
    """Every route with the other's ids answers as with ids that nobody has, and moves nothing."""
    caller, before = _caller(desk, role), _owned(other.cast)
    made_up = {name: (value if name == "code" else uuid7()) for name, value in other.ids.items()}
    troubles = []
    for call, stranger in zip(calls(desk.app, other.ids), calls(desk.app, made_up), strict=True):
        if call.endpoint in LEAVES:
            continue
        answer = caller.make(call)
        if CANARY.lower() in _said(answer) and call.endpoint not in FOR_ANYBODY:
            troubles.append(f"{call.method} {call.path}: shows the other agency")
        if answer.status_code >= 500:
            troubles.append(f"{call.method} {call.path}: {answer.status_code}")
        if call.owned and answer.status_code != caller.make(stranger).status_code:
            troubles.append(f"{call.method} {call.path}: tells that the other's id exists ({answer.status_code})")
    assert not troubles, "\n".join(troubles)
    assert _owned(other.cast) == before


@pytest.mark.parametrize("role", ROLES)
def test_the_others_ids_in_ones_own_forms_tie_nothing_together(desk: Desk, other: Other, role: str) -> None:
    """One's own case, item, person in the address, the other's people, units and papers in what is sent."""
    own = _ids(desk.cast, desk.cast.nominate())
    caller, before = _caller(desk, role), _owned(other.cast)
    theirs = {value for name, value in other.ids.items() if name != "code"}
    troubles = []
    for call in calls(desk.app, own, contents=other.ids):
        if call.endpoint in LEAVES:
            continue
        answer = caller.make(call)
        if CANARY.lower() in _said(answer) and call.endpoint not in FOR_ANYBODY:
            troubles.append(f"{call.method} {call.path}: shows the other agency")
        if answer.status_code >= 500:
            troubles.append(f"{call.method} {call.path}: {answer.status_code}")
    rows = [f"{table}: {row}" for table, found in _owned(desk.cast).items() for row in found]
    tied = [row for row in rows if any(one in row for one in theirs)]
    assert not troubles, "\n".join(troubles)
    assert tied == []
    assert _owned(other.cast) == before


def test_searches_find_nothing_of_the_other(desk: Desk, other: Other) -> None:
    browser, part = desk.browser("office"), CANARY[:9]
    for path in ("/viec?tim=", "/ho-so?tim=", "/danh-ba?q="):
        assert CANARY not in browser.get(path + part).text
    for path in ("/viec", "/ho-so", "/danh-ba", "/don-vi", "/hop-thu-di", "/su-co", "/gioi-thieu"):
        assert CANARY not in browser.get(path).text


def test_the_canary_stands_where_the_crawl_looks(desk: Desk, other: Other) -> None:
    """The crawl would be worthless if the other agency's own people saw no canary there."""
    database, client = other.cast.app.database, desk.app.test_client()
    with database.write() as connection:
        known = add_account(connection, login="khac-office", email="khac@so.example", password_hash="")
        own = person.c.id == other.cast.people["office"]
        connection.execute(sa.update(person).where(own).values(account_id=known))
        token = sessions.begin(connection, database.new_id(), known, wall_now())
    with desk.app.app_context():
        client.set_cookie(cookie_name(), token)
    for path in (f"/ho-so/{other.ids['code']}", f"/danh-ba/{other.ids['person_id']}", f"/don-vi/{other.ids['unit_id']}",
                 f"/hop-thu-di/{other.ids['letter_id']}", "/ho-so", "/su-co"):  # fmt: skip
        assert CANARY in client.get(path).text, path
