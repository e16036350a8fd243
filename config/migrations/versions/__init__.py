"""One file per change of the database's shape, in order; a file that has been released is never changed."""
