"""The interface as its own document describes it, called by everybody there is: no failure of ours, every answer as the
document says, and nothing that its caller may not know.

Short here; `python3 dev.py chaos` goes on for longer with another choice, whose seed it prints.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import hypothesis
import pytest
import schemathesis
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from states.complaints import complainants, register
from states.complaints.complainants import Identity
from states.subjects.visibility import visible
from tests import demonstration
from tests.ballots import ballot, box_at
from tests.databases import SqliteDatabases
from tests.web.crawl import bodies
from tests.web.desk import SCAN, Desk
from tests.web.test_tenancy import CANARY, Other, _ids, other  # noqa: F401 - a fixture
from web.app import create_app
from web.sign_in import tokens
from workflow.case import ask, case
from workflow.clock import business_now, local_date, wall_now
from workflow.db import uuid7
from workflow.files import file
from workflow.identity import load_organisation
from workflow.organisation import account, person, unit
from workflow.worklist import work_item

LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
SEED = int(os.environ.get("NEUGUONG_CHAOS_SEED") or (random.randrange(10_000) if LONG else 1))
EXAMPLES = 25 if LONG else 2
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
ROLES: Mapping[str, str] = {  # what they are → who of the cast is it
    "admin": "office2", "clerk": "clerk", "head": "head", "council": "deputy", "director": "director",
    "nominator": "nominator", "stranger": "outsider", "nobody": "",
}  # fmt: skip
READERS: Mapping[str, set[str]] = {  # by hand: whose case it is → who of the above may read of it
    "cntt": {"admin", "clerk", "head", "council", "director", "nominator"},
    "bcvt": {"admin", "clerk", "council", "director"},
}
COMPLAINS = "Ngườikêumật"
ACTIONS = ("take_up", "decline", "endorse", "withdraw", "recognize", "send_back", "nominate")


@dataclass
class World:
    """What is there to ask for, and what of it each role must never be told."""

    desk: Desk
    pools: Mapping[str, list[str]]
    secrets: Mapping[str, list[str]] = field(default_factory=dict)


@pytest.fixture
def world(desk: Desk, other: Other) -> Iterator[World]:  # noqa: F811
    """Two cases of two units with a complaint and an open secret ballot beside the other agency's everything."""
    cast = desk.cast
    cases = {"cntt": cast.nominate(), "bcvt": cast.nominate(by="head2", who="outsider")}
    box = box_at(cast, names=1, voters=("deputy", "director"))
    ballot(cast, box, "deputy", "a")
    with cast.app.database.write() as connection:
        line = {"kind": "complaint", "ground": "complaint", "received_on": None, "by": None}
        written = register.record(connection, agency_id=cast.agency_id, case_id=cases["cntt"], **line)
        who = Identity(COMPLAINS, COMPLAINS, COMPLAINS)
        complainants.keep(connection, cast.app.identities, cast.agency_id, written, who)
    own = {of: _ids(cast, case_id) for of, case_id in cases.items()}
    for name in filter(None, ROLES.values()):
        desk.token(name)
    with cast.app.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.login == ROLES["admin"]).values(is_admin=True))
    pools = {name: [*{ids[name] for ids in (*own.values(), other.ids)}] for name in other.ids}
    codes = {of: desk.code(case_id) for of, case_id in cases.items()}
    secrets = {
        role: [CANARY, COMPLAINS, box.id, *(codes[of] for of, readers in READERS.items() if role not in readers)]
        for role in ROLES
    }
    sent = desk.app.test_client().post(
        "/api/v1/files", data={"file": (io.BytesIO(SCAN), "Biên bản.pdf")}, headers=desk.token("head", "act")
    )
    pools["file_id"] = [sent.json["id"], *pools["file_id"]]
    desk.app.testing = False  # a failure is to be answered, not raised
    yield World(desk, pools, secrets)
    desk.app.testing = True


def test_whom_the_table_of_readers_names_reads_it(world: World) -> None:
    """What the rounds below rely on: who may read a case is told of it, so that silence elsewhere means something."""
    client = world.desk.app.test_client()
    for role, who in ROLES.items():
        headers = world.desk.token(who, "read") if who else {}
        told = client.get("/api/v1/cases?limit=100", headers=headers).text
        for number, (of, readers) in enumerate(READERS.items()):
            code = world.secrets["nobody"][3 + number]
            assert (code in told) is (role in readers), (role, of)


