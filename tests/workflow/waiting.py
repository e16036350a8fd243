"""Every place of the shipped plan where somebody is waited for: when lateness is told there, and to whom.

Written by hand from the plan and the calendar. Everybody comes there on Monday 3 March 2025 at nine; the yearly
review and its reports on 1 December 2025, when the plan's date starts them.
"""

from __future__ import annotations

from dataclasses import dataclass

Moment = tuple[str, str, int | None, tuple[str, ...]]  # when, what is sent, how many days ahead, to whom

HEAD, OFFICE, SECRETARY = ("head",), ("office", "office2"), ("office",)
CLERK, DIRECTOR, MENTOR, DEPUTY = ("clerk",), ("director",), ("mentor",), ("deputy",)
PRESS, WRITER = ("press",), ("colleague2",)
CAME = "2025-03-03"


@dataclass(frozen=True)
class Times:
    """What follows from one deadline: reminders (working days ahead → day), its last day, who is told how late."""

    ahead: dict[int, str]
    last_day: str
    late: tuple[tuple[str, tuple[str, ...]], ...]

    def moments(self, owners: tuple[str, ...]) -> list[Moment]:
        """Reminders and escalations in their order, each at eight in the morning."""
        found: list[Moment] = [(f"{day}T08:00", "reminder", ahead, owners) for ahead, day in self.ahead.items()]
        return found + [(f"{day}T08:00", "escalation", None, people) for day, people in self.late]


