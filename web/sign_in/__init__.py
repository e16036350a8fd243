"""Signing in: accounts and passwords, sign-ins kept by the server, lockout, tokens for scripts."""
