"""What is sealed opens with its key alone, in its own row alone, and says nothing of itself before."""

from __future__ import annotations

import pytest

from config.keys import new_identity_key
from config.settings import BadSetting, from_environment
from states.sealed import Envelope, KeyLost


def with_key() -> Envelope:
    key = new_identity_key()
    return Envelope(lambda: [key])


WORDS = {"name": "Bà A", "contact": "1 phố B"}


def test_the_words_come_back_and_nobody_reads_them_before() -> None:
    envelope = with_key()
    sealed = envelope.seal("row", WORDS)
    assert envelope.open("row", sealed) == WORDS
    assert "Bà" not in sealed
    assert sealed != envelope.seal("row", WORDS), "equal words are not equal when sealed"
    assert len(sealed) == len(envelope.seal("row", {**WORDS, "contact": "1 phố B, phường C"})), "nor are lengths told"


def test_without_its_key_or_in_another_row_it_is_lost() -> None:
    envelope = with_key()
    sealed = envelope.seal("row", WORDS)
    with pytest.raises(KeyLost):
        with_key().open("row", sealed)
    with pytest.raises(KeyLost):
        envelope.open("another row", sealed)


def test_a_process_that_runs_on_reads_what_was_sealed_with_a_newer_key() -> None:
    keys = [new_identity_key()]
    running = Envelope(lambda: keys)
    before = running.seal("row", WORDS)
    keys.insert(0, new_identity_key())
    after = Envelope(lambda: keys).seal("row", WORDS)
    assert running.open("row", after) == running.open("row", before) == WORDS
    assert len(running.marks("someone")) == 2


def test_keys_are_made_once_kept_from_others_and_checked_when_given(tmp_path) -> None:
    settings = from_environment({"NEUGUONG_VAR": str(tmp_path)})
    assert settings.identity_keys == settings.identity_keys
    assert settings.identity_file.stat().st_mode & 0o077 == 0
    given = f"{new_identity_key()}, {new_identity_key()}"
    assert len(from_environment({"NEUGUONG_IDENTITY_KEYS": given}).identity_keys) == 2
    with pytest.raises(BadSetting):
        from_environment({"NEUGUONG_IDENTITY_KEYS": "too short"})
