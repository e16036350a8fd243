"""Suy tôn: colleagues speak for a nominee, each once."""
