"""One's own in-tray: habits of reading and deciding; nothing here is part of a case."""
