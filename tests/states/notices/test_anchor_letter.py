"""An anchor arrives as a real letter from which it can be read back; without a server it stands on the outbox page."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from config import wiring
from config.settings import MailServer
from states.notices.queries import outbox_page
from tasks.deliver import deliver
from tests.cast import Cast
from tests.mailbox import Mailbox
from tests.roads import case_at
from workflow.anchors import make_due, read_anchors
from workflow.outbox import outbox
from workflow.seal import Sealer

TO = "thanh.tra@tinh.example"


def made(cast: Cast):
    case_at(cast, "identified")
    Sealer(cast.app.database).run()
    anchor = make_due(cast.app.database, [TO])
    with cast.app.database.read() as connection:
        mine = sa.select(outbox.c.id).where(outbox.c.recipient == f"address:{TO}")
        return anchor, connection.scalars(mine).all()


def test_a_letter_arrives_and_carries_the_anchor(cast: Cast, smtp_server: Mailbox):
    anchor, ids = made(cast)
    server = MailServer(smtp_server.host, smtp_server.port, "offered")
    settings = replace(cast.app.settings, mail_server=server, mail_from="so@so.example")
    app = wiring.build(settings)
    try:
        assert deliver(app, ids) == 1
    finally:
        app.dispose()
    (letter,) = smtp_server.letters
    message = letter.message
    assert (letter.recipients, message["To"]) == ((TO,), TO)
    assert message["Subject"].startswith("[Mốc neo] Số 1")
    body = message.get_body(("plain",)).get_content()
    assert read_anchors(body) == [anchor]
    assert read_anchors("".join(f"> {line}\n" for line in body.splitlines())) == [anchor]
    assert max(len(line) for line in body.splitlines() if anchor.root in line) <= 76


def test_without_a_server_it_is_kept_on_the_page(cast: Cast):
    anchor, ids = made(cast)
    app = wiring.build(cast.app.settings)
    try:
        assert deliver(app, ids) == 1
    finally:
        app.dispose()
    with cast.app.database.read() as connection:
        (letter,) = outbox_page(connection, cast.agency_id)
    assert letter.address == TO
    assert read_anchors(letter.text) == [anchor]
