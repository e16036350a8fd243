"""Movements of emulation: who may register, and what came of it."""
