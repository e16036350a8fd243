"""Who may do what with a nominee, written by hand from the plan: one line per state and action, one column per person.

+ may · . holds no role that is asked for · o own case · g may, but a guard or what is asked for refuses · h on hold
"""

from __future__ import annotations

COLUMNS = {
    "n": "nominator",   # who nominated; works in the unit
    "c": "candidate",   # the nominee, of the same unit
    "m": "mentor",      # named in the cultivation plan, of the same unit
    "k": "colleague1",  # of the same unit; has endorsed once the case left cultivating
    "h": "head",        # of the unit
    "H": "head2",       # of another unit
    "s": "office",      # Văn phòng Sở, and the council's secretary
    "o": "office2",     # Văn phòng Sở only
    "l": "clerk",
    "p": "press",
    "d": "director",
    "x": "outsider",    # staff of another unit
}  # fmt: skip

FREE = """
#                               n c m k h H s o l p d x
identified.endorse              + o + + + . . . . . . .
identified.take_back            g o g g g . . . . . . .
identified.add_proof            + o + + + . . . . . . .
identified.take_up              . . . . + . . . . . . .
identified.decline              . . . . + . . . . . . .
identified.withdraw             + . . . + . . . . . . .
identified.hold                 . . . . . . + + . . . .
identified.move                 . . . . . . + + . . . .
identified.close                . . . . . . + + . . . .

cultivating.endorse             + o + + + . . . . . . .
cultivating.take_back           g o g g g . . . . . . .
cultivating.add_proof           + o + + + . . . . . . .
cultivating.replan              . . . . + . . . . . . .
cultivating.propose             . . g . g . . . . . . .
cultivating.withdraw            + . . . + . . . . . . .
cultivating.hold                . . . . . . + + . . . .
cultivating.move                . . . . . . + + . . . .
cultivating.close               . . . . . . + + . . . .

unit_appraisal.recognize        . . . . + . . . . . . .
unit_appraisal.send_back        . . . . + . . . . . . .
unit_appraisal.refuse           . . . . + . . . . . . .
unit_appraisal.withdraw         + . . . + . . . . . . .
unit_appraisal.hold             . . . . . . + + . . . .
unit_appraisal.move             . . . . . . + + . . . .
unit_appraisal.close            . . . . . . + + . . . .

recognized_unit.climb           . . . . + . . . . . . .
recognized_unit.revoke          . . . . + . . . . . . .
recognized_unit.hold            . . . . . . + + . . . .
recognized_unit.move            . . . . . . + + . . . .
recognized_unit.close           . . . . . . + + . . . .

office_check.forward            . . . . . . + + . . . .
office_check.send_back          . . . . . . + + . . . .
office_check.refuse             . . . . . . + + . . . .
office_check.withdraw           + . . . + . . . . . . .
office_check.hold               . . . . . . + + . . . .
office_check.move               . . . . . . + + . . . .
office_check.close              . . . . . . + + . . . .

completion.resubmit             . . . . + . . . . . . .
completion.give_up              . . . . + . . . . . . .
completion.withdraw             + . . . + . . . . . . .
completion.hold                 . . . . . . + + . . . .
completion.move                 . . . . . . + + . . . .
completion.close                . . . . . . + + . . . .

council_review.record_passed    . . . . . . + . . . . .
council_review.record_failed    . . . . . . + . . . . .
council_review.record_deferred  . . . . . . + . . . . .
council_review.withdraw         + . . . + . . . . . . .
council_review.hold             . . . . . . + + . . . .
council_review.move             . . . . . . + + . . . .
council_review.close            . . . . . . + + . . . .

director_decision.recognize     . . . . . . . . . . + .
director_decision.send_back     . . . . . . . . . . + .
director_decision.refuse        . . . . . . . . . . + .
director_decision.withdraw      + . . . + . . . . . . .
director_decision.hold          . . . . . . + + . . . .
director_decision.move          . . . . . . + + . . . .
director_decision.close         . . . . . . + + . . . .

recognized_department.climb     . . . . . . + + . . + .
recognized_department.revoke    . . . . . . . . . . + .
recognized_department.file_signed . . . . . . + + + . . .
recognized_department.hold      . . . . . . + + . . . .
recognized_department.move      . . . . . . + + . . . .
recognized_department.close     . . . . . . + + . . . .

preparing.prepare               . . . . . . + + . . . .
preparing.drop                  . . . . . . + + . . . .
preparing.withdraw              + . . . + . . . . . . .
preparing.hold                  . . . . . . + + . . . .
preparing.move                  . . . . . . + + . . . .
preparing.close                 . . . . . . + + . . . .

signing.sign                    . . . . . . . . . . + .
signing.send_back               . . . . . . . . . . + .
signing.withdraw                + . . . + . . . . . . .
signing.hold                    . . . . . . + + . . . .
signing.move                    . . . . . . + + . . . .
signing.close                   . . . . . . + + . . . .

sending.send                    . . . . . . . . + . . .
sending.withdraw                + . . . + . . . . . . .
sending.hold                    . . . . . . + + . . . .
sending.move                    . . . . . . + + . . . .
sending.close                   . . . . . . + + . . . .

at_province.recognize           . . . . . . + + . . . .
at_province.send_back           . . . . . . + + . . . .
at_province.refuse              . . . . . . + + . . . .
at_province.withdraw            + . . . + . . . . . . .
at_province.hold                . . . . . . + + . . . .
at_province.move                . . . . . . + + . . . .
at_province.close               . . . . . . + + . . . .

recognized_province.request_merit  . . . . . . + + . . + .
recognized_province.revoke      . . . . . . + + . . . .
recognized_province.hold        . . . . . . + + . . . .
recognized_province.move        . . . . . . + + . . . .
recognized_province.close       . . . . . . + + . . . .
"""

ENDS = ("not_taken_up", "withdrawn", "closed", "struck_off")

# While a complaint is open: the same in every state. What is not named here is refused with the hold's grounds.
HELD = """
#                               n c m k h H s o l p d x
held:add_ground                 . . . . . . + + . . . .
held:clear                      . . . . . . + + . . . .
held:guilty                     . . . . . . + + . . . .
held:take_over                  . . . . g . . . . . . .
withdraw                        + . . . + . . . . . . .
move                            . . . . . . + + . . . .
close                           . . . . . . + + . . . .
hold                            . . . . . . h h . . . .
"""
RECOGNISED = ("recognized_unit", "recognized_department", "recognized_province")  # withdraw is none of theirs

# While it moves to another unit: that unit's head takes over, once the old unit has given its opinion.
MOVING = """
#                               n c m k h H s o l p d x
held:add_ground                 . . . . . . + + . . . .
held:clear                      . . . . . . g g . . . .
held:guilty                     . . . . . . + + . . . .
held:take_over                  . . . . . g . . . . . .
withdraw                        + . . . . + . . . . . .
move                            . . . . . . g g . . . .
close                           . . . . . . + + . . . .
hold                            . . . . . . h h . . . .
"""


def read(table: str) -> dict[str, dict[str, str]]:
    """action (or state.action) → person → mark."""
    rows: dict[str, dict[str, str]] = {}
    for line in table.splitlines():
        name, *marks = line.split() or ["#"]
        if name != "#":
            assert len(marks) == len(COLUMNS), line
            rows[name] = dict(zip(COLUMNS.values(), marks, strict=True))
    return rows
