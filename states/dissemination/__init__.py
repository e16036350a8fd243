"""Texts that people must have read, and the list that proves it."""
