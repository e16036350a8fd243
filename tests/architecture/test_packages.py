"""The six rooms are ours, the locks are honest, and no file names a place that only one machine knows."""

from __future__ import annotations

import importlib
import pathlib
import re
import subprocess

import pytest

from dev import LOCKS, ROOT

ROOMS = ("workflow", "states", "tasks", "web", "scheduler", "config")
REGISTRY_HOSTS = re.compile(r"\b(pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|yarnpkg[.]com|crates[.]io)\b")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/\w")
TEXT_ENDINGS = {
    ".py",
    ".toml",
    ".yaml",
    ".yml",
    ".md",
    ".txt",
    ".lock",
    ".html",
    ".css",
    ".js",
    ".json",
    ".mako",
    ".sh",
}


def project_files() -> list[pathlib.Path]:
    """Every text file of the project, without what a .gitignore would leave out."""
    folders = [ROOT / name for name in (*ROOMS, "tests", "docs", ".ci")]
    inside = [path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts]
    files = [path for path in [*ROOT.iterdir(), *inside] if path.is_file()]
    return [path for path in files if path.suffix in TEXT_ENDINGS or path.name in ("run", "Makefile", ".gitignore")]


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_room_is_this_projects_own(room: str) -> None:
    module = importlib.import_module(room)
    assert pathlib.Path(next(iter(module.__path__))) == ROOT / room


def pins(lock: str) -> set[str]:
    """The pinned lines of a lock file, markers included."""
    lines = (ROOT / lock).read_text().splitlines()
    return {line.rstrip(" \\") for line in lines if line and not line.startswith(" ")}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_hashes_and_no_url(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert re.findall(r"(?m)\w+://.*|^\s*--(?!hash=sha256:).*|^.* @ .*", text) == []
    assert all(re.match(r"[\w.\[\],-]+==[\w.]+( ; .+)?$", pin) for pin in pins(lock))


@pytest.mark.parametrize("lock", ["requirements-full.lock", "requirements-test.lock"])
def test_larger_lock_pins_what_the_product_runs_on(lock: str) -> None:
    names = {pin.split(" ;")[0] for pin in pins(lock)}
    assert {pin.split(" ;")[0] for pin in pins("requirements.lock")} - names == set()


@pytest.mark.parametrize("pattern", [REGISTRY_HOSTS, MACHINE_PATHS], ids=["registry", "machine"])
def test_no_file_names_a_place_of_one_machine(pattern: re.Pattern[str]) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in project_files()
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_dev_help_names_every_command() -> None:
    shown = subprocess.run(["python3", ROOT / "dev.py", "help"], capture_output=True, text=True, check=True).stdout
    for command in ("run", "test", "check", "fix", "chaos", "bench", "lock", "shots"):
        assert f"python3 dev.py {command} " in shown
