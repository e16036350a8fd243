"""What an office does by hand with its own agency's people, roles, units and a plan's numbers; each edit on record."""
