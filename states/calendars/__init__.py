"""An agency's own working days: edited with their source, planned, agreed to, applied; the history of it."""
