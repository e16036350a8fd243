"""Digital signatures that papers bear: who signed, whether it was changed since, whether we know who vouches."""
