"""Chỉ tiêu: how many a plan allows or wants, counted by the decisions and held where two want the last one."""