def test_every_answer_is_as_the_document_says_and_tells_nothing_beyond(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    _told(capsys)
    headers = {role: world.desk.token(who, *tokens.SCOPES) if who else {} for role, who in ROLES.items()}
    rounds(world.desk.app, headers, world.pools, lambda role, _: world.secrets[role], EXAMPLES)


def _told(capsys: pytest.CaptureFixture[str]) -> None:
    if LONG:
        with capsys.disabled():
            print(f"\n{EXAMPLES} requests of a kind by each role; NEUGUONG_CHAOS_SEED={SEED} sends the same again")


def rounds(
    app: Flask, headers: Mapping[str, Mapping[str, str]], pools: Mapping[str, list[str]],
    secrets: Callable[[str, bool], Iterable[str]], examples: int,
) -> None:  # fmt: skip
    """The same request by each role in turn, so that what one of them moves the next one finds moved.

    `secrets`: what a role must not be told; the second word asks to look anew, after what was done meanwhile.
    """
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=app)
    chosen = settings(
        max_examples=examples, phases=(Phase.generate,), database=None, deadline=None, print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    answers: Counter[tuple[str, int]] = Counter()
    for operation in (found.ok() for found in document.get_all_operations()):
        for mode in modes(operation):

            @hypothesis.seed(SEED)
            @chosen
            @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
            def asked(case: schemathesis.Case, data: st.DataObject) -> None:
                _within_reach(case, data, pools)
                for role, said in headers.items():
                    answer = case.call(headers=dict(said))
                    answers[role, answer.status_code] += 1
                    case.validate_response(answer, checks=CHECKS, headers=dict(said))
                    found = {secret for secret in secrets(role, False) if secret in answer.text}
                    told = found and found & set(secrets(role, True))
                    told = {one for one in told if one not in case.formatted_path}  # whoever names it has it
                    assert not told, f"{case.method} {case.formatted_path} told {role} of {told}"

            asked()
    for role in headers:
        assert (answers[role, 200] > 0) is (role != "nobody"), "the rounds reach something"


def modes(operation: Any) -> Iterator[GenerationMode]:
    """Requests that fit the document, and, where something can be wrong about it, requests that do not."""
    yield GenerationMode.POSITIVE
    if not LONG and not operation.body:  # the short form spares what can only be wrong about an address
        return
    with contextlib.suppress(schemathesis.errors.SchemathesisError):
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        yield GenerationMode.NEGATIVE


def _within_reach(case: schemathesis.Case, data: st.DataObject, pools: Mapping[str, list[str]]) -> None:
    """Most of what is asked for exists: of this agency, readable or not, or of the other; and some of it would do."""
    often = st.sampled_from((True, True, False))
    for name, value in (case.path_parameters or {}).items():
        known = list(ACTIONS) if name == "action" else pools.get(name, [])
        if known and data.draw(often):
            case.path_parameters = {**case.path_parameters, name: data.draw(st.sampled_from(known))}
        assert value is not None
    if case.headers is not None and "If-Match" in case.headers and data.draw(often):
        case.headers["If-Match"] = data.draw(st.sampled_from(['"1"', '"0"', 'W/"2"']))
    if case.headers is not None and "Idempotency-Key" in case.headers and data.draw(often):
        case.headers["Idempotency-Key"] = uuid7()
    if isinstance(case.body, dict):
        known = bodies({name: data.draw(st.sampled_from(found)) for name, found in pools.items() if found})
        good = known.get(f"api.{case.operation.definition.raw['operationId']}")
        fits = good is not None and data.draw(often)
        case.body = good if fits else _named(case.body, data, pools)


_IDS = {"id": "item_id", "person": "person_id", "unit": "unit_id", "subject_id": "subject_id"}


def _named(body: Mapping[str, Any], data: st.DataObject, pools: Mapping[str, list[str]]) -> dict[str, Any]:
    """A body with things that exist in some of its places."""
    made = dict(body)
    for name, value in body.items():
        if name in _IDS and isinstance(value, str) and data.draw(st.booleans()):
            made[name] = data.draw(st.sampled_from(pools[_IDS[name]]))
        elif name in ("files", "uploads") and isinstance(value, list) and data.draw(st.booleans()):
            made[name] = [data.draw(st.sampled_from(pools["file_id"]))]
        elif isinstance(value, dict):
            made[name] = _named(value, data, pools)
    return made


if LONG:  # the demo takes half a minute to build

    @pytest.mark.fault
    def test_the_demos_people_are_told_what_they_may_read(
        sqlite_databases: SqliteDatabases, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Every case of the demo that the lists do not show to somebody stands in no answer to them."""
        _told(capsys)
        people = {
            "admin": "tuan.hm", "clerk": "lien.ntb", "head": "long.vh", "council": "khoi.dv", "director": "trung.nq",
            "nominator": "bich.ttn", "stranger": "phuoc.nh",
        }  # fmt: skip
        with sqlite_databases.fresh(demonstration.build) as url:
            application = demonstration.connect(url)
            app, database = create_app(application), application.database
            headers: dict[str, dict[str, str]] = {"nobody": {}}
            ids: dict[str, str] = {}
            with database.write() as connection:
                named = account.update().where(account.c.login == people["admin"])
                connection.execute(named.values(is_admin=True))
                for role, login in people.items():
                    found = sa.select(person.c.id, person.c.agency_id, person.c.account_id).join(account)
                    one = connection.execute(found.where(account.c.login == login)).one()
                    owner, ids[role] = tokens.Owner(one.agency_id, one.id, one.account_id), one.id
                    made = tokens.create(connection, uuid7(), owner, "x", tokens.SCOPES, 30, wall_now())
                    headers[role] = {"Authorization": f"Bearer {made}"}
                agency_id = one.agency_id

                def some(column: sa.Column[str]) -> list[str]:
                    return [str(found) for found in connection.scalars(sa.select(column).distinct().limit(40)) if found]

                pools = {
                    "code": some(case.c.code), "ask_id": some(ask.c.id), "file_id": some(file.c.id),
                    "item_id": some(work_item.c.id), "person_id": some(person.c.id), "unit_id": some(unit.c.id),
                    "subject_id": some(case.c.subject_id), "case_id": some(case.c.id),
                }  # fmt: skip

            @cache
            def unreadable_at_first(role: str) -> list[str]:
                return unreadable(role)

            def unreadable(role: str) -> list[str]:
                with database.read() as connection:
                    org = load_organisation(connection, agency_id, local_date(business_now(connection)))
                    seen = visible(org, ids[role]) if role in ids else sa.false()
                    return list(connection.scalars(sa.select(case.c.code).where(sa.not_(seen))))

            look = {True: unreadable, False: unreadable_at_first}
            rounds(app, headers, pools, lambda role, anew: look[anew](role), EXAMPLES // 3)
            application.dispose()
