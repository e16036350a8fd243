"""Whether a wished password is one that guessers try first. Looked up on this machine: nothing of it leaves it.

zxcvbn estimates how many guesses it takes, with its lists of leaked passwords, names, rows of keys and repetitions; the
list beside this file has what Vietnamese offices add to those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from web.sign_in.passwords import MAXIMUM, MINIMUM
from workflow.folding import fold
from workflow.message import Message

LEAST_SCORE = 3  # of 4: more than a hundred million guesses
LEAST_REST = 6  # letters and digits beside one's own name
KEPT = 72  # letters that are looked at: zxcvbn's time grows with them


def problem(password: str, repeated: str, own: Iterable[str] = ()) -> Message | None:
    """What is wrong with a wished password, if anything; `own`: login, name, address of who wishes it."""
    if len(password) < MINIMUM:
        return Message("password.too_short", {"letters": MINIMUM})
    if len(password) > MAXIMUM:
        return Message("password.too_long", {"letters": MAXIMUM})
    words = {word for given in own for word in re.split(r"[^a-z0-9]+", fold(given)) if len(word) > 1}
    plain = re.sub(r"[^a-z0-9]", "", fold(password))
    if is_own(plain, words):
        return Message("password.own_name")
    if plain.strip("0123456789") in _common() or _is_known(password, plain):
        return Message("password.known")
    if len(set(password)) < 5 or _score(password, plain, words) < LEAST_SCORE:
        return Message("password.too_easy")
    return None if password == repeated else Message("password.not_the_same")


def is_own(plain: str, words: Iterable[str]) -> bool:
    """Whether little is left of a password without the name, login and address of its owner."""
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < len(plain) and len(rest.strip("0123456789")) < LEAST_REST


def _score(password: str, plain: str, words: Iterable[str]) -> int:
    """As it was typed, and as a guesser who leaves diacritics out would: the worse of both."""
    from zxcvbn import zxcvbn  # its lists are large: only who sets a password loads them

    known = [*words, *_common()]
    looked = [one[:KEPT] for one in (password, plain) if len(one) >= LEAST_REST]
    return min(int(zxcvbn(one, user_inputs=known)["score"]) for one in looked)


def _is_known(password: str, plain: str) -> bool:
    from zxcvbn.matching import RANKED_DICTIONARIES

    leaked = RANKED_DICTIONARIES["passwords"]
    return password.lower() in leaked or plain in leaked


@cache
def _common() -> frozenset[str]:
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="ascii")
    return frozenset(text.split())
