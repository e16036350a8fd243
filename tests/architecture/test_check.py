"""`python3 dev.py check` is part of the test run."""

from __future__ import annotations

import pathlib
import subprocess
import sysconfig

import pytest

from dev import CHECKS, ROOT

SCRIPTS = pathlib.Path(sysconfig.get_path("scripts"))


@pytest.mark.parametrize("name", CHECKS)
def test_check_is_silent(name: str) -> None:
    program, *arguments = CHECKS[name]
    done = subprocess.run([SCRIPTS / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
