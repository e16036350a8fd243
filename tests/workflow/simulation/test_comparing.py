"""Two reports side by side, and a report as JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from workflow.simulation.comparing import differences
from workflow.simulation.report import Load, Outcome, Paper, Report, Step

STEP = Step("nominee", "state", "Bình xét", 10, 9, 1, 3, (6, 2, 1, 0, 0), 2.0, 6.0, 8)
REPORT = Report(
    plan="p", title="Kế hoạch", first=date(2025, 1, 1), last=date(2025, 3, 31), seed=1, units=2, people=9, nominees=5,
    acts=30, events=50, letters=70, audit_head="00", steps=(STEP,),
    outcomes=(Outcome("nominee", "Xét", 5, {"Rút": 1}, {"Bình xét": 4}),),
    loads=(Load("Hà", "Văn phòng", 12, 3, date(2025, 2, 3)),), days={"2025-02-03": 5}, holidays=(),
    papers=(Paper("minutes", "Biên bản", 2, 1),), blocked=(), refused={},
)  # fmt: skip


def test_a_report_is_itself_again_after_json() -> None:
    assert Report.from_json(json.loads(json.dumps(REPORT.to_json()))) == REPORT


def test_only_what_differs_is_told_and_by_how_much() -> None:
    assert differences(REPORT, REPORT) == []
    other = replace(
        REPORT, acts=33, steps=(replace(STEP, late=7),),
        outcomes=(Outcome("nominee", "Xét", 5, {}, {"Bình xét": 5}),),
        loads=(Load("Hà", "Văn phòng", 10, 3, date(2025, 2, 3)), Load("Vân", "", 5, 1, date(2025, 2, 4))),
    )  # fmt: skip
    found = {(one.what, one.where): one.change for one in differences(REPORT, other)}
    assert found == {
        ("acts", ""): 3, ("ended", "Xét: Rút"): -1, ("standing", "Xét: Bình xét"): 1, ("late", "Bình xét (Xét)"): 4,
        ("decided", "Hà, Văn phòng"): -2, ("decided", "Vân"): 5, ("peak", "Vân"): 1,
    }  # fmt: skip


def test_nearly_every_time_is_eighty_of_a_hundred_of_five_at_least() -> None:
    assert STEP.always_escalates
    assert not replace(STEP, escalated=7).always_escalates
    assert not replace(STEP, asked=4, escalated=4).always_escalates
