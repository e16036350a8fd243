"""Courses that the emulation and publicity staff attended, kept on each one's record."""
