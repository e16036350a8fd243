"""What people do in the demo, one function an act: who takes which action, with which words and papers."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from config.demo.cast import CLERK, DEPUTIES, DIRECTOR, HEADS, OFFICE, OFFICE_TOO
from config.demo.stage import Stage
from config.demo.story import Earlier, Request, Story
from states.subjects.enrol import enrol_person, enrol_unit
from workflow.organisation_changes import change_person

WORDS_OF_PRAISE = (
    "Việc làm có thật, ai trong phòng cũng thấy; tôi học được nhiều.",
    "Sẵn sàng giúp đồng nghiệp, không ngại việc khó.",
    "Kết quả rõ ràng, cách làm có thể nhân ra các đơn vị khác.",
)


def _head(story: Story | Request) -> str:
    """Whoever leads the unit, or the deputy where the head is the one in question."""
    head = HEADS[story.unit]
    return head if head != story.subject else DEPUTIES[story.unit]


def _enrol(stage: Stage, subject: str, unit: str, *, whole_unit: bool = False) -> Callable[[sa.Connection], str]:
    if whole_unit:
        unit_id = stage.unit(unit)
        return lambda connection: enrol_unit(connection, stage.agency_id, unit_id)
    person_id = stage.person(subject)
    return lambda connection: enrol_person(connection, stage.agency_id, person_id)


def _colleagues(stage: Stage, story: Story) -> list[str]:
    """Three of the unit who are neither the one in question nor its head."""
    unit_id = stage.unit(story.unit)
    here = [p for p in stage.organisation().people.values() if p.unit_id == unit_id and p.active]
    skipped = {story.subject, HEADS[story.unit], DEPUTIES[story.unit]}
    return [person.name for person in sorted(here, key=lambda p: p.code) if person.name not in skipped][:3]


def bring_in(stage: Stage, one: Earlier) -> None:
    """The office enters who was recognised before the plan."""
    inputs = {
        "held_level": one.level, "decision_number": one.number, "decided_on": one.decided_on.isoformat(),
        "decision_file": stage.upload(OFFICE, f"{one.name}-quyet-dinh.pdf"),
    }  # fmt: skip
    stage.begin(one.name, OFFICE, "nominee", "brought_in", _enrol(stage, one.subject, ""), inputs)


def nominate(stage: Stage, story: Story) -> None:
    """A colleague nominates; they and others of the unit endorse."""
    colleagues = _colleagues(stage, story)
    first = colleagues[0]
    inputs = {
        "life_field": story.field, "merit": story.merit, "evidence": [stage.upload(first, "minh-chung.pdf")],
    }  # fmt: skip
    enrol = _enrol(stage, story.subject, story.unit, whole_unit=story.whole_unit)
    stage.begin(story.name, first, "nominee", "nominate", enrol, inputs)
    for number, name in enumerate(colleagues):
        stage.act_on(
            stage.cases[story.name], name, "endorse", f"demo:{stage.step}:{number}",
            {"endorsement": WORDS_OF_PRAISE[number]},
        )  # fmt: skip


def take_up(stage: Stage, story: Story) -> None:
    """The head draws up how the nominee will be helped, and names who helps."""
    mentor = DEPUTIES[story.unit]
    measures = [
        {"what": "Giao chủ trì một nhiệm vụ liên đơn vị", "who": stage.person(mentor), "due": "2025-12-31",
         "done": "no"},
        {"what": "Cử dự lớp bồi dưỡng kỹ năng trình bày", "who": stage.person(HEADS[story.unit]),
         "due": "2025-12-31", "done": "no"},
    ]  # fmt: skip
    stage.act(
        story.name, _head(story), "take_up",
        strengths=["Chủ động, trách nhiệm", "Có sản phẩm được dùng thật"],
        shortcomings=["Ít chia sẻ cách làm với đơn vị khác", "Báo cáo còn chậm"],
        support="Bố trí thời gian, kinh phí và người giúp đỡ.", measures=measures, mentor=stage.person(mentor),
    )  # fmt: skip
    stage.act_on(
        stage.cases[story.name], mentor, "endorse", f"demo:{stage.step}:mentor", {"endorsement": WORDS_OF_PRAISE[2]}
    )


def decline(stage: Stage, story: Story) -> None:
    """Not yet."""
    stage.act(
        story.name, _head(story), "decline", reason="Thành tích mới ở mức hoàn thành nhiệm vụ, cần thêm thời gian."
    )


def withdraw(stage: Stage, story: Story) -> None:
    """Whoever nominated takes it back."""
    stage.act(
        story.name,
        _colleagues(stage, story)[0],
        "withdraw",
        reason="Người được giới thiệu xin rút để nhường đồng nghiệp.",
    )


def propose(stage: Stage, story: Story) -> None:
    """Ready for the unit's appraisal."""
    stage.act(story.name, _head(story), "propose")


