"""Units over time: one is merged into another, and everything that was its goes on."""
