"""Writes the client's operations anew, where routes or shapes changed: `python -m tests.write_client`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from config import wiring
from config.settings import Settings
from web.api.client_source import TARGET, source
from web.app import create_app


def formatted(text: str) -> str:
    """As the project's formatter, a tool of developers, leaves it."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(TARGET), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Write the module."""
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(database_url=f"sqlite:///{place}/none.db", var=Path(place), files=Path(place) / "files")
        application = wiring.build(settings)
        TARGET.write_text(formatted(source(create_app(application))), "utf-8")
        application.dispose()


if __name__ == "__main__":
    main()
