"""Phiếu kín: who may vote and has voted on one side, the ballots on the other, and nothing that leads across."""
