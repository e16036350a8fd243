"""Whatever a user wrote, a message has the headers meant and no other."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from states.notices.letter import Letter, Recipient, quiet
from states.notices.mail import build, checked_address, header_text
from workflow.outbox import Undeliverable

NOW = datetime(2025, 11, 3, tzinfo=UTC)
MEANT = [
    "subject", "from", "to", "date", "message-id", "auto-submitted", "x-auto-response-suppress", "in-reply-to",
    "references", "mime-version", "content-type",
]  # fmt: skip
ATTACKS = [
    "A =?UTF-8?Q?=0A?=Bcc: evil@x.vn",
    "a\r\nBcc: evil@x.vn",
    "a\nBcc: evil@x.vn",
    "a\x0bBcc: evil@x.vn",
    "a\x85Bcc: evil@x.vn",
    "a\u2028Bcc: evil@x.vn",
    "a\x00b",
    "=?utf-8?b?" + "QQ==" * 60 + "?=",
    "==??=?utf-8?q?=0ABcc:?=",
    "=" * 190 + "?" * 190,
    "",
]


def letter(subject: str, text: str = "Kính gửi") -> Letter:
    return Letter(Recipient("Ánh", "anh@so.example", "vi"), subject, text, (), "", f"<p>{text}</p>", thread="c1")


def read(subject: str):
    raw = build(letter(subject), sender="ng@so.example", message_id="m1", at=NOW)
    return message_from_bytes(raw, policy=policy.default)


@pytest.mark.parametrize("subject", ATTACKS)
def test_known_attacks_make_no_header(subject):
    assert [name.lower() for name, _ in read(subject).items()] == MEANT


@given(st.text(max_size=300))
@example("A =?UTF-8?Q?=0A?=Bcc: evil@x")
@example("[Quá hạn] DH-2025-6334 Trần Thị Lan – Ghi kết luận không vi phạm")  # lost a space when folded
@example("Trần Thị Ngọc Ánh – công nhận cấp Sở – hạn 28/11/2026")
def test_any_text_makes_no_header_and_arrives_as_it_was_meant(subject):
    message = read(subject)
    assert [name.lower() for name, _ in message.items()] == MEANT
    assert message["Subject"] == header_text(subject)
    assert message["Bcc"] is None


@given(st.text(max_size=300))
def test_a_header_text_is_one_visible_line_without_encoded_words(text):
    line = header_text(text)
    assert "=?" not in line
    assert line.isprintable() or not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 for one in line)
    assert len(line) <= 200


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b",
        "a@b\r\nBcc: c@d",
        "A <a@b.vn>",
        "a@b.vn, c@d.vn",
        "a b@c.vn",
        "ánh@so.vn",
        "a@-b.vn",
        "a" * 260,
    ],
)
def test_what_is_no_plain_address_is_refused(address):
    with pytest.raises(Undeliverable):
        checked_address(address)


@pytest.mark.parametrize("address", ["a@b", "ten.ho+viec@so-tttt.gov.vn", "a_b@1.vn"])
def test_plain_addresses_pass(address):
    assert checked_address(address) == address


def test_what_a_user_wrote_becomes_no_link():
    assert quiet("Xem http://evil.example/x và evil.vn, a@evil.vn") != "Xem http://evil.example/x và evil.vn, a@evil.vn"
    for found in ("://", "evil.vn", "evil.example", "a@evil"):
        assert found not in quiet("Xem http://evil.example/x và evil.vn, a@evil.vn")
    assert quiet("Nguyễn Thị Ánh, P. CNTT 5.000.").replace("\u200b", "") == "Nguyễn Thị Ánh, P. CNTT 5.000."
