"""What people are told outside the pages: worked out when it is sent, so that nothing already decided is in it."""
