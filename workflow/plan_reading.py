"""From the merged YAML of plan.yaml to the plan, and to what it lends its processes."""

from __future__ import annotations

from datetime import date
from typing import Any

from workflow.cadences import SCHOOL_YEAR, parse_point, parse_year_day
from workflow.case_codes import SHORT_CODE
from workflow.criteria_reading import read_criteria
from workflow.deadline_grammar import DeadlineSyntaxError, Misread, read_date
from workflow.defect_kinds import because
from workflow.defects import Report, nearest
from workflow.definition import Basis, Cadence, DayOff, Document, Kind, Phase, Plan, Role
from workflow.entries import Entry
from workflow.extension_reading import read_extension
from workflow.field_reading import read_field
from workflow.grammar import GrammarError, parse_escalations
from workflow.process_reading import Shared
from workflow.quota_reading import read_quota
from workflow.vocabulary import LANGUAGES
from workflow.yaml_source import Mapping, Node, Plain, Scalar, Sequence, plain

UNKNOWN = "unknown"
REQUIRED = (
    "plan", "agency", "title", "period", "languages", "levels", "kinds", "roles", "defaults", "processes",
)  # fmt: skip
LONGEST_AGENCY = 64  # letters that an agency's code may have in the database
USUAL_HOUR, LAST_HOUR = 8, 23
NO_RANGE: tuple[date, date | None] = (date(1, 1, 1), None)


def plan_values(root: Mapping) -> dict[str, Node]:
    """The plan's `$names`, with `$levels` as level → title."""
    values = root.items.get("values")
    found = dict(values.items) if isinstance(values, Mapping) else {}
    levels = root.items.get("levels")
    if isinstance(levels, Sequence):
        tables = [one for one in levels.items if isinstance(one, Mapping)]
        items = {key: node for one in tables for key, node in one.items.items()}
        found["levels"] = Mapping(levels.place, items, dict.fromkeys(items, levels.place))
    return found


def read_plan(root: Mapping, report: Report) -> tuple[Plan, Shared]:
    """The plan and what it shares. Values are already put in."""
    entry = Entry(report, "plan", root.place.file, root)
    entry.require(*REQUIRED)
    start, end = entry.parsed("period", read_range) or NO_RANGE
    values = plain(root.items["values"]) if entry.has("values") else {}
    kinds = {name: _kind(name, inner) for name, inner in entry.table("kinds", "kind")}
    plan = Plan(
        plan=entry.text("plan"),
        agency=_agency(entry),
        title=entry.text("title"),
        number="" if entry.text("number") == UNKNOWN else entry.text("number"),
        start=start,
        end=end or start,
        follows=entry.texts("follows"),
        languages=_languages(entry),
        levels=_levels(entry),
        kinds=kinds,
        unit_types=_section(entry, "units").names("types"),
        phases={name: _phase(name, inner) for name, inner in entry.table("phases", "phase")},
        **_defaults(_section(entry, "defaults")),
        values=values if isinstance(values, dict) else {},
        roles={name: _role(name, inner) for name, inner in entry.table("roles", "role")},
        cadences={name: _cadence(name, inner) for name, inner in entry.table("cadences", "cadence")},
        bases={name: _basis(name, inner) for name, inner in entry.table("bases", "basis")},
        votes={name: _rules(inner) for name, inner in entry.table("votes", "rules")},
        quotas={name: read_quota(name, inner) for name, inner in entry.table("quotas", "quota")},
        criteria={name: read_criteria(name, inner) for name, inner in entry.table("criteria", "criteria_set")},
        documents={name: _document(name, inner) for name, inner in entry.table("documents", "document")},
        eligibility={name: _rules(inner) for name, inner in entry.table("eligibility", "requirement")},
        processes=entry.names("processes"),
    )
    shared = Shared(
        inputs=groups(entry, "inputs"),
        fields={name: read_field(name, inner) for name, inner in entry.table("fields", "field")},
        language=plan.languages[0],
        kinds=tuple(kinds),
        remind=plan.remind,
        escalate=plan.escalate,
        extension=plan.extension,
        tell=plan.tell,
    )
    return plan, shared


def read_range(raw: Plain) -> tuple[date, date | None]:
    """`FIRST..LAST` or `FIRST..`, both days included."""
    first, dots, last = str(raw).partition("..")
    try:
        start, end = read_date(first), read_date(last) if last else None
    except Misread as error:
        raise GrammarError("bad_range", text=raw, why=error.reason) from error
    if not dots or (end is not None and end < start):
        why = because("ends_before", text=raw) if dots else because("no_dots")
        raise GrammarError("bad_range", text=raw, why=why)
    return start, end


def groups(entry: Entry, key: str) -> dict[str, tuple[str, ...]]:
    """A table whose every entry is a name or a list of them."""
    node = entry.node.items.get(key)
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        entry.complain(key, "not_a_table", name=key)
        return {}
    found = {}
    for name, value in node.items.items():
        items = value.items if isinstance(value, Sequence) else (value,)
        if isinstance(value, Mapping) or not all(isinstance(item, Scalar) for item in items):
            entry.report.add("not_a_list", node.places[name], name=name)
            continue
        found[name] = tuple(item.text for item in items if isinstance(item, Scalar))
    return found


def _section(entry: Entry, key: str) -> Entry:
    node = entry.node.items.get(key) or Mapping(entry.place, {})
    return Entry(entry.report, key, key, node, entry.place_of(key))


