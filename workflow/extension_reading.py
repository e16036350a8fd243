"""What a state, an ask or a plan's defaults say of more time, read: `none`, or how far, how often, granted by whom."""

from __future__ import annotations

from workflow.deadline_grammar import parse_duration
from workflow.defect_kinds import because
from workflow.entries import Entry
from workflow.grammar import GrammarError, checked_duration
from workflow.sentences import Extension
from workflow.yaml_source import Scalar

NONE = "none"


def read_extension(entry: Entry) -> Extension | None:
    """The terms under the key `extension`; None where nothing is said, or what is said was noted as wrong."""
    node = entry.node.items.get("extension")
    if node is None:
        return None
    if isinstance(node, Scalar):
        if node.text == NONE:
            return Extension(allowed=False)
        entry.complain("extension", "unknown_word", name=node.text, under="extension", nearest=NONE, known=NONE)
        return None
    inner = Entry(entry.report, "extension", "extension", node, entry.place_of("extension"))
    usual, most, times = Extension(), inner.parsed("most", _most), inner.integer("times")
    return Extension(most=most or usual.most, times=usual.times if times is None else times, by=inner.names("by"))


def _most(raw: object) -> str:
    text = checked_duration(str(raw))
    if parse_duration(text).unit == "hour":  # what is wished for is a day
        raise GrammarError("bad_duration", text=text, why=because("extension_in_days"))
    return text
