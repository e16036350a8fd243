"""From a decision to the device of whoever has the next word: by the outbox, to a server that really listens."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from states.push import devices
from states.push.deliver import PUSH, Pushes, announce
from states.push.devices import Offer
from states.push.model import push_device
from states.push.reach import Reach
from tests.cast import Cast
from tests.states.push.browser import Opener, PushServer
from workflow import incidents
from workflow.message import Refused
from workflow.organisation import person
from workflow.organisation_changes import add_account
from workflow.outbox import delivery, outbox


def account_of(cast: Cast, name: str) -> str:
    """An account for one of the cast."""
    with cast.app.database.write() as connection:
        found = add_account(connection, login=name, email=f"{name}@so.example", password_hash="")
        mine = person.c.id == cast.people[name]
        connection.execute(sa.update(person).where(mine).values(account_id=found))
    return str(found)


def add(cast: Cast, server: PushServer, account_id: str, path: str = "/device") -> Opener:
    """A device of an account."""
    browser = Opener()
    offer = Offer(server.origin + path, browser.public_key, browser.secret, "Chrome, Linux")
    with cast.app.database.write() as connection:
        devices.add(connection, Reach([server.origin]), account_id, offer)
    return browser


def rows(cast: Cast, *where: Any) -> list[Any]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(delivery).where(*where).order_by(delivery.c.id)))


def try_again(cast: Cast) -> None:
    with cast.app.database.write() as connection:
        connection.execute(sa.update(outbox).values(retry_at=None))
    cast.run_due()


def test_who_has_the_next_word_is_called_and_learns_no_more_than_how_many(cast: Cast, server: PushServer) -> None:
    browser = add(cast, server, account_of(cast, "head"))
    case_id = cast.nominate()
    cast.settle()
    [(path, headers, body)] = server.got
    assert path == "/device"
    assert (headers["Content-Encoding"], headers["Topic"]) == ("aes128gcm", "viec")
    assert headers["Authorization"].startswith("vapid t=")
    said = json.loads(browser.open(body))
    assert said == {"title": "Nêu Gương", "body": "Có 1 việc cần bạn xem.", "url": "/viec"}
    row = cast.row(case_id)
    assert row.code not in json.dumps(said)
    cast.settle()
    assert len(server.got) == 1, "once"
    [line] = rows(cast, delivery.c.kind == "pushed")
    assert (line.person_id, line.detail["status"]) == (cast.people["head"], 201)


def test_it_is_written_with_the_letter_and_a_cause_is_told_once(cast: Cast, server: PushServer) -> None:
    mine = account_of(cast, "head")
    add(cast, server, mine, "/phone")
    add(cast, server, mine, "/office")
    with cast.app.database.write() as connection:
        assert announce(connection, cast.agency_id, cast.people["head"], "a letter", 3) == 2
        assert announce(connection, cast.agency_id, cast.people["head"], "a letter", 3) == 0
        assert announce(connection, cast.agency_id, cast.people["office"], "a letter", 3) == 0, "has no device"
    cast.settle()
    assert sorted(path for path, _, _ in server.got) == ["/office", "/phone"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_takes_none_any_more_is_forgotten(cast: Cast, server: PushServer, status: int) -> None:
    add(cast, server, account_of(cast, "head"))
    server.answers = [status]
    cast.nominate()
    cast.settle()
    with cast.app.database.read() as connection:
        assert connection.execute(sa.select(push_device)).all() == []
    assert [line.detail["status"] for line in rows(cast, delivery.c.kind == "push_lost")] == [status]


def test_a_server_in_trouble_is_asked_again_and_then_let_go_without_an_alarm(cast: Cast, server: PushServer) -> None:
    add(cast, server, account_of(cast, "head"))
    server.answers = [503, 201]
    cast.nominate()
    cast.settle()
    assert len(server.got) == 1
    try_again(cast)
    assert len(server.got) == 2
    assert len(rows(cast, delivery.c.kind == "pushed")) == 1
    server.answers = [503]
    with cast.app.database.write() as connection:
        announce(connection, cast.agency_id, cast.people["head"], "another", 1)
    for _ in range(5):
        try_again(cast)
    assert len(server.got) == 5, "three tries"
    assert len(rows(cast, delivery.c.kind == "push_lost")) == 1
    with cast.app.database.read() as connection:
        assert incidents.listed(connection, cast.agency_id) == []
        assert (
            connection.scalar(sa.select(sa.func.count()).where(outbox.c.kind == PUSH, outbox.c.status != "done")) == 0
        )
        assert len(devices.of_account(connection, _account(connection, cast))) == 1, "it may come back"


def _account(connection: sa.Connection, cast: Cast) -> str:
    return str(connection.scalar(sa.select(person.c.account_id).where(person.c.id == cast.people["head"])))


def test_where_it_is_off_nothing_is_sent_and_what_waits_is_let_go(cast: Cast, server: PushServer) -> None:
    app = cast.app
    app.handlers[PUSH] = Pushes(app.database, None, Reach(()), app.texts.render, "vi")
    add(cast, server, account_of(cast, "head"))
    cast.nominate()
    cast.settle()
    assert server.got == []
    assert len(rows(cast, delivery.c.kind == "push_dropped")) == 1


def test_one_browser_calls_its_present_user_only(cast: Cast, server: PushServer) -> None:
    first, second = account_of(cast, "head"), account_of(cast, "office")
    add(cast, server, first)
    add(cast, server, second)
    with cast.app.database.read() as connection:
        assert devices.of_account(connection, first) == []
        assert len(devices.of_account(connection, second)) == 1


def test_what_may_not_be_called_or_cannot_be_read_is_refused_and_devices_have_an_end(
    cast: Cast, server: PushServer
) -> None:
    mine, browser = account_of(cast, "head"), Opener()
    good = Offer(server.origin + "/x", browser.public_key, browser.secret, "")
    for reach, offer, key in (
        (Reach(), good, "push.server_unknown"),
        (Reach([server.origin]), Offer(good.endpoint, "AAAA", browser.secret, ""), "push.bad_keys"),
    ):
        with cast.app.database.write() as connection, pytest.raises(Refused) as refused:
            devices.add(connection, reach, mine, offer)
        assert refused.value.reasons[0].key == key
    for number in range(devices.MOST):
        add(cast, server, mine, f"/{number}")
    with pytest.raises(Refused):
        add(cast, server, mine, "/one too many")
    add(cast, server, mine, "/3")


def test_an_erased_account_has_no_device(cast: Cast, server: PushServer) -> None:
    from states.accounts import model

    mine = account_of(cast, "head")
    add(cast, server, mine)
    with cast.app.database.write() as connection:
        model.erase(connection, mine)
        assert devices.of_account(connection, mine) == []
