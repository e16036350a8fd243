"""Sơ kết, tổng kết: what the system can count itself, so that units need only explain."""
