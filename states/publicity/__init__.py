"""What is published about exemplars and movements: where, when, whom it reached, and who waits for it."""
