"""Other systems told of what happens in cases: signed, in order, sent again until they were reached."""
