"""Cases for each rule: what passes, what fails, what needs proof. One table; each line says what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from states.eligibility.case_facts import Facts
from states.eligibility.requirement import Requirement
from states.subjects.facts import Genders

TODAY = date(2025, 11, 3)
LADDER = {"unit": "Cấp phòng", "department": "Cấp Sở", "province": "Cấp tỉnh"}


def record(kind: str, **said: Any) -> dict[str, Any]:
    """A record with its paper, unless told otherwise."""
    empty = {
        "kind": kind, "year": None, "value": "", "scope": "", "title": "", "starts_on": None, "ends_on": None,
        "used_for": "", "decision_number": "1/QĐ", "decided_on": date(2025, 1, 15), "proof_file_id": None,
        "recorded_at": datetime(2025, 1, 20, tzinfo=UTC),
    }  # fmt: skip
    return {**empty, **said}


def ratings(**by_year: str) -> list[dict[str, Any]]:
    """`y2024="htxsnv"`: rated so in 2024."""
    return [record("rating", year=int(year[1:]), value=value) for year, value in by_year.items()]


def titles(*years: int, value: str = "cstd_co_so") -> list[dict[str, Any]]:
    return [record("title", year=year, value=value) for year in years]


def discipline(first: date, last: date | None) -> dict[str, Any]:
    return record("discipline", starts_on=first, ends_on=last, decision_number="9/QĐ-KL")


def stay(unit: str, first: date | None, last: date | None = None) -> dict[str, Any]:
    return {"unit_id": unit, "starts_on": first, "ends_on": last}


def facts(**changed: Any) -> Facts:
    given: dict[str, Any] = {"today": TODAY, "name": "Lê Văn Tâm", "ladder": LADDER, **changed}
    return Facts(**given)


def asked(rule: str, **figures: Any) -> Requirement:
    return Requirement(name=rule, title=rule, rule=rule, figures=figures)


D = date
NO_PAPER = {"decision_number": "", "decided_on": None}
MOVED = [stay("u0", D(2020, 1, 1), D(2025, 8, 31)), stay("u1", D(2025, 9, 1))]
YEARS = {"years": 2, "values": "htxsnv"}
TWO_TITLES = {"times": 2, "values": "cstd_co_so"}
TWO_INITIATIVES = {"what": "initiative", "named_in": "initiatives", "least": 2}
NAMED = {"named_in": "initiatives"}

# rule: [(what it is about, figures of the plan, facts, result)]
CASES: dict[str, list[tuple[str, dict[str, Any], Facts, str]]] = {
    "not_on_hold": [
        ("no ground", {}, facts(), "pass"),
        ("a complaint", {}, facts(holds=("complaint",)), "fail"),
    ],
    "discipline_over": [
        ("none ever", {}, facts(), "pass"),
        ("ended yesterday", {}, facts(records=[discipline(D(2024, 11, 3), D(2025, 11, 2))]), "pass"),
        ("its last day is today", {}, facts(records=[discipline(D(2024, 11, 4), TODAY)]), "fail"),
        ("begins today", {}, facts(records=[discipline(TODAY, D(2026, 11, 2))]), "fail"),
        ("begins tomorrow", {}, facts(records=[discipline(D(2025, 11, 4), None)]), "pass"),
        ("no end known", {}, facts(records=[discipline(D(2024, 1, 1), None)]), "fail"),
    ],
    "counted_after_discipline": [
        ("none ever", {}, facts(), "pass"),
        ("a rating of the year after", {},
         facts(records=[discipline(D(2023, 1, 1), D(2023, 12, 31)), *ratings(y2024="htxsnv")]), "pass"),
        ("the year in which it ended, on its last day", {},
         facts(records=[discipline(D(2023, 1, 1), D(2024, 12, 31)), *ratings(y2024="htxsnv")]), "proof"),
        ("the year in which it ended a day before", {},
         facts(records=[discipline(D(2023, 1, 1), D(2024, 12, 30)), *ratings(y2024="htxsnv")]), "pass"),
        ("only older ones", {},
         facts(records=[discipline(D(2024, 1, 1), D(2025, 3, 1)), *ratings(y2023="htxsnv")]), "proof"),
        ("no end known", {}, facts(records=[discipline(D(2024, 1, 1), None), *ratings(y2024="htxsnv")]), "fail"),
    ],
    "still_part_of_us": [
        ("no end in sight", {}, facts(), "pass"),
        ("the last day is today", {}, facts(leaves_on=TODAY), "pass"),
        ("left yesterday", {}, facts(leaves_on=D(2025, 11, 2)), "fail"),
    ],
    "level_free": [
        ("nobody holds it", {}, facts(), "pass"),
        ("this case holds the one below", {},
         facts(levels=("unit",), case_id="c1", recognitions=[{"level": "unit", "case_id": "c1", "code": "DH"}]),
         "pass"),
        ("another case holds it", {},
         facts(case_id="c1", recognitions=[{"level": "unit", "case_id": "c9", "code": "DH-2024-0001"}]), "fail"),
        ("at the top there is nothing to hold", {}, facts(levels=("unit", "department", "province")), "pass"),
    ],
    "no_lower_award_needed": [
        ("nothing held", {}, facts(), "pass"),
        ("something held", {},
         facts(awards=[{"form": "giay_khen", "decided_on": TODAY, "decision_number": "1"}]), "pass"),
    ],
    "regular_results": [
        ("a regular result", {"regular": "regular"},
         facts(records=[record("result", year=2024, value="regular", title="A")]), "pass"),
        ("a rating, where ratings count", {"regular": "regular", "what": "rating"},
         facts(records=ratings(y2024="htnv")),
         "pass"),
        ("a regular one beside a thematic one", {"regular": "regular"},
         facts(records=[record("result", year=2024, value="thematic", title="A"),
                        record("result", year=2024, value="regular", title="B")]), "pass"),
        ("thematic only", {"regular": "regular", "what": "rating"},
         facts(records=[record("result", year=2024, value="thematic", title="A")]), "fail"),
        ("sudden only", {"regular": "regular"},
         facts(records=[record("result", year=2024, value="sudden", title="Cứu người")]), "fail"),
        ("nothing", {"regular": "regular"}, facts(), "proof"),
    ],
    "achievement_once": [
        ("fresh proof", {}, facts(fields={"ground_proof": ["f1"]}), "pass"),
        ("a used one", {}, facts(used_proofs=[{"name": "bk.pdf", "code": "BK-2024-0001"}]), "fail"),
    ],
    "initiative_once": [
        ("none named", NAMED, facts(), "pass"),
        ("a fresh one", NAMED, facts(fields={"initiatives": ["Số hóa hồ sơ"]}), "pass"),
        ("used by an award", NAMED,
         facts(fields={"initiatives": ["Số hóa hồ sơ"]},
               used_initiatives=[{"title": "Số hóa hồ sơ", "code": "BK-2024-0001"}]), "fail"),
        ("used for a title before this system, however it is written", NAMED,
         facts(fields={"initiatives": ["SỐ  HÓA hồ sơ"]},
               records=[record("initiative", year=2023, title="Số hóa hồ sơ", used_for="CSTĐ cơ sở 2023")]), "fail"),
    ],
    "initiatives_certified": [
        ("none named", NAMED, facts(), "pass"),
        ("certified", NAMED, facts(fields={"initiatives": ["Số hóa"]},
                                   records=[record("initiative", year=2024, title="Số hóa")]), "pass"),
        ("not on record", NAMED, facts(fields={"initiatives": ["Số hóa"]}), "proof"),
        ("on record without a paper", NAMED,
         facts(fields={"initiatives": ["Số hóa"]},
               records=[record("initiative", year=2024, title="Số hóa", **NO_PAPER)]),
         "proof"),
    ],
    "awards_stated": [
        ("none", {}, facts(), "pass"),
        ("stated", {}, facts(awards=[{"form": "giay_khen", "decided_on": TODAY, "decision_number": "5/QĐ"}]), "pass"),
        ("an award without a number", {},
         facts(awards=[{"form": "giay_khen", "decided_on": TODAY, "decision_number": ""}]), "proof"),
        ("a title without a day", {},
         facts(records=[record("title", year=2024, value="ldtt", decided_on=None)]), "proof"),
    ],
    "rated": [
        ("two in a row to last year", YEARS, facts(records=ratings(y2023="htxsnv", y2024="htxsnv")), "pass"),
        ("this year's is in already", YEARS, facts(records=ratings(y2024="htxsnv", y2025="htxsnv")), "pass"),
        ("this year's is worse", YEARS,
         facts(records=ratings(y2023="htxsnv", y2024="htxsnv", y2025="httnv")), "fail"),
        ("a worse year between", YEARS,
         facts(records=ratings(y2022="htxsnv", y2023="httnv", y2024="htxsnv")), "fail"),
        ("a gap: a year not on record", YEARS, facts(records=ratings(y2022="htxsnv", y2024="htxsnv")), "proof"),
        ("long ago", YEARS, facts(records=ratings(y2021="htxsnv", y2022="htxsnv")), "proof"),
        ("nothing", YEARS, facts(), "proof"),
        ("one of the years lies within discipline", YEARS,
         facts(records=[*ratings(y2023="htxsnv", y2024="htxsnv"), discipline(D(2023, 3, 1), D(2024, 3, 1))]), "fail"),
    ],
    "titled": [
        ("twice in a row", TWO_TITLES, facts(records=titles(2023, 2024)), "pass"),
        ("with this year's", TWO_TITLES, facts(records=titles(2024, 2025)), "pass"),
        ("across a gap", TWO_TITLES, facts(records=titles(2022, 2024)), "fail"),
        ("two of three", {"times": 3, "values": "cstd_co_so"}, facts(records=titles(2023, 2024)), "fail"),
        ("three", {"times": 3, "values": "cstd_co_so"}, facts(records=titles(2022, 2023, 2024)), "pass"),
        ("long ago", TWO_TITLES, facts(records=titles(2020, 2021)), "fail"),
        ("another title", TWO_TITLES, facts(records=titles(2023, 2024, value="ldtt")), "proof"),
        ("nothing", TWO_TITLES, facts(), "proof"),
    ],
    "on_record": [
        ("two with papers", TWO_INITIATIVES,
         facts(records=[record("initiative", year=2024, title=one) for one in "AB"]), "pass"),
        ("one, nothing more is named", TWO_INITIATIVES,
         facts(records=[record("initiative", year=2024, title="A")]), "fail"),
        ("one and one that is only named", TWO_INITIATIVES,
         facts(records=[record("initiative", year=2024, title="A")], fields={"initiatives": ["A", "B"]}), "proof"),
        ("the same one named twice is one", TWO_INITIATIVES, facts(fields={"initiatives": ["Số hóa", "SỐ HÓA"]}),
         "fail"),
        ("two, one without a paper", TWO_INITIATIVES,
         facts(records=[record("initiative", year=2024, title="A"),
                        record("initiative", year=2024, title="B", **NO_PAPER)]), "proof"),
        ("none at all", TWO_INITIATIVES, facts(), "proof"),
        ("of too small a reach", {"what": "initiative", "scopes": "province", "least": 1},
         facts(records=[record("initiative", year=2024, title="A", scope="unit")]), "proof"),
        ("launched by the province", {"what": "result", "scopes": "province", "values": ["regular"], "least": 1},
         facts(records=[record("result", year=2024, value="regular", scope="province", title="A")]), "pass"),
        ("recent enough", {"what": "contribution", "least": 1, "within_years": 5},
         facts(records=[record("contribution", year=2021, title="A")]), "pass"),
        ("a year too old", {"what": "contribution", "least": 1, "within_years": 5},
         facts(records=[record("contribution", year=2020, title="A")]), "proof"),
        ("from within discipline", {"what": "contribution", "least": 1},
         facts(records=[record("contribution", year=2023, title="A"), discipline(D(2023, 6, 1), D(2024, 5, 31))]),
         "proof"),
    ],
    "served": [
        ("the whole year", {"months": 6}, facts(stays=[stay("u1", D(2020, 1, 1))]), "pass"),
        ("six months of maternity leave, which count", {"months": 10, "counting": "maternity"},
         facts(stays=[stay("u1", D(2020, 1, 1))],
               records=[record("leave", value="maternity", starts_on=D(2025, 1, 1), ends_on=D(2025, 6, 30))]), "pass"),
        ("the same leave unpaid", {"months": 10, "counting": "maternity"},
         facts(stays=[stay("u1", D(2020, 1, 1))],
               records=[record("leave", value="unpaid", starts_on=D(2025, 1, 1), ends_on=D(2025, 6, 30))]), "fail"),
        ("came in September", {"months": 6}, facts(stays=[stay("u1", D(2025, 9, 1))]), "fail"),
        ("nobody knows since when", {"months": 6}, facts(stays=[stay("u1", None)]), "proof"),
    ],
    "preferred": [
        ("a woman", {"percent": 70}, facts(genders=Genders("female")), "pass"),
        ("a man", {"percent": 70}, facts(genders=Genders("male")), "pass"),
        ("nobody knows", {"percent": 70}, facts(), "proof"),
        ("seven of ten", {"percent": 70}, facts(genders=Genders("", 10, 7, 0)), "pass"),
        ("six of ten, one unknown", {"percent": 70}, facts(genders=Genders("", 10, 6, 1)), "proof"),
        ("six of ten", {"percent": 70}, facts(genders=Genders("", 10, 6, 0)), "pass"),
    ],
    "old_unit_heard": [
        ("never moved", {"months": 6, "comment": "old_unit"}, facts(stays=[stay("u1", D(2020, 1, 1))]), "pass"),
        ("moved, the comment is there", {"months": 6, "comment": "old_unit"},
         facts(stays=MOVED, records=[record("comment", value="old_unit", title="CNTT", decided_on=D(2025, 9, 15))]),
         "pass"),
        ("moved, nothing heard", {"months": 6, "comment": "old_unit"}, facts(stays=MOVED), "proof"),
        ("a comment from before the move is no comment", {"months": 6, "comment": "old_unit"},
         facts(stays=MOVED, records=[record("comment", value="old_unit", title="CNTT", decided_on=D(2025, 8, 1))]),
         "proof"),
        ("six months to the day", {"months": 6, "comment": "old_unit"},
         facts(stays=[stay("u0", D(2025, 3, 1), D(2025, 8, 31)), stay("u1", D(2025, 9, 1))]), "proof"),
        ("a day less", {"months": 6, "comment": "old_unit"},
         facts(stays=[stay("u0", D(2025, 3, 1), D(2025, 8, 30)), stay("u1", D(2025, 8, 31))]), "pass"),
    ],
    "receiver_heard": [
        ("at home", {"comment": "receiving_unit"}, facts(), "pass"),
        ("seconded, nothing heard", {"comment": "receiving_unit"},
         facts(records=[record("secondment", title="UBND xã", starts_on=D(2025, 3, 1))]), "proof"),
        ("seconded and heard", {"comment": "receiving_unit"},
         facts(records=[record("secondment", title="UBND xã", starts_on=D(2025, 3, 1)),
                        record("comment", value="receiving_unit", title="UBND xã", decided_on=D(2025, 10, 1))]),
         "pass"),
        ("it ended yesterday", {"comment": "receiving_unit"},
         facts(records=[record("secondment", title="UBND xã", starts_on=D(2025, 3, 1), ends_on=D(2025, 11, 2))]),
         "pass"),
    ],
    "cleared": [
        ("all answered", {"clear": "clear", "from": ["Thuế"]},
         facts(records=[record("clearance", value="clear", title="THUẾ", decided_on=D(2025, 10, 1))]), "pass"),
        ("one objects", {"clear": "clear", "from": ["Thuế"]},
         facts(records=[record("clearance", value="objection", title="Thuế", decided_on=D(2025, 10, 1))]), "fail"),
        ("one has not answered", {"clear": "clear", "from": ["Thuế", "Công an"]},
         facts(records=[record("clearance", value="clear", title="Thuế", decided_on=D(2025, 10, 1))]), "proof"),
        ("last year's answer", {"clear": "clear", "from": ["Thuế"]},
         facts(records=[record("clearance", value="clear", title="Thuế", decided_on=D(2024, 12, 31))]), "proof"),
    ],
    "paper_there": [
        ("there", {"fields": "minutes_file"}, facts(fields={"minutes_file": "f1"}), "pass"),
        ("not there", {"fields": "minutes_file"}, facts(), "proof"),
    ],
}  # fmt: skip

NEVER = {
    "not_on_hold": "proof", "discipline_over": "proof", "still_part_of_us": "proof", "level_free": "proof",
    "no_lower_award_needed": "fail proof", "achievement_once": "proof", "initiative_once": "proof",
    "initiatives_certified": "fail", "awards_stated": "fail", "preferred": "fail", "old_unit_heard": "fail",
    "receiver_heard": "fail", "paper_there": "fail",
}  # fmt: skip
"""Results that a rule cannot have: the system itself knows, or a missing paper is never a fault."""
