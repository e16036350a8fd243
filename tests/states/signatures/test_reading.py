"""Signatures of PDFs: who, right or not, changed since, trusted or not; what means harm ends with the child."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from states.signatures import reading
from states.signatures.reading import Read, read_signatures
from tests.signed import HOUSE, SIGNER, authority, damaged, plain, rewritten, signed
from workflow.confinement import Bounds


def only(content: bytes, *roots: str) -> reading.Signature:
    """The one signature there is."""
    read = read_signatures(content, roots)
    assert read.problem == ""
    (one,) = read.signatures
    return one


def test_who_signed_is_read_and_without_a_root_nobody_is_trusted() -> None:
    one = only(signed(authority()))
    assert (one.name, one.organisation) == (SIGNER, HOUSE)
    assert (one.is_right, one.since, one.is_trusted) == (True, "nothing", False)
    assert one.at is not None


@pytest.mark.parametrize(
    ("made", "right", "since", "trusted"),
    [
        (lambda: signed(authority()), True, "nothing", True),
        (lambda: signed(authority("CA khác")), True, "nothing", False),
        (lambda: rewritten(signed(authority())), True, "changed", True),
        (lambda: damaged(signed(authority())), False, None, False),
    ],
    ids=["ours", "another_root", "changed_after", "one_byte"],
)
def test_right_changed_and_trusted_are_three_things(
    made: Callable[[], bytes], right: bool, since: str | None, trusted: bool
) -> None:
    one = only(made(), authority().root)
    assert (one.is_right, one.is_trusted) == (right, trusted)
    assert since is None or one.since == since


def test_a_second_signature_is_no_change_to_the_first() -> None:
    both = read_signatures(signed(authority("CA khác"), signed(authority()), "Ky2"), [authority().root])
    assert [(one.since, one.is_trusted) for one in both.signatures] == [("added", True), ("nothing", False)]


def test_a_certificate_that_ended_is_said_to_have() -> None:
    old = authority("CA cũ", -5)
    one = only(signed(old), old.root)
    assert one.is_right
    assert not one.is_trusted
    assert one.ended_on is not None


def test_no_signature_and_nonsense_are_told_apart() -> None:
    assert read_signatures(plain(), []) == Read()
    assert read_signatures(b"%PDF-1.7 /ByteRange nothing more", []) == Read(problem="unreadable")


def test_hostile_files_end_with_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    content = signed(authority())
    loops = content.replace(b"/Type /Catalog", b"/Type /Catalog /Loop 1 0 R") + b"\n" + b"9" * 100_000
    assert read_signatures(loops, []).problem in ("", "unreadable", "too_long")
    deep = b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"]" * 200_000 + b"\nendobj\n/ByteRange\n%%EOF"
    assert read_signatures(deep, []).problem in ("unreadable", "too_long")
    monkeypatch.setattr(reading, "BOUNDS", Bounds(wall=0.001))
    assert read_signatures(content, []) == Read(problem="too_long")
    monkeypatch.setattr(reading, "LARGEST", 100)
    assert read_signatures(content, []) == Read(problem="too_big")
