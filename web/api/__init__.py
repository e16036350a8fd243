"""JSON for scripts: the same engine, the same refusals; bearer tokens only, never cookies."""
