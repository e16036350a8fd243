"""The command line, one module per family; a new family is one line here."""

from __future__ import annotations

from web.commands import (
    audit,
    backup,
    beginning,
    cases,
    conformance,
    doctor,
    export,
    identities,
    imports,
    plans,
    processes,
    setup,
    sign_ins,
)

FAMILIES = (
    processes.COMMANDS, beginning.COMMANDS, setup.COMMANDS, plans.COMMANDS, imports.COMMANDS, cases.COMMANDS,
    audit.COMMANDS, conformance.COMMANDS, export.COMMANDS,
    backup.COMMANDS, doctor.COMMANDS, identities.COMMANDS, sign_ins.COMMANDS,
)  # fmt: skip
