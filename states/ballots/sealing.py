"""What sealed slips and tellers' keys look like from outside: shapes, fingerprints. Nothing here can open anything.

A slip is sealed in the voter's browser (web/static/sealing.js says how) to the keys of all tellers at once; whoever
lacks one of them opens none.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

SLIP_BYTES, KEY_BYTES = 113, 65  # a point of the curve; with it 32 sealed bytes and their check of 16
FEWEST, MOST = 2, 5  # tellers

_TEXT = re.compile("[A-Za-z0-9_-]+")
_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def is_slip(text: str) -> bool:
    """Whether this has the one length and form of a sealed slip; what it says nobody here can know."""
    data = _bytes(text, SLIP_BYTES)
    return data is not None and _is_point(data[:KEY_BYTES])


def is_key(text: str) -> bool:
    """Whether this is the public half of a key: a point of P-256, not compressed."""
    data = _bytes(text, KEY_BYTES)
    return data is not None and _is_point(data)


def one_time_half(slip: str) -> bytes:
    """The point that each slip has for itself: two with the same one are copies."""
    return (_bytes(slip, SLIP_BYTES) or b"")[:KEY_BYTES]


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
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    return data[0] == 4 and x < _PRIME and y < _PRIME and (y * y - (x * x * x - 3 * x + _B)) % _PRIME == 0
