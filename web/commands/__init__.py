"""The command line, one module per family; a new family is one line here."""

from __future__ import annotations

from web.commands import (
    audit,
    backup,
    beginning,
    calendars,
    cases,
    conformance,
    doctor,
    export,
    identities,
    imports,
    new_plan,
    plans,
    processes,
    revisions,
    schema,
    setup,
    sign_ins,
    simulate,
    why,
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
    conformance.COMMANDS,
    doctor.COMMANDS,
    export.COMMANDS,
    identities.COMMANDS,
    imports.COMMANDS,
    new_plan.COMMANDS,
    revisions.COMMANDS,
    schema.COMMANDS,
    sign_ins.COMMANDS,
    simulate.COMMANDS,
    why.COMMANDS,
)
