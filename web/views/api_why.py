"""«Vì sao?» for scripts: the page's explanation, each sentence in words and by its key."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue

from web import why
from web.access import bearer
from web.api import shapes
from web.api.speaking import Operation, Unfit, operation, say
from web.application import application
from web.language import render_message
from web.views.api import pages
from web.why import KINDS, Asker
from workflow.message import Message


@pages.get("/why")
@bearer("read")
@operation(
    Operation(
        "Vì sao: kind là item, deadline (about: mã việc), case (mã hồ sơ), person (mã người, case: với hồ sơ nào) "
        "refusal (mã từ chối) hoặc start (about: QUY_TRÌNH hay QUY_TRÌNH.THAO_TÁC, case: về ai, mã người hay đơn vị)",
        shapes.WhyTold, query=("kind", "about", "case"), problems=(400, 401, 403, 404),
    )
)  # fmt: skip
def explained() -> ResponseReturnValue:
    """Why something is as it is, for the token's owner."""
    kind, about = request.args.get("kind", ""), request.args.get("about", "")[:120]
    if kind not in KINDS or not about:
        raise Unfit(400, Message("api.why_what", {"kinds": KINDS}))
    people = {one.code: one.id for one in g.org.people.values()}
    about = people.get(about, about) if kind == "person" else about
    asker = Asker(application(), g.agency_id, g.person.id, "api")
    found = why.of(asker, kind, about, code=request.args.get("case", "")[:60])
    return say(shapes.WhyTold.model_validate(why.told(found, render_message)))
