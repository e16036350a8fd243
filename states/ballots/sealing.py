"""What sealed slips, tellers' keys and parts look like from outside: shapes, fingerprints. Nothing here can open one.

A slip is sealed in the voter's browser (web/static/sealed/sealing.js says how) to the keys of all tellers at once;
whoever lacks one of them opens none.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric import ec

FEWEST, MOST = 2, 5  # tellers
KEY_BYTES = 65  # a point of the curve
SEALED_BYTES = 48  # 32 and their check of 16
TAG_BYTES = 16  # one for each teller: says whether a part they send later is the right one
PART_BYTES = 32  # of a part, for each slip; around them 12 that are used once and a check of 16

_TEXT = re.compile("[A-Za-z0-9_-]+")


def is_slip(text: str, tellers: int) -> bool:
    """Whether this has the one length and form of a slip sealed to so many; what it says nobody here can know."""
    data = _bytes(text, KEY_BYTES + SEALED_BYTES + TAG_BYTES * tellers)
    return data is not None and _is_point(data[:KEY_BYTES])


def is_key(text: str) -> bool:
    """Whether this is the public half of a key: a point of P-256, not compressed."""
    data = _bytes(text, KEY_BYTES)
    return data is not None and _is_point(data)


def is_part(text: str, slips: int) -> bool:
    """Whether this has the length of a part of the opening of so many slips."""
    return _bytes(text, 12 + PART_BYTES * slips + 16) is not None


def one_time_half(slip: str) -> str:
    """The point that each slip has for itself, as its text begins: two with the same one are copies."""
    return slip[: KEY_BYTES * 4 // 3]


def fingerprint(public: str) -> str:
    """Of one teller's key: what the teller reads on their own screen and everybody finds in the history."""
    return _code("neuguong key 1", [public])


def box_code(box_id: str, publics: Iterable[str]) -> str:
    """Of all keys a box is sealed to: what tellers read aloud, and each voter's browser works out by itself."""
    return _code("neuguong keys 1", [box_id, *sorted(publics)])


def _code(kind: str, parts: list[str]) -> str:
    digest = hashlib.sha256("|".join([kind, *parts]).encode()).digest()
    return base64.b32encode(digest[:15]).decode()[:20]


def _bytes(text: str, length: int) -> bytes | None:
    if not _TEXT.fullmatch(text) or len(text) != -(-length * 4 // 3):
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text else None  # one spelling for each


def _is_point(data: bytes) -> bool:
    try:  # 65 bytes: only the plain spelling of a point is as long
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        return False
    return True
