"""Pages: a view parses, calls one function, renders."""
