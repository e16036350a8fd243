"""The code of a certificate: 130 random bits in 26 letters that nobody confuses, however they are typed."""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LENGTH = 26
_GAPS = re.compile(r"[\s\-–—.]+")
_ALIKE = str.maketrans("OIL", "011")
_WELL_FORMED = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
LONGEST_TYPED = 100


def new_code() -> str:
    """A code nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def tidy(typed: str) -> str:
    """The code that was meant: letters of either case, gaps, O for 0; '' for what can be none."""
    if len(typed) > LONGEST_TYPED:
        return ""
    meant = _GAPS.sub("", typed).upper().translate(_ALIKE)
    return meant if _WELL_FORMED.fullmatch(meant) else ""


def grouped(code: str) -> str:
    """As it is printed, to be typed by hand."""
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))
