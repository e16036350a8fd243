"""Chỉ tiêu: how many a plan allows or wants, counted by the decisions themselves and held where two want the last one."""
