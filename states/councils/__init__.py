"""What a council of the agency decided, as its secretary records it from the minutes."""
