"""Which keys stand where, and what each holds: one table for the loader and for the editors' schema."""

from __future__ import annotations

from typing import get_args

from workflow.definition import Audience, FieldType, Signing, Silence, Stage, Verb

LANGUAGES = ("vi", "en")
"""Those the program speaks: a plan's further languages are among them."""
FIELD_TYPES: tuple[str, ...] = get_args(FieldType)
STAGES: tuple[str, ...] = get_args(Stage)
SILENCES: tuple[str, ...] = get_args(Silence)
VERBS: tuple[str, ...] = get_args(Verb)
ROLE_SCOPES = ("unit", "agency", "case", "outside")
CADENCES = ("day", "week", "month", "quarter", "half_year", "year", "school_year", "phase")
CAPACITIES = ("TM", "KT", "TL", "TUQ", "Q")
DAY_OFF = ("next", "previous", "same")
TODAY = "today"
"""The limit of a date."""
RULES = (
    "electorate", "chair", "quorum", "pass", "mode", "absent", "recused", "recuse", "ballots", "unreached", "undecided",
    "tie", "places", "prefer", "publish", "chair_must_attend", "keeper", "choose", "sealed",
    "like", "cite",
)  # fmt: skip
"""What a rule set of `votes:` may say; what it means is the domain's."""
REQUIREMENT = (
    "title", "rule", "any_of", "all_of", "for", "levels", "kinds", "only", "unless", "cite", "sure", "judged_on",
    "proof", "tells_only", "like", "clear", "comment", "counting", "fields", "from", "kinds_counted", "least", "months",
    "named_in", "percent", "regular", "scopes", "times", "values", "what", "within_years", "years",
)  # fmt: skip
"""What a condition of `eligibility:` may say: its frame, then the figures and words of rules."""

