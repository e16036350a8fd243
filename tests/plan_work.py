"""The plan's other work, begun by the cast: a movement, a registration, a publication, a text to be read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.cast import Cast
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


def planned(cast: Cast, **other: object) -> str:
    return cast.app.engine.start(
        cast.actor("press"), process="publicity", action="plan_item", subject_type="agency", subject_id=cast.agency_id,
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