def recognize_unit(stage: Stage, story: Story) -> None:
    """The unit recognises."""
    head = _head(story)
    stage.act(story.name, head, "recognize", unit_minutes=stage.upload(head, "bien-ban-binh-xet.pdf"))


def climb(stage: Stage, story: Story) -> None:
    """On to the Sở."""
    head = _head(story)
    stage.act(story.name, head, "climb", report=stage.upload(head, "bao-cao-thanh-tich.pdf"))


def forward(stage: Stage, story: Story) -> None:
    """The office finds the dossier complete."""
    stage.act(story.name, OFFICE, "forward")


def send_back(stage: Stage, story: Story) -> None:
    """The office wants more."""
    stage.act(
        story.name, OFFICE, "send_back", reason="Báo cáo thành tích chưa có xác nhận số lớp đã mở; đề nghị bổ sung."
    )


def record_passed(stage: Stage, story: Story) -> None:
    """The council agrees."""
    stage.act(
        story.name, OFFICE, "record_passed", present_count=9, agreed_count=8, members_count=10,
        minutes_number=f"{stage.today():%m}/BB-HĐTĐKT", minutes_file=stage.upload(OFFICE, "bien-ban-hop.pdf"),
    )  # fmt: skip


def recognize_department(stage: Stage, story: Story) -> None:
    """The Director recognises, with a certificate of the Sở."""
    stage.act(
        story.name, DIRECTOR, "recognize", reward="certificate", decision_number=f"{100 + stage.done}/QĐ-STTTT",
        decided_on=stage.today().isoformat(), decision_file=stage.upload(DIRECTOR, "quyet-dinh-cong-nhan.pdf"),
    )  # fmt: skip


def climb_to_province(stage: Stage, story: Story) -> None:
    """On to the province."""
    stage.act(story.name, OFFICE, "climb", report=stage.upload(OFFICE, "bao-cao-thanh-tich-cap-tinh.pdf"))


def prepare(stage: Stage, story: Story) -> None:
    """The dossier for the province stands."""
    stage.act(story.name, OFFICE_TOO, "prepare")


def sign(stage: Stage, story: Story) -> None:
    """The Director signs the submission letter."""
    stage.act(story.name, DIRECTOR, "sign", signed_copy=stage.upload(DIRECTOR, "to-trinh-da-ky.pdf"))


def send(stage: Stage, story: Story) -> None:
    """The clerk sends it."""
    stage.act(story.name, CLERK, "send", sent_on=stage.today().isoformat(), channel="exchange")


def recognize_province(stage: Stage, story: Story) -> None:
    """The province recognises."""
    stage.act(
        story.name, OFFICE, "recognize", decision_number=f"{900 + stage.done}/QĐ-UBND",
        decided_on=stage.today().isoformat(), decision_file=stage.upload(OFFICE, "quyet-dinh-cap-tinh.pdf"),
    )  # fmt: skip


def revoke(stage: Stage, story: Story) -> None:
    """A recognition that should not have been."""
    head = _head(story)
    stage.act(
        story.name, head, "revoke", revoke_ground="false_merit", decision_number="03/TB-KHTC",
        decided_on=stage.today().isoformat(), decision_file=stage.upload(head, "thong-bao-huy-bo.pdf"),
    )  # fmt: skip


def hold(stage: Stage, story: Story) -> None:
    """A complaint came in."""
    stage.act(
        story.name, OFFICE, "hold", hold_ground="complaint", hold_document=stage.upload(OFFICE, "don-khieu-nai.pdf")
    )


def move(stage: Stage, story: Story) -> None:
    """The exemplar goes to the Centre; the old unit is asked for its opinion."""
    stage.act(story.name, OFFICE, "move", new_unit=stage.unit("TTCNTT"), moved_on=stage.today().isoformat())


