"""YAML by hand: each mistake with its line, and nothing somebody sends ends the process that reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.texts import load
from workflow.defects import DefinitionError
from workflow.vocabulary import LANGUAGES
from workflow.yaml_source import Scalar, Sequence, read_yaml


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("a: b: c", "bad_yaml", 1),
        ("a: 1\nb: 'x\nc: d", "bad_yaml", 2),
        ("a:\n - b\n c: d", "bad_yaml", 3),
        ("a: 1\nb: *gone", "bad_yaml", 2),
        ("a: b\n---\nc: d", "bad_yaml", 2),
        ("a: \x07", "bad_yaml", 1),
        ("a: \ud800", "bad_yaml", 1),
        ("a: &x {b: c}\nd: *x", "alias", 1),
        ("a: b\nc: d\na: e", "duplicate_key", 3),
        ("a: b\nc:", "no_value", 2),
        ("? [a]\n: b", "key_not_text", 1),
        ("- a", "not_a_table", 1),
        ("", "empty_file", 1),
        ("# chưa viết\n\n", "empty_file", 1),
        ("---\n", "empty_file", 1),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, kind: str, line: int) -> None:
    with pytest.raises(DefinitionError) as raised:
        read_yaml("plan.yaml", text)
    assert [(one.key, one.place.line) for one in raised.value.defects] == [(kind, line)]


@pytest.mark.parametrize(
    ("text", "line", "column", "cause"),
    [
        ("a:\n\tb: 1", 2, 1, "yaml_tab"),
        ("a:\n  b: 1\n\tc: 2", 3, 1, "yaml_tab"),
        ("a:\n  b 2\n  c: 3", 3, 4, "yaml_joined"),
        ("a: 1\nb 2\nc: 3", 2, 1, "yaml_no_colon"),
        ("a\n  b: 1", 2, 4, "yaml_joined"),
        ("a:1\nb: 2", 2, 2, "yaml_joined"),
        ("title: Kế hoạch: năm 2026", 1, 16, "yaml_second_colon"),
        ("a: 1\nb: 'x\nc: d\n", 2, 4, "yaml_open_quote"),
        ("a: {b: 'x, c: 2}\nd: 3", 1, 8, "yaml_open_quote"),
        ("a: 'x\nb: 'y'", 2, 5, "yaml_after_value"),
        ("a: {b: c}}", 1, 10, "yaml_after_value"),
        ("a: {b: 1, c: 2\nd: 3", 1, 4, "yaml_open_bracket"),
        ("a: {b: 1 c: 2}", 1, 4, "yaml_open_bracket"),
        ("a: [b, c}", 1, 4, "yaml_open_bracket"),
        ("a:\n  b: 1\n c: 2", 3, 2, "yaml_uneven"),
        ("a: @b", 1, 4, "yaml_special_sign"),
        ("a: > b", 1, 4, "yaml_special_sign"),
        ("a: *b", 1, 4, "yaml_special_sign"),
        ('a: "\\q"', 1, 5, "yaml_backslash"),
        ("a: b\n---\nc: d", 2, 1, "yaml_second_document"),
        ("a: 1\nb: \u00a0x\x07", 2, 6, "yaml_no_sign"),
        ("%FOO\na: b", 1, 5, "yaml_unread"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_likely_cause_and_where_to_mend_it(text, line, column, cause) -> None:
    with pytest.raises(DefinitionError) as raised:
        read_yaml("plan.yaml", text)
    (one,) = raised.value.defects
    why = one.message.params["why"]
    assert (one.place.line, why.params["column"], why.params["why"].key) == (
        line, column, f"definition.because.{cause}",
    )  # fmt: skip
    texts = load(strict=True)
    for language in LANGUAGES:
        said = texts.render(one.line, language)
        assert not any(words in said for words in ("while ", "expected", "token")), "in our words, not the library's"


def test_a_text_stays_as_written_and_only_a_bare_tilde_takes_away() -> None:
    read = read_yaml("plan.yaml", "a: 007\nb: no\nc: ~\nd: '~'\ne: ''\nf: [2025-01-01, 1.0]")
    texts = {key: (one.text, one.removed) for key, one in read.items.items() if isinstance(one, Scalar)}
    assert texts == {"a": ("007", False), "b": ("no", False), "c": ("~", True), "d": ("~", False), "e": ("", False)}
    last = read.items["f"]
    assert isinstance(last, Sequence)
    assert [one.text for one in last.items if isinstance(one, Scalar)] == ["2025-01-01", "1.0"]


@pytest.mark.parametrize("bomb", ["'a: ' + '[' * 200_000", "'- ' * 100_000", "'{a: ' * 100_000", "'a: &x [*x]'"])
def test_endless_depth_is_a_mistake_not_the_end_of_the_process(bomb: str) -> None:
    """In a process of its own: what is tested against would take this one along."""
    source = f"""
from config.texts import load
from workflow.vocabulary import LANGUAGES
from workflow.defects import DefinitionError
from workflow.yaml_source import read_yaml
try:
    read_yaml("plan.yaml", {bomb})
except DefinitionError as error:
    print(*[one.key for one in error.defects])
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("bad_yaml", "alias")
