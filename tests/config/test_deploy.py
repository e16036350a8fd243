"""What docs/deploy tells people to type exists: settings, commands, units, and their files read as what they are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from configparser import ConfigParser, SectionProxy
from pathlib import Path

import pytest
import yaml

from config.settings import KNOWN, from_environment
from dev import ROOT
from web.cli import main

FOLDER = ROOT / "docs" / "deploy"
FILES = [ROOT / "docs" / "deploy.md", *sorted(FOLDER.iterdir())]
PROMISED = {"backup", "restore"}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_setting_and_command_named_exists(file: Path):
    text = file.read_text(encoding="utf-8")
    assert set(re.findall(r"NEUGUONG_([A-Z_]+)", text)) - KNOWN == set()
    said = re.findall(r"(?:`|^|bin/|: )neuguong ([a-z-]+)", text, re.MULTILINE)
    assert {name for name in said if name not in main.commands} - PROMISED == set()


def test_the_table_of_settings_tells_the_defaults():
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    settings = from_environment({})
    web, front, back = settings.web, settings.web_database, settings.background_database
    for row in (
        f"`NEUGUONG_DB_CONNECTIONS` | {front.connections} |",
        f"`NEUGUONG_DB_WEB_STATEMENT_SECONDS`, `NEUGUONG_DB_WEB_LOCK_SECONDS` | {front.statement}, {front.lock} |",
        f"`NEUGUONG_DB_STATEMENT_SECONDS`, `NEUGUONG_DB_LOCK_SECONDS` | {back.statement}, {back.lock} |",
        f"`NEUGUONG_DB_IDLE_SECONDS` | {back.idle} |",
        f"`NEUGUONG_WEB_THREADS`, `NEUGUONG_WEB_QUEUE` | {web.threads}, {web.queue} |",
        f"`NEUGUONG_WEB_CONNECTIONS` | {web.connections} |",
        f"`NEUGUONG_CLIENT_RATE`, `NEUGUONG_ADDRESS_RATE` | {web.client_rate}, {web.address_rate} |",
    ):
        assert row in text


def test_units_end_our_processes_as_they_want_to_be_ended():
    for file in FOLDER.glob("*.service"):
        unit = service(file)
        assert unit["KillMode"] == "mixed", "only the parent is told; a worker's children finish"
        assert int(unit["TimeoutStopSec"]) > 20
        assert unit["ExecStart"].split()[1] in main.commands


def service(file: Path) -> SectionProxy:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read_string(file.read_text(encoding="utf-8"))
    return unit["Service"]


def test_the_proxy_passes_on_the_port_that_forms_are_compared_with():
    assert "proxy_set_header Host $http_host;" in (FOLDER / "nginx.conf").read_text(encoding="utf-8")


def read_by_systemd(text: str) -> dict[str, str]:
    """A line a variable, its value quoted as in a shell, and nothing else of a shell."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: "".join(shlex.split(value)) for name, _, value in (line.partition("=") for line in lines)}


def test_the_sample_means_the_same_to_systemd_and_to_a_shell(tmp_path: Path):
    text = (FOLDER / "neuguong.env").read_text(encoding="utf-8").replace("MAT-KHAU-CSDL", "a&b c;d$e")
    (tmp_path / "env").write_text(text, encoding="utf-8")
    said = subprocess.run(
        ["sh", "-c", f"set -ea; . {tmp_path}/env; env -0"], env={"PATH": os.defpath}, capture_output=True, check=True
    )
    by_shell = dict(one.split("=", 1) for one in said.stdout.decode().split("\0") if one.startswith("NEUGUONG_"))
    assert by_shell == read_by_systemd(text)
    assert "a&b c;d$e@" in by_shell["NEUGUONG_DATABASE_URL"]
    assert by_shell["NEUGUONG_CONTACT"] == "Văn phòng Sở"


def test_a_command_is_run_as_the_services_are(tmp_path: Path):
    """By the same user, with the file they read: what it asks of systemd is what their units say."""
    asked = tmp_path / "systemd-run"
    asked.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\nexit 3\n')
    asked.chmod(0o755)
    told = subprocess.run(
        ["sh", FOLDER / "neuguong.sh", "case", "hai từ"], env={"PATH": f"{tmp_path}:{os.defpath}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 3, "the command's own"
    said = told.stdout.split("\0")[:-1]
    given = dict(said[at + 1].split("=", 1) for at, word in enumerate(said) if word == "-p")
    unit = service(FOLDER / "neuguong-web@.service")
    assert given.items() <= unit.items()
    assert {"User", "Group", "EnvironmentFile", "WorkingDirectory", "UMask"} <= given.keys()
    assert said[-3:] == [unit["ExecStart"].split()[0], "case", "hai từ"]
    assert {"--wait", "--pipe"} <= set(said)


def test_compose_and_environment_can_be_read():
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    for name in ("init", "web", "worker", "clock"):
        assert compose["services"][name]["command"].split()[0] in main.commands
    given = read_by_systemd((FOLDER / "neuguong.env").read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match="SECRET_KEY"):
        from_environment(given)
    settings = from_environment({**given, "NEUGUONG_SECRET_KEY": "x" * 40, "NEUGUONG_METRICS_TOKEN": "y" * 40})
    assert settings.trusted_proxy == "127.0.0.1"
