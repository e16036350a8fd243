"""What the office changed of the agency's own data: who, when, what stood there before, on what ground."""
