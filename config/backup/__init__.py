"""Backup and restore: one command each, both databases, while everything runs, proven on the way out and in."""

from __future__ import annotations

from config.backup.archive import BackupError, Manifest
from config.backup.restore import Restored, Wishes, restore
from config.backup.take import Taken, take

__all__ = ["BackupError", "Manifest", "Restored", "Taken", "Wishes", "restore", "take"]
