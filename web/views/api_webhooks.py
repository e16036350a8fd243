"""Systems that are told, for scripts of the office: how they stand, what each was told, and sending again.

Adding one, its address and its secret are a page's: nobody proves with a token who sits there.
"""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from states.webhooks import queue, subscribing
from web.access import bearer
from web.api import webhook_shapes as shapes
from web.api.speaking import Operation, operation, say
from web.application import application
from web.current import can
from web.views.api import pages
from workflow.message import Message, Refused

MOST = 100
KNOWN = ("id", "name", "address", "kinds", "status", "failing_since")
TOLD = tuple(shapes.Telling.model_fields)


@pages.get("/webhooks")
@bearer("office")
@operation(Operation("Các hệ thống được báo tin", shapes.Webhooks))
def webhooks() -> ResponseReturnValue:
    """All that have not ended."""
    _office()
    said = []
    with application().database.read() as connection:
        for row in subscribing.listed(connection, g.agency_id):
            stands = queue.standing(connection, row["id"])
            kept = {name: row[name] for name in KNOWN}
            said.append(shapes.Webhook(waiting=stands.waiting, aside=stands.aside, **kept))
    return say(shapes.Webhooks(webhooks=said))


@pages.get("/webhooks/<webhook_id>/tellings")
@bearer("office")
@operation(Operation("Nhật ký gửi của một hệ thống, mới nhất trước", shapes.Tellings, query=("after",)))
def webhook_tellings(webhook_id: str) -> ResponseReturnValue:
    """What it was told and what it answered, word for word as it was signed."""
    _office()
    given = request.args.get("after", "")
    before = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0
    with application().database.read() as connection:
        subscribing.find(connection, g.agency_id, webhook_id, to_change=False)
        rows = queue.log(connection, g.agency_id, webhook_id, before=before, limit=MOST + 1)
    said = [shapes.Telling(**{name: row[name] for name in TOLD}) for row in rows[:MOST]]
    return say(shapes.Tellings(tellings=said, next=str(said[-1].number) if len(rows) > MOST else ""))


@pages.post("/webhooks/<webhook_id>/send-again")
@bearer("office")
@operation(Operation("Gửi lại các tin đã để riêng của một hệ thống", shapes.SentAgain))
def webhook_send_again(webhook_id: str) -> ResponseReturnValue:
    """Asked twice, the second finds nothing put aside."""
    _office()
    with application().database.write() as connection:
        many = subscribing.send_again(connection, g.agency_id, webhook_id, g.person.id)
    application().after_commit()
    return say(shapes.SentAgain(count=many))


def _office() -> None:
    """Raises Refused for the token of who is not of the office."""
    if not can("office"):
        raise Refused(Message("access.needs.office"))
