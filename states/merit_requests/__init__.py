"""Asking for an award of a higher level: a legal ground, its proof, and nothing counted twice."""
