"""Signatures as the specification wants them, checked by its own library, and by the lines of our guide."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from states.webhooks import signing
from states.webhooks.model import KINDS

GUIDE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODY = b'{"type":"case.moved","data":{"case":"DH-2025-0001"}}'


def test_the_specifications_own_example() -> None:
    made = signing.headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )  # fmt: skip
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_library_takes_both_secrets_while_both_sign_and_no_other() -> None:
    first, second, other = (signing.new_secret() for _ in range(3))
    made = signing.headers("0195", int(time.time()), BODY, [second, first])
    for secret in (first, second):
        assert Webhook(secret).verify(BODY, made) == json.loads(BODY)
    for secret, body, headers in (
        (other, BODY, made),
        (first, BODY + b" ", made),
        (first, BODY, {**made, "webhook-id": "x"}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)


def test_the_guides_lines_do_what_it_says() -> None:
    [source] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    given: dict[str, object] = {}
    exec(source, given)  # noqa: S102 - our own guide
    is_ours, secret = given["is_ours"], signing.new_secret()
    made = signing.headers("0195", int(time.time()), BODY, [secret])
    assert is_ours(secret, made, BODY)  # type: ignore[operator]
    assert not is_ours(signing.new_secret(), made, BODY)  # type: ignore[operator]
    assert not is_ours(secret, signing.headers("0195", int(time.time()) - 301, BODY, [secret]), BODY)  # type: ignore[operator]


def test_the_guide_names_every_kind() -> None:
    assert set(KINDS) <= set(re.findall(r"`([a-z]+\.[a-z]+)`", GUIDE))
