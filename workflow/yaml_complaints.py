"""What is wrong with a text that is no YAML, in words for whoever wrote it: the likely cause, and where it stands."""

from __future__ import annotations

import yaml

from workflow.defect_kinds import because
from workflow.message import Message

_OPENS = {"[": "]", "{": "}"}


def complaint(error: Exception, text: str) -> tuple[int, Message]:
    """(the line, counted from 1; why) of what YAML's reader raised: one of its own errors, or of text and depth."""
    marks = (error.problem_mark, error.context_mark) if isinstance(error, yaml.MarkedYAMLError) else ()
    if isinstance(error, yaml.MarkedYAMLError) and (known := [one for one in marks if one]):
        mark, why = _marked(error, known[0], known[-1], text.split("\n"))
        return mark.line + 1, because("at_column", column=mark.column + 1, why=why)
    if isinstance(error, UnicodeError):
        return 1, because("not_utf8")
    if isinstance(error, RecursionError):
        return 1, because("yaml_too_deep")
    if isinstance(error, yaml.reader.ReaderError) and (found := text.find(chr(error.character))) >= 0:
        why = because("yaml_no_sign", code=f"U+{error.character:04X}")
        line = text.count("\n", 0, found) + 1
        return line, because("at_column", column=found - text.rfind("\n", 0, found), why=why)
    return 1, because("yaml_unread")


def _marked(
    error: yaml.MarkedYAMLError, mark: yaml.Mark, begun: yaml.Mark, lines: list[str]
) -> tuple[yaml.Mark, Message]:
    """The place that has to be mended, which often is where something began and not where the reader stopped."""
    problem, context = error.problem or "", error.context or ""
    if "tab character" in problem or _sign(lines, mark) == "\t":
        return mark, because("yaml_tab")
    if "quoted scalar" in context and "escape" in problem:
        return mark, because("yaml_backslash")
    if "quoted scalar" in context:
        return begun, because("yaml_open_quote", sign=_sign(lines, begun))
    if "expected ':'" in problem:
        return begun, because("yaml_no_colon", text=_line(lines, begun).strip())
    if "flow" in context and (opened := _sign(lines, begun)) in _OPENS:
        closing = _OPENS[opened]
        stopped = {"line": mark.line + 1, "column": mark.column + 1}
        return begun, because("yaml_open_bracket", sign=opened, closing=closing, **stopped)
    if "another document" in problem:
        return mark, because("yaml_second_document")
    return _misplaced(problem, context, (mark, begun), lines)


def _misplaced(
    problem: str, context: str, marks: tuple[yaml.Mark, yaml.Mark], lines: list[str]
) -> tuple[yaml.Mark, Message]:
    mark, begun = marks
    before = _line(lines, mark)[: mark.column]
    if "mapping values" in problem:
        if ": " in before:
            return mark, because("yaml_second_colon")
        return mark, because("yaml_joined")
    if "block mapping" in context or "block collection" in context:
        if not before.strip():
            return mark, because("yaml_uneven", line=begun.line + 1)
        return mark, because("yaml_after_value", text=_line(lines, mark)[mark.column :].strip())
    at = begun if "block scalar" in context or "alias" in context or "anchor" in context else mark
    if (sign := _sign(lines, at)) and not sign.isalnum():
        return at, because("yaml_special_sign", sign=sign)
    return mark, because("yaml_unread")


def _line(lines: list[str], mark: yaml.Mark) -> str:
    return lines[mark.line] if mark.line < len(lines) else ""


def _sign(lines: list[str], mark: yaml.Mark) -> str:
    return _line(lines, mark)[mark.column : mark.column + 1]
