"""What happened, in the formats that tools for process mining read: XES and OCEL 2.0."""
