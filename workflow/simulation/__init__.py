"""Foresight: the real engine lived through on a virtual clock, with people as habits; nothing here decides for anybody.

It gets an engine over a scratch database, the handlers of messages and a way to make subjects as arguments, and knows
no noun: it drives any definition by what its words allow.
"""
