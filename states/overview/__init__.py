"""How the work stands, in numbers: for the office and the Director the whole, for the head of a unit its own."""
