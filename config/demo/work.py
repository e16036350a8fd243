"""The plan's other work in the demo: stories are published, a movement runs, a course was held, a text is read."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from config.demo.cast import CLERK, DIRECTOR, OFFICE
from config.demo.stage import Stage, at
from states.subjects.enrol import enrol_person
from workflow.case import case

PRESS, WRITER = "Nguyễn Thị Kim Oanh", "Đinh Thị Thanh Tâm"
MOVEMENT, COURSE, TEXT = "movement", "course", "text"
PLEDGES = {
    "Lê Quang Vinh": "Hoàn thành bộ dữ liệu mở của phòng trước hạn",
    "Trần Thị Ngọc Bích": "Hướng dẫn 10 hợp tác xã lên sàn thương mại điện tử",
    "Nguyễn Anh Dũng": "Rút ngắn một phần ba thời gian trả lời đơn",
}
SAID = {
    "theme": "Mỗi người một sáng kiến chuyển đổi số", "nature": "thematic",
    "content": "Mỗi công chức, viên chức đề xuất và làm được ít nhất một sáng kiến rút ngắn công việc hằng ngày.",
    "targets": ["Có sáng kiến được đơn vị áp dụng", "Hướng dẫn được ít nhất một đồng nghiệp"],
    "register_by": "2025-11-20", "ends_on": "2025-12-10",
}  # fmt: skip


def publish(stage: Stage) -> None:
    """The press unit writes about everyone recognised until three weeks ago, and records whom it reached."""
    for case_id in _waiting(stage):

        def act(who: str, action: str, case_id: str = case_id, **inputs: object) -> None:
            stage.act_on(case_id, who, action, f"demo:{stage.step}:{case_id}:{action}", inputs)

        today = stage.today().isoformat()
        act(
            PRESS, "assign", topic="Gương điển hình tiên tiến của Sở", channel="portal", writer=stage.person(WRITER),
            outlet="Cổng thông tin điện tử của Sở", publish_by=today, column="Người tốt, việc tốt",
        )  # fmt: skip
        act(WRITER, "submit", draft="Bài viết về một tấm gương của ngành, việc đã làm và điều đồng nghiệp học được.")
        act(PRESS, "pass_on")
        act(DIRECTOR, "approve")
        act(PRESS, "publish", published_on=today, link=f"https://sotttt.example/guong/{stage.done}")
        act(PRESS, "report", reach=240 + 37 * (stage.done % 11), reach_source="Thống kê của Cổng", reach_on=today)


def _waiting(stage: Stage) -> list[str]:
    before = stage.today() - timedelta(days=21)
    mine = sa.select(case.c.id).where(
        case.c.agency_id == stage.agency_id, case.c.process == "publicity", case.c.state == "planning",
        ~case.c.is_held, case.c.started_at < at(before, 0),
    )  # fmt: skip
    with stage.application.database.read() as connection:
        return list(connection.scalars(mine.order_by(case.c.code)))


def issue(stage: Stage) -> None:
    """The clerk has every decision's papers signed and sent out on the day they come."""
    mine = sa.select(case.c.id).where(case.c.agency_id == stage.agency_id, case.c.process == "issuing")
    with stage.application.database.read() as connection:
        waiting = list(connection.scalars(mine.where(case.c.ended_at.is_(None)).order_by(case.c.code)))
    for case_id in waiting:
        signed = stage.upload(CLERK, f"ban-da-ky-{case_id}.pdf")
        today = stage.today().isoformat()
        stage.act_on(case_id, CLERK, "issue", f"demo:issue:{case_id}", {"issued_on": today, "signed_papers": [signed]})


