"""The honours board: which exemplars the public may see, by whose consent, and what of them."""
