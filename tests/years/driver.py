"""Four years lived by a seed: on some days of each month people do what lies before them, through the engine alone.

What a person does with a case in a state stands in one table, with how likely it is on a day. The driver never writes
a row; what it asks the database is only which cases and questions are open.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from tests.cast import Cast
from tests.years.agency import FIRST, IN_A_UNIT, LAST, WORKING
from workflow.case import ask, case, case_field
from workflow.message import Refused

Form = dict[str, Any]
REWARDS = ("certificate", "early_raise", "study")
CHANNELS = ("portal", "newspaper", "broadcast", "social", "meeting")


@dataclass(frozen=True)
class Move:
    """Who does what with a case in a state, and how likely it is on a day."""

    who: str  # a person, or `head` of the case's unit
    action: str
    chance: float
    form: str = ""  # the driver's method that fills it in


NOMINEE = {
    "unit_appraisal": (Move("head", "recognize", 0.7, "minutes"), Move("head", "send_back", 0.1, "reason")),
    "recognized_unit": (Move("head", "revoke", 0.01, "revocation"), Move("head", "climb", 0.12, "report")),
    "office_check": (Move("office", "forward", 0.8),),
    "council_review": (Move("office", "record_passed", 0.6, "passed"), Move("office", "record_failed", 0.15, "failed")),
    "director_decision": (Move("director", "recognize", 0.9, "reward"),),
}
TABLE: dict[str, dict[str, tuple[Move, ...]]] = {
    "nominee": NOMINEE,
    "publicity": {
        "planning": (Move("press", "assign", 0.6, "assignment"), Move("press", "skip", 0.2, "reason")),
        "drafting": (Move("press", "submit", 0.7, "draft"),),
        "editing": (Move("ttbc0", "pass_on", 0.0), Move("press", "pass_on", 0.8)),
        "approval": (Move("director", "approve", 0.9),),
        "publishing": (Move("press", "publish", 0.8, "publication"),),
        "published": (Move("press", "report", 0.7, "figures"), Move("press", "no_figure", 0.2, "reason")),
    },
    "benefit": {"to_be_given": (Move("office", "nothing", 1.0, "reason"),)},
    "issuing": {"to_issue": (Move("clerk", "issue", 0.9, "issued"),)},
    "movement": {
        "approval": (Move("director", "launch", 1.0, "launch"),),
        "summing_up": (Move("office", "submit", 1.0, "summary"),),
        "closing": (Move("director", "approve", 1.0, "signed"),),
    },
    "unit_movement": {
        "launching": (Move("head", "open", 1.0, "unit_plan"),),
        "judging": (Move("head", "hand_in", 1.0, "results"),),
    },
    "training": {
        "approval": (Move("director", "approve", 1.0),),
        "inviting": (Move("office", "held", 1.0, "attended"),),
        "assessing": (Move("office", "record", 1.0, "assessed"),),
    },
    "unit_report": {"drafting": (Move("head", "hand_in", 0.8, "unit_report"),)},
    "annual_review": {
        "consolidating": (Move("office", "submit", 1.0, "review"),),
        "approval": (Move("director", "approve", 1.0),),
        "sending": (Move("clerk", "send", 1.0, "sending"),),
        "filing": (Move("office", "file", 1.0, "filed"),),
    },
}


@dataclass
class Years:
    """The agency at work. `busy`: how many are nominated in a unit and a month, on average."""

    cast: Cast
    seed: int = 1
    busy: float = 0.12
    days: tuple[int, ...] = (6, 18)
    acts: int = 0
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.today = date(FIRST, 1, 4)
        self.movement = ""

    def live(self, until: date = date(LAST, 12, 31)) -> None:
        """To the last day of the plan; then what is due is done."""
        for day in self._days(until):
            self.today = day
            self.cast.at(day.isoformat())
            self.cast.run_due()
            self._begin(day)
            self._answer()
            self._move()
            self.cast.settle()

    def _days(self, until: date) -> Iterator[date]:
        """The days people work on it: two a month, and in December those on which a review goes on."""
        for year in range(FIRST, LAST + 1):
            for month in range(1, 13):
                for day in self.days if month < 12 else (2, 8, 12, 16, 18, 22, 28, 30):
                    if date(FIRST, 1, 4) < (found := date(year, month, day)) <= until:
                        yield found

    # --- what begins ----------------------------------------------------------------------------------

    def _begin(self, day: date) -> None:
        if day.month == 12:
            return
        for unit in WORKING:
            if self.rng.random() < self.busy:
                self._nominate(unit)
        if day.day == self.days[0] and day.month == 2:
            self._propose_movement(day.year)
        if day.month in (3, 4) and self.movement:
            self._register()
        if day.day == self.days[0] and day.month == 5:
            self._plan_course(day)
        if self.rng.random() < 0.25:
            self._plan_item(day)

    def _nominate(self, unit: str) -> None:
        who = f"{unit}{self.rng.randrange(2, IN_A_UNIT)}"
        with_it = self.rng.choice(("rút ngắn thời gian xử lý hồ sơ", "số hóa kho lưu trữ", "hướng dẫn tổ công nghệ số"))
        self._try(
            lambda: self.cast.app.engine.start(
                self.cast.actor(f"{unit}1"),
                process="nominee",
                action="nominate",
                subject_type="subject",
                subject_id=self.cast.subject(who),
                inputs={
                    "life_field": "work",
                    "merit": f"Có sáng kiến {with_it}",
                    "evidence": [self.cast.upload(f"{unit}1")],
                },
            )
        )

    def _propose_movement(self, year: int) -> None:
        self.movement = ""
        started = self.cast.app.engine.start(
            self.cast.actor("office"),
            process="movement",
            action="propose",
            subject_type="agency",
            subject_id=self.cast.agency_id,
            inputs={
                "theme": f"Mỗi người một sáng kiến số năm {year}",
                "nature": "thematic",
                "content": "Sáng kiến được áp dụng.",
                "targets": ["Có sáng kiến"],
                "register_by": f"{year}-04-28",
                "ends_on": f"{year}-09-30",
            },
        )
        self.acts += 1
        self.movement = started.case_id

    def _register(self) -> None:
        for unit in WORKING:
            if self.rng.random() < self.busy * 4:
                who = f"{unit}{self.rng.randrange(1, IN_A_UNIT)}"
                self._try(
                    lambda who=who: self.cast.app.engine.start(
                        self.cast.actor(who),
                        process="registration",
                        action="register",
                        subject_type="subject",
                        subject_id=self.cast.subject(who),
                        inputs={"joins": [self.movement], "pledge": ["Một sáng kiến"]},
                    )
                )

    def _plan_course(self, day: date) -> None:
        units = self.rng.sample(WORKING, 5)
        self.cast.app.engine.start(
            self.cast.actor("office"),
            process="training",
            action="plan_course",
            subject_type="agency",
            subject_id=self.cast.agency_id,
            inputs={
                "course": f"Nghiệp vụ thi đua, khen thưởng năm {day.year}",
                "topics": "emulation",
                "content": "Luật mới",
                "host": "Sở Nội vụ",
                "held_on": day.isoformat(),
                "place": "Hội trường",
                "invited": [self.cast.people[f"{unit}1"] for unit in units],
            },
        )
        self.acts += 1

    def _plan_item(self, day: date) -> None:
        self.cast.app.engine.start(
            self.cast.actor("press"),
            process="publicity",
            action="plan_item",
            subject_type="agency",
            subject_id=self.cast.agency_id,
            inputs={
                "topic": "Phong trào thi đua",
                "channel": self.rng.choice(CHANNELS),
                "outlet": "Cổng thông tin điện tử",
                "writer": self.cast.people["press"],
                "publish_by": (day + timedelta(days=30)).isoformat(),
            },
        )
        self.acts += 1

    # --- what lies before people ----------------------------------------------------------------------

    def _answer(self) -> None:
        """Notes in a rhythm: most are written, some are missed."""
        rhythm = sa.select(ask.c.id, ask.c.case_id, ask.c.name, case.c.unit_id).join(case, case.c.id == ask.c.case_id)
        wanted = rhythm.where(ask.c.status == "open", ask.c.name.in_(("check_in", "follow_up")))
        for row in self._rows(wanted.order_by(case.c.code, ask.c.name, ask.c.id)):
            if self.rng.random() < 0.6:
                unit = self._unit(row.unit_id)
                who = f"{unit}0" if row.name == "follow_up" else f"{unit}1"
                form: Form = {"growth": "Tiếp tục phát huy."} if row.name == "follow_up" else {"progress": ["partly"]}
                self._try(
                    lambda who=who, row=row, form=form: self.cast.app.engine.answer(
                        self.cast.actor(who), ask_id=row.id, inputs=form
                    )
                )

    def _move(self) -> None:
        running = sa.select(case.c.id, case.c.process, case.c.state, case.c.unit_id, case.c.version)
        for row in self._rows(running.where(case.c.ended_at.is_(None)).order_by(case.c.process, case.c.code)):
            if row.process == "nominee" and row.state in ("identified", "cultivating"):
                self._bring_on(row)
                continue
            for move in TABLE.get(row.process, {}).get(row.state, ()):
                if self.rng.random() < move.chance:
                    who = f"{self._unit(row.unit_id)}0" if move.who == "head" else move.who
                    action, form = move.action, getattr(self, f"_{move.form}")(who, row) if move.form else {}
                    if isinstance(form, tuple):
                        action, form = form
                    self._act(who, row, action, form)
                    break

    def _bring_on(self, row: Any) -> None:
        unit = self._unit(row.unit_id)
        if row.state == "identified" and self.rng.random() < 0.7:
            for number in self.rng.sample(range(2, IN_A_UNIT), 4):
                self._act(f"{unit}{number}", row, "endorse", {"endorsement": "Việc làm có thật."})
            plan = {
                "strengths": ["Sáng tạo"],
                "shortcomings": ["Ít chia sẻ"],
                "support": "Bố trí thời gian.",
                "measures": [
                    {
                        "what": "Trao đổi nghề",
                        "who": self.cast.people[f"{unit}1"],
                        "due": f"{self.today.year}-12-31",
                        "done": False,
                    }
                ],
                "mentor": self.cast.people[f"{unit}1"],
            }
            self._act(f"{unit}0", row, "take_up", plan)
        elif row.state == "cultivating" and self.rng.random() < 0.35:
            self._act(f"{unit}0", row, "propose", {})

    def _act(self, who: str, row: Any, action: str, form: Form) -> None:
        self._try(lambda: self.cast.act(who, row.id, action, **form))

    def _try(self, what: Callable[[], Any]) -> None:
        """Whoever may not is told so: that, too, is a day's work, and nothing of it may be counted."""
        try:
            what()
            self.acts += 1
        except Refused as refusal:
            self.refused.append(str(refusal))

    def _rows(self, query: Any) -> list[Any]:
        with self.cast.app.database.read() as connection:
            return list(connection.execute(query))

    def _unit(self, unit_id: str | None) -> str:
        return next((code for code, known in self.cast.units.items() if known == unit_id), "vp")

    def _held(self, row: Any, name: str) -> Any:
        query = sa.select(case_field.c.value).where(case_field.c.case_id == row.id, case_field.c.name == name)
        return next((found[0] for found in self._rows(query)), None)

    # --- forms ----------------------------------------------------------------------------------------

    def _reason(self, _who: str, _row: Any) -> Form:
        return {"reason": "Đơn vị đã thống nhất như vậy."}

    def _minutes(self, who: str, _row: Any) -> Form:
        return {"unit_minutes": self.cast.upload(who)}

    def _report(self, who: str, _row: Any) -> Form:
        return {"report": self.cast.upload(who)}

    def _revocation(self, who: str, _row: Any) -> Form:
        return {
            "revoke_ground": "false_merit",
            "decision_number": "9/QĐ",
            "decided_on": self.today.isoformat(),
            "decision_file": self.cast.upload(who),
        }

    def _passed(self, who: str, _row: Any) -> Form:
        return self._council(who, 5)

    def _failed(self, who: str, _row: Any) -> Form:
        return {**self._council(who, 1), "reason": "Chưa đủ phiếu."}

    def _council(self, who: str, agreed: int) -> Form:
        return {
            "present_count": 5,
            "agreed_count": agreed,
            "members_count": 5,
            "minutes_number": "1/BB",
            "minutes_file": self.cast.upload(who),
        }

    def _reward(self, _who: str, _row: Any) -> Form:
        return {"reward": self.rng.choice(REWARDS)} if self.rng.random() < 0.5 else {}

    def _assignment(self, _who: str, _row: Any) -> Form:
        return {
            "topic": "Gương điển hình tiên tiến",
            "channel": self.rng.choice(CHANNELS),
            "outlet": "Báo tỉnh",
            "writer": self.cast.people["press"],
            "publish_by": (self.today + timedelta(days=30)).isoformat(),
        }

    def _draft(self, _who: str, _row: Any) -> Form:
        return {"draft": "Bài viết về gương điển hình."}

    def _publication(self, _who: str, _row: Any) -> Form:
        on = self.today - timedelta(days=self.rng.randrange(4))
        return {"published_on": on.isoformat(), "link": "https://so.example/tin"}

    def _figures(self, _who: str, _row: Any) -> Form:
        return {
            "reach": self.rng.randrange(50, 5000),
            "reach_source": "Quản trị cổng",
            "reach_on": self.today.isoformat(),
        }

    def _launch(self, who: str, _row: Any) -> Form:
        return {"launch_file": self.cast.upload(who)}

    def _unit_plan(self, _who: str, _row: Any) -> Form:
        return {"unit_plan": "Mỗi tuần một buổi trao đổi."}

    def _results(self, _who: str, row: Any) -> Form | tuple[str, Form]:
        found = self._held(row, "registrations") or []
        if not found:
            return "nothing", self._reason("", row)
        said = {one: self.rng.choice(("met", "met", "excelled", "not_met")) for one in found}
        return {"result": said, "report": "Đã tổng hợp kết quả."}

    def _summary(self, _who: str, _row: Any) -> Form:
        return {"summary": "Phong trào được hưởng ứng rộng rãi."}

    def _signed(self, who: str, _row: Any) -> Form:
        return {"signed_copy": self.cast.upload(who)}

    def _issued(self, who: str, _row: Any) -> Form:
        return {"issued_on": self.today.isoformat(), "signed_papers": [self.cast.upload(who)]}

    def _attended(self, _who: str, row: Any) -> Form:
        invited = self._held(row, "invited") or []
        return {"attended": invited[: max(1, len(invited) - self.rng.randrange(2))]}

    def _assessed(self, _who: str, row: Any) -> Form:
        return {"assessed": {one: self.rng.choice(("good", "passed")) for one in self._held(row, "attended") or []}}

    def _unit_report(self, _who: str, row: Any) -> Form | tuple[str, Form]:
        exemplars = self._held(row, "exemplars") or []
        if not exemplars:
            return "nothing", {"reason": "Trong năm đơn vị không có điển hình được công nhận."}
        said = {one: self.rng.choice(("continue", "continue", "promote", "withdraw")) for one in exemplars}
        named = sa.select(case.c.id).where(case.c.id.in_(exemplars), ~case.c.is_held)
        free = {found.id for found in self._rows(named)}
        return {
            "narrative": "Các điển hình giữ vững thành tích.",
            "verdict": said,
            "rewards": [one for one in exemplars if self.rng.random() < 0.3 and one in free],
        }

    def _review(self, _who: str, row: Any) -> Form:
        named = sa.select(case_field.c.value).join(case, case.c.id == case_field.c.case_id)
        lists = self._rows(named.where(case.c.parent_id == row.id, case_field.c.name == "rewards"))
        proposed = sorted({one for found in lists for one in found[0] or []})
        alive = sa.select(case.c.id).where(
            case.c.id.in_(proposed), case.c.ended_at.is_(None), case.c.top_level != "", ~case.c.is_held
        )
        living = {found.id for found in self._rows(alive)}
        return {
            "summary": "Sở đã quán triệt Kế hoạch tới toàn thể công chức, viên chức; các phòng, đơn vị triển "
            "khai nghiêm túc, "
            "gắn phong trào thi đua với nhiệm vụ chính trị của cơ quan.",
            "weak": "Một số đơn vị còn chậm phát hiện nhân tố mới.\nViệc tuyên truyền chưa đều giữa các kênh.",
            "next": "Tiếp tục phát hiện, bồi dưỡng nhân tố mới ở tất cả các lĩnh vực.\nĐẩy mạnh tuyên truyền, "
            "nhân rộng điển hình "
            "đã được công nhận.",
            "rewards": [one for one in proposed if one in living],
        }

    def _sending(self, who: str, _row: Any) -> Form:
        return {"signed_copy": self.cast.upload(who), "sent_on": self.today.isoformat(), "channel": "exchange"}

    def _filed(self, _who: str, _row: Any) -> Form:
        return {"archived_as": f"HS-{self.today.year}/TĐKT"}
