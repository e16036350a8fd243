"""What the page of a person shows of being called on devices: nothing where the installation calls nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import g

from states.push import devices
from web.application import application


@dataclass(frozen=True)
class Calling:
    """The key a browser must know, and the devices that are called already."""

    key: str
    devices: Sequence[sa.RowMapping]


def here() -> Calling | None:
    """For the person of this request; None where nobody is called."""
    app = application()
    if not (key := app.pushes.public_key):
        return None
    with app.database.read() as connection:
        return Calling(key, devices.of_account(connection, g.account_id))
