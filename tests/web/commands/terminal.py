"""`neuguong` called in this process: with what a test sets, and no variable of whoever runs the tests."""

from __future__ import annotations

import os

from click.testing import CliRunner, Result

from web.cli import main


def called(*arguments: object, pasted: str | None = None, **variables: str | None) -> Result:
    """What came of a command; it may end with any code, but never in a traceback."""
    cleared = {name: None for name in os.environ if name.startswith("NEUGUONG_")}
    environment = {**cleared, "NEUGUONG_STRICT_TEXTS": "1", **variables}
    result = CliRunner().invoke(main, [str(one) for one in arguments], env=environment, input=pasted)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
