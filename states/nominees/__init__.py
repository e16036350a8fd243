"""The life of a nominee: what must be true before each step of it."""
