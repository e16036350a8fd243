"""A teller and a voter without a browser: keys, slips, parts and counts as web/static/sealed makes them."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from states.ballots import boxes, tellers
from states.ballots.boxes import Box
from states.ballots.model import OPEN
from tests.ballots import VOTERS, again, ballot, box_at, closed
from tests.cast import Cast

KINDS = "agb"


def text(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(said: str) -> bytes:
    """The bytes of it."""
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _meet(key: ec.EllipticCurvePrivateKey, point: bytes) -> bytes:
    return key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))


def _drawn(secret: bytes, info: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=bytes(32), info=info).derive(secret))


def _tag(place: bytes, point: bytes, key: bytes, secret: bytes) -> bytes:
    return hashlib.sha256(b"neuguong tag 1" + place + point + key + secret).digest()[:16]


def seal(box_id: str, paper: int, mark: str, publics: Sequence[str]) -> str:
    """A slip for a paper of a box, to these keys."""
    one_time, order = ec.generate_private_key(ec.SECP256R1()), [raw(one) for one in sorted(publics)]
    point, place = _public(one_time), f"|{box_id}|{paper}|".encode()
    secrets = [_meet(one_time, one) for one in order]
    tags = b"".join(_tag(place, point, one, secret) for one, secret in zip(order, secrets, strict=True))
    key = _drawn(b"".join(secrets), b"neuguong slip 1" + place + point + b"".join(order))
    return text(point + key.encrypt(bytes(12), mark.encode().ljust(32, b"\0"), tags) + tags)


@dataclass
class Hand:
    """A teller: their key, and what their browser does with it."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> str:
        """The half that is given."""
        return text(_public(self.key))

    def parts(self, box: Box, person_id: str, slips: Sequence[Sequence[Any]]) -> dict[str, str]:
        """What this teller sends to the others: their id → the part, sealed."""
        part = b"".join(_meet(self.key, raw(slip[2])[:65]) for slip in slips)
        return self.sealed(box, person_id, part)

    def sealed(self, box: Box, person_id: str, part: bytes) -> dict[str, str]:
        """Any bytes, sealed to each other teller."""
        found = {}
        for one in box.tellers:
            if one.person_id != person_id:
                iv = os.urandom(12)
                by = self._with(box, self.public, str(one.public), str(one.public))
                found[one.person_id] = text(iv + by.encrypt(iv, part, None))
        return found

    def opened(self, box: Box, person_id: str, given: Mapping[str, Any]) -> dict[int, list[int]]:
        """Paper → for, against, blank, unreadable, not to be opened."""
        order = sorted(str(one.public) for one in box.tellers)
        parts = {self.public: b"".join(_meet(self.key, raw(slip[2])[:65]) for slip in given["slips"])}
        for one in box.tellers:
            if one.person_id != person_id:
                sealed = raw(given["parts"][one.person_id])
                by = self._with(box, str(one.public), self.public, str(one.public))
                parts[str(one.public)] = by.decrypt(sealed[:12], sealed[12:], None)
        counts = {number: [0] * 5 for number in box.numbers}
        for at, (_, paper, mark) in enumerate(given["slips"]):
            secrets = [parts[one][at * 32 : at * 32 + 32] for one in order]
            counts[paper][_kind(box.id, paper, raw(mark), secrets, [raw(one) for one in order])] += 1
        return counts

    def _with(self, box: Box, sender: str, receiver: str, other: str) -> AESGCM:
        info = f"neuguong part 1|{box.id}|{box.root}|{sender}|{receiver}".encode()
        return _drawn(_meet(self.key, raw(other)), info)


def _kind(box_id: str, paper: int, slip: bytes, secrets: Sequence[bytes], order: Sequence[bytes]) -> int:
    point, sealed, tags, place = slip[:65], slip[65:113], slip[113:], f"|{box_id}|{paper}|".encode()
    try:
        info = b"neuguong slip 1" + place + point + b"".join(order)
        plain = _drawn(b"".join(secrets), info).decrypt(bytes(12), sealed, tags)
    except InvalidTag:
        return 4
    return KINDS.index(plain[:1].decode()) if plain[:1].decode("latin1") in KINDS and not any(plain[1:]) else 3


def kind_with(box: Box, one: Hand, other: Hand, slip: str) -> int:
    """What a slip of the first paper says to who puts two keys' secrets in the places of the box's; 4 for nothing."""
    publics = sorted(str(teller.public) for teller in box.tellers)
    first, second = (one, other) if one.public == publics[0] else (other, one)
    secrets = [_meet(hand.key, raw(slip)[:65]) for hand in (first, second)]
    return _kind(box.id, 1, raw(slip), secrets, [raw(public) for public in publics])


def sealed_box(
    cast: Cast, *, names: int, voters: Sequence[str] = VOTERS, hands: Sequence[str] = ("office", "press"), **more: Any
) -> tuple[Box, dict[str, Hand]]:
    """An open box with tellers who have given their keys."""
    box = box_at(cast, names=names, voters=voters, tellers=hands, **more)
    held = {name: Hand(name) for name in hands}
    for name, hand in held.items():
        tellers.give_key(cast.app.engine, cast.actor(name), box.id, hand.public)
    return again(cast, box), held


def sealed_marks(box: Box, letters: str, papers: Sequence[int] = ()) -> dict[int, str]:
    """A sealed slip a paper."""
    publics = [str(one.public) for one in box.tellers]
    marked = zip(papers or sorted(box.numbers), letters, strict=True)
    return {number: seal(box.id, number, mark, publics) for number, mark in marked}


def vote(cast: Cast, box: Box, member: str, letters: str, *, code: str = "") -> bool:
    """Cast it sealed."""
    return ballot(cast, box, member, sealed_marks(box, letters), code=code)


def shared(cast: Cast, box: Box, held: Mapping[str, Hand]) -> Box:
    """Chair and secretary have closed it and all tellers sent their parts."""
    closed(cast, box)
    return share_all(cast, box, held)


def share_all(cast: Cast, box: Box, held: Mapping[str, Hand]) -> Box:
    """Each teller of a box under seal sends their parts."""
    now = again(cast, box)
    for name, hand in held.items():
        parts = hand.parts(now, cast.people[name], slips(cast, now, name)["slips"])
        tellers.share(cast.app.engine, cast.actor(name), box.id, parts)
    return again(cast, box)


def slips(cast: Cast, box: Box, name: str) -> dict[str, Any]:
    """What the server gives this teller's browser."""
    with cast.app.database.read() as connection:
        return tellers.slips_for(connection, boxes.find(connection, box.agency_id, box.id), cast.people[name])


def counts_of(cast: Cast, box: Box, hand: Hand) -> dict[int, list[int]]:
    """What this teller's browser counts."""
    now = again(cast, box)
    return hand.opened(now, cast.people[hand.name], slips(cast, now, hand.name))


def counted(cast: Cast, box: Box, held: Mapping[str, Hand]) -> Box:
    """All open, count and say so."""
    if again(cast, box).status == OPEN:
        closed(cast, box)
    share_all(cast, box, held)
    for name, hand in held.items():
        tellers.report(cast.app.engine, cast.actor(name), box.id, counts_of(cast, box, hand))
    return again(cast, box)