def _defaults(entry: Entry) -> dict[str, Any]:
    day_off = _section(entry, "day_off")
    return {
        "remind": entry.integers("remind"),
        "remind_hour": _hour(entry),
        "escalate": entry.parsed("escalate", parse_escalations) or (),
        "extension": read_extension(entry),
        "calendar_by": entry.names("calendar_by"),
        "plan_by": entry.names("plan_by"),
        "tell": groups(entry, "tell"),
        "day_off": DayOff.model_validate(
            {"length": day_off.one_of("length", "next"), "day": day_off.one_of("day", "previous")}
        ),
        "school_year": entry.parsed("school_year", _day_of_year) or SCHOOL_YEAR,
    }


def _day_of_year(raw: Plain) -> tuple[int, int]:
    try:
        return parse_year_day(str(raw))
    except DeadlineSyntaxError as error:
        raise GrammarError("bad_range", text=raw, why=error.reason) from error


def _hour(entry: Entry) -> int:
    hour = entry.integer("remind_hour")
    if hour is None:
        return USUAL_HOUR
    if hour > LAST_HOUR:
        entry.complain("remind_hour", "no_hour", name=hour)
        return USUAL_HOUR
    return hour


def _agency(entry: Entry) -> str:
    """The agency's short code, as organisation.yaml and `--agency` write it."""
    code = entry.text("agency")
    if entry.has("agency") and not (SHORT_CODE.fullmatch(code) and len(code) <= LONGEST_AGENCY):
        entry.complain("agency", "bad_agency", name=code, most=LONGEST_AGENCY)
    return code


def _languages(entry: Entry) -> tuple[str, ...]:
    """The first is the one the plan is written in."""
    names = entry.names("languages")
    for name in names:
        if name not in LANGUAGES:
            entry.complain("languages", "unknown_language", name=name, **nearest(name, LANGUAGES))
    return names or LANGUAGES[:1]


def _levels(entry: Entry) -> dict[str, str]:
    node = entry.node.items.get("levels")
    levels: dict[str, str] = {}
    for item in node.items if isinstance(node, Sequence) else ():
        titles = item.items.values() if isinstance(item, Mapping) else ()
        if not isinstance(item, Mapping) or not all(isinstance(title, Scalar) for title in titles):
            entry.report.add("bad_level", item.place)
            continue
        for name in levels.keys() & item.items.keys():
            entry.report.add("level_twice", item.places[name], name=name)
        levels |= {name: title.text for name, title in item.items.items() if isinstance(title, Scalar)}
    if node is not None and not isinstance(node, Sequence):
        entry.complain("levels", "bad_level")
    return levels


def _kind(name: str, entry: Entry) -> Kind:
    entry.require("title")
    free = entry.has("own_case") and entry.one_of("own_case", "") == "members_may_decide"
    return Kind(name=name, title=entry.text("title"), members_may_decide=free)


def _phase(name: str, entry: Entry) -> Phase:
    entry.require("title", "within")
    start, end = entry.parsed("within", read_range) or NO_RANGE
    return Phase(name=name, title=entry.text("title"), start=start, end=end or start)


def _role(name: str, entry: Entry) -> Role:
    entry.require("title", "of")
    return Role.model_validate(
        {
            "name": name,
            "title": entry.text("title"),
            "of": entry.one_of("of", "agency"),
            "everyone": entry.has("who") and entry.one_of("who", "") == "everyone",
            "otherwise": entry.text("else") or None,
            "notices": entry.one_of("notices", "person"),
            "keeps": entry.one_of("keeps", "") or None,
        }
    )


def _cadence(name: str, entry: Entry) -> Cadence:
    entry.require("start", "at")
    every = entry.text("every") or None
    try:
        parse_point(every, entry.text("at"))
    except DeadlineSyntaxError as error:
        entry.complain("at", "bad_cadence", name=name, why=error.reason, known=error.forms)
    if every == "phase":
        entry.require("phase")
    return Cadence(
        name=name,
        start=entry.text("start"),
        at=entry.text("at"),
        every=every,
        phase=entry.text("phase") or None,
        given=entry.texts_by_name("with"),
    )


def _basis(name: str, entry: Entry) -> Basis:
    entry.require("title", "in_force")
    start, end = entry.parsed("in_force", read_range) or NO_RANGE
    return Basis(name=name, title=entry.text("title"), start=start, end=end)


def _document(name: str, entry: Entry) -> Document:
    entry.require("title", "template")
    return Document.model_validate(
        {
            "name": name,
            "title": entry.text("title"),
            "template": entry.text("template"),
            "kind": entry.text("register"),
            "series": entry.text("series") or "agency",
            "symbol": entry.text("symbol"),
            "signer": entry.names("signer"),
            "capacity": entry.one_of("capacity", "") if entry.has("capacity") else "",
            "behalf": entry.text("behalf"),
            "post": entry.text("post"),
            "number": entry.text("number"),
            "copies": entry.integer("copies") or 1,
            "given": entry.texts_by_name("with"),
            "fills": entry.texts_by_name("fills"),
            "golden_book": entry.text("golden_book"),
            "only": entry.texts_by_name("only"),
            "decided_by": entry.text("decided_by"),
            "numbered": entry.one_of("numbered", "") if entry.has("numbered") else "",
            "cite": entry.text("cite"),
        }
    )


def _rules(entry: Entry) -> dict[str, Any]:
    """How a body votes, what is asked of a nominee: as it stands, its meaning is asked of whoever knows it."""
    said = plain(entry.node)
    return {key: value for key, value in said.items() if key != "like"} if isinstance(said, dict) else {}
