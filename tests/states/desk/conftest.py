"""The cast with letters to a desk, with and without a mail server."""

from tests.states.notices.conftest import cast, mailing, make

__all__ = ["cast", "mailing", "make"]
