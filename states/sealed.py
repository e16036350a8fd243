"""Who somebody is, at rest: readable only with a key that is not in the database, and so in no copy of it.

Fernet (AES-128-CBC with HMAC-SHA256), several keys, the first one writes. What is sealed names its row, so that one
row's identity put into another is refused; it tells neither when it was written nor, but for steps of 256 letters, how
long it is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from workflow.message import Message, Refused

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

STEP = 256
CLEAR = "{"
"""How words of before there were keys begin; no token does."""


class KeyLost(Refused):
    """What is stored was sealed with a key that is not here; nobody can read it."""

    def __init__(self) -> None:
        super().__init__(Message("sealed.key_lost"))


class Envelope:
    """Seals and opens. `keys` is asked when it is first needed: most processes never are."""

    def __init__(self, keys: Callable[[], Sequence[str]]) -> None:
        self._read = keys

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(self._read())

    @cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet  # only who needs it loads it

        return MultiFernet([Fernet(key) for key in self._keys])

    def _read_anew(self) -> bool:
        """Whether other keys are there now: somebody may have rotated them while this process runs."""
        before: tuple[str, ...] = self.__dict__.pop("_keys", ())
        self.__dict__.pop("_fernet", None)
        return self._keys != before

    def seal(self, of: str, words: Mapping[str, str]) -> str:
        """The words of a row (`of` is its id), for nobody without a key."""
        text = json.dumps([of, dict(words)], ensure_ascii=False).encode()
        return self._fernet.encrypt_at_time(text.ljust(-(-len(text) // STEP) * STEP), 0).decode("ascii")

    def open(self, of: str, sealed: str) -> Mapping[str, str]:
        """The words again. Raises KeyLost for what no key of ours opens, or what belongs to another row."""
        if sealed.startswith(CLEAR):
            clear: Mapping[str, str] = json.loads(sealed)
            return clear
        named, words = json.loads(self._opened(sealed.encode()))
        if named != of:
            raise KeyLost
        found: Mapping[str, str] = words
        return found

    def _opened(self, token: bytes) -> bytes:
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(token)
        except InvalidToken as wrong:
            if not self._read_anew():
                raise KeyLost from wrong
        try:
            return self._fernet.decrypt(token)
        except InvalidToken as wrong:
            raise KeyLost from wrong

    def mark(self, person_id: str) -> str:
        """By what a person's rows are found to be erased, without saying whose they are."""
        return self.marks(person_id)[0]

    def marks(self, person_id: str) -> tuple[str, ...]:
        """The same under every key: rows of before a rotation are found too."""
        said = person_id.encode()
        return tuple(hmac.new(key.encode(), said, hashlib.sha256).hexdigest() for key in self._keys)
