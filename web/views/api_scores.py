"""Scoring for scripts: what a page shows and takes, by the very functions the pages call."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue

from states.criteria import evidence, scoring
from states.criteria.waiting import waiting
from web import scores
from web.access import bearer
from web.api import shapes, telling
from web.api.speaking import Operation, body, operation, say, version
from web.application import application
from web.views.api import ACTING, pages
from web.views.cases import case_id
from workflow.message import Message, Refused


@pages.get("/scores")
@bearer("read")
@operation(Operation("Hồ sơ đang chờ tôi chấm, chờ lâu nhất trước", shapes.WaitingForScores))
def scores_waiting() -> ResponseReturnValue:
    """The cases that wait for the token's owner's scores."""
    with application().database.read() as connection:
        found = waiting(connection, application().catalogue, g.org, g.person.id)
    return say(shapes.WaitingForScores(cases=[shapes.ToScore(code=one["code"], label=one["label"]) for one in found]))


@pages.get("/cases/<code>/scores")
@bearer("read")
@operation(Operation("Đợt chấm: phiếu của tôi, của người khác khi phiếu của tôi đã nộp", shapes.Scores))
def scores_of(code: str) -> ResponseReturnValue:
    """The round as the token's owner may see it; the ETag is the revision of their own sheet."""
    return _said(code)


@pages.post("/cases/<code>/scores")
@bearer("act")
@operation(
    Operation(
        "Nộp hoặc sửa phiếu chấm; If-Match là phiên bản phiếu của tôi (0: chưa có)", shapes.Scores,
        body=shapes.ScoresIn, headers=("If-Match",), problems=ACTING,
    )
)  # fmt: skip
def score(code: str) -> ResponseReturnValue:
    """Hand in one's scores; the same again changes nothing, an older revision is refused."""
    revision, given = version(), body(shapes.ScoresIn)
    scoring.hand_in(
        application().engine, g.actor, case_id(code),
        scoring.Given(given.scores, given.words.strip(), given.visit, given.criteria_hash, revision),
    )  # fmt: skip
    return _said(code)


@pages.post("/cases/<code>/scores/recusal")
@bearer("act")
@operation(Operation("Khai xung đột lợi ích khi được mời chấm", shapes.Done, body=shapes.ReasonIn, problems=ACTING))
def score_recusal(code: str) -> ResponseReturnValue:
    """Out of every case of this subject."""
    scoring.keep_out(application().engine, g.actor, case_id(code), body(shapes.ReasonIn).reason)
    return say(shapes.Done())


@pages.post("/cases/<code>/scores/evidence")
@bearer("act")
@operation(Operation("Gắn tệp làm minh chứng cho một tiêu chí", shapes.Done, body=shapes.EvidenceIn, problems=ACTING))
def score_evidence(code: str) -> ResponseReturnValue:
    """Files of the case, or just uploaded, speak for a criterion."""
    given = body(shapes.EvidenceIn)
    key = (given.criteria, given.criterion)
    evidence.bind(application().engine, g.actor, case_id(code), key, given.files, given.uploads)
    return say(shapes.Done())


def _said(code: str) -> ResponseReturnValue:
    app = application()
    view = app.engine.view(g.actor, case_id(code))
    with app.database.read() as connection:
        found = scores.of_case(connection, view, g.person.id, None)
    if found is None or found.round is None:
        raise Refused(Message("criteria.over"), status="not_found")
    return say(telling.scores(found.round, g.org), etag=found.round.mine.revision if found.round.mine else 0)
