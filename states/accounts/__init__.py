"""What an account proves itself with besides a password, and the letters that go to its owner."""
