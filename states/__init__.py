"""The domain: one room per noun that has a life."""
