"""Foresight on the page: a run that lives through a plan with an agency's own people."""
