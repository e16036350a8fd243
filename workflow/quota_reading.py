"""A quota of plan.yaml, read: how many, where, when, of which kinds."""

from __future__ import annotations

from workflow.defects import nearest
from workflow.definition import Bounds, Quota
from workflow.entries import Entry
from workflow.grammar import GrammarError, parse_count, parse_share
from workflow.yaml_source import Mapping, Plain

PER = ("unit.type", "unit")


def read_quota(name: str, entry: Entry) -> Quota:
    """The quota; what only its process can tell (the full names of actions, where places come back) comes later."""
    entry.require("title", "of", "at")
    if not entry.has("count") and not entry.has("share"):
        entry.complain("count", "quota_of_nothing", name=name)
    per, bounds = entry.parsed("count", _counts) or ("", {})
    over = _override(entry)
    return Quota.model_validate(
        {
            "name": name, "title": entry.text("title"), "of": entry.text("of"), "at": entry.texts("at"),
            "per": per, "bounds": bounds, "share": entry.parsed("share", parse_share),
            "each": entry.one_of("each", "agency"), "kinds": entry.names("kinds"), "units": entry.names("units"),
            "period": entry.one_of("in", "year"), "split": entry.one_of("split", "") or None,
            "override": over.text("by") or None, "reason": over.text("reason") or None,
            "kept_in": entry.names("kept_in"), "cite": entry.text("cite"),
        }
    )  # fmt: skip


def _counts(raw: Plain) -> tuple[str, dict[str, Bounds]]:
    """One count for all, or one for each type (or code) of unit; without `else` the others have none."""
    if not isinstance(raw, dict):
        return "", {"": parse_count(raw)}
    per = raw.get("per", "")
    if per not in PER:
        raise GrammarError("unknown_word", name=str(per), under="per", **nearest(str(per), PER))
    counts = {key: value for key, value in raw.items() if key not in ("per", "else")}
    bounds = {str(key): parse_count(value) for key, value in counts.items()}
    return str(per), bounds | {"": parse_count(raw["else"]) if "else" in raw else (None, None)}


def _override(entry: Entry) -> Entry:
    """Who may go over it, and the field that then says why; both, or neither."""
    node = entry.node.items.get("override") or Mapping(entry.place, {})
    over = Entry(entry.report, "override", "override", node, entry.place_of("override"))
    if entry.has("override"):
        over.require("by", "reason")
    return over
