"""The one place where state changes: each of its commands is one transaction, guarded."""

from __future__ import annotations

from tests.cast import Cast


def test_nominate(cast: Cast):
    case_id = cast.nominate()
    row = cast.row(case_id)
    assert (row.state, row.code) == ("identified", "DH-2025-0001")
