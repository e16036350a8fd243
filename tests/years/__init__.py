"""Four years of an invented agency on the virtual clock, and a count of them that reads only the history."""
