"""Running cases brought under another version of their plan: tried on all of them first, moved one by one, and back."""
