"""The root grown leaf by leaf is the one of RFC 6962, and of its test vectors."""

from __future__ import annotations

import hashlib

from workflow.merkle import Tree

# The inputs of certificate-transparency's own tests and the roots of their first n.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def root(leaves: list[bytes]) -> bytes:
    """The definition, by recursion."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\x00" + leaves[0] if leaves else b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()


def test_published_vectors():
    for size, expected in ROOTS.items():
        tree = Tree()
        for leaf in LEAVES[:size]:
            tree.add(bytes.fromhex(leaf))
        assert tree.root() == expected


def test_any_size_is_as_defined():
    tree, leaves = Tree(), []
    for number in range(130):
        assert tree.root() == root(leaves).hex()
        leaves.append(str(number).encode())
        tree.add(leaves[-1])
