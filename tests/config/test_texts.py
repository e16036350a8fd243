"""Catalogues say the same keys with the same placeholders; values are written as people here write them."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest
from babel.messages.pofile import read_po

from config.texts import FOLDER, MissingText, Texts, load, read
from workflow.message import Message
from workflow.vocabulary import LANGUAGES


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_complete_and_says_nothing_twice(language):
    source = (FOLDER / f"{language}.po").read_text(encoding="utf-8")
    written = [line[7:-1] for line in source.splitlines() if line.startswith('msgid "') and line != 'msgid ""']
    assert sorted(written) == sorted(set(written))
    assert set(written) == set(read(language)), "a key without a sentence"
    with (FOLDER / f"{language}.po").open("rb") as file:
        assert not [entry.id for entry in read_po(file) if entry.fuzzy and entry.id]


def test_languages_say_the_same_keys_with_the_same_placeholders():
    vi, en = read("vi"), read("en")
    assert set(vi) == set(en)
    assert {key for key in vi if placeholders(vi[key]) != placeholders(en[key])} == set()


def test_values_are_written_as_people_write_them():
    texts = Texts({"vi": {"a": "{x}", "inner": "ngày {d}", "common.yes": "có"}}, strict=True)
    assert texts.get("a", x=date(2025, 11, 3)) == "03/11/2025"
    assert texts.get("a", x=datetime(2025, 11, 3, 20, 5, tzinfo=UTC)) == "03:05 04/11/2025"
    assert texts.get("a", x=["Ánh", Message("inner", {"d": date(2025, 1, 2)})]) == "Ánh, ngày 02/01/2025"
    assert texts.get("a", x=2.5) == "2,5"
    assert texts.get("a", x=True) == "có"
    assert texts.get("a", x=None) == ""


def test_what_a_user_wrote_is_never_read_as_a_pattern():
    assert Texts({"vi": {"a": "{x}!"}}, strict=True).get("a", x="{y.__class__}") == "{y.__class__}!"


def test_a_missing_text_raises_in_tests_and_falls_back_in_production():
    with pytest.raises(MissingText):
        load(strict=True).get("no.such.key")
    with pytest.raises(MissingText):
        Texts({"vi": {"a": "{x}"}}, strict=True).get("a")
    assert load().get("no.such.key") == "no.such.key"
    assert Texts({"vi": {"a": "có {x}"}}).get("a", "en", x=1) == "có 1"
