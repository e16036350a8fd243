"""The command line, one module per family; a new family is one line here."""

from __future__ import annotations

from web.commands import (
    audit,
    backup,
    beginning,
    calendars,
    cases,
    doctor,
    identities,
    imports,
    plans,
    processes,
    revisions,
    setup,
    sign_ins,
    simulate,
)

FAMILIES = (
    processes.COMMANDS,
    beginning.COMMANDS,
    setup.COMMANDS,
    plans.COMMANDS,
    audit.COMMANDS,
    backup.COMMANDS,
    calendars.COMMANDS,
    cases.COMMANDS,
    doctor.COMMANDS,
    identities.COMMANDS,
    imports.COMMANDS,
    revisions.COMMANDS,
    sign_ins.COMMANDS,
    simulate.COMMANDS,
)
