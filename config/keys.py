"""Secrets that an installation keeps beside its database: made once, read by their owner only."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

KEY_BYTES = 32


def new_identity_key() -> str:
    """A fresh key as Fernet wants it: 32 random bytes in URL-safe base 64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def is_identity_key(key: str) -> bool:
    """Whether Fernet takes it."""
    try:
        return len(base64.urlsafe_b64decode(key)) == KEY_BYTES
    except ValueError:
        return False


def kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_hex(32)) -> str:
    """What the file holds; where there is none it is made whole, and of two processes one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        own = _written(path, make())
        with contextlib.suppress(FileExistsError):
            os.link(own, path)  # whole or not at all: another process may be reading it
        own.unlink()
    return path.read_text(encoding="ascii").strip()


def replace_secret(path: Path, text: str) -> None:
    """The whole file at once: another process may be reading it."""
    _written(path, text).replace(path)


def _written(path: Path, text: str) -> Path:
    """A file beside it, on disk, for its owner only. The folder's owner: what root makes the service must read."""
    own = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        if os.name == "posix" and os.geteuid() == 0:
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    return own


def certificates(path: Path) -> str:
    """The PEM file as it stands. Raises OSError or ValueError for what is none."""
    from cryptography.x509 import load_pem_x509_certificates  # heavy, and only for who names a file

    said = path.read_text(encoding="ascii")
    load_pem_x509_certificates(said.encode())
    return said
