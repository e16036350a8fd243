"""The sealing against the example of RFC 8291 itself, and a push opened again with a browser's own key."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from states.push import sealed_push
from states.push.sealed_push import Signer, encrypt, fits, is_key, new_key, read, seal
from tests.states.push.browser import Opener, text_of

SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
ONE_TIME = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_it_is_sealed_as_the_standard_shows() -> None:
    one_time = ec.derive_private_key(int.from_bytes(read(ONE_TIME), "big"), ec.SECP256R1())
    made = encrypt(b"When I grow up, I want to be a watermelon", read(PUBLIC), read(SECRET), one_time, read(SALT))
    assert text_of(made) == SEALED


def test_only_that_browser_reads_it_and_no_two_look_alike() -> None:
    browser, said = Opener(), {"body": "Có 2 việc cần bạn xem."}
    one, two = (seal(said, browser.public_key, browser.secret) for _ in range(2))
    assert one != two
    assert json.loads(browser.open(one)) == said
    with pytest.raises(InvalidTag):
        Opener().open(one)


def test_the_signature_says_for_whom_until_when_and_is_ours() -> None:
    signer = Signer(new_key(), "mailto:it@so.example")
    headers = signer.headers("https://push.example:8443/abc?d", "viec")
    token = headers["Authorization"].partition("t=")[2].partition(",")[0]
    point = read(signer.public_key)
    key = ECKey.import_key({
        "kty": "EC", "crv": "P-256", "x": text_of(point[1:33]), "y": text_of(point[33:]),
    })  # fmt: skip
    claims = jwt.decode(token, key, algorithms=["ES256"]).claims
    assert (claims["aud"], claims["sub"]) == ("https://push.example:8443", "mailto:it@so.example")
    assert headers["Authorization"].endswith(f"k={signer.public_key}")
    assert claims["exp"] - sealed_push.time.time() < 86_400


@pytest.mark.parametrize("key", ["", "x", "AA", "A" * 43, "!" * 43, "_" * 60])
def test_what_is_no_key_is_known(key: str) -> None:
    assert not is_key(key)
    assert is_key(new_key())


def test_what_a_browser_cannot_have_sent_does_not_fit() -> None:
    browser = Opener()
    assert fits(browser.public_key, browser.secret)
    for public, secret in (("", browser.secret), (browser.public_key, ""), (browser.public_key[:-4], browser.secret),
                           ("B" * 87, browser.secret), (browser.public_key, browser.secret + "AAAA")):  # fmt: skip
        assert not fits(public, secret)
