"""How a unit's nominations fared: what its head answers to the Council for (Kế hoạch IV.2)."""
