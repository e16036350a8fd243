"""The plan's other work, begun by the cast: a movement, a registration, a publication, a text to be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at, do
from workflow.case import case
from workflow.commands import Receipt

PLAN: dict[str, Any] = {
    "theme": "Mỗi người một sáng kiến số", "nature": "thematic", "content": "Đề xuất và làm được một sáng kiến.",
    "targets": ["Có sáng kiến được áp dụng"], "register_by": "2025-04-15", "ends_on": "2025-09-30",
}  # fmt: skip


def propose(cast: Cast, **other: Any) -> str:
    return cast.app.engine.start(
        cast.actor("office"), process="movement", action="propose", subject_type="agency", subject_id=cast.agency_id,
        inputs=PLAN | other,
    ).case_id  # fmt: skip


def launched(cast: Cast) -> str:
    movement = propose(cast)
    cast.act("director", movement, "launch", launch_file=cast.upload("director"))
    cast.settle()
    return movement


def register(cast: Cast, movement: str, who: str, *, subject: str = "") -> Receipt:
    return cast.app.engine.start(
        cast.actor(who), process="registration", action="register", subject_type="subject",
        subject_id=subject or cast.subject(who), inputs={"joins": [movement], "pledge": ["Số hóa hồ sơ lưu trữ"]},
    )  # fmt: skip


def part_of(cast: Cast, movement: str, unit: str) -> str:
    with cast.app.database.read() as connection:
        found = sa.select(case.c.id).where(case.c.parent_id == movement, case.c.unit_id == cast.units[unit])
        return str(connection.scalars(found).one())


def planned(cast: Cast, *, by: str = "press", **other: object) -> str:
    return cast.app.engine.start(
        cast.actor(by), process="publicity", action="plan_item", subject_type="agency", subject_id=cast.agency_id,
        inputs={
            "topic": "Gương người tốt việc tốt tháng 3", "channel": "portal", "outlet": "Trang thông tin của Sở",
            "writer": cast.people["colleague2"], "publish_by": "2025-03-31", **other,
        },
    ).case_id  # fmt: skip


def published(cast: Cast, by: str = "office", **said: Any) -> str:
    return cast.app.engine.start(
        cast.actor(by), process="dissemination", action="publish", subject_type="agency", subject_id=cast.agency_id,
        inputs={
            "about": "Kế hoạch gương điển hình tiên tiến", "text_file": cast.upload(by), "gist": "Mục đích, yêu cầu",
            "read_by": "2025-03-14", **said,
        },
    ).case_id  # fmt: skip


BY = "2025-03-20"
"""The day that everything of `work_at` hangs on."""
WORK: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {  # state → the moves that lead there from the beginning
    "movement": {
        "approval": (), "planning": (("director", "send_back"),), "running": (("director", "launch"),),
        "summing_up": (("director", "launch"), ("office", "go_on")),
        "closing": (("director", "launch"), ("office", "go_on"), ("office", "submit")),
    },
    "unit_movement": {
        "launching": (), "running": (("head", "open"),), "judging": (("head", "open"), ("head", "judge")),
        "reported": (("head", "open"), ("head", "judge"), ("head", "nothing")),
    },
    "publicity": {
        "planning": (), "drafting": (), "editing": (("colleague2", "submit"),),
        "approval": (("colleague2", "submit"), ("press", "pass_on")),
        "publishing": (("colleague2", "submit"), ("press", "pass_on"), ("director", "approve")),
        "published": (
            ("colleague2", "submit"), ("press", "pass_on"), ("director", "approve"), ("press", "publish"),
        ),
    },
    "living_topic": {"running": ()},
    "dissemination": {"reading": ()},
    "training": {
        "approval": (), "planning": (("director", "send_back"),), "inviting": (("director", "approve"),),
        "assessing": (("director", "approve"), ("office", "held")),
    },
    "benefit": {
        "to_be_given": (), "approval": (("office", "settle"),),
        "paying": (("office", "settle"), ("director", "approve")),
    },
}  # fmt: skip


def work_at(cast: Cast, process: str, state: str, last: Callable[[], None]) -> str:
    """A case of this work that came to a state; `last` is called before the last move, or the beginning."""
    if process == "living_topic":
        cast.at("2025-04-01T00:00:01")
        cast.run_due()
        return str(cast.cases(process)[0].id)
    moves = WORK[process][state]
    cast.at("2025-02-03")
    if not moves:
        last()
    case_id = _begun(cast, process, state)
    for number, (who, action) in enumerate(moves, start=1):
        if number == len(moves):
            last()
        do(cast, who, case_id, action, **({"link": "https://sotttt.example/1"} if action == "publish" else {}))
    return case_id


def _begun(cast: Cast, process: str, state: str) -> str:
    if process == "movement":
        return propose(cast, register_by="2025-03-10", ends_on=BY)
    if process == "unit_movement":
        movement = propose(cast, register_by="2025-03-10", ends_on=BY)
        cast.act("director", movement, "launch", launch_file=cast.upload("director"))
        cast.settle()
        return part_of(cast, movement, "cntt")
    if state == "planning" and process == "publicity":
        case_at(cast, "recognized_department")
        cast.settle()
        return str(cast.cases(process)[0].id)
    if process == "publicity":
        return planned(cast, publish_by=BY)
    if process == "dissemination":
        return published(cast, audience="all", read_by=BY)
    if process == "training":
        return course(cast, held_on=BY, invited=[cast.people["deputy"]])
    started = cast.app.engine.start(
        cast.actor("office"), process="benefit", action="by_hand", subject_type="subject", subject_id=cast.subject(),
        inputs={"reward": "certificate", "decided_on": cast.now().date().isoformat()},
    )  # fmt: skip
    return started.case_id


def course(cast: Cast, **said: Any) -> str:
    """A course for some of the cast."""
    given = {
        "course": "Nghiệp vụ thi đua, khen thưởng 2025", "topics": "emulation", "content": "Luật và nghị định mới",
        "host": "Sở Nội vụ", "held_on": "2025-03-20", "place": "Hội trường A",
    }  # fmt: skip
    return cast.app.engine.start(
        cast.actor("office"), process="training", action="plan_course", subject_type="agency",
        subject_id=cast.agency_id, inputs=given | said,
    ).case_id  # fmt: skip