def leave(stage: Stage, story: Story) -> None:
    """Somebody leaves for another agency: the case ends, and what hangs on it with it."""
    stage.act(story.name, OFFICE, "close", end_ground="left", note="Chuyển công tác về Sở khác theo nguyện vọng.")
    _leaves(stage, story.subject)


def retire(stage: Stage) -> None:
    """One who was brought in retires."""
    stage.act("earlier-sang", OFFICE, "close", end_ground="retired", note="Nghỉ hưu theo chế độ.")
    _leaves(stage, "Bùi Văn Sáng")


def _leaves(stage: Stage, name: str) -> None:
    person_id, last_day = stage.person(name), stage.today()
    with stage.application.database.write() as connection:
        change_person(connection, stage.agency_id, person_id, {"ends_on": last_day})


# --- requests for merit -------------------------------------------------------------------------------


def merit_ground(stage: Stage, story: Story) -> None:
    """The request that began with the province's recognition finds its ground."""
    stage.cases[f"{story.name}-merit"] = stage.child_of(story.name, "merit_request")
    _choose(stage, f"{story.name}-merit")


def _choose(stage: Stage, name: str) -> None:
    stage.act(name, OFFICE, "choose", ground="b", ground_proof=[stage.upload(OFFICE, "minh-chung-tieu-chuan.pdf")])


def merit_awarded(stage: Stage, story: Story) -> None:
    """The Chairman's certificate."""
    _award(stage, f"{story.name}-merit", "award", decision_number=f"{1200 + stage.done}/QĐ-UBND")


def _award(stage: Stage, name: str, action: str, decision_number: str) -> None:
    stage.act(
        name, OFFICE, action, decision_number=decision_number, decided_on=stage.today().isoformat(),
        decision_file=stage.upload(OFFICE, "quyet-dinh-bang-khen.pdf"),
    )  # fmt: skip


def merit_prepared(stage: Stage, story: Story) -> None:
    """The request's dossier stands."""
    stage.act(f"{story.name}-merit", OFFICE_TOO, "prepare")


def merit_signed(stage: Stage, story: Story) -> None:
    """The Director signs the request."""
    stage.act(f"{story.name}-merit", DIRECTOR, "sign", signed_copy=stage.upload(DIRECTOR, "to-trinh-bang-khen.pdf"))


def merit_sent(stage: Stage, story: Story) -> None:
    """The clerk sends the request."""
    stage.act(f"{story.name}-merit", CLERK, "send", sent_on=stage.today().isoformat(), channel="exchange")


AWARDED = ((5, merit_ground), (4, merit_prepared), (3, merit_signed), (1, merit_sent), (27, merit_awarded))


def request_merit(stage: Stage, request: Request) -> None:
    """The office begins a request by hand."""
    stage.begin(request.name, OFFICE, "merit_request", "by_hand", _enrol(stage, request.subject, request.unit), {})


def choose_ground(stage: Stage, request: Request) -> None:
    """A ground, with its proof."""
    _choose(stage, request.name)


def prepare_request(stage: Stage, request: Request) -> None:
    """Its dossier stands."""
    stage.act(request.name, OFFICE_TOO, "prepare")


def sign_request(stage: Stage, request: Request) -> None:
    """The Director signs it."""
    stage.act(request.name, DIRECTOR, "sign", signed_copy=stage.upload(DIRECTOR, "to-trinh-bang-khen.pdf"))


def send_request(stage: Stage, request: Request) -> None:
    """The clerk sends it."""
    stage.act(request.name, CLERK, "send", sent_on=stage.today().isoformat(), channel="exchange")


def refuse_request(stage: Stage, request: Request) -> None:
    """The province says no."""
    stage.act(
        request.name, OFFICE, "refuse", received_on=stage.today().isoformat(),
        reason="Tỉnh trả lời: thành tích chưa có phạm vi ảnh hưởng trong tỉnh.",
    )  # fmt: skip


def no_ground(stage: Stage, request: Request) -> None:
    """No ground of the Law fits."""
    stage.act(request.name, OFFICE, "none", reason="Chưa có văn bản chứng minh tiêu chuẩn nào của Luật Đ.74(1).")


def drop_request(stage: Stage, request: Request) -> None:
    """The Director does not ask."""
    stage.act(request.name, DIRECTOR, "refuse", reason="Để dành đề nghị cho đợt tổng kết giai đoạn.")
