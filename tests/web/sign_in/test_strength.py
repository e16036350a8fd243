"""Passwords that are tried first are refused, with a sentence that says why; sentences of one's own are taken."""

from __future__ import annotations

import socket

import pytest

from web.sign_in.strength import problem

OWN = ("an.dang", "Đặng Thị Ngọc Ánh", "Sở Thông tin và Truyền thông")


@pytest.mark.parametrize(
    ("wished", "why"),
    [
        ("ngắn quá", "too_short"), ("a" * 201, "too_long"),
        ("matkhau123456", "known"), ("Mật khẩu 2025!", "known"), ("Em yêu anh nhiều", "known"),
        ("qwertyuiop123", "known"), ("Vietnam@2025!", "known"),
        ("Đặng Thị Ngọc Ánh 1990", "own_name"), ("dang.ngocanh.an", "own_name"),
        ("Sở Thông tin Truyền thông", "own_name"),
        ("passwordpassword", "too_easy"), ("123456789012", "too_easy"), ("aaaaaaaaaaaaaa", "too_easy"),
    ],
)  # fmt: skip
def test_what_guessers_try_first_is_refused(wished: str, why: str) -> None:
    found = problem(wished, wished, OWN)
    assert found
    assert found.key == f"password.{why}"


@pytest.mark.parametrize(
    "wished", ["nêu gương sáng 2025", "một câu thật dài", "mot mat khau dai", "Ngọc Ánh thích leo núi Cà Đam"]
)
def test_a_sentence_of_ones_own_is_taken(wished: str) -> None:
    assert problem(wished, wished, OWN) is None
    assert problem(wished, wished + " ", OWN).key == "password.not_the_same"


def test_long_sentences_of_any_signs_are_taken() -> None:
    wished = "Ω≈ç√ mưa rơi trên mái tôn suốt một đêm dài ở Trà Bồng, sáng ra trời lại nắng 🌾 như chưa hề có gì xảy ra"
    assert len(wished) > 64
    assert problem(wished, wished, OWN) is None


def test_nobody_is_asked_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a password must not leave this machine")

    monkeypatch.setattr(socket.socket, "connect", never)
    assert problem("correct horse 12", "correct horse 12") is None
