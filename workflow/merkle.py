"""Merkle roots (RFC 6962, section 2.1) of hashes that arrive one by one: memory grows with the logarithm."""

from __future__ import annotations

import hashlib


class Tree:
    """Takes leaves in order; `root()` at any time. An empty tree's root is the hash of nothing."""

    def __init__(self) -> None:
        self._peaks: list[bytes] = []  # roots of complete subtrees, the largest first
        self.size = 0

    def add(self, leaf: bytes) -> None:
        """One more leaf."""
        node = hashlib.sha256(b"\x00" + leaf).digest()
        size = self.size
        while size & 1:
            node = hashlib.sha256(b"\x01" + self._peaks.pop() + node).digest()
            size >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> str:
        """The root over the leaves so far, in hexadecimal."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = hashlib.sha256(b"\x01" + peak + node).digest()
        return node.hex()
