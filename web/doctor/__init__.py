"""Looks an installation over before people trust it: what must be refused, what should be known."""
