"""The command line, one module per family; a new family is one line here."""

from __future__ import annotations

from web.commands import (
    audit,
    backup,
    cases,
    doctor,
    identities,
    imports,
    new_plan,
    plans,
    processes,
    schema,
    setup,
    sign_ins,
)

FAMILIES = (
    processes.COMMANDS, setup.COMMANDS, plans.COMMANDS, imports.COMMANDS, cases.COMMANDS, audit.COMMANDS,
    backup.COMMANDS, doctor.COMMANDS, identities.COMMANDS, sign_ins.COMMANDS, schema.COMMANDS, new_plan.COMMANDS,
)  # fmt: skip
