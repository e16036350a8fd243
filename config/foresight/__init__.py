"""A plan lived through before it is in force: on a scratch database, which is thrown away; nothing real is touched."""
