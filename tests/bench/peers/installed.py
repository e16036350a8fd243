"""The peers as ways to be measured, where `python3 dev.py bench peers` has installed them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from dev import PEERS, PEERS_LOCK, ROOT, SCRIPTS
from tests.bench.interleaved import Program

SCRIPT = {  # name in the table → module beside this file
    "SpiffWorkflow, plain host": "spiff_raw",
    "SpiffWorkflow, ORM host": "spiff_orm",
    "django-viewflow": "viewflow",
    "DBOS": "durable",
}


def peers(new_database: Callable[[str], str], folder: Path = PEERS) -> dict[str, Program]:
    """Each with its own fresh database; none, and a line that says so, unless just what the lock says is installed."""
    installed = folder / PEERS_LOCK.name
    if not installed.exists() or installed.read_text() != PEERS_LOCK.read_text():
        print("peers not run: python3 dev.py bench peers installs them", flush=True)
        return {}
    return {name: _program(folder, module, new_database(module)) for name, module in SCRIPT.items()}


def check(program: Program, decisions: int) -> None:
    """End with the script's words unless exactly that many decisions, all acknowledged, left their rows."""
    _run(program, "check", str(decisions))


def _program(folder: Path, module: str, address: str) -> Program:
    python = folder / SCRIPTS.name / "python"
    program = Program((str(python), "-m", f"tests.bench.peers.{module}", address))
    _run(program, "tables")
    return program


def _run(program: Program, *words: str) -> None:
    subprocess.run([*program.command, *words], cwd=ROOT, check=True)
