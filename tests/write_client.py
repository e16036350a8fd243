"""Writes the client's operations anew, where routes or shapes changed: `python -m tests.write_client`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from config import wiring
from config.settings import Settings
from web.api.client_source import FOLDER, sources
from web.app import create_app


def formatted(text: str) -> str:
    """As the project's formatter, a tool of developers, leaves it."""
    ruff, named = [sys.executable, "-m", "ruff"], ["--stdin-filename", str(FOLDER / "operations.py"), "-"]
    for step in (["check", "-q", "--fix", "--select", "F401,I"], ["format"]):  # what is not used goes; then its look
        text = subprocess.run([*ruff, *step, *named], input=text, capture_output=True, text=True, check=True).stdout
    return text


def main() -> None:
    """Write the module."""
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(database_url=f"sqlite:///{place}/none.db", var=Path(place), files=Path(place) / "files")
        application = wiring.build(settings)
        for name, text in sources(create_app(application)).items():
            (FOLDER / name).write_text(formatted(text), "utf-8")
        application.dispose()


if __name__ == "__main__":
    main()
