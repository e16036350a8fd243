"""What the tools around a work item do, for scripts: by the very functions the pages call.

None takes a key: a version that is seen, or a day that is set, makes the same request the second time a plain refusal
or the same again.
"""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue

from web.access import bearer
from web.api import shapes, telling
from web.api.speaking import Operation, body, operation, say, version
from web.application import application
from web.case_page import must_see
from web.views.api import ACTING, pages
from web.views.cases import case_id
from workflow import postponed
from workflow.clock import business_now
from workflow.message import Invalid, Message
from workflow.worklist import find_item

SEEN = ("If-Match",)


@pages.post("/work-items/<item_id>/claim")
@bearer("act")
@operation(Operation("Nhận một việc", shapes.Done, headers=SEEN, problems=ACTING))
def item_claim(item_id: str) -> ResponseReturnValue:
    """Say that one is at it."""
    application().engine.claim(g.actor, item_id, version())
    return say(shapes.Done())


@pages.post("/work-items/<item_id>/release")
@bearer("act")
@operation(Operation("Trả lại một việc đã nhận", shapes.Done, headers=SEEN, problems=ACTING))
def item_release(item_id: str) -> ResponseReturnValue:
    """Say that one is at it no more."""
    application().engine.claim(g.actor, item_id, version(), release=True)
    return say(shapes.Done())


@pages.post("/work-items/<item_id>/reassignment")
@bearer("act")
@operation(
    Operation("Chuyển một việc cho đồng nghiệp", shapes.Receipt, body=shapes.ReassignIn, headers=SEEN, problems=ACTING)
)
def item_reassign(item_id: str) -> ResponseReturnValue:
    """Hand an item to a colleague, with a reason."""
    seen, given = version(), body(shapes.ReassignIn)
    if not given.to:
        raise Invalid({"to": Message("reassign.nobody")})
    return say(telling.receipt(application().engine.reassign(g.actor, item_id, given.to, given.reason, seen)))


@pages.post("/work-items/<item_id>/recusal")
@bearer("act")
@operation(
    Operation(
        "Khai xung đột lợi ích với người được xét", shapes.Receipt, body=shapes.ReasonIn, headers=SEEN, problems=ACTING
    )
)
def item_recuse(item_id: str) -> ResponseReturnValue:
    """Out of all cases of this subject from now on."""
    seen, given = version(), body(shapes.ReasonIn)
    return say(telling.receipt(application().engine.recuse(g.actor, item_id, given.reason, seen)))


@pages.post("/work-items/<item_id>/postponement")
@bearer("act")
@operation(
    Operation("Hoãn một việc đến một ngày, hoặc đưa trở lại", shapes.Done, body=shapes.PostponeIn, problems=ACTING)
)
def item_postpone(item_id: str) -> ResponseReturnValue:
    """Out of one's own list until a day; without one, back into it."""
    given = body(shapes.PostponeIn)
    with application().database.write() as connection:
        row = find_item(connection, g.agency_id, item_id)
        must_see(connection, g.org, g.person.id, row["case_id"])
        if given.until is None:
            postponed.bring_back(connection, row["id"], g.person.id)
        else:
            postponed.put_off(connection, row, g.person.id, given.until, business_now(connection))
    return say(shapes.Done())


@pages.post("/cases/<code>/undo")
@bearer("act")
@operation(
    Operation("Hoàn tác quyết định vừa rồi của tôi, khi chưa có gì rời hồ sơ", shapes.Receipt, body=shapes.UndoIn,
              problems=ACTING)
)  # fmt: skip
def case_undo(code: str) -> ResponseReturnValue:
    """Take one's own last decision back, by the number of its event."""
    done = application().engine.undo(g.actor, case_id(code), body(shapes.UndoIn).event_seq)
    return say(telling.receipt(done), etag=done.case_version)
