"""What the terminal says once the demo stands: who to sign in as, and what to click first."""

from __future__ import annotations

import sqlalchemy as sa

from config.demo.building import PASSWORD
from config.demo.cast import CLERK, DIRECTOR, HEADS, OFFICE
from config.wiring import Application
from workflow.organisation import account, person

FIRST = (DIRECTOR, OFFICE, HEADS["BCVT"], HEADS["TTCNTT"], CLERK, "Nguyễn Thị Hạnh")


def sign_ins(application: Application) -> list[str]:
    """Lines for the terminal, in the installation's language."""
    language, texts = application.settings.language, application.texts
    with application.database.read() as connection:
        known = {
            row.name: row
            for row in connection.execute(
                sa.select(person.c.name, person.c.post, account.c.login).join(
                    account, account.c.id == person.c.account_id
                )
            )
        }
    width = max(len(known[name].login) for name in FIRST)
    people = [f"  {known[name].login:{width}}  {name}, {known[name].post}" for name in FIRST]
    head = texts.get("demo.sign_ins", language, password=PASSWORD)
    return ["", head, *people, "", texts.get("demo.first", language, login=known[DIRECTOR].login), ""]
