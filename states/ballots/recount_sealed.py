"""Counts a sealed box again: `python3 recount_sealed.py FILE [KEYFILE...]`, the files in which tellers kept their keys.

Without keys it checks the seal and the sums; with those of all tellers, whose pass phrases it asks for, it opens every
slip. It shares no line with the product and needs the package `cryptography`. To be run on a machine without a network.
"""

import base64
import getpass
import hashlib
import json
import sys
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KINDS = ("agreed", "against", "blank", "unreadable", "unopened")


def raw(text: str) -> bytes:
    """Bytes of base64url without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private(path: str) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """A teller's public half and key, from the file they kept. Raises ValueError for a wrong phrase."""
    with open(path, encoding="utf-8") as file:
        kept = json.load(file)
    asked = f"{path}: "
    phrase = getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    phrase = unicodedata.normalize("NFC", phrase).encode()
    by, sealed = hashlib.pbkdf2_hmac("sha256", phrase, raw(kept["salt"]), kept["rounds"]), raw(kept["sealed"])
    try:
        secret = AESGCM(by).decrypt(sealed[:12], sealed[12:], None)
    except InvalidTag:
        raise ValueError(f"{path}: this pass phrase does not open it") from None
    key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    return b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big"), key


def opened(box: str, paper: int, slip: bytes, keys: dict[bytes, ec.EllipticCurvePrivateKey]) -> str:
    """What one slip says, as a word of KINDS."""
    order, point, sealed, tags = sorted(keys, key=base64.urlsafe_b64encode), slip[:65], slip[65:113], slip[113:]
    place = f"|{box}|{paper}|".encode()
    try:
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        secrets = [keys[one].exchange(ec.ECDH(), other) for one in order]
        told = [hashlib.sha256(b"neuguong tag 1" + place + point + one + secret).digest()[:16]
                for one, secret in zip(order, secrets, strict=True)]  # fmt: skip
        info = b"neuguong slip 1" + place + point + b"".join(order)
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=bytes(32), info=info).derive(b"".join(secrets))
        plain = AESGCM(key).decrypt(bytes(12), sealed, tags)
    except (ValueError, InvalidTag):
        return "unopened"
    mark = {b"a": "agreed", b"g": "against", b"b": "blank"}.get(plain[:1])
    return "unopened" if b"".join(told) != tags else mark if mark and not any(plain[1:]) else "unreadable"


def recount(path: str, given: list[str]) -> int:
    """Print every paper's numbers; 0 when all agree with what the file says, else 1."""
    with open(path, encoding="utf-8") as file:
        said = json.load(file)
    faults, slips = [], said["slips"]
    leaves = [hashlib.sha256(f"{ident}{number}{slip}".encode()).hexdigest() for ident, number, slip in slips]
    root = hashlib.sha256("".join(sorted(leaves)).encode()).hexdigest()
    publics = sorted(one["public"] for one in said["tellers"])
    code = hashlib.sha256("|".join(["neuguong keys 1", said["box"], *publics]).encode()).digest()[:15]
    if root != said["root"] or base64.b32encode(code).decode()[:20] != said["code"]:
        faults.append("root or code of the keys")
    if len({slip[:86] for _, _, slip in slips}) != len(slips) or len(said["receipts"]) != said["voted"]:
        faults.append("copies, or receipts")
    keys = dict(map(private, given))
    if keys and sorted(keys) != sorted(map(raw, publics)):
        faults.append("these are not the keys of all tellers")
    for paper in said["papers"]:
        mine = [raw(slip) for _, number, slip in slips if number == paper["number"]]
        told = [one["counted"][str(paper["number"])] for one in said["tellers"]]
        kinds = [opened(said["box"], paper["number"], one, keys) for one in mine] if keys else []
        found = [kinds.count(kind) for kind in KINDS] if keys else told[0]
        print(paper["number"], paper["name"], *(f"{k}={n}" for k, n in zip(KINDS, found, strict=True)), sep="\t")
        if any(one != found for one in told) or not sum(found) == len(mine) == paper["voted"] <= paper["eligible"]:
            faults.append(f"paper {paper['number']}")
    if sum(1 for _, number, _ in slips if number not in {one["number"] for one in said["papers"]}):
        faults.append("a slip of no paper")
    print("root", root, "opened" if keys else "not opened: no keys were given", sep="\t")
    print("AGREES" if not faults else "DOES NOT AGREE: " + "; ".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(recount(sys.argv[1], sys.argv[2:]))
