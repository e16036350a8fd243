"""Lists that an office already keeps in Excel come in here: checked whole, tried or written by the same code."""
