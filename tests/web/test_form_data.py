"""A page's flat names become the values that the forms of a plan read, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from web import form_data
from workflow.definition import Field
from workflow.forms import MOST_PARTS

FIELDS = (
    Field(name="merit", type="line"),
    Field(name="evidence", type="files"),
    Field(name="measures", type="table", columns={"what": "line", "done": "yes_no"}),
    Field(name="progress", type="choice", each="shortcomings"),
    Field(name="verdict", type="choice", each="exemplars"),
    Field(name="targets", type="form"),
)


@pytest.mark.parametrize(
    "sent, read",
    [
        ([("merit", "x"), ("state", "closed"), ("csrf_token", "y")], {"merit": "x"}),
        ([("merit", "")], {"merit": ""}),
        ([("evidence", "a"), ("evidence", ""), ("evidence", "b")], {"evidence": ["a", "b"]}),
        ([("evidence", "")], {}),
        ([("measures.7.what", "hai"), ("measures.0.what", "một"), ("measures.0.done", "yes")],
         {"measures": [{"what": "một", "done": "yes"}, {"what": "hai"}]}),
        ([("measures.0.id", "9"), ("measures.x.what", "9"), ("measures.99999.what", "9"), ("measures", "9")], {}),
        ([("progress.2", "done"), ("progress.0", "no")], {"progress": ["no", "", "done"]}),
        ([("verdict.01a2", "keep")], {"verdict": {"01a2": "keep"}}),
        ([("targets", "1"), ("targets.0.what", "1")], {}),
    ],
)  # fmt: skip
def test_names_become_values(sent: list[tuple[str, str]], read: dict[str, Any]) -> None:
    assert form_data.read(FIELDS, MultiDict(sent)) == read


def test_a_far_number_makes_no_long_list() -> None:
    assert len(form_data.read(FIELDS, MultiDict([("progress.9999", "done")]))["progress"]) == MOST_PARTS + 1


@given(
    st.lists(st.tuples(st.text(max_size=12) | st.sampled_from(["measures.0.what", "progress.1"]), st.text(max_size=5)))
)
def test_whatever_is_sent_only_asked_names_come_out(sent: list[tuple[str, str]]) -> None:
    assert set(form_data.read(FIELDS, MultiDict(sent))) <= {field.name for field in FIELDS}
