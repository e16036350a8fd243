"""The year-ends of the demo: units report, the office puts it together, the Director approves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from config.demo.cast import CLERK, DIRECTOR, HEADS, OFFICE
from config.demo.stage import Stage
from workflow.case import case, case_field
from workflow.organisation import unit


def hand_in_reports(stage: Stage) -> None:
    """Every unit hands in: a verdict on each exemplar, or nothing, with the reason."""
    for row in _open(stage, "unit_report"):
        exemplars = _exemplars(stage, row.id)
        if exemplars:
            inputs: dict[str, Any] = {
                "narrative": "Các điển hình giữ vững thành tích; đề nghị Sở tạo điều kiện nhân rộng.",
                "verdict": dict.fromkeys(exemplars, "continue"),
            }
            _act(stage, row.id, HEADS[row.code], "hand_in", inputs)
        else:
            reason = "Trong năm đơn vị chưa có điển hình được công nhận, đang bồi dưỡng nhân tố mới."
            _act(stage, row.id, HEADS[row.code], "nothing", {"reason": reason})


def submit_review(stage: Stage) -> None:
    """The office puts the reports together."""
    for row in _open(stage, "annual_review"):
        summary = "Các đơn vị triển khai nghiêm túc; số nhân tố mới và điển hình tăng so với năm trước."
        inputs = {
            "summary": summary,
            "weak": "Một số đơn vị còn chậm phát hiện nhân tố mới; hồ sơ bổ sung nhiều lần.",
            "next": "Tiếp tục bồi dưỡng nhân tố mới; tuyên truyền điển hình đã được công nhận trên Cổng thông "
            "tin điện tử.",
        }
        _act(stage, row.id, OFFICE, "submit", inputs)


def approve_review(stage: Stage) -> None:
    """The Director approves; the clerk sends the signed report, the office files it."""
    for row in _open(stage, "annual_review"):
        _act(stage, row.id, DIRECTOR, "approve", {})
        signed = {
            "signed_copy": stage.upload(CLERK, "bao-cao-da-ky.pdf"),
            "channel": "exchange",
            "sent_on": stage.today().isoformat(),
        }
        _act(stage, row.id, CLERK, "send", signed)
        _act(stage, row.id, OFFICE, "file", {"archived_as": f"HS-{row.year}/TĐKT"})


def _open(stage: Stage, process: str) -> list[Any]:
    with stage.application.database.read() as connection:
        found = (
            sa.select(case.c.id, case.c.year, unit.c.code)
            .outerjoin(unit, unit.c.id == case.c.unit_id)
            .where(case.c.agency_id == stage.agency_id, case.c.process == process, case.c.ended_at.is_(None))
            .order_by(case.c.code)
        )
        return list(connection.execute(found))


def _exemplars(stage: Stage, case_id: str) -> list[str]:
    with stage.application.database.read() as connection:
        found = sa.select(case_field.c.value).where(case_field.c.case_id == case_id, case_field.c.name == "exemplars")
        return list(connection.scalar(found) or [])


def _act(stage: Stage, case_id: str, who: str, action: str, inputs: dict[str, Any]) -> None:
    stage.act_on(case_id, who, action, f"demo:{stage.step}:{case_id}", inputs)
