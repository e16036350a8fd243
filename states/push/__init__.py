"""Pushes to a person's devices (RFC 8030, 8291, 8292): that there is work, never what it is about."""
