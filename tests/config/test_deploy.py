"""What docs/deploy tells people to type exists: settings, commands, units, and their files read as what they are."""

from __future__ import annotations

import re
from configparser import ConfigParser
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
        unit = ConfigParser(interpolation=None, strict=False)
        unit.optionxform = str
        unit.read_string(file.read_text(encoding="utf-8"))
        assert unit["Service"]["KillMode"] == "mixed", "only the parent is told; a worker's children finish"
        assert int(unit["Service"]["TimeoutStopSec"]) > 20
        assert unit["Service"]["ExecStart"].split()[1] in main.commands


def test_the_proxy_passes_on_the_port_that_forms_are_compared_with():
    assert "proxy_set_header Host $http_host;" in (FOLDER / "nginx.conf").read_text(encoding="utf-8")


def test_compose_and_environment_can_be_read():
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    for name in ("init", "web", "worker", "clock"):
        assert compose["services"][name]["command"].split()[0] in main.commands
    lines = [line for line in (FOLDER / "neuguong.env").read_text(encoding="utf-8").splitlines() if "=" in line[:40]]
    given = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    with pytest.raises(ValueError, match="SECRET_KEY"):
        from_environment(given)
    settings = from_environment({**given, "NEUGUONG_SECRET_KEY": "x" * 40, "NEUGUONG_METRICS_TOKEN": "y" * 40})
    assert settings.trusted_proxy == "127.0.0.1"
