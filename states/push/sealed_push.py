"""One push as a browser takes it: sealed to its key (RFC 8291), signed as this installation's (RFC 8292)."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEPT = 86_400  # seconds that a server keeps it for a device that is off: a day later the list says it anyway
GOOD_FOR = 43_200  # seconds of a signature; a server takes none of more than a day
PUBLIC_KEY, SECRET = 65, 16  # bytes
RECORD_SIZE = 4096
LAST_RECORD = b"\x02"


def new_key() -> str:
    """A fresh private key: the number, 32 bytes in base64url."""
    return _text(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


def is_key(text: str) -> bool:
    """Whether that is such a number."""
    try:
        _private(text)
    except ValueError:
        return False
    return True


def fits(public_key: str, secret: str) -> bool:
    """Whether a browser's keys can be sealed to."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read(public_key))
        return len(read(public_key)) == PUBLIC_KEY and len(read(secret)) == SECRET
    except ValueError:
        return False


@dataclass(frozen=True)
class Signer:
    """Who sends: a private key, and whom a push server may write to about it (mailto:… or https://…)."""

    key: str
    contact: str

    @cached_property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return _private(self.key)

    @property
    def public_key(self) -> str:
        """What a browser must know to take pushes of ours only."""
        return _text(self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def headers(self, endpoint: str, topic: str) -> dict[str, str]:
        """Those that go with a sealed push; of one topic a server keeps the last for a device that is off."""
        from joserfc import jwt
        from joserfc.jwk import ECKey

        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + GOOD_FOR, "sub": self.contact}
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(self._jwk()), ["ES256"])
        return {
            "Authorization": f"vapid t={token}, k={self.public_key}", "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream", "TTL": str(KEPT), "Topic": topic, "Urgency": "normal",
        }  # fmt: skip

    def _jwk(self) -> dict[str, Any]:
        numbers = self._private.public_key().public_numbers()
        point = {"x": _text(numbers.x.to_bytes(32, "big")), "y": _text(numbers.y.to_bytes(32, "big"))}
        return {"kty": "EC", "crv": "P-256", "d": self.key, **point}


def seal(said: Mapping[str, str], public_key: str, secret: str) -> bytes:
    """The words for that browser alone."""
    text = json.dumps(dict(said), ensure_ascii=False).encode()
    return encrypt(text, read(public_key), read(secret), ec.generate_private_key(ec.SECP256R1()), os.urandom(16))


def encrypt(text: bytes, public_key: bytes, secret: bytes, one_time: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """RFC 8291 over RFC 8188 with one record: salt, record size and the one-time key, then the sealed text."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    ours = one_time.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = one_time.exchange(ec.ECDH(), theirs)
    between = _derived(shared, secret, b"WebPush: info\0" + public_key + ours, 32)
    key = _derived(between, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(between, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, text + LAST_RECORD, None)
    return salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def read(text: str) -> bytes:
    """base64url, padded or not. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(read(text), "big"), ec.SECP256R1())
