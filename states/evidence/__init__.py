"""What people attach, made fit to be looked at beside a decision."""