def late(office: str, director: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The plan's own way: the office the next working day, the Director after five."""
    return ((office, OFFICE), (director, DIRECTOR))


ONE = Times({0: "2025-03-04"}, "2025-03-04", late("2025-03-05", "2025-03-11"))
TWO_IN_DECEMBER = Times(
    {1: "2025-12-02", 0: "2025-12-03"}, "2025-12-03", late("2025-12-04", "2025-12-10")
)  # fmt: skip
TEN_IN_DECEMBER = Times(
    {7: "2025-12-04", 3: "2025-12-10", 1: "2025-12-12", 0: "2025-12-15"}, "2025-12-15", late("2025-12-16", "2025-12-22")
)  # fmt: skip
TWO = Times({1: "2025-03-04", 0: "2025-03-05"}, "2025-03-05", late("2025-03-06", "2025-03-12"))
THREE = Times({1: "2025-03-05", 0: "2025-03-06"}, "2025-03-06", late("2025-03-07", "2025-03-13"))
FIVE = Times({3: "2025-03-05", 1: "2025-03-07", 0: "2025-03-10"}, "2025-03-10", late("2025-03-11", "2025-03-17"))
TEN = Times(
    {7: "2025-03-06", 3: "2025-03-12", 1: "2025-03-14", 0: "2025-03-17"},
    "2025-03-17", late("2025-03-18", "2025-03-24"),
)  # fmt: skip
# Whose silence is an answer is never late.
TEN_IN_SILENCE = Times(TEN.ahead, TEN.last_day, ())
# 7 April is Giỗ Tổ Hùng Vương: the fifth working day after 31 March is the 8th.
TWENTY = Times(
    {7: "2025-03-20", 3: "2025-03-26", 1: "2025-03-28", 0: "2025-03-31"},
    "2025-03-31", late("2025-04-01", "2025-04-08"),
)  # fmt: skip
# Twenty working days later again and again: 30/4, 1/5 and 2/5 are off, Saturday 26/4 is worked instead.
TWENTY_AND_ON = Times(
    TWENTY.ahead, TWENTY.last_day,
    (("2025-04-01", OFFICE), ("2025-04-08", DIRECTOR), ("2025-05-08", DIRECTOR), ("2025-06-05", DIRECTOR)),
)  # fmt: skip
# The council sits on Thursday 20 March; its members reply by the day before.
SITS_ON = Times(
    {7: "2025-03-11", 3: "2025-03-17", 1: "2025-03-19", 0: "2025-03-20"},
    "2025-03-20", late("2025-03-21", "2025-03-27"),
)  # fmt: skip
REPLY = Times(
    {7: "2025-03-10", 3: "2025-03-14", 1: "2025-03-18", 0: "2025-03-19"},
    "2025-03-19", late("2025-03-20", "2025-03-26"),
)  # fmt: skip
# "Before 15/12": the 14th is a Sunday, so the last day is Friday the 12th.
REPORTS = Times(
    {7: "2025-12-03", 3: "2025-12-09", 1: "2025-12-11", 0: "2025-12-12"},
    "2025-12-12", late("2025-12-15", "2025-12-19"),
)  # fmt: skip
REVIEW = Times(
    {7: "2025-12-11", 3: "2025-12-17", 1: "2025-12-19", 0: "2025-12-22"},
    "2025-12-22", late("2025-12-23", "2025-12-29"),
)  # fmt: skip
# 1 January is off, and so is Friday the 2nd, worked on Saturday the 10th instead.
YEAR_END = Times(
    {7: "2025-12-22", 3: "2025-12-26", 1: "2025-12-30", 0: "2025-12-31"},
    "2025-12-31", late("2026-01-05", "2026-01-09"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A state, an ask or the held part of a process, and what its deadline sends to whom."""

    owners: tuple[str, ...]
    times: Times
    opened: str = ""  # for an ask of a rhythm: when its turn comes

    def moments(self) -> list[Moment]:
        """Everything it sends, in order."""
        return self.times.moments(self.owners)


STATES = {
    "nominee.identified": Place(HEAD, TEN),
    "nominee.unit_appraisal": Place(HEAD, FIVE),
    "nominee.office_check": Place(OFFICE, FIVE),
    "nominee.completion": Place(HEAD, FIVE),
    "nominee.council_review": Place(SECRETARY, TWENTY),
    "nominee.director_decision": Place(DIRECTOR, FIVE),
    "nominee.preparing": Place(OFFICE, FIVE),
    "nominee.signing": Place(DIRECTOR, FIVE),
    "nominee.sending": Place(CLERK, ONE),
    "nominee.at_province": Place(OFFICE, TWENTY),
    "merit_request.choosing_ground": Place(OFFICE, TEN),
    "merit_request.dossier": Place(OFFICE, FIVE),
    "merit_request.signing": Place(DIRECTOR, FIVE),
    "merit_request.sending": Place(CLERK, ONE),
    "merit_request.at_province": Place(OFFICE, TWENTY_AND_ON),
    "sitting.convening": Place(SECRETARY, TEN),  # three working days before the 20th are the 17th
    "sitting.invited": Place(SECRETARY, SITS_ON),
    "sitting.in_session": Place(SECRETARY, SITS_ON),
    "sitting.at_the_box": Place(SECRETARY, SITS_ON),
    "sitting.balloting": Place(SECRETARY, SITS_ON),
    "sitting.circulating": Place(SECRETARY, TEN),
    "sitting.between_equals": Place(DIRECTOR, ONE),
    "sitting.decided_by_head": Place(DIRECTOR, THREE),
    "sitting.drafting": Place(SECRETARY, TWO),
    "sitting.signing": Place(DIRECTOR, TWO),
    "annual_review.collecting": Place(OFFICE, REPORTS),
    "annual_review.consolidating": Place(OFFICE, REVIEW),
    "annual_review.approval": Place(DIRECTOR, YEAR_END),
    "annual_review.sending": Place(CLERK, TWO_IN_DECEMBER),
    "annual_review.filing": Place(OFFICE, TEN_IN_DECEMBER),
    "unit_report.drafting": Place(HEAD, REPORTS),
    "unit_report.handed_in": Place(OFFICE, REVIEW),
    # What these hang on is the 20th of March: a movement ends, something is out, a course is held, a text is read.
    "movement.approval": Place(DIRECTOR, FIVE),
    "movement.planning": Place(OFFICE, FIVE),
    "movement.running": Place(OFFICE, SITS_ON),
    "movement.summing_up": Place(OFFICE, TEN),
    "movement.closing": Place(DIRECTOR, FIVE),
    "unit_movement.judging": Place(HEAD, FIVE),
    "unit_movement.reported": Place(OFFICE, TEN),
    "publicity.planning": Place(PRESS, FIVE),
    "publicity.drafting": Place(WRITER, THREE),  # ten working days before the 20th
    "publicity.editing": Place(PRESS, THREE),
    "publicity.approval": Place(DIRECTOR, THREE),
    "publicity.publishing": Place(PRESS, SITS_ON),
    "publicity.published": Place(PRESS, TEN),
    "dissemination.reading": Place(SECRETARY, SITS_ON),  # who had it read
    "training.approval": Place(DIRECTOR, FIVE),
    "training.planning": Place(OFFICE, FIVE),
    "training.inviting": Place(OFFICE, SITS_ON),
    "training.assessing": Place(OFFICE, TEN),
    "benefit.to_be_given": Place(OFFICE, TWENTY),
    "benefit.approval": Place(DIRECTOR, FIVE),
    "benefit.paying": Place(OFFICE, TWENTY),
    "issuing.to_issue": Place(CLERK, TWO),
}
MOVES_ON = {  # where the deadline itself leads on: owners, its last day, what the case comes to
    "unit_movement.launching": (HEAD, "2025-03-17", "running"),
    "unit_movement.running": (HEAD, "2025-03-20", "judging"),
    "living_topic.running": (PRESS, "2025-05-05", "all_recorded"),  # a month from 1 April; 1 and 2 May are off
}

TWO_AFTER_TEN = Times({1: "2025-03-18", 0: "2025-03-19"}, "2025-03-19", late("2025-03-20", "2025-03-26"))
AFTER_SIX_MONTHS = Times(
    {7: "2025-09-08", 3: "2025-09-12", 1: "2025-09-16", 0: "2025-09-17"},
    "2025-09-17", late("2025-09-18", "2025-09-24"),
)  # fmt: skip
AFTER_THREE_MONTHS = Times({7: "2025-06-06", 3: "2025-06-12", 1: "2025-06-16", 0: "2025-06-17"}, "2025-06-17", ())
FIVE_AFTER_ONE_MONTH = Times(
    {3: "2025-04-08", 1: "2025-04-10", 0: "2025-04-11"}, "2025-04-11", late("2025-04-14", "2025-04-18")
)

ASKS = {
    "nominee.cultivating.check_in": Place(MENTOR, AFTER_THREE_MONTHS, "2025-06-03"),
    "nominee.recognized_unit.follow_up": Place(HEAD, AFTER_SIX_MONTHS, "2025-09-03"),
    "nominee.recognized_department.follow_up": Place(HEAD, AFTER_SIX_MONTHS, "2025-09-03"),
    "nominee.recognized_province.follow_up": Place(HEAD, AFTER_SIX_MONTHS, "2025-09-03"),
    "nominee.council_review.party_opinion": Place(OFFICE, TEN_IN_SILENCE, "2025-03-03"),
    "nominee.council_review.unions_opinion": Place(OFFICE, TEN_IN_SILENCE, "2025-03-03"),
    "nominee.at_province.chase": Place(OFFICE, TWO_AFTER_TEN, "2025-03-17"),
    "merit_request.at_province.chase": Place(OFFICE, TWO_AFTER_TEN, "2025-03-17"),
    "sitting.invited.reply": Place(DEPUTY, REPLY, CAME),
    "sitting.invited.reply_chair": Place(DIRECTOR, REPLY, CAME),
    "sitting.in_session.written": Place(DEPUTY, ONE, CAME),
    "sitting.circulating.opinion": Place(DEPUTY, TEN, CAME),
    "sitting.circulating.opinion_chair": Place(DIRECTOR, TEN, CAME),
    "nominee.held.chase": Place(OFFICE, FIVE_AFTER_ONE_MONTH, "2025-04-03"),
    "nominee.held.old_opinion": Place(HEAD, FIVE, "2025-03-03"),
    "dissemination.reading.read_all": Place(DEPUTY, SITS_ON, CAME),
    "dissemination.reading.read_named": Place(DEPUTY, SITS_ON, CAME),
    "dissemination.reading.spread": Place(HEAD, SITS_ON, CAME),
    "training.inviting.reply": Place(DEPUTY, REPLY, CAME),
}
ENDS_WITH_ITS_STATE = {  # a rhythm of a month in a state that is over sooner; asked for a month from the first of April
    "unit_movement.running.progress", "living_topic.running.held",
}  # fmt: skip

MAY_WAIT = {
    "nominee.cultivating": HEAD,
    "nominee.recognized_unit": HEAD,
    "nominee.recognized_department": HEAD,
    "nominee.recognized_province": HEAD,
    "nominee.held": OFFICE,
    "registration.registered": ("nominator",),
}
CHILD_CASES = {
    "annual_review.collecting.unit_report",
    "movement.running.unit_movement",
}  # its deadline is that of the child's own state
