"""Tiêu chí và chấm điểm: what a case is judged by, and how each judged it, kept apart until each has."""
