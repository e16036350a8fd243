"""The clock: one heartbeat, a table of jobs."""