# kind of table → key → shape. `table X` holds named entries of kind X.
KEYS: dict[str, dict[str, str]] = {
    "plan": {
        "plan": "text", "agency": "text", "title": "text", "number": "text", "period": "range",
        "follows": "texts", "languages": "texts", "levels": "levels", "kinds": "table kind",
        "units": "units", "phases": "table phase", "defaults": "defaults", "values": "any",
        "roles": "table role", "fields": "table field", "inputs": "groups", "cadences": "table cadence",
        "bases": "table basis", "documents": "table document", "votes": "table rules", "quotas": "table quota",
        "criteria": "table criteria_set", "eligibility": "table requirement", "processes": "names",
        "like": "text", "cite": "text",
    },
    "rules": dict.fromkeys(RULES, "any"),
    "requirement": dict.fromkeys(REQUIREMENT, "any"),
    "kind": {"title": "text", "own_case": "one members_may_decide", "like": "name", "cite": "text"},
    "units": {"types": "names", "cite": "text"},
    "phase": {"title": "text", "within": "range", "like": "name", "cite": "text"},
    "role": {
        "title": "text", "of": f"one {' '.join(ROLE_SCOPES)}", "who": "one everyone", "else": "name",
        "notices": "one person desk", "keeps": "one complaints", "like": "name", "cite": "text",
    },
    "cadence": {
        "start": "name", "every": f"one {' '.join(CADENCES)}", "at": "text", "phase": "name",
        "with": "map", "like": "name", "cite": "text",
    },
    "quota": {
        "title": "text", "of": "name", "at": "texts", "count": "counts", "share": "share",
        "each": "one agency unit unit_type", "kinds": "names", "units": "names",
        "in": "one year school_year half_year quarter month phase plan", "split": "one people equal by_hand",
        "override": "override", "kept_in": "names", "like": "name", "cite": "text",
    },
    "criteria_set": {
        "title": "text", "of": "name", "in": "names", "by": "name", "kinds": "names", "if": "condition",
        "scale": "scale", "criteria": "table criterion", "like": "name", "cite": "text",
    },
    "criterion": {"title": "text", "weight": "weight", "like": "name", "cite": "text"},
    "override": {"by": "name", "reason": "name"},
    "basis": {"title": "text", "in_force": "range", "like": "name", "cite": "text"},
    "document": {
        "title": "text", "template": "name", "register": "text", "series": "name", "symbol": "text", "signer": "names",
        "capacity": f"one {' '.join(CAPACITIES)}", "behalf": "text", "post": "text", "number": "name",
        "copies": "integer", "with": "map", "fills": "map", "golden_book": "name", "only": "map", "decided_by": "name",
        "numbered": "one once",
        "like": "name", "cite": "text",
    },
    "defaults": {
        "remind": "integers", "remind_hour": "integer", "escalate": "escalations", "tell": "groups",
        "day_off": "day_off", "school_year": "text", "extension": "extensible", "calendar_by": "names",
        "plan_by": "names",
    },
    "extension": {"most": "text", "times": "integer", "by": "names"},
    "day_off": {"length": f"one {' '.join(DAY_OFF)}", "day": f"one {' '.join(DAY_OFF)}"},
    "process": {
        "process": "name", "title": "text", "called": "text", "subject": "names", "one_open": "one subject",
        "own_case": "one theirs", "code": "text", "cite": "text", "fields": "table field",
        "start": "table action", "states": "table state", "held": "held", "everywhere": "table action", "like": "text",
    },
    "field": {
        "type": f"one {' '.join(FIELD_TYPES)}", "title": "text", "of": "any", "if": "condition",
        "min": "limit", "max": "limit", "count": "count", "each": "name", "says": "flag", "kept": "flag",
        "in": "names", "level": "name", "unit": "one own", "naming": "name", "from": "name", "exclusive": "flag",
        "late": "one keep incident", "fill": "name", "compute": "name",
        "suggest": "name", "draft": "name", "like": "name", "cite": "text",
    },
    "column": {"type": f"one {' '.join(FIELD_TYPES)}", "title": "text"},
    "state": {
        "title": "text", "stage": f"one {' '.join(STAGES)}", "level": "name", "owner": "names",
        "due": "deadline", "remind": "integers", "escalate": "escalations", "extension": "extensible",
        "may_wait": "text", "asks": "table ask", "actions": "table action", "end": "flag", "vote": "vote",
        "like": "name", "cite": "text",
    },
    "vote": {"rule": "name", "over": "name"},
    "held": {
        "title": "text", "owner": "names", "due": "deadline", "remind": "integers",
        "escalate": "escalations", "extension": "extensible", "may_wait": "text", "asks": "table ask",
        "actions": "table action", "cite": "text",
    },
    "action": {
        "title": "text", "verb": f"one {' '.join(VERBS)}", "to": "branches", "by": "names",
        "when": "condition", "if": "condition", "needs": "names", "takes": "names", "not_by": "texts",
        "window": "window", "do": "names", "makes": "names", "starts": "starts", "holds": "name", "releases": "name",
        "while_held": "flag", "drops": "one level", "marks": "map", "delivers": "names", "tell": "names",
        "except": "names", "like": "name", "cite": "text",
    },
    "child_start": {"process": "name", "with": "map", "if": "condition"},
    "ask": {
        "title": "text", "of": "text", "process": "name", "with": "map", "each": "name", "units": "names",
        "if": "condition", "every": "duration", "due": "deadline", "remind": "integers", "escalate": "escalations",
        "extension": "extensible", "answer": "names", "takes": "names", "nil": "one allowed",
        "silence": f"one {' '.join(SILENCES)}", "posting": "posting", "says": "name", "do": "names", "optional": "flag",
        "like": "name", "cite": "text",
    },
    "posting": {
        "audience": f"one {' '.join(get_args(Audience))}", "channels": "texts",
        "signed": f"one {' '.join(get_args(Signing))}", "shows": "names",
    },
}  # fmt: skip
