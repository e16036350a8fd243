"""The demo, built once in a test run and stopped twice on the way; tests get copies of its database."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from config import demo, wiring
from config.demo.stage import Stage
from config.settings import Settings
from config.wiring import Application

STOPPED_AFTER = (7, 40)

_var = Path(tempfile.mkdtemp(prefix="ng-demo-"))  # uploaded files: shared by every copy, they never change


class Stopped(Exception):
    """The process ends here."""


def settings(url: str) -> Settings:
    """The demo's settings over a database."""
    return Settings(database_url=url, var=_var, files=_var / "files", demo=True, strict_texts=True)


def connect(url: str) -> Application:
    """The wired demo."""
    return wiring.build(settings(url))


def build(url: str) -> None:
    """Build the demo in three goes, the first two of which die in the middle."""
    for steps in STOPPED_AFTER:
        with pytest.MonkeyPatch.context() as monkeypatch:
            _stop_after(monkeypatch, steps)
            stopped = connect(url)
            with pytest.raises(Stopped):
                demo.ensure(stopped)
            stopped.dispose()
    application = connect(url)
    demo.ensure(application)
    application.dispose()


def _stop_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """The building dies right after so many acts, before it can note the last one."""
    real, done = Stage.remember, [0]

    def remember(stage: Stage) -> None:
        done[0] += 1
        if done[0] > steps:
            raise Stopped
        real(stage)

    monkeypatch.setattr(Stage, "remember", remember)