def give(stage: Stage) -> None:
    """What is due to an exemplar is worked out by the office, approved by the Director and given, a month's at a time;
    the newest wait."""
    before = at(stage.today() - timedelta(days=14), 0)
    mine = sa.select(case.c.id).where(
        case.c.agency_id == stage.agency_id, case.c.process == "benefit", case.c.state == "to_be_given",
        case.c.started_at < before,
    )  # fmt: skip
    with stage.application.database.read() as connection:
        waiting = list(connection.scalars(mine.order_by(case.c.code)))
    today = stage.today().isoformat()
    for case_id in waiting:

        def act(who: str, action: str, case_id: str = case_id, **inputs: object) -> None:
            stage.act_on(case_id, who, action, f"demo:{stage.step}:{case_id}:{action}", inputs)

        known = stage.application.engine.view(stage.actor(OFFICE), case_id).fields
        reward, decided_on = known.get("reward") or "certificate", known.get("decided_on") or today
        act(OFFICE, "settle", reward=reward, decided_on=decided_on, what="Theo quyết định khen thưởng.")
        act(DIRECTOR, "approve")
        act(OFFICE, "done", paid_on=today)


def propose(stage: Stage) -> None:
    """The office proposes a movement."""
    _begin(stage, MOVEMENT, OFFICE, "movement", "propose", SAID)


def launch(stage: Stage) -> None:
    """The Director launches it."""
    stage.act(MOVEMENT, DIRECTOR, "launch", launch_file=stage.upload(DIRECTOR, "phat-dong.pdf"))


def register(stage: Stage) -> None:
    """Some register."""
    for number, (name, pledge) in enumerate(PLEDGES.items()):
        person_id = stage.person(name)
        with stage.application.database.write() as connection:
            subject_id = enrol_person(connection, stage.agency_id, person_id, new_id=stage.application.database.new_id)
        stage.application.engine.start(
            stage.actor(name), process="registration", action="register", subject_type="subject",
            subject_id=subject_id, inputs={"joins": [stage.cases[MOVEMENT]], "pledge": [pledge]},
            key=f"demo:{stage.step}:{number}",
        )  # fmt: skip


def plan_course(stage: Stage) -> None:
    """A course, approved and held a fortnight later."""
    invited = [stage.person(name) for name in (OFFICE, PRESS, WRITER)]
    said = {
        "course": "Nghiệp vụ thi đua, khen thưởng theo Luật mới", "topics": "emulation", "host": "Sở Nội vụ",
        "content": "Luật Thi đua, khen thưởng; hồ sơ, thủ tục", "place": "Hội trường Sở Nội vụ",
        "held_on": (stage.today() + timedelta(days=14)).isoformat(), "invited": invited,
    }  # fmt: skip
    _begin(stage, COURSE, OFFICE, "training", "plan_course", said)
    stage.act_on(stage.cases[COURSE], DIRECTOR, "approve", f"demo:{stage.step}:approve", {})


def hold_course(stage: Stage) -> None:
    """Who attended, and how they did."""
    people = [stage.person(name) for name in (OFFICE, PRESS)]
    stage.act(COURSE, OFFICE, "held", attended=people)
    stage.act_on(
        stage.cases[COURSE], OFFICE, "record", f"demo:{stage.step}:record",
        {"assessed": dict.fromkeys(people, "good")},
    )  # fmt: skip


def have_read(stage: Stage) -> None:
    """A text that everybody must have read before the year's end."""
    said = {
        "about": "Hướng dẫn tổng kết kế hoạch gương điển hình tiên tiến", "audience": "units",
        "text_file": stage.upload(OFFICE, "huong-dan-tong-ket.pdf"), "read_by": date(2025, 11, 14).isoformat(),
        "gist": "Các phòng, đơn vị chuẩn bị báo cáo tổng kết giai đoạn; mốc thời gian và biểu mẫu.",
    }  # fmt: skip
    _begin(stage, TEXT, OFFICE, "dissemination", "publish", said)


def _begin(stage: Stage, story: str, who: str, process: str, action: str, said: dict[str, object]) -> None:
    stage.begin(story, who, process, action, lambda _: stage.agency_id, said, about="agency")
