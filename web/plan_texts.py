"""Names that the plan in force gives: its roles, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from web.application import application


def role_titles() -> Mapping[str, str]:
    """role → title of the agency's living plan, those that an organisation can hold."""
    if "role_titles" not in g:
        with application().database.read() as connection:
            living = application().catalogue.living_plan(connection, g.agency_id)
        roles = living[1].roles.values() if living else ()
        g.role_titles = {role.name: role.title for role in roles if role.of in ("unit", "agency") and not role.everyone}
    return dict(g.role_titles)
