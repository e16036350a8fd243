"""YAML by hand: each mistake with its line, and nothing somebody sends ends the process that reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workflow.defects import DefinitionError
from workflow.yaml_source import Scalar, Sequence, read_yaml


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("a: b: c", "bad_yaml", 1),
        ("a: 1\nb: 'x\nc: d", "bad_yaml", 3),
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
        ("", "not_a_table", 1),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, kind: str, line: int) -> None:
    with pytest.raises(DefinitionError) as raised:
        read_yaml("plan.yaml", text)
    assert [(one.key, one.place.line) for one in raised.value.defects] == [(kind, line)]


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
