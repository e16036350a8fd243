"""Certificates: the paper one hangs on the wall, its number in the golden book, and whether it still holds."""
